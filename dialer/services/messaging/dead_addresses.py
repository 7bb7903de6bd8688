"""Addresses that nobody has or reads, or whose owners complained: no campaign writes to them any more."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import func, select

from dialer.domain.bounces import Past, is_abandoned
from dialer.domain.mail_report import Fate
from dialer.domain.texting import EMAIL
from dialer.services.people.opt_outs import bar_number
from dialer.services.people.weighing import Origin, step_back
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


def bar_abandoned_address(unit: UnitOfWork, address: str, now: dt.datetime) -> bool:
    """Let nobody write to an address whose emails keep coming back for reasons that pass (`domain.bounces`);
    whether that is new. What was before its owner wrote, or before somebody lifted such a bar, doesn't count.
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
    if not is_abandoned(past, now):
        return False
    return bar_number(unit, address, EMAIL, Origin(BY_BOUNCES, now), reason=DEAD) is not None


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
