"""Addresses that nobody has or reads, or whose owners complained: no campaign writes to them any more."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Integer, cast, func, select

from dialer.domain.bounces import MOST_AN_HOUR, Past, is_abandoned
from dialer.domain.mail_report import Fate
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.people.opt_outs import bar_number
from dialer.services.people.weighing import Origin, step_back
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Suppression
from dialer.store.session import UnitOfWork

DEAD: Final = "carrier"
COMPLAINED: Final = "complaint"
"""The reasons of such suppressions."""
BY_BOUNCE: Final = "bounce"
BY_BOUNCES: Final = "bounces"
BY_COMPLAINT: Final = "complaint"
"""And where they came from: one bounce that says that nobody has it, or several in a row that pass."""
KEPT: Final = "addresses.kept"
"""What the audit log calls it where addresses that look abandoned were not given up: too many at once."""
_HOUR: Final = dt.timedelta(hours=1)
LOOKED_AT: Final = 50
"""Of so many last emails to an address the bounces are counted."""


def bar_dead_address(unit: UnitOfWork, address: str, at: dt.datetime) -> bool:
    """Let nobody write to an address that nobody has, as its server said at `at`; whether that is new. Not
    where somebody wrote from it since.
    """
    wrote_since = select(Conversation.id).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.number == address,
        Conversation.last_inbound_at > at,
    )
    if unit.session.scalar(wrote_since) is not None:
        return False
    return bar_number(unit, address, EMAIL, Origin(BY_BOUNCE, at), reason=DEAD) is not None


@dataclass(frozen=True, slots=True)
class CameBack:
    """An email that came back for a reason that passes."""

    letter_id: uuid.UUID
    blast_id: uuid.UUID | None
    address: str = field(repr=False)


def give_up_addresses(ctx: Context, unit: UnitOfWork, letters: Iterable[CameBack]) -> None:
    """Let nobody write to those of these addresses whose emails keep coming back (`domain.bounces`), at most
    `MOST_AN_HOUR` of all within an hour: the others are kept, and their next bounce asks again. How many were
    kept stands in the audit log, by blast.
    """
    abandoned = [
        one
        for one in sorted(letters, key=lambda each: each.address)
        if _is_abandoned(unit, one.address, ctx.now) and not _is_given_up(unit, one.address)
    ]
    if not abandoned:
        return
    name = func.hashtextextended(f"addresses given up {unit.organisation_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))
    left = max(0, MOST_AN_HOUR - _given_up_since(unit, ctx.now - _HOUR))
    for one in abandoned[:left]:
        bar_number(unit, one.address, EMAIL, Origin(BY_BOUNCES, ctx.now), reason=DEAD)
        ctx.audit(unit, "address.abandoned", "message", one.letter_id)
    kept = Counter(one.blast_id for one in abandoned[left:])
    for blast_id, count in sorted(kept.items(), key=lambda item: str(item[0])):
        place = ("organisation", unit.organisation_id) if blast_id is None else ("blast", blast_id)
        ctx.audit(unit, KEPT, *place, {"count": count})


def _given_up_since(unit: UnitOfWork, since: dt.datetime) -> int:
    query = select(func.count()).where(
        Suppression.organisation_id == unit.organisation_id,
        Suppression.channel == EMAIL,
        Suppression.reason == DEAD,
        Suppression.source == BY_BOUNCES,
        Suppression.lifted_at.is_(None),
        Suppression.created_at > since,
    )
    return unit.session.scalar(query) or 0


def _is_given_up(unit: UnitOfWork, address: str) -> bool:
    query = select(Suppression.id).where(
        Suppression.organisation_id == unit.organisation_id,
        Suppression.email == address,
        Suppression.channel == EMAIL,
        Suppression.reason == DEAD,
        Suppression.lifted_at.is_(None),
    )
    return unit.session.scalar(query.limit(1)) is not None


def kept_of_blast(unit: UnitOfWork, blast_id: uuid.UUID) -> int:
    """How many addresses that look abandoned were not given up after bounces of a blast: too many at once."""
    return _kept(unit, AuditEntry.object_kind == "blast", AuditEntry.object_id == str(blast_id))


def kept_since(ctx: Context, since: dt.datetime) -> int:
    """The same of all since then."""
    with ctx.unit() as unit:
        return _kept(unit, AuditEntry.object_kind.in_(("blast", "organisation")), AuditEntry.at > since)


def _kept(unit: UnitOfWork, *where: ColumnElement[bool]) -> int:
    query = select(func.sum(cast(AuditEntry.changes["count"].astext, Integer))).where(
        AuditEntry.organisation_id == unit.organisation_id, AuditEntry.action == KEPT, *where
    )
    return unit.session.scalar(query) or 0


def _is_abandoned(unit: UnitOfWork, address: str, now: dt.datetime) -> bool:
    """Whether nobody reads there any more. What was before its owner wrote, or before somebody lifted such a
    bar, doesn't count.
    """
    heard = select(func.max(Conversation.last_inbound_at)).where(
        Conversation.organisation_id == unit.organisation_id, Conversation.number == address
    )
    lifted = select(func.max(Suppression.lifted_at)).where(
        Suppression.organisation_id == unit.organisation_id,
        Suppression.email == address,
        Suppression.channel == EMAIL,
        Suppression.reason == DEAD,
    )
    tried = func.coalesce(Message.attempted_at, Message.created_at)
    since = func.greatest(heard.scalar_subquery(), lifted.scalar_subquery())
    rows = unit.session.execute(
        select(tried.label("at"), Message.bounce, Message.state, Message.error_detail)
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.number == address,
            Message.direction == "outbound",
            Message.state.in_(("sent", "delivered")) | Message.bounce.is_not(None),
            tried > func.coalesce(since, dt.datetime.min.replace(tzinfo=dt.UTC)),
        )
        .order_by(Message.id.desc())
        .limit(LOOKED_AT)
    )
    past = [
        Past(
            row.at, Fate(row.bounce) if row.bounce else None, row.state == "delivered", row.error_detail or ""
        )
        for row in rows
    ]
    past.sort(key=lambda one: one.at, reverse=True)
    return is_abandoned(past, now)


def bar_complained(unit: UnitOfWork, address: str, at: dt.datetime) -> bool:
    """Let nobody write to an address whose owner called a letter of ours unwanted; whether that is new."""
    return bar_number(unit, address, EMAIL, Origin(BY_COMPLAINT, at), reason=COMPLAINED) is not None


def revive_address(unit: UnitOfWork, address: str, wrote_at: dt.datetime, now: dt.datetime) -> None:
    """Take an address for living again that was given up for dead: somebody answered from it afterwards."""
    rows = unit.session.scalars(
        select(Suppression)
        .where(
            Suppression.organisation_id == unit.organisation_id,
            Suppression.email == address,
            Suppression.channel == EMAIL,
            Suppression.reason == DEAD,
            Suppression.source.in_((BY_BOUNCE, BY_BOUNCES)),
            Suppression.created_at < wrote_at,
            Suppression.lifted_at.is_(None),
        )
        .with_for_update()
    )
    for row in rows:
        step_back(unit, row, at=now, reason="They wrote from it afterwards")
