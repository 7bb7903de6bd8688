"""A number's no to texts, or an address's to letters, however it came: by an answer, by a link, by a
coordinator who read an answer.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select, update

from dialer.domain.email_address import channel_of
from dialer.domain.opt_out import SAID_BY_TEXT, weight
from dialer.services.context import Context
from dialer.services.people.opt_outs import (
    bar_number,
    cover_number,
    holders,
    record_opt_out,
    release_reach,
)
from dialer.services.people.weighing import Origin, step_back
from dialer.store.models.messaging import Message
from dialer.store.models.people import OptOut, Suppression
from dialer.store.queries.conversations import standing_noes
from dialer.store.queries.opt_outs import cover_reach
from dialer.store.session import UnitOfWork

SAID_BY_LINK = "link"
"""Said on the page that our own text led to: the person's own no, and no text, so START doesn't lift it."""


def bar_from_texts(
    ctx: Context, unit: UnitOfWork, number: str, contact_id: uuid.UUID | None, source: str
) -> bool:
    """Let nobody text this number, or write to this address, any more; False when it was barred by a no
    already.

    The no belongs to the place, so it holds for everybody who has it. Where it is known who said it, it is
    their own too, and covers their other places of that kind, now or later (contract §4). Said again in
    another way than by text, a text doesn't take it back any more.
    """
    before = [no.source for no in standing_noes(unit, number)]
    suppression_id = record_no(unit, number, contact_id, Origin(source, ctx.now, ctx.actor.account_id))
    if before and all(weight(source) <= weight(other) for other in before):
        return False
    about = ("contact", contact_id) if contact_id is not None else ("suppression", suppression_id)
    changes = {"channels": [channel_of(number)], "source": source, "before": before}
    ctx.audit(unit, "opt_out.added", *about, changes)
    return not before


def record_no(unit: UnitOfWork, number: str, contact_id: uuid.UUID | None, origin: Origin) -> uuid.UUID:
    """Keep a number's no to texts or an address's to letters, and that of whoever said it: the suppression's
    id.
    """
    channel = channel_of(number)
    if contact_id is not None:
        record_opt_out(unit, contact_id, channel, origin)
        cover_number(unit, contact_id, channel, number)
    bar_number(unit, number, channel, origin)
    (standing,) = standing_noes(unit, number)
    return standing.id


def let_back_in(ctx: Context, unit: UnitOfWork, number: str, said_at: dt.datetime, reason: str) -> bool:
    """Lift the noes that were said by text from this number, or by letter from this address, before
    `said_at`, and no other; whether there was one. A START that was found late takes back no STOP
    that came after it.

    Where somebody who has the number said no in another way, or a list did, that one takes the place.
    """
    ours = _said_by_text(unit, number, said_at)
    opt_outs = unit.session.scalars(
        select(OptOut).where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.channel == channel_of(number),
            OptOut.source == SAID_BY_TEXT,
            OptOut.created_at <= said_at,
            OptOut.contact_id.in_(holders(unit, [number])),
            OptOut.lifted_at.is_(None),
        )
    ).all()
    if not ours and not opt_outs:
        return False
    noes: list[OptOut | Suppression] = [*opt_outs, *ours]
    for no in noes:
        step_back(unit, no, at=ctx.now, reason=reason)
    unit.session.flush()
    release_reach(unit, [one.id for one in opt_outs], at=ctx.now, reason=reason)
    cover_reach(unit.session, unit.organisation_id, holders(unit, [number]))
    for one in opt_outs:
        ctx.audit(unit, "opt_out.lifted", "contact", one.contact_id, {"channel": one.channel}, reason=reason)
    if not opt_outs:
        ctx.audit(unit, "suppression.lifted", "suppression", ours[0].id, reason=reason)
    return True


def was_out_by_text(unit: UnitOfWork, number: str, at: dt.datetime) -> bool:
    """Whether the number is out because somebody said so in a text before that moment."""
    return bool(_said_by_text(unit, number, at))


def _said_by_text(unit: UnitOfWork, number: str, before: dt.datetime) -> list[Suppression]:
    return [no for no in standing_noes(unit, number) if no.source == SAID_BY_TEXT and no.created_at <= before]


def release_waiting(ctx: Context, unit: UnitOfWork, number: str) -> None:
    """Have the texts that waited for this number looked at again now; the gate decides about each."""
    unit.session.execute(
        update(Message)
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.number == number,
            Message.state == "queued",
            Message.not_before > ctx.now,
        )
        .values(not_before=ctx.now)
    )
