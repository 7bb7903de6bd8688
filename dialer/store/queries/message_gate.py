"""The gate before the wire: one statement judges claimed texts by what holds at this instant, and makes
those that pass `sending`.

It says what `dialer.domain.message_gate` says, in SQL; a property test holds the two together. Two things
are told to it, since they follow from the number alone: that its country may not be texted, and until when
it is quiet there. So is what each costs.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.domain.deadline import CLOSING
from dialer.domain.message_gate import ANSWERS_FOR
from dialer.domain.texting import EMAIL, SMS
from dialer.store.queries.message_claims import Claimed
from dialer.store.queries.places import PLACES, Places
from dialer.store.queries.texting_rules import has_voted, heard_since, not_meant, not_mobile
from dialer.store.session import UnitOfWork

_LOCK: Final = text(
    """
    SELECT m.id FROM message m
    WHERE m.organisation_id = :organisation AND m.id = ANY (CAST(:ids AS uuid[]))
      AND m.lease = :lease AND m.leased_until > :now AND m.state = 'queued'
      AND (m.attempts <= m.put_back OR (
          SELECT e.id FROM carrier_event e
          WHERE e.organisation_id = :organisation AND e.about_id = m.id AND e.applied_at IS NULL
          LIMIT 1
      ) IS NULL)
    ORDER BY m.id FOR UPDATE SKIP LOCKED
    """
)
"""Locked first, so that the judgement itself waits for nobody and sees the latest word.

One that is to be sent again, and about which a callback is kept that nobody has applied yet, is left alone
until its lease ends: the carrier has it after all. Whether one is kept is looked up by its text: as EXISTS it
would be looked for among all that wait.
"""

_IN_TURN: Final = text(
    """
    WITH who AS MATERIALIZED (
        SELECT DISTINCT hashtextextended('heard ' || :organisation || one.who, 0) AS key
        FROM message m
        CROSS JOIN LATERAL unnest(ARRAY[CAST(m.contact_id AS text), m.number]) AS one(who)
        WHERE m.organisation_id = :organisation AND m.id = ANY (CAST(:ids AS uuid[])) AND one.who IS NOT NULL
        ORDER BY key
    )
    SELECT count(pg_advisory_xact_lock(who.key)) FROM who
    """
)
"""Where people are left alone who have lately heard from us, the texts of one person or number are judged one
after the other: of two blasts at the same instant, the second sees the first. Nobody waits for longer than a
batch is judged, and all lock in the same order.
"""

_SKIP: Final = """
    CASE
        WHEN m.purpose <> 'stop_confirmation'
             AND (person.opted_out OR (NOT line.gone AND (barred.opted_out OR household.opted_out)))
            THEN 'opted_out'
        WHEN m.purpose <> 'stop_confirmation' AND NOT line.gone AND barred.suppressed THEN 'suppressed'
        WHEN m.campaigning AND c.status IN ('deceased', 'moved') THEN c.status
        WHEN line.gone THEN '{none}'
        WHEN {not_mobile} THEN 'not_mobile'
        WHEN m.foreign_number THEN 'country'
        WHEN m.campaigning AND k.{consent} AND NOT person.consented
             AND NOT asked_us.lately THEN 'no_consent'
        WHEN m.for_blast AND {has_voted} THEN 'voted'
        WHEN m.for_blast AND touched.lately THEN 'recently_contacted'
        WHEN m.for_blast AND {not_meant} THEN 'audience'
        WHEN m.for_blast AND b.deadline_at < :closing THEN 'deadline'
        WHEN m.not_after < :closing THEN 'deadline'
    END
"""

# A database server that has started since the lists of texts to us were read was away before, and what came
# meanwhile found nobody: said in the statement itself, since nobody else sees a short outage soon enough.
# Letters to us stay in their mailbox until they are read.
_WAIT: Final = """
    CASE
        WHEN m.for_blast AND b.mode = 'by_hand' AND m.pressed_at IS NULL THEN 'press'
        WHEN m.for_blast AND b.state <> 'running' THEN 'paused'
        WHEN m.for_blast AND first.blast_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM first_wave_text w
                WHERE w.organisation_id = :organisation AND w.message_id = m.id
            ) THEN 'first_wave'
        WHEN (m.campaigning OR m.purpose IN ('test', 'event')) AND o.paused_at IS NOT NULL
            THEN 'organisation_paused'
        WHEN m.campaigning AND k.state <> 'active' THEN 'campaign_paused'
        WHEN m.channel = 'sms' AND m.purpose IN ('blast', 'single', 'event') AND (
                o.inbound_missed_at IS NOT NULL
             OR o.inbound_read_under IS DISTINCT FROM pg_postmaster_start_time()
            ) THEN 'unread_texts'
        WHEN s.pause_reason IS NOT NULL OR s.resting_until > :now THEN 'carrier'
        WHEN (m.campaigning OR m.purpose = 'event') AND review.open THEN 'in_review'
        WHEN (m.campaigning OR m.purpose = 'event') AND m.quiet_until > :now THEN 'quiet_hours'
    END
"""

_LINE: Final = {
    SMS: """
        SELECT coalesce(bool_or(p.line_type = 'landline'), false) AS landline,
               CASE WHEN m.campaigning AND m.contact_id IS NOT NULL
                    THEN coalesce(bool_and(p.dead_at IS NOT NULL OR p.removed_at IS NOT NULL), true)
                    ELSE false END AS gone
        FROM contact_phone p
        WHERE p.organisation_id = :organisation AND p.number = m.number
          AND (m.contact_id IS NULL OR p.contact_id = m.contact_id)
    """,
    EMAIL: """
        SELECT false AS landline,
               m.campaigning AND m.contact_id IS NOT NULL AND c.email_key IS DISTINCT FROM m.number AS gone
    """,
}
"""Whether the place is still the person's, and what kind of line it is."""

_LOOK: Final = """
    WITH asked AS (
        SELECT m.*, given.foreign_number, given.quiet_until, given.price, given.rests_since,
               m.purpose IN ('blast', 'single', 'reply') AS campaigning, m.purpose = 'blast' AS for_blast
        FROM unnest(CAST(:ids AS uuid[]), CAST(:foreign AS boolean[]), CAST(:quiet AS timestamptz[]),
                    CAST(:prices AS numeric[]), CAST(:rests AS timestamptz[]))
             AS given(id, foreign_number, quiet_until, price, rests_since)
        JOIN message m ON m.organisation_id = :organisation AND m.id = given.id
    ),
    looked AS MATERIALIZED (
        SELECT m.id, m.blast_id, m.campaign_id, m.contact_id, m.purpose, m.number, m.sender, m.quiet_until,
               least(m.not_after, CASE WHEN m.for_blast THEN b.deadline_at END) AS deadline_at,
               m.price, k.spent, m.attempts, m.pressed_at IS NOT NULL AS pressed,
               CASE WHEN k.cost_currency = :currency THEN k.cost_cap
                    WHEN k.cost_cap IS NOT NULL THEN -1 END AS cost_cap,
               m.campaign_id IS NOT NULL OR m.campaigning AS budgeted,
               {skip} AS skip, {wait} AS wait
        FROM asked m
        JOIN organisation o ON o.id = :organisation
        LEFT JOIN campaign k ON k.organisation_id = :organisation AND k.id = m.campaign_id
        LEFT JOIN blast b ON b.organisation_id = :organisation AND b.id = m.blast_id
        LEFT JOIN first_wave first
          ON first.organisation_id = :organisation AND first.blast_id = m.blast_id
         AND first.passed_at IS NULL
        LEFT JOIN LATERAL (SELECT coalesce(b.gate_audience, b.audience) AS audience) AS meant_for ON true
        LEFT JOIN sender s ON s.organisation_id = :organisation AND s.address = m.sender
        LEFT JOIN contact c ON c.organisation_id = :organisation AND c.id = m.contact_id
        LEFT JOIN voter_record v
          ON v.organisation_id = :organisation AND v.contact_id = m.contact_id
         AND v.election_id = k.election_id
        LEFT JOIN LATERAL (
            SELECT coalesce(bool_or(x.reason = 'opt_out'), false) AS opted_out,
                   coalesce(bool_or(x.reason <> 'opt_out'), false) AS suppressed
            FROM suppression x
            WHERE x.organisation_id = :organisation AND x.{barred_by} = m.number
              AND x.channel = '{channel}' AND x.lifted_at IS NULL
        ) AS barred ON true
        LEFT JOIN LATERAL (SELECT {said_no} AS opted_out, {consented} AS consented) AS person ON true
        LEFT JOIN LATERAL (SELECT {holder_said_no} AS opted_out) AS household ON true
        LEFT JOIN LATERAL ({line}) AS line ON true
        LEFT JOIN LATERAL (
            SELECT EXISTS (
                       SELECT 1 FROM conversation t
                       WHERE t.organisation_id = :organisation AND t.number = m.number
                         AND t.state = 'review'
                   ) AS open
        ) AS review ON true
        LEFT JOIN LATERAL (
            SELECT m.purpose = 'reply' AND EXISTS (
                       SELECT 1 FROM conversation t
                       WHERE t.organisation_id = :organisation AND t.number = m.number
                         AND t.state = 'open' AND t.last_inbound_at >= :asked_since
                   ) AS lately
        ) AS asked_us ON true
        LEFT JOIN LATERAL (
            SELECT ARRAY(SELECT jsonb_array_elements_text(meant_for.audience -> 'tags_any')) AS tags_any,
                   ARRAY(SELECT jsonb_array_elements_text(meant_for.audience -> 'tags_none')) AS tags_none
        ) AS meant ON true
        LEFT JOIN LATERAL (
            SELECT CASE WHEN m.rests_since IS NULL THEN false
                        ELSE {heard_since} END AS lately
        ) AS touched ON true
    )
"""
"""What holds of each at this instant."""

_JUDGE: Final = """
    {look},
    judged AS MATERIALIZED (
        SELECT id, blast_id, campaign_id, contact_id, purpose, number, sender, quiet_until, skip, attempts,
               deadline_at, price, pressed,
               CASE WHEN skip IS NOT NULL THEN NULL
                    WHEN wait IS NOT NULL THEN wait
                    WHEN spent + coalesce(held.amount, 0)
                         + sum(price) FILTER (WHERE skip IS NULL AND wait IS NULL)
                         OVER (PARTITION BY campaign_id ORDER BY id) > cost_cap THEN 'cost_cap'
                    WHEN budgeted
                         AND sum(price) FILTER (
                             WHERE budgeted AND skip IS NULL AND wait IS NULL
                         ) OVER (ORDER BY id) > CAST(:left AS numeric) THEN 'organisation_cost_cap'
               END AS wait
        FROM looked
        LEFT JOIN unnest(CAST(:held_of AS uuid[]), CAST(:held AS numeric[])) AS held(of_id, amount)
          ON held.of_id = looked.campaign_id
    ),
    passed AS (
        UPDATE message
        SET state = 'sending', attempts = message.attempts + 1, attempted_at = :now, lease = NULL,
            leased_until = NULL, clean_looks = 0, next_look_at = NULL, reckoned = round(judged.price, 5)
        FROM judged
        WHERE message.organisation_id = :organisation AND message.id = judged.id
          AND judged.skip IS NULL AND judged.wait IS NULL
        RETURNING judged.*, message.subject, message.body, message.segments, message.picture_code
    ),
    skipped AS (
        UPDATE message
        SET state = 'skipped', skip_reason = judged.skip, lease = NULL, leased_until = NULL
        FROM judged
        WHERE message.organisation_id = :organisation AND message.id = judged.id
          AND judged.skip IS NOT NULL
    ),
    waiting AS (
        UPDATE message
        SET lease = NULL, leased_until = NULL,
            not_before = CASE judged.wait WHEN 'quiet_hours' THEN judged.quiet_until
                                          WHEN 'in_review' THEN CAST(:review_again AS timestamptz)
                                          ELSE CAST(:soon AS timestamptz) END
        FROM judged
        WHERE message.organisation_id = :organisation AND message.id = judged.id
          AND judged.wait IS NOT NULL
    )
    SELECT * FROM passed
    UNION ALL
    SELECT judged.*, NULL, NULL, NULL, NULL FROM judged WHERE skip IS NOT NULL OR wait IS NOT NULL
    ORDER BY id
"""


def look(of: Places) -> str:
    """The first half of the judgement on one channel: what holds of each, in `looked`."""
    said = {
        "none": of.none,
        "consent": of.consent,
        "not_mobile": not_mobile("m.number", "line.landline") if of.channel == SMS else "false",
        "has_voted": has_voted("meant_for.audience"),
        "not_meant": not_meant("meant_for.audience", "meant.tags_any", "meant.tags_none"),
    }
    return _LOOK.format(
        skip=_SKIP.format(**said),
        wait=_WAIT,
        channel=of.channel,
        barred_by=of.barred_by,
        said_no=of.said_no("m.contact_id"),
        consented=of.consented("m.contact_id"),
        holder_said_no=of.holder_said_no("m.number"),
        line=_LINE[of.channel],
        heard_since=heard_since("m.contact_id", "m.number", "m.rests_since", "x.id <> m.id"),
    )


_JUDGES: Final = {channel: text(_JUDGE.format(look=look(of))) for channel, of in PLACES.items()}

AS_WRITTEN: Final = text("SET LOCAL join_collapse_limit = 1")
"""The judgement looks a few texts up and goes from each to what it has to do with, in the order in which
that is written. To try other orders took PostgreSQL twice as long as to judge, and with old figures of the
tables it took worse ones.
"""

_SOON: Final = dt.timedelta(seconds=1)
_REVIEW_AGAIN: Final = dt.timedelta(seconds=30)
"""How long a text rests that is held up by something that passes, before it is looked at again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A claimed text, and what its number alone tells."""

    text: Claimed
    foreign: bool
    """Its country may not be texted."""
    quiet_until: dt.datetime | None
    price: Decimal
    """What all its parts cost together."""
    rests_since: dt.datetime | None = None
    """Whoever has heard from us after this gets nothing more of its blast; None where that doesn't matter."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a text at the gate: it is `sending` now where neither `skip` nor `wait` is given."""

    id: uuid.UUID
    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    purpose: str
    number: str = field(repr=False)
    sender: str = field(repr=False)
    skip: str | None
    wait: str | None
    attempt: int
    body: str = field(repr=False)
    segments: int
    deadline_at: dt.datetime | None = None
    """Of its blast, or its own: nothing arrives after it."""
    pressed: bool = False
    """Of a blast sent by hand: somebody has pressed for it."""
    picture: str | None = None
    """The code of the picture that goes with it."""
    subject: str = field(default="", repr=False)

    @property
    def passed(self) -> bool:
        """It may go to the carrier, at once."""
        return self.skip is None and self.wait is None


def judge(
    unit: UnitOfWork,
    lease: uuid.UUID,
    asked: Sequence[Asked],
    *,
    now: dt.datetime,
    currency: str,
    left: Decimal | None = None,
    held: Mapping[uuid.UUID, Decimal] | None = None,
    channel: str = SMS,
) -> list[Judged]:
    """Judge claimed texts, or letters by their `channel`, and make those that pass `sending`. What isn't ours
    any more is left out. Those of
    campaigns, and those that somebody wrote to one person, may cost no more than what is `left` for all
    together; None is no limit. What is `held` of a campaign counts as spent by it.
    What is spent in this `currency` can't be compared with a cap in another, so nothing goes out under one.
    """
    unit.session.execute(AS_WRITTEN)
    of_ours = {"organisation": unit.organisation_id, "lease": lease, "now": now}
    mine = set(unit.session.scalars(_LOCK, {**of_ours, "ids": [one.text.id for one in asked]}))
    kept = [one for one in asked if one.text.id in mine]
    if not kept:
        return []
    if resting := [one.text.id for one in kept if one.rests_since is not None]:
        unit.session.execute(_IN_TURN, {"organisation": unit.organisation_id, "ids": resting})
    given = {
        **of_ours,
        "ids": [one.text.id for one in kept],
        "foreign": [one.foreign for one in kept],
        "quiet": [one.quiet_until for one in kept],
        "prices": [one.price for one in kept],
        "rests": [one.rests_since for one in kept],
        "left": left,
        "held_of": list(held or {}),
        "held": list((held or {}).values()),
        "currency": currency,
        "closing": now + CLOSING,
        "asked_since": now - ANSWERS_FOR,
        "soon": now + _SOON,
        "review_again": now + _REVIEW_AGAIN,
    }
    return [_judged(row) for row in unit.session.execute(_JUDGES[channel], given)]


def _judged(row: Row[Any]) -> Judged:
    return Judged(
        id=row.id,
        blast_id=row.blast_id,
        campaign_id=row.campaign_id,
        contact_id=row.contact_id,
        purpose=row.purpose,
        number=row.number,
        sender=row.sender,
        skip=row.skip,
        wait=row.wait,
        attempt=row.attempts + 1,
        body=row.body or "",
        segments=row.segments or 0,
        deadline_at=row.deadline_at,
        pressed=row.pressed,
        picture=row.picture_code,
        subject=row.subject or "",
    )
