"""What tellers' phones sent, and what a teller's page shows: named reads and writes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, case, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from dialer.domain.telling import Outcome
from dialer.store.models.gotv import TurnoutMark
from dialer.store.models.tellers import MarkReceipt

_DISTRICTS = text(
    """
    WITH RECURSIVE district AS (
        (SELECT polling_district AS name FROM contact
         WHERE organisation_id = :organisation AND polling_district IS NOT NULL
         ORDER BY polling_district LIMIT 1)
        UNION ALL
        SELECT (SELECT polling_district FROM contact
                WHERE organisation_id = :organisation AND polling_district > district.name
                ORDER BY polling_district LIMIT 1)
        FROM district WHERE district.name IS NOT NULL
    )
    SELECT name, (
        SELECT polling_station FROM contact
        WHERE organisation_id = :organisation AND polling_district = name LIMIT 1
    ) AS station
    FROM district WHERE name IS NOT NULL
    """
)
"""From one district to the next by the index: 100,000 electors aren't read for a hundred names."""


@dataclass(frozen=True, slots=True)
class District:
    """A polling district, and where its electors vote if that is known."""

    name: str
    station: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered to a mark that named itself."""

    client_id: uuid.UUID
    outcome: Outcome
    voted_at: dt.datetime | None
    mark_id: uuid.UUID | None = None


def districts(session: Session, organisation_id: uuid.UUID) -> list[District]:
    """Every polling district that contacts live in, by name."""
    return [District(*row) for row in session.execute(_DISTRICTS, {"organisation": organisation_id})]


def receipts(
    session: Session, organisation_id: uuid.UUID, client_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Receipt]:
    """The receipts of marks that came before; of those taken back since it says so."""
    taken_back = TurnoutMark.state == "undone"
    found = (
        select(
            MarkReceipt.client_id,
            case((taken_back, Outcome.UNDONE.value), else_=MarkReceipt.outcome).label("outcome"),
            MarkReceipt.voted_at,
            MarkReceipt.mark_id,
        )
        .outerjoin(
            TurnoutMark,
            (TurnoutMark.organisation_id == MarkReceipt.organisation_id)
            & (TurnoutMark.id == MarkReceipt.mark_id),
        )
        .where(MarkReceipt.organisation_id == organisation_id, MarkReceipt.client_id.in_(client_ids))
    )
    return {
        row.client_id: Receipt(row.client_id, Outcome(row.outcome), row.voted_at, row.mark_id)
        for row in session.execute(found)
    }


def keep_receipts(
    session: Session,
    organisation_id: uuid.UUID,
    account_id: uuid.UUID | None,
    receipts: Sequence[Receipt],
    now: dt.datetime,
) -> None:
    """Write what is answered, with the marks themselves."""
    rows = [
        {
            "organisation_id": organisation_id,
            "client_id": one.client_id,
            "account_id": account_id,
            "mark_id": one.mark_id,
            "outcome": one.outcome.value,
            "voted_at": one.voted_at,
            "recorded_at": now,
        }
        for one in receipts
    ]
    if rows:
        session.execute(insert(MarkReceipt), rows)


def own_marks(
    session: Session, organisation_id: uuid.UUID, election_id: uuid.UUID, account_id: uuid.UUID, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """A teller's last standing marks that their page made, newest first: client_id, TurnoutMark, outcome."""
    found = (
        select(MarkReceipt.client_id, TurnoutMark, MarkReceipt.outcome)
        .join(
            MarkReceipt,
            (MarkReceipt.organisation_id == TurnoutMark.organisation_id)
            & (MarkReceipt.mark_id == TurnoutMark.id),
        )
        .where(
            TurnoutMark.organisation_id == organisation_id,
            TurnoutMark.account_id == account_id,
            TurnoutMark.election_id == election_id,
            TurnoutMark.state != "undone",
        )
        .order_by(TurnoutMark.at.desc(), TurnoutMark.id.desc())
        .limit(limit)
    )
    return session.execute(found).all()


def count_own(
    session: Session,
    organisation_id: uuid.UUID,
    election_id: uuid.UUID,
    account_id: uuid.UUID,
    *,
    today: dt.datetime,
    hour: dt.datetime,
) -> tuple[int, int]:
    """How many standing marks somebody noted since the start of the hour, and of the day."""
    in_hour = func.count().filter(TurnoutMark.at >= hour)
    counted = session.execute(
        select(in_hour, func.count()).where(
            TurnoutMark.organisation_id == organisation_id,
            TurnoutMark.account_id == account_id,
            TurnoutMark.election_id == election_id,
            TurnoutMark.state != "undone",
            TurnoutMark.at >= today,
        )
    ).one()
    return counted[0], counted[1]


def own_evidence(
    session: Session,
    organisation_id: uuid.UUID,
    account_id: uuid.UUID,
    client_ids: Collection[uuid.UUID],
    since: dt.datetime,
) -> list[uuid.UUID]:
    """The marks that somebody's phone made by these ids, themselves, since then."""
    found = select(MarkReceipt.mark_id).where(
        MarkReceipt.organisation_id == organisation_id,
        MarkReceipt.account_id == account_id,
        MarkReceipt.client_id.in_(client_ids),
        MarkReceipt.mark_id.is_not(None),
        MarkReceipt.recorded_at >= since,
    )
    return [mark_id for mark_id in session.scalars(found) if mark_id is not None]
