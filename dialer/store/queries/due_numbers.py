"""Which numbers may be taken from a campaign's waiting line now, and in which order: by hand, and by the
dialler. What holds for both, and for every other look at numbers, stands here once.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from dialer.store.queries.avoidances import AVOIDED
from dialer.store.quick import Quick

_BARRED: Final = """
        EXISTS (
            SELECT 1 FROM suppression s
            WHERE s.organisation_id = :organisation_id AND s.number = this.number
              AND s.channel = 'voice' AND s.lifted_at IS NULL
        ) OR EXISTS (
            SELECT 1 FROM contact_phone p
            JOIN opt_out o ON o.organisation_id = p.organisation_id AND o.contact_id = p.contact_id
            WHERE p.organisation_id = :organisation_id AND p.number = this.number
              AND p.removed_at IS NULL AND o.channel = 'voice' AND o.lifted_at IS NULL
        ) AS suppressed,
        EXISTS (
            SELECT 1 FROM contact_phone p
            WHERE p.organisation_id = :organisation_id AND p.number = this.number
              AND p.dead_at IS NOT NULL
        ) AS dead
"""

BARRED: Final = text(f"SELECT this.number, {_BARRED} FROM unnest(CAST(:numbers AS text[])) AS this(number)")
"""Whether numbers must not be rung, by the no of anybody who has them, and whether they are dead."""

_DUE: Final = """
          e.organisation_id = :organisation_id
          AND e.campaign_id = :campaign_id
          AND e.state = 'waiting'
          AND e.priority = line.priority
          AND e.language BETWEEN line.low AND line.high
          AND e.due_at <= :now
          AND e.id <> ALL (CAST(:passed_over AS uuid[]))
          AND NOT EXISTS (
              SELECT 1 FROM hold h WHERE h.organisation_id = e.organisation_id AND h.number = e.number
          )
          AND NOT EXISTS (
              SELECT 1 FROM call c
              WHERE c.organisation_id = e.organisation_id AND c.number = e.number
                AND c.direction = 'outbound' AND c.mode = 'dialled'
                AND c.state IN ('queued', 'ringing', 'in_progress')
          )
"""
"""It is due in its line, nobody has it in hand, and no call of the dialler's to it goes on."""

_PROMISER_IS_AWAY: Final = """
              e.for_account_id IS NULL
              OR e.due_at < :grace_over
              OR NOT EXISTS (
                  SELECT 1 FROM shift s
                  WHERE s.organisation_id = e.organisation_id
                    AND s.campaign_id = e.campaign_id
                    AND s.account_id = e.for_account_id
                    AND s.state <> 'ended'
                    AND s.last_seen_at > :seen_since
              )
"""
"""It is nobody's promised callback, or nobody is there to keep the promise, or they had their time."""

CLAIM_BY_HAND: Final = f"""
    SELECT this.id AS entry_id, this.number, this.priority, {_BARRED}
    FROM unnest(CAST(:ranks AS integer[]), CAST(:low AS text[]), CAST(:high AS text[]))
         AS line(priority, low, high)
    CROSS JOIN LATERAL (
        SELECT e.id, e.number, e.priority
        FROM queue_entry e
        WHERE {_DUE}
          AND (e.for_account_id = :account_id OR {_PROMISER_IS_AWAY})
          AND e.number <> ALL (CAST(:spared AS text[]))
        ORDER BY e.language, e.due_at, e.position
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    ) AS this
    LIMIT 1
"""
BY_HAND: Final = Quick(CLAIM_BY_HAND)
"""The first number that is due, locked. Each rank has a line for each lane of languages; one is looked at
only when those before it are empty: the nested loop stops at the first row.

It doesn't bring along who is on the number: what a statement reads is as it was before it had the lock, and a
result that was saved in between needn't have changed this row. They are read in the statement after it."""

_ON_LINE: Final = """
    SELECT DISTINCT s.account_id FROM shift s
    WHERE s.organisation_id = :organisation_id AND s.campaign_id = :campaign_id
      AND s.state <> 'ended' AND s.line_state = 'open'
"""

BY_DIALLER: Final = text(
    f"""
    SELECT this.id, this.number, this.priority, this.due_at, this.for_account_id, this.language, {_BARRED}
    FROM unnest(
        CAST(:ranks AS integer[]), CAST(:low AS text[]), CAST(:high AS text[]), CAST(:lane AS integer[])
    ) AS line(priority, low, high, most)
    CROSS JOIN LATERAL (
        SELECT e.id, e.number, e.priority, e.due_at, e.for_account_id, e.language
        FROM queue_entry e
        WHERE {_DUE}
          AND NOT EXISTS (
              SELECT 1 FROM call c
              WHERE c.organisation_id = e.organisation_id AND c.number = e.number
                AND c.state = 'abandoned' AND c.ended_at > :rested
          )
          AND e.number <> ALL (ARRAY(
              SELECT spared.number FROM ({AVOIDED}) AS spared
              JOIN ({_ON_LINE}) AS there ON there.account_id = spared.account_id
              GROUP BY spared.number
              HAVING count(DISTINCT spared.account_id) = (SELECT count(*) FROM ({_ON_LINE}) AS there)
          ))
          AND (
              {_PROMISER_IS_AWAY}
              OR EXISTS (
                  SELECT 1 FROM shift s
                  WHERE s.organisation_id = e.organisation_id
                    AND s.campaign_id = e.campaign_id
                    AND s.account_id = e.for_account_id
                    AND s.state = 'ready'
                    AND s.line_state = 'open'
              ) AND NOT EXISTS (
                  SELECT 1 FROM assignment a
                  JOIN queue_entry q ON q.organisation_id = a.organisation_id AND q.id = a.queue_entry_id
                  WHERE a.organisation_id = e.organisation_id
                    AND a.state = 'dialling'
                    AND q.for_account_id = e.for_account_id
              )
          )
        ORDER BY e.language, e.due_at, e.position
        LIMIT line.most
        FOR UPDATE SKIP LOCKED
    ) AS this
    LIMIT :most
    """
)
"""The first due numbers, locked, of each line as many as it may give, without whoever was abandoned lately.
For whom a callback is kept, `matching.is_kept` says: whoever promised it, while they are there and are not
ready, or ring somebody back just now. Nobody is rung whom all who are on the line are never handed."""
