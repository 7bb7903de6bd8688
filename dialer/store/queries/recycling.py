"""Whom a campaign is done with and may call anew, and why others stay, judged in one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text

from dialer.domain.queue_order import Rank
from dialer.domain.recycling import NEVER, Recycling
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork

_JUDGED: Final = """
    WITH judged AS (
        SELECT g.contact_id, phone.number, g.disposition, CASE
            WHEN c.status = 'deceased' THEN 'deceased'
            WHEN c.status <> 'active' THEN 'moved'
            WHEN EXISTS (
                SELECT 1 FROM opt_out o
                WHERE o.organisation_id = :organisation_id AND o.contact_id = c.id
                  AND o.channel = 'voice' AND o.lifted_at IS NULL
            ) THEN 'opted_out'
            WHEN g.disposition = ANY (CAST(:never AS text[])) THEN g.disposition
            WHEN phone.number IS NULL THEN 'no_number'
            WHEN EXISTS (
                SELECT 1 FROM suppression s
                WHERE s.organisation_id = :organisation_id AND s.number = phone.number
                  AND s.channel = 'voice' AND s.lifted_at IS NULL
            ) OR EXISTS (
                SELECT 1 FROM contact_phone q
                JOIN opt_out o ON o.organisation_id = q.organisation_id AND o.contact_id = q.contact_id
                WHERE q.organisation_id = :organisation_id AND q.number = phone.number
                  AND q.removed_at IS NULL AND o.channel = 'voice' AND o.lifted_at IS NULL
            ) THEN 'suppressed'
            WHEN :leaves_out_voted AND v.voted_at IS NOT NULL THEN 'voted'
            WHEN g.disposition <> ALL (CAST(:chosen AS text[])) THEN 'not_chosen'
            WHEN EXISTS (
                SELECT 1 FROM hold h
                WHERE h.organisation_id = :organisation_id
                  AND (h.number = phone.number OR h.contact_id = g.contact_id)
            ) THEN 'in_hand'
            WHEN (
                SELECT count(DISTINCT r.assignment_id) FROM result r
                WHERE r.organisation_id = :organisation_id AND r.contact_id = g.contact_id
                  AND r.campaign_id = :campaign_id AND r.superseded_at IS NULL AND r.voided_at IS NULL
            ) >= :tried_max THEN 'max_attempts'
            WHEN g.last_attempt_at > :before THEN 'too_recent'
        END AS why
        FROM contact_progress g
        JOIN contact c ON c.organisation_id = g.organisation_id AND c.id = g.contact_id
        LEFT JOIN voter_record v
          ON v.organisation_id = g.organisation_id AND v.contact_id = g.contact_id
         AND v.election_id = :election_id
        LEFT JOIN LATERAL (
            SELECT p.number FROM contact_phone p
            WHERE p.organisation_id = g.organisation_id AND p.contact_id = g.contact_id
              AND p.removed_at IS NULL AND p.dead_at IS NULL
            ORDER BY p.position, p.number LIMIT 1
        ) AS phone ON true
        WHERE g.organisation_id = :organisation_id AND g.campaign_id = :campaign_id AND g.over
          AND EXISTS (
              SELECT 1 FROM campaign_list l
              JOIN list_member m ON m.organisation_id = l.organisation_id AND m.list_id = l.list_id
              WHERE l.organisation_id = g.organisation_id AND l.campaign_id = :campaign_id
                AND m.contact_id = g.contact_id
          )
    )
"""

_PREVIEW: Final = text(
    f"""
    {_JUDGED}, of_number AS (
        SELECT bool_or(why IS NULL) AS back, min(why) AS why,
               min(disposition) FILTER (WHERE why IS NULL) AS disposition
        FROM judged GROUP BY coalesce(number, contact_id::text)
    )
    SELECT back, CASE WHEN back THEN disposition ELSE why END AS reason, count(*) AS numbers
    FROM of_number GROUP BY 1, 2
    """  # noqa: S608 - words of ours
)

_RENEW: Final = text(
    f"""
    {_JUDGED}, back AS (
        SELECT contact_id, number FROM judged WHERE why IS NULL
    ), queued AS (
        INSERT INTO queue_entry AS entry
            (organisation_id, id, campaign_id, number, state, priority, due_at)
        SELECT DISTINCT ON (number) CAST(:organisation_id AS uuid), gen_random_uuid(),
               CAST(:campaign_id AS uuid), number, 'waiting', CAST(:later AS integer),
               CAST(:now AS timestamptz)
        FROM back ORDER BY number
        ON CONFLICT (organisation_id, campaign_id, number) DO UPDATE
            SET state = 'waiting', priority = excluded.priority, due_at = excluded.due_at,
                out_reason = NULL, for_account_id = NULL
            WHERE entry.state IN ('done', 'out')
        RETURNING 1
    ), renewed AS (
        UPDATE contact_progress g
        SET turn = 'fresh', attempts = 0, due_at = NULL, next_number = NULL, over = false,
            recycled_at = :now
        FROM back
        WHERE g.organisation_id = :organisation_id AND g.campaign_id = :campaign_id
          AND g.contact_id = back.contact_id
        RETURNING 1
    )
    SELECT (SELECT count(DISTINCT number) FROM back) AS numbers, (SELECT count(*) FROM renewed) AS people,
           (SELECT count(*) FROM queued) AS queued
    """  # noqa: S608 - words of ours
)


def judge_recycling(
    unit: UnitOfWork, campaign: Campaign, wish: Recycling, now: dt.datetime
) -> Sequence[Row[Any]]:
    """The numbers of people the campaign is done with: `back` by last outcome, the others by why they stay.

    A number comes back for anybody on it who does; who has none counts alone.
    """
    return unit.session.execute(_PREVIEW, _given(unit, campaign, wish, now)).all()


def renew(unit: UnitOfWork, campaign: Campaign, wish: Recycling, now: dt.datetime) -> Row[Any]:
    """Let those who come back wait again, behind numbers never tried; how many `numbers` and `people`."""
    asked = {**_given(unit, campaign, wish, now), "later": int(Rank.LATER), "now": now}
    return unit.session.execute(_RENEW, asked).one()


def _given(unit: UnitOfWork, campaign: Campaign, wish: Recycling, now: dt.datetime) -> dict[str, object]:
    return {
        "organisation_id": unit.organisation_id,
        "campaign_id": campaign.id,
        "election_id": campaign.election_id,
        "never": list(NEVER),
        "chosen": list(wish.dispositions),
        "leaves_out_voted": campaign.kind == "gotv",
        "tried_max": wish.tried_max,
        "before": now - dt.timedelta(seconds=wish.quiet_for_s),
    }
