"""What texts have cost, kept by the quarter of an hour in which they were sent (design §2, law 9).

The clocks of every zone stand whole quarters apart from each other, so days of any zone are made of these
quarters. Each connection has a stripe of its own, as with counters, and readers add them up.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

NO_CAMPAIGN: Final = uuid.UUID(int=0)
"""Stands for none in the key of the table."""
QUARTER: Final = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an amount belongs: campaign (`NO_CAMPAIGN`: none), sender, currency, and quarter of an hour."""

    campaign_id: uuid.UUID
    sender: str
    currency: str
    quarter: dt.datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """So many texts of so many parts, by our list of prices and as they count."""

    texts: int = 0
    segments: int = 0
    reckoned: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.texts + other.texts,
            self.segments + other.segments,
            self.reckoned + other.reckoned,
            self.cost + other.cost,
        )

    def __sub__(self, other: Spent) -> Spent:
        return self + Spent(-other.texts, -other.segments, -other.reckoned, -other.cost)


@dataclass(frozen=True, slots=True)
class Apart:
    """A place where what is kept isn't what the texts say."""

    place: Place
    kept: Spent
    counted: Spent


def place_of(campaign_id: uuid.UUID | None, sender: str, currency: str, sent_at: dt.datetime) -> Place:
    """Where a text belongs that was sent at this moment."""
    return Place(campaign_id or NO_CAMPAIGN, sender, currency, quarter_of(sent_at))


def quarter_of(at: dt.datetime) -> dt.datetime:
    """When the quarter of an hour began that this moment lies in."""
    into = dt.timedelta(seconds=at.timestamp() % QUARTER.total_seconds())
    return (at - into).replace(microsecond=0)


_DAYS: Final = """
    INSERT INTO text_spending_day (organisation_id, campaign_id, sender, currency, day, stripe,
                                   first_quarter, last_quarter, texts, segments, reckoned, cost)
    SELECT :organisation, campaign_id, sender, currency, CAST(quarter AT TIME ZONE 'UTC' AS date),
           pg_backend_pid() % :stripes, min(quarter), max(quarter),
           sum(texts), sum(segments), sum(reckoned), sum(cost)
    FROM given
    GROUP BY campaign_id, sender, currency, CAST(quarter AT TIME ZONE 'UTC' AS date)
    ORDER BY campaign_id, sender, currency, CAST(quarter AT TIME ZONE 'UTC' AS date)
    ON CONFLICT (organisation_id, campaign_id, sender, currency, day, stripe)
    DO UPDATE SET first_quarter = least(text_spending_day.first_quarter, excluded.first_quarter),
                  last_quarter = greatest(text_spending_day.last_quarter, excluded.last_quarter),
                  texts = text_spending_day.texts + excluded.texts,
                  segments = text_spending_day.segments + excluded.segments,
                  reckoned = text_spending_day.reckoned + excluded.reckoned,
                  cost = text_spending_day.cost + excluded.cost
"""
_WRITE: Final = text(
    f"""
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(
            CAST(:campaigns AS uuid[]), CAST(:senders AS text[]), CAST(:currencies AS text[]),
            CAST(:quarters AS timestamptz[]), CAST(:texts AS bigint[]), CAST(:segments AS bigint[]),
            CAST(:reckoned AS numeric[]), CAST(:costs AS numeric[])
        ) AS given(campaign_id, sender, currency, quarter, texts, segments, reckoned, cost)
    ), by_quarter AS (
        INSERT INTO text_spending (organisation_id, campaign_id, sender, currency, quarter, stripe,
                                   texts, segments, reckoned, cost)
        SELECT :organisation, campaign_id, sender, currency, quarter, pg_backend_pid() % :stripes,
               texts, segments, reckoned, cost
        FROM given
        ORDER BY campaign_id, sender, currency, quarter
        ON CONFLICT (organisation_id, campaign_id, sender, currency, quarter, stripe)
        DO UPDATE SET texts = text_spending.texts + excluded.texts,
                      segments = text_spending.segments + excluded.segments,
                      reckoned = text_spending.reckoned + excluded.reckoned,
                      cost = text_spending.cost + excluded.cost
    )
    {_DAYS}
    """  # noqa: S608 - words of ours
)
"""Days and quarters in one turn: PostgreSQL carries the main statement out first and then the one that
nothing reads, so everybody takes them in one order.
"""

COUNTED: Final = """
    SELECT organisation_id, coalesce(campaign_id, '00000000-0000-0000-0000-000000000000') AS campaign_id,
           coalesce(sender, '') AS sender, cost_currency AS currency,
           date_bin('15 minutes', coalesce(sent_at, created_at), 'epoch') AS quarter,
           count(*) AS texts, sum(segments) AS segments, sum(coalesce(reckoned, cost)) AS reckoned,
           sum(cost) AS cost
    FROM message
    WHERE direction = 'outbound' AND cost IS NOT NULL AND organisation_id = :organisation
    GROUP BY 1, 2, 3, 4, 5
"""
_APART: Final = text(
    f"""
    WITH counted AS ({COUNTED}), kept AS (
        SELECT campaign_id, sender, currency, quarter, sum(texts) AS texts, sum(segments) AS segments,
               sum(reckoned) AS reckoned, sum(cost) AS cost
        FROM text_spending WHERE organisation_id = :organisation GROUP BY 1, 2, 3, 4
    )
    SELECT campaign_id, sender, currency, quarter,
           coalesce(k.texts, 0)::bigint AS kept_texts, coalesce(k.segments, 0)::bigint AS kept_segments,
           coalesce(k.reckoned, 0) AS kept_reckoned, coalesce(k.cost, 0) AS kept_cost,
           coalesce(c.texts, 0)::bigint AS texts, coalesce(c.segments, 0)::bigint AS segments,
           coalesce(c.reckoned, 0) AS reckoned, coalesce(c.cost, 0) AS cost
    FROM kept k FULL JOIN counted c USING (campaign_id, sender, currency, quarter)
    WHERE (k.texts, k.segments, k.reckoned, k.cost) IS DISTINCT FROM (c.texts, c.segments, c.reckoned, c.cost)
      AND NOT (c.cost IS NULL AND k.texts = 0 AND k.segments = 0 AND k.reckoned = 0 AND k.cost = 0)
    ORDER BY campaign_id, sender, currency, quarter
    """  # noqa: S608 - words of ours
)


def write(session: Session, organisation_id: uuid.UUID, stripes: int, spent: Mapping[Place, Spent]) -> None:
    """Add these amounts, in an order that everybody keeps."""
    places = sorted(place for place, amount in spent.items() if amount != Spent())
    if not places:
        return
    texts, segments, reckoned, costs = zip(*(astuple(spent[place]) for place in places), strict=True)
    session.execute(
        _WRITE,
        {
            "organisation": organisation_id,
            "stripes": stripes,
            "campaigns": [place.campaign_id for place in places],
            "senders": [place.sender for place in places],
            "currencies": [place.currency for place in places],
            "quarters": [place.quarter for place in places],
            "texts": list(texts),
            "segments": list(segments),
            "reckoned": list(reckoned),
            "costs": list(costs),
        },
    )


_DAYS_APART: Final = """
    WITH counted AS (
        SELECT campaign_id, sender, currency, CAST(quarter AT TIME ZONE 'UTC' AS date) AS day,
               min(quarter) AS first_quarter, max(quarter) AS last_quarter, sum(texts) AS texts,
               sum(segments) AS segments, sum(reckoned) AS reckoned, sum(cost) AS cost
        FROM text_spending WHERE organisation_id = :organisation GROUP BY 1, 2, 3, 4
    ), kept AS (
        SELECT campaign_id, sender, currency, day, min(first_quarter) AS first_quarter,
               max(last_quarter) AS last_quarter, sum(texts) AS texts, sum(segments) AS segments,
               sum(reckoned) AS reckoned, sum(cost) AS cost
        FROM text_spending_day WHERE organisation_id = :organisation GROUP BY 1, 2, 3, 4
    ), apart AS (
        SELECT campaign_id, sender, currency, day, day::timestamp AT TIME ZONE 'UTC' AS quarter,
               coalesce(c.first_quarter, k.first_quarter) AS first_quarter,
               coalesce(c.last_quarter, k.last_quarter) AS last_quarter,
               coalesce(k.texts, 0)::bigint AS kept_texts, coalesce(k.segments, 0)::bigint AS kept_segments,
               coalesce(k.reckoned, 0) AS kept_reckoned, coalesce(k.cost, 0) AS kept_cost,
               coalesce(c.texts, 0)::bigint AS texts, coalesce(c.segments, 0)::bigint AS segments,
               coalesce(c.reckoned, 0) AS reckoned, coalesce(c.cost, 0) AS cost
        FROM kept k FULL JOIN counted c USING (campaign_id, sender, currency, day)
        WHERE (coalesce(k.texts, 0), coalesce(k.segments, 0), coalesce(k.reckoned, 0), coalesce(k.cost, 0))
           <> (coalesce(c.texts, 0), coalesce(c.segments, 0), coalesce(c.reckoned, 0), coalesce(c.cost, 0))
           OR k.first_quarter > c.first_quarter OR k.last_quarter < c.last_quarter
    )
"""
_READ_DAYS_APART: Final = text(
    f"{_DAYS_APART} SELECT * FROM apart ORDER BY campaign_id, sender, currency, day"  # noqa: S608 - ours
)
_MEND_DAYS: Final = text(
    f"""
    {_DAYS_APART}, given AS (
        SELECT campaign_id, sender, currency, edge.quarter, edge.part * (texts - kept_texts) AS texts,
               edge.part * (segments - kept_segments) AS segments,
               edge.part * (reckoned - kept_reckoned) AS reckoned, edge.part * (cost - kept_cost) AS cost
        FROM apart CROSS JOIN LATERAL (VALUES (first_quarter, 1), (last_quarter, 0)) AS edge(quarter, part)
    )
    {_DAYS}
    """  # noqa: S608 - words of ours
)


def apart(session: Session, organisation_id: uuid.UUID) -> list[Apart]:
    """Where what is kept isn't what the texts say. Reads all of them: for checks, never for pages."""
    return _read_apart(session, _APART, organisation_id)


def days_apart(session: Session, organisation_id: uuid.UUID) -> list[Apart]:
    """Where a day isn't what its quarters add up to; its place is its midnight."""
    return _read_apart(session, _READ_DAYS_APART, organisation_id)


def mend_days(session: Session, organisation_id: uuid.UUID, stripes: int) -> None:
    """Let every day be what its quarters add up to, by the difference."""
    session.execute(_MEND_DAYS, {"organisation": organisation_id, "stripes": stripes})


def _read_apart(session: Session, query: TextClause, organisation_id: uuid.UUID) -> list[Apart]:
    rows = session.execute(query, {"organisation": organisation_id})
    return [
        Apart(
            Place(row.campaign_id, row.sender, row.currency, row.quarter),
            Spent(row.kept_texts, row.kept_segments, row.kept_reckoned, row.kept_cost),
            Spent(row.texts, row.segments, row.reckoned, row.cost),
        )
        for row in rows
    ]
