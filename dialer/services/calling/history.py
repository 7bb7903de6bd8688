"""What came of the calls to one person, for whoever answers them."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, select

from dialer.services.calling.views import PastAttempt
from dialer.store.models.calling import Result
from dialer.store.queries.callees import HISTORY_MAX
from dialer.store.session import UnitOfWork


def last_calls(unit: UnitOfWork, contact_id: uuid.UUID, *only: ColumnElement[bool]) -> list[PastAttempt]:
    """The last results of one person that stand, newest first, of those for which `only` holds: as many as
    the call screen shows.
    """
    query = (
        select(Result.at, Result.disposition, Result.notes)
        .where(*_standing(unit.organisation_id, contact_id), *only)
        .order_by(Result.at.desc(), Result.id.desc())
        .limit(HISTORY_MAX)
    )
    return [PastAttempt(at, disposition, notes) for at, disposition, notes in unit.session.execute(query)]


def _standing(organisation_id: uuid.UUID, contact_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        Result.organisation_id == organisation_id,
        Result.contact_id == contact_id,
        Result.superseded_at.is_(None),
        Result.voided_at.is_(None),
    )
