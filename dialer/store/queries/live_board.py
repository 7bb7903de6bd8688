"""What the live board reads: a few rows of counters, the shifts that are open, and one pass over a queue."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert

from dialer.store.models.calling import Shift
from dialer.store.models.gotv import CampaignMinute
from dialer.store.models.queue import NumbersLeft, QueueEntry
from dialer.store.session import UnitOfWork

_LATEST_RESULTS = 8

_SHIFTS = text(
    """
    SELECT s.account_id, a.name, a.role, s.state, s.last_seen_at, s.limited_since,
           (SELECT o.created_at FROM assignment o
            WHERE o.organisation_id = s.organisation_id AND o.shift_id = s.id AND o.state = 'open')
               AS looking_since,
           NOT EXISTS (SELECT 1 FROM shift e
                       WHERE e.organisation_id = s.organisation_id AND e.account_id = s.account_id
                         AND e.id <> s.id AND e.started_at < s.started_at) AS first_shift,
           latest.dispositions, latest.times, h.asked_at, h.reason AS help_reason, taker.name AS help_by
    FROM shift s
    JOIN account a ON a.organisation_id = s.organisation_id AND a.id = s.account_id
    LEFT JOIN help_request h
           ON h.organisation_id = s.organisation_id AND h.shift_id = s.id AND h.closed_at IS NULL
    LEFT JOIN account taker ON taker.organisation_id = h.organisation_id AND taker.id = h.taken_by
    LEFT JOIN LATERAL (
        SELECT array_agg(r.disposition ORDER BY r.at DESC) AS dispositions,
               array_agg(r.at ORDER BY r.at DESC) AS times
        FROM (SELECT disposition, at FROM result
              WHERE organisation_id = s.organisation_id AND account_id = s.account_id
                AND campaign_id = s.campaign_id AND at >= s.started_at AND NOT implied
                AND superseded_at IS NULL AND voided_at IS NULL
              ORDER BY at DESC LIMIT :latest) r
    ) latest ON true
    WHERE s.organisation_id = :organisation AND s.campaign_id = :campaign
      AND (s.state <> 'ended' OR s.id IN (
          SELECT shift_id FROM help_request
          WHERE organisation_id = :organisation AND campaign_id = :campaign AND closed_at IS NULL))
    ORDER BY a.name, s.account_id
    """
)


def somebody_calls(unit: UnitOfWork, since: dt.datetime) -> bool:
    """Whether any volunteer did something on a shift since then."""
    calling = (
        select(Shift.id)
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.state != "ended",
            Shift.last_seen_at > since,
        )
        .limit(1)
    )
    return unit.session.scalar(calling) is not None


def open_shifts(unit: UnitOfWork, campaign_id: uuid.UUID) -> Sequence[Row[Any]]:
    """Everybody on a shift, with the person in their hands and what their latest calls came to; who asked for
    help in one that ended meanwhile is still among them.
    """
    about = {"organisation": unit.organisation_id, "campaign": campaign_id, "latest": _LATEST_RESULTS}
    return unit.session.execute(_SHIFTS, about).all()


def minutes_since(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime) -> Sequence[CampaignMinute]:
    """The minutes in which something was recorded, in order."""
    query = (
        select(CampaignMinute)
        .where(
            CampaignMinute.organisation_id == unit.organisation_id,
            CampaignMinute.campaign_id == campaign_id,
            CampaignMinute.minute >= since,
        )
        .order_by(CampaignMinute.minute)
    )
    return unit.session.scalars(query).all()


def numbers_left(unit: UnitOfWork, campaign_id: uuid.UUID, until: dt.datetime) -> tuple[int, int]:
    """How many numbers are due before `until` (those in somebody's hands too), and how many rest longer."""
    waiting = QueueEntry.state == "waiting"
    query = select(
        func.count().filter((QueueEntry.state == "held") | (waiting & (QueueEntry.due_at < until))),
        func.count().filter(waiting & (QueueEntry.due_at >= until)),
    ).where(
        QueueEntry.organisation_id == unit.organisation_id,
        QueueEntry.campaign_id == campaign_id,
        QueueEntry.state.in_(("waiting", "held")),
    )
    due, resting = unit.session.execute(query).one()
    return due, resting


def may_count(unit: UnitOfWork, campaign_id: uuid.UUID, horizon: str) -> bool:
    """Whether nobody else is just counting that; then nobody does until this transaction ends."""
    name = f"numbers_left:{unit.organisation_id}:{campaign_id}:{horizon}"
    return bool(unit.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))))


def keep_left(unit: UnitOfWork, campaign_id: uuid.UUID, horizon: str, **counted: object) -> None:
    """Keep how many numbers are left, for whoever asks next."""
    key = {"organisation_id": unit.organisation_id, "campaign_id": campaign_id, "horizon": horizon}
    statement = insert(NumbersLeft).values(**key, **counted)
    unit.session.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=counted),
        execution_options={"synchronize_session": False},
    )
