"""What those who wait for a call speak, and in which languages people are being rung."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from sqlalchemy import func, select

from dialer.domain.call import DIALLED
from dialer.domain.languages import tongues
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Shift
from dialer.store.models.calls import Call
from dialer.store.models.queue import QueueEntry
from dialer.store.queries.calls import OPEN
from dialer.store.session import UnitOfWork


def tongues_waiting(unit: UnitOfWork, campaign_id: uuid.UUID, home: str) -> list[frozenset[str]]:
    """What each volunteer speaks who waits on their line."""
    query = (
        select(Account.languages)
        .join(Shift, (Shift.organisation_id == Account.organisation_id) & (Shift.account_id == Account.id))
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.campaign_id == campaign_id,
            Shift.state == "ready",
            Shift.line_state == "open",
        )
    )
    return [tongues(languages, home) for languages in unit.session.scalars(query)]


def tongues_of(unit: UnitOfWork, account_id: uuid.UUID, home: str) -> frozenset[str]:
    """What a volunteer speaks, where this is the home language."""
    return tongues(unit.session.get_one(Account, (unit.organisation_id, account_id)).languages, home)


def rung_in(unit: UnitOfWork, campaign_id: uuid.UUID) -> Mapping[str, int]:
    """How many people are being rung, or wait to be joined, by the language under which they waited."""
    query = (
        select(QueueEntry.language, func.count())
        .join(
            Assignment,
            (Assignment.organisation_id == QueueEntry.organisation_id)
            & (Assignment.queue_entry_id == QueueEntry.id),
        )
        .join(
            Call, (Call.organisation_id == Assignment.organisation_id) & (Call.assignment_id == Assignment.id)
        )
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.campaign_id == campaign_id,
            Call.mode == DIALLED,
            Call.state.in_(OPEN),
            Call.joined_at.is_(None),
        )
        .group_by(QueueEntry.language)
    )
    return dict(unit.session.execute(query).all())


def tongues_on_shift(unit: UnitOfWork, campaign_id: uuid.UUID, home: str) -> list[frozenset[str]]:
    """What each volunteer speaks who is on a shift, whether they wait or not."""
    theirs = (Shift.organisation_id == Account.organisation_id) & (Shift.account_id == Account.id)
    query = select(Account.languages).join(Shift, theirs)
    here = (Shift.organisation_id == unit.organisation_id, Shift.campaign_id == campaign_id)
    return [tongues(one, home) for one in unit.session.scalars(query.where(*here, Shift.state != "ended"))]


def due_by_language(unit: UnitOfWork, campaign_id: uuid.UUID, now: dt.datetime) -> Mapping[str, int]:
    """How many numbers are due, by their language. It counts index rows: tenths of a second for a million."""
    query = (
        select(QueueEntry.language, func.count())
        .where(
            QueueEntry.organisation_id == unit.organisation_id,
            QueueEntry.campaign_id == campaign_id,
            QueueEntry.state == "waiting",
            QueueEntry.due_at <= now,
        )
        .group_by(QueueEntry.language)
    )
    return dict(unit.session.execute(query).all())
