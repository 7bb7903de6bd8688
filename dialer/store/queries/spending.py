"""What texts, calls and look-ups cost in a period, added up as a return of spending wants it."""

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

# What texts cost is kept by quarters of an hour, of which every day is made; calls are few enough to be read.
# Days go by the clock of the campaign, or of the installation where there is none. An amount belongs to the
# day on which the carrier took the text, or rang the person. Which day it is by a clock is only asked near
# midnight of the first and the last: for hundreds of thousands of quarters that would take a second.
_SPENT: Final = """
    SELECT nullif({campaign}, :no_campaign) AS campaign_id, '{channel}' AS channel,
        nullif({sender}, '') AS sender, {currency} AS currency, sum({count}) AS count,
        sum({units}) AS units, sum({reckoned}) AS reckoned, sum(x.cost) AS cost,
        min({at}) AS first_at, max({at}) AS last_at
    FROM {source} x
    LEFT JOIN place b ON b.id = {campaign}
    CROSS JOIN anywhere a
    WHERE x.organisation_id = :organisation {only}
      AND (CAST(:campaigns AS uuid[]) IS NULL OR x.campaign_id = ANY (CAST(:campaigns AS uuid[])))
      AND {at} >= coalesce(b.since, a.since) - interval '3 hours'
      AND ({at} >= coalesce(b.since, a.since) + interval '3 hours'
           OR CAST({at} AT TIME ZONE coalesce(b.zone, a.zone) AS date) >= CAST(:first AS date))
      AND {at} < coalesce(b.until, a.until) + interval '3 hours'
      AND ({at} < coalesce(b.until, a.until) - interval '3 hours'
           OR CAST({at} AT TIME ZONE coalesce(b.zone, a.zone) AS date) <= CAST(:last AS date))
    GROUP BY 1, 3, 4
"""
_BOUNDS: Final = """
    coalesce(CAST(CAST(:first AS date) AS timestamp) AT TIME ZONE {zone}, '-infinity') AS since,
    coalesce(CAST(CAST(:last AS date) + 1 AS timestamp) AT TIME ZONE {zone}, 'infinity') AS until
"""
_TEXTS: Final = _SPENT.format(
    campaign="x.campaign_id",
    channel="sms",
    sender="x.sender",
    currency="x.currency",
    count="x.texts",
    units="x.segments",
    reckoned="x.reckoned",
    at="x.quarter",
    source="text_spending",
    only="",
)
_CALLS: Final = _SPENT.format(
    campaign="coalesce(x.campaign_id, :no_campaign)",
    channel="voice",
    sender="x.caller_id",
    currency="x.cost_currency",
    count="1",
    units="coalesce(x.duration_s, 0)",
    reckoned="x.cost",
    at="coalesce(x.contact_rung_at, x.created_at)",
    source="call",
    only="AND x.cost IS NOT NULL",
)
_LOOK_UPS: Final = _SPENT.format(
    campaign="coalesce(x.campaign_id, :no_campaign)",
    channel="look_up",
    sender="CAST(NULL AS text)",
    currency="x.currency",
    count="x.asked",
    units="x.asked",
    reckoned="x.cost",
    at="x.quarter",
    source="""(
        SELECT s.organisation_id, s.quarter, s.asked, b.campaign_id, b.currency, s.asked * b.price AS cost
        FROM look_up_spending s
        JOIN look_up_batch b ON b.organisation_id = s.organisation_id AND b.id = s.batch_id
    )""",
    only="",
)
_LINES: Final = text(
    f"""
    WITH place AS (
        SELECT id, name, timezone AS zone, {_BOUNDS.format(zone="timezone")}
        FROM campaign WHERE organisation_id = :organisation
    ), anywhere AS (
        SELECT CAST(:zone AS text) AS zone, {_BOUNDS.format(zone="CAST(:zone AS text)")}
    ), spent AS ({_TEXTS} UNION ALL {_CALLS} UNION ALL {_LOOK_UPS})
    SELECT s.campaign_id, p.name AS campaign, s.channel, s.sender, s.currency, s.count, s.units, s.reckoned,
        s.cost, CAST(s.first_at AT TIME ZONE coalesce(p.zone, :zone) AS date) AS first_day,
        CAST(s.last_at AT TIME ZONE coalesce(p.zone, :zone) AS date) AS last_day
    FROM spent s LEFT JOIN place p ON p.id = s.campaign_id
    WHERE s.count > 0
    ORDER BY campaign NULLS LAST, s.campaign_id, s.channel, s.currency, s.sender
    """  # noqa: S608 - words of ours
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which campaigns (None: all), from the `first` to the `last` day, both counted.

    By the clock of `zone` where something belongs to no campaign.
    """

    campaign_ids: Collection[uuid.UUID] | None
    first: dt.date | None
    last: dt.date | None
    zone: str


def spending_lines(session: Session, organisation_id: uuid.UUID, asked: Asked) -> list[SpendingLine]:
    """What was spent, added up."""
    given = {
        "organisation": organisation_id,
        "campaigns": None if asked.campaign_ids is None else sorted(asked.campaign_ids),
        "first": asked.first,
        "last": asked.last,
        "zone": asked.zone,
        "no_campaign": NO_CAMPAIGN,
    }
    return [SpendingLine(**row) for row in session.execute(_LINES, given).mappings()]
