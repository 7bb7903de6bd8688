"""What texts, emails, calls, look-ups and our numbers cost in a period, added up as a return of it wants."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.spending import SpendingLine
from dialer.store.queries.text_spending import NO_CAMPAIGN

# What texts cost is kept by whole days of UTC and by quarters of an hour, of which every day of any clock is
# made: days are read, and quarters at the two ends of the period alone. Calls are few enough to be read. Days
# go by the clock of the campaign, or of the installation where there is none. An amount belongs to the day on
# which the carrier took the text, or rang the person. Which day it is by a clock is only asked near midnight
# of the first and the last: clocks are put forward and back there, in some places.
_PLACES: Final = """
    SELECT c.id, c.name, c.zone, edge.since, edge.until,
           date_trunc('day', edge.since + interval '3 hours', 'UTC') + interval '1 day' AS whole_since,
           date_trunc('day', edge.until - interval '3 hours', 'UTC') AS whole_until
    FROM (
        SELECT id, name, timezone AS zone FROM campaign WHERE organisation_id = :organisation
        UNION ALL SELECT CAST(:no_campaign AS uuid), NULL, CAST(:zone AS text)
    ) AS c
    CROSS JOIN LATERAL (
        SELECT coalesce(CAST(CAST(:first AS date) AS timestamp) AT TIME ZONE c.zone, '-infinity') AS since,
               coalesce(CAST(CAST(:last AS date) + 1 AS timestamp) AT TIME ZONE c.zone, 'infinity') AS until
    ) AS edge
    WHERE CAST(:campaigns AS uuid[]) IS NULL OR c.id = ANY (CAST(:campaigns AS uuid[]))
"""
"""A day is whole where all of it lies well within the period: from `whole_since` to before `whole_until`."""
_WITHIN: Final = """
    {at} >= p.since - interval '3 hours' AND {at} < p.until + interval '3 hours'
    AND ({at} >= p.since + interval '3 hours'
         OR CAST({at} AT TIME ZONE p.zone AS date) >= CAST(:first AS date))
    AND ({at} < p.until - interval '3 hours'
         OR CAST({at} AT TIME ZONE p.zone AS date) <= CAST(:last AS date))
"""
# An email is told from a text by where it came from.
_TEXTS: Final = f"""
    SELECT x.campaign_id, CASE WHEN strpos(x.sender, '@') > 0 THEN 'email' ELSE 'sms' END AS channel,
           nullif(x.sender, '') AS sender, x.currency, sum(x.texts) AS count,
           sum(CASE WHEN strpos(x.sender, '@') > 0 THEN x.texts ELSE x.segments END) AS units,
           sum(x.reckoned) AS reckoned, sum(x.cost) AS cost,
           min(x.first_quarter) AS first_at, max(x.last_quarter) AS last_at
    FROM (
        SELECT x.campaign_id, x.sender, x.currency, x.texts, x.segments, x.reckoned, x.cost,
               x.first_quarter, x.last_quarter
        FROM place p
        JOIN text_spending_day x
          ON x.organisation_id = :organisation AND x.campaign_id = p.id
         AND x.day >= CAST(p.whole_since AT TIME ZONE 'UTC' AS date)
         AND x.day < CAST(p.whole_until AT TIME ZONE 'UTC' AS date)
        UNION ALL
        SELECT x.campaign_id, x.sender, x.currency, x.texts, x.segments, x.reckoned, x.cost,
               x.quarter, x.quarter
        FROM place p
        CROSS JOIN LATERAL (
            VALUES (p.since - interval '3 hours', least(p.whole_since, p.until + interval '3 hours')),
                   (greatest(p.whole_since, p.whole_until), p.until + interval '3 hours')
        ) AS edge(since, until)
        CROSS JOIN LATERAL (
            SELECT * FROM text_spending q
            WHERE q.organisation_id = :organisation AND q.campaign_id = p.id
              AND q.quarter >= edge.since AND q.quarter < edge.until
            OFFSET 0
        ) AS x
        WHERE {_WITHIN.format(at="x.quarter")}
    ) AS x
    GROUP BY x.campaign_id, x.sender, x.currency
"""  # noqa: S608 - words of ours
"""Quarters are looked up end by end (`OFFSET 0`): the planner can't know how short the ends are, and would
read all quarters for them.
"""
_CALLS: Final = f"""
    SELECT p.id AS campaign_id, 'voice' AS channel, nullif(x.caller_id, '') AS sender,
           x.cost_currency AS currency, count(*) AS count, sum(coalesce(x.duration_s, 0)) AS units,
           sum(x.cost) AS reckoned, sum(x.cost) AS cost,
           min(coalesce(x.contact_rung_at, x.created_at)) AS first_at,
           max(coalesce(x.contact_rung_at, x.created_at)) AS last_at
    FROM call x
    JOIN place p ON p.id = coalesce(x.campaign_id, :no_campaign)
    WHERE x.organisation_id = :organisation AND x.cost IS NOT NULL
      AND {_WITHIN.format(at="coalesce(x.contact_rung_at, x.created_at)")}
    GROUP BY p.id, x.caller_id, x.cost_currency
"""  # noqa: S608 - words of ours
_LOOK_UPS: Final = f"""
    SELECT p.id AS campaign_id, 'look_up' AS channel, CAST(NULL AS text) AS sender, b.currency,
           sum(x.asked) AS count, sum(x.asked) AS units, sum(x.asked * b.price) AS reckoned,
           sum(x.asked * b.price) AS cost, min(x.quarter) AS first_at, max(x.quarter) AS last_at
    FROM look_up_spending x
    JOIN look_up_batch b ON b.organisation_id = x.organisation_id AND b.id = x.batch_id
    JOIN place p ON p.id = coalesce(b.campaign_id, :no_campaign)
    WHERE x.organisation_id = :organisation AND {_WITHIN.format(at="x.quarter")}
    GROUP BY p.id, b.currency
"""  # noqa: S608 - words of ours
_RENTS: Final = f"""
    SELECT p.id AS campaign_id, 'number_rent' AS channel, x.number AS sender, x.currency,
           count(*) AS count, count(*) AS units, sum(x.amount) AS reckoned, sum(x.amount) AS cost,
           min(x.charged_at) AS first_at, max(x.charged_at) AS last_at
    FROM number_rent x
    JOIN place p ON p.id = :no_campaign
    WHERE x.organisation_id = :organisation AND x.amount IS NOT NULL
      AND {_WITHIN.format(at="x.charged_at")}
    GROUP BY p.id, x.number, x.currency
"""  # noqa: S608 - words of ours
LINES: Final = text(
    f"""
    WITH place AS MATERIALIZED ({_PLACES}), spent AS (
        {_TEXTS} UNION ALL {_CALLS} UNION ALL {_LOOK_UPS} UNION ALL {_RENTS}
    )
    SELECT nullif(s.campaign_id, :no_campaign) AS campaign_id, p.name AS campaign, s.channel, s.sender,
        s.currency, s.count, s.units, s.reckoned, s.cost,
        CAST(s.first_at AT TIME ZONE p.zone AS date) AS first_day,
        CAST(s.last_at AT TIME ZONE p.zone AS date) AS last_day
    FROM spent s JOIN place p ON p.id = s.campaign_id
    WHERE s.count > 0
    ORDER BY campaign NULLS LAST, s.campaign_id, s.channel, s.currency, s.sender
    """  # noqa: S608 - words of ours
)

_WAITING: Final = text(
    f"""
    WITH place AS MATERIALIZED ({_PLACES})
    SELECT x.number, count(*) AS months,
        min(CAST(x.charged_at AT TIME ZONE p.zone AS date)) AS first_day,
        max(CAST(x.charged_at AT TIME ZONE p.zone AS date)) AS last_day
    FROM number_rent x
    JOIN place p ON p.id = :no_campaign
    WHERE x.organisation_id = :organisation AND x.amount IS NULL
      AND {_WITHIN.format(at="x.charged_at")}
    GROUP BY x.number
    ORDER BY x.number
    """  # noqa: S608 - words of ours
)


@dataclass(frozen=True, slots=True)
class WaitingMonths:
    """So many months of a number, charged on these days, that wait for their price and are in no line."""

    number: str
    months: int
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which campaigns (None: all), from the `first` to the `last` day, both counted.

    By the clock of `zone` where something belongs to no campaign.
    """

    campaign_ids: Collection[uuid.UUID] | None
    first: dt.date | None
    last: dt.date | None
    zone: str


def given_of(organisation_id: uuid.UUID, asked: Asked) -> dict[str, object]:
    """What `LINES` is given."""
    return {
        "organisation": organisation_id,
        "campaigns": None if asked.campaign_ids is None else sorted(asked.campaign_ids),
        "first": asked.first,
        "last": asked.last,
        "zone": asked.zone,
        "no_campaign": NO_CAMPAIGN,
    }


def spending_lines(session: Session, organisation_id: uuid.UUID, asked: Asked) -> list[SpendingLine]:
    """What was spent, added up."""
    rows = session.execute(LINES, given_of(organisation_id, asked)).mappings()
    return [SpendingLine(**{**row, "count": int(row["count"]), "units": int(row["units"])}) for row in rows]


def waiting_months(session: Session, organisation_id: uuid.UUID, asked: Asked) -> list[WaitingMonths]:
    """The months whose price isn't known yet, where what belongs to no campaign is asked for."""
    rows = session.execute(_WAITING, given_of(organisation_id, asked)).mappings()
    return [WaitingMonths(**row) for row in rows]
