"""A campaign's numbers by how often they were tried and how they stand, and its tries by pass."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text

from dialer.domain.disposition import Disposition
from dialer.domain.penetration import COUNTED_AHEAD, PASSES_MOST, UNANSWERED
from dialer.domain.queue_order import FRESH_LINES, Rank
from dialer.store.session import UnitOfWork

_TRIES: Final = """
    SELECT r.number, r.assignment_id, min(r.at) AS at,
           bool_or(r.disposition <> ALL (CAST(:unanswered AS text[]))) AS answered,
           bool_or(r.disposition = :contacted) AS contacted,
           (array_agg(r.disposition ORDER BY r.implied, r.id))[1] AS disposition
    FROM result r
    WHERE r.organisation_id = :organisation_id AND r.campaign_id = :campaign_id
      AND r.superseded_at IS NULL AND r.voided_at IS NULL
    GROUP BY r.number, r.assignment_id
"""

_PASSES: Final = text(
    f"""
    SELECT pass AS pass_, count(*) AS attempts, count(*) FILTER (WHERE answered) AS answered,
           count(*) FILTER (WHERE contacted) AS contacted
    FROM (
        SELECT least(row_number() OVER (PARTITION BY number ORDER BY at, assignment_id), :most) AS pass,
               answered, contacted
        FROM ({_TRIES}) AS try
    ) AS numbered
    GROUP BY pass ORDER BY pass
    """  # noqa: S608 - words of ours
)

_NUMBERS: Final = text(
    f"""
    SELECT e.state, e.out_reason,
           CASE WHEN e.state <> 'waiting' THEN NULL
                WHEN e.priority BETWEEN :fresh AND :last_fresh THEN :fresh ELSE e.priority END AS line,
           CASE WHEN e.state = 'waiting' THEN e.due_at <= :now END AS due,
           least(coalesce(of_number.tries, 0), :most) AS tries,
           coalesce(of_number.contacted, false) AS reached,
           CASE WHEN e.state = 'done' THEN of_number.disposition END AS outcome,
           count(*) AS numbers
    FROM queue_entry e
    LEFT JOIN (
        SELECT number, count(*) AS tries, bool_or(contacted) AS contacted,
               (array_agg(disposition ORDER BY at DESC))[1] AS disposition
        FROM ({_TRIES}) AS try
        GROUP BY number
    ) AS of_number ON of_number.number = e.number
    WHERE e.organisation_id = :organisation_id AND e.campaign_id = :campaign_id
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    """  # noqa: S608 - words of ours
)

_FRESH_LEFT: Final = text(
    """
    SELECT count(*) FROM (
        SELECT 1 FROM queue_entry
        WHERE organisation_id = :organisation_id AND campaign_id = :campaign_id AND state = 'waiting'
          AND priority BETWEEN :fresh AND :last_fresh
        LIMIT :enough
    ) AS ahead
    """
)

_BEGUN: Final = text(
    """
    SELECT count(DISTINCT r.number) FROM result r
    WHERE r.organisation_id = :organisation_id AND r.campaign_id = :campaign_id AND r.at > :since
      AND NOT EXISTS (
          SELECT 1 FROM result b
          WHERE b.organisation_id = r.organisation_id AND b.number = r.number
            AND b.campaign_id = r.campaign_id AND b.at <= :since
      )
    """
)


def passes(unit: UnitOfWork, campaign_id: uuid.UUID) -> Sequence[Row[Any]]:
    """The tries of a campaign that stand, by which try of their number they were."""
    return unit.session.execute(_PASSES, _given(unit, campaign_id)).all()


def numbers(unit: UnitOfWork, campaign_id: uuid.UUID, now: dt.datetime) -> Sequence[Row[Any]]:
    """Its numbers by where they stand, how often they were tried and whether somebody was reached."""
    return unit.session.execute(_NUMBERS, {**_given(unit, campaign_id), "now": now}).all()


def fresh_left(unit: UnitOfWork, campaign_id: uuid.UUID) -> int | None:
    """How many numbers were never tried and wait; None when there are more than `COUNTED_AHEAD`."""
    asked = {**_given(unit, campaign_id), "enough": COUNTED_AHEAD + 1}
    found = unit.session.scalar(_FRESH_LEFT, asked) or 0
    return None if found > COUNTED_AHEAD else found


def begun(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime) -> int:
    """How many numbers were tried for the first time since then."""
    return unit.session.scalar(_BEGUN, {**_given(unit, campaign_id), "since": since}) or 0


def _given(unit: UnitOfWork, campaign_id: uuid.UUID) -> dict[str, object]:
    return {
        "organisation_id": unit.organisation_id,
        "campaign_id": campaign_id,
        "unanswered": sorted(UNANSWERED),
        "contacted": str(Disposition.CONTACTED),
        "most": PASSES_MOST,
        "fresh": int(Rank.FRESH),
        "last_fresh": Rank.FRESH + FRESH_LINES - 1,
    }
