"""Addresses that letters came back from, or whose owners complained: no campaign writes to them any more."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select

from dialer.domain.texting import EMAIL
from dialer.services.people.opt_outs import bar_number
from dialer.services.people.weighing import Origin, step_back
from dialer.store.models.conversations import Conversation
from dialer.store.models.people import Suppression
from dialer.store.session import UnitOfWork

DEAD: Final = "carrier"
COMPLAINED: Final = "complaint"
"""The reasons of such suppressions."""
BY_BOUNCE: Final = "bounce"
BY_COMPLAINT: Final = "complaint"
"""And where they came from."""


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
            Suppression.source == BY_BOUNCE,
            Suppression.created_at < wrote_at,
            Suppression.lifted_at.is_(None),
        )
        .with_for_update()
    )
    for row in rows:
        step_back(unit, row, at=now, reason="They wrote from it afterwards")
