"""What became of texts on the wire, written in bulk: each write holds only while the state allows it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

_ACCEPT: Final = text(
    """
    WITH told AS (
        SELECT m.id, m.state, m.skip_reason, given.sid,
               coalesce(m.reckoned, round(m.segments * CAST(:price AS numeric), 5)) AS cost
        FROM unnest(CAST(:ids AS uuid[]), CAST(:sids AS text[])) AS given(id, sid)
        JOIN message m ON m.organisation_id = :organisation AND m.id = given.id
        WHERE m.state IN ('queued', 'sending', 'unknown') AND m.attempts > m.put_back
          AND m.carrier_sid IS NULL
          AND NOT EXISTS (
              SELECT 1 FROM message other
              WHERE other.organisation_id = :organisation AND other.carrier_sid = given.sid
          )
        ORDER BY m.id FOR UPDATE OF m
    ),
    accepted AS (
    UPDATE message
    SET state = 'sent', carrier_sid = told.sid, sent_at = :now, cost = told.cost,
        cost_currency = :currency,
        reconcile_at = CASE WHEN message.channel = 'sms' THEN CAST(:reconcile_at AS timestamptz) END,
        next_look_at = NULL, lease = NULL,
        leased_until = NULL, error_code = NULL, error_detail = NULL
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id
    RETURNING message.id, message.blast_id, message.campaign_id, message.purpose,
              told.state AS before, message.cost, message.cost_currency, message.sender, message.segments,
              coalesce(message.reckoned, message.cost) AS reckoned,
              coalesce(message.attempted_at, message.created_at) AS tried_at
    )
    SELECT blast_id, campaign_id, purpose, before, 'sent' AS after, cost_currency, sender,
           CAST(:now AS timestamptz) AS sent_at, tried_at, array_agg(id) AS ids,
           count(*) AS texts, sum(segments) AS segments, sum(cost) AS cost, sum(reckoned) AS reckoned
    FROM accepted
    GROUP BY blast_id, campaign_id, purpose, before, cost_currency, sender, tried_at
    """
)
"""They come back in groups: what follows from them is the same for all of a group.

A name of the carrier's that another text has stays with that one: this one is settled by asking. It costs
what the gate reckoned with.
"""

_FAIL: Final = text(
    """
    WITH told AS (
        SELECT m.id, given.code, given.detail, given.bounce
        FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[]), CAST(:codes AS int[]),
                    CAST(:details AS text[]), CAST(:bounces AS text[]))
             AS given(id, attempt, code, detail, bounce)
        JOIN message m ON m.organisation_id = :organisation AND m.id = given.id
        WHERE m.state = 'sending' AND m.attempts = given.attempt
        ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message
    SET state = 'failed', error_code = told.code, error_detail = told.detail, bounce = told.bounce
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id
    RETURNING message.id, message.blast_id, message.campaign_id, message.purpose,
              'sending' AS before, message.state AS after, message.sender, message.error_code,
              message.number, message.bounce,
              coalesce(message.attempted_at, message.created_at) AS tried_at
    """
)

_PUT_BACK: Final = text(
    """
    WITH told AS (
        SELECT m.id, given.not_before, given.sender, given.code,
               coalesce(b.state = 'cancelled' AND m.purpose = 'blast', false) AS called_off
        FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[]), CAST(:moments AS timestamptz[]),
                    CAST(:senders AS text[]), CAST(:codes AS int[]))
             AS given(id, attempt, not_before, sender, code)
        JOIN message m ON m.organisation_id = :organisation AND m.id = given.id
        LEFT JOIN blast b ON b.organisation_id = :organisation AND b.id = m.blast_id
        WHERE m.state = 'sending' AND m.attempts = given.attempt
        ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message
    SET state = CASE WHEN told.called_off THEN 'cancelled' ELSE 'queued' END,
        put_back = message.put_back + 1, not_before = told.not_before,
        sender = coalesce(told.sender, message.sender), error_code = told.code
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id
    RETURNING message.id, message.blast_id, message.campaign_id, message.purpose,
              'sending' AS before, message.state AS after
    """
)

_LOSE: Final = text(
    """
    WITH told AS (
        SELECT m.id FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[])) AS given(id, attempt)
        JOIN message m ON m.organisation_id = :organisation AND m.id = given.id
        WHERE m.state = 'sending' AND m.attempts = given.attempt
        ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message
    SET state = 'unknown', attempt_ended_at = :now, clean_looks = 0,
        next_look_at = CASE WHEN message.channel = 'sms' THEN CAST(:look_at AS timestamptz) END
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id
    RETURNING message.id, message.blast_id, message.campaign_id, message.purpose,
              'sending' AS before, message.state AS after
    """
)

_GIVE_UP_WAITING: Final = text(
    """
    WITH lost AS (
        SELECT m.id FROM message m
        WHERE m.organisation_id = :organisation AND m.state = 'sending' AND m.attempted_at < :before
          AND (m.channel = 'sms' OR m.attempted_at < :letters_before)
        ORDER BY m.id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE message
    SET state = 'unknown', clean_looks = 0,
        next_look_at = CASE WHEN message.channel = 'sms' THEN CAST(:now AS timestamptz) END
    FROM lost
    WHERE message.organisation_id = :organisation AND message.id = lost.id
    RETURNING message.id, message.blast_id, message.campaign_id, message.purpose,
              'sending' AS before, message.state AS after
    """
)

UNEXPLAINED: Final = text(
    """
    SELECT last.code IS NOT NULL AND last.code <> ALL (CAST(:explained AS int[])) AS refused
    FROM (
        SELECT m.error_code AS code FROM message m
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
          AND m.state IN ('sent', 'delivered', 'undelivered', 'failed')
          AND m.attempted_at > coalesce(
              (SELECT b.resumed_at FROM blast b WHERE b.organisation_id = :organisation AND b.id = :blast),
              '-infinity'
          )
        ORDER BY m.attempted_at DESC, m.id DESC LIMIT :window
    ) AS last
    """
)
"""What was sent before a person let it go on was looked at by them, and doesn't count again."""

_LAST_CODES: Final = """
    SELECT last.code FROM blast b
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.finished_at IS NULL THEN b.resumed_at ELSE max(x.resumed_at) END AS at FROM blast x
        WHERE x.organisation_id = :organisation AND x.campaign_id = b.campaign_id
    ) AS looked
    CROSS JOIN LATERAL (
        SELECT m.error_code AS code, m.attempted_at, m.id, m.sender FROM message m
        WHERE m.organisation_id = :organisation AND m.blast_id = b.id AND m.purpose = 'blast'
          AND m.state IN ('sent', 'delivered', 'undelivered', 'failed')
          AND m.attempted_at > coalesce(looked.at, '-infinity')
        ORDER BY m.attempted_at DESC, m.id DESC LIMIT :deep
    ) AS last
    WHERE b.organisation_id = :organisation AND {wanted}
      AND (b.state IN ('running', 'paused') OR b.finished_at > :over_since)
    ORDER BY last.attempted_at DESC, last.id DESC LIMIT :window
"""
_CODES_OF_CAMPAIGN: Final = text(_LAST_CODES.format(wanted="b.campaign_id = :campaign"))
_CODES_OF_SENDER: Final = text(
    _LAST_CODES.format(
        wanted=""":sender = ANY (b.senders) AND last.sender = :sender
          AND last.attempted_at > coalesce(CAST(:since AS timestamptz), '-infinity')"""
    )
)
"""Both read the newest of each blast from the index that is ordered so; no other is kept for them. Of a blast
that is over counts what was sent since a person let one of its campaign go on.
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one text: what is told about it counts only while that try is the last."""

    id: uuid.UUID
    number: int


@dataclass(frozen=True, slots=True)
class Failure:
    """The carrier's no for good."""

    attempt: Attempt
    code: int
    detail: str
    bounce: str | None = None
    """Of an email: why its server didn't take it."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """Not taken: to be tried again from `not_before`, from another `sender` where one is given."""

    attempt: Attempt
    not_before: dt.datetime
    sender: str | None = None
    code: int | None = None


def accept(
    unit: UnitOfWork,
    sids: dict[uuid.UUID, str],
    *,
    price: Decimal,
    currency: str,
    now: dt.datetime,
    reconcile_at: dt.datetime,
) -> Sequence[Row[Any]]:
    """Make these texts `sent` under these names of the carrier's; those that weren't before, in groups."""
    given = {
        "organisation": unit.organisation_id,
        "ids": list(sids),
        "sids": list(sids.values()),
        "price": price,
        "currency": currency,
        "now": now,
        "reconcile_at": reconcile_at,
    }
    return unit.session.execute(_ACCEPT, given).all()


def fail(unit: UnitOfWork, failures: Sequence[Failure]) -> Sequence[Row[Any]]:
    """Make these texts `failed`."""
    given = {
        "organisation": unit.organisation_id,
        "ids": [one.attempt.id for one in failures],
        "attempts": [one.attempt.number for one in failures],
        "codes": [one.code for one in failures],
        "details": [one.detail for one in failures],
        "bounces": [one.bounce for one in failures],
    }
    return unit.session.execute(_FAIL, given).all()


def put_back(unit: UnitOfWork, tries: Sequence[PutBack]) -> Sequence[Row[Any]]:
    """Make these texts `queued` again; `cancelled` where their blast has been called off meanwhile."""
    given = {
        "organisation": unit.organisation_id,
        "ids": [one.attempt.id for one in tries],
        "attempts": [one.attempt.number for one in tries],
        "moments": [one.not_before for one in tries],
        "senders": [one.sender for one in tries],
        "codes": [one.code for one in tries],
    }
    return unit.session.execute(_PUT_BACK, given).all()


def lose(
    unit: UnitOfWork, tries: Sequence[Attempt], *, now: dt.datetime, look_at: dt.datetime
) -> Sequence[Row[Any]]:
    """Make these texts `unknown`, to be looked for from `look_at` on.

    What hung until its end may have been accepted in its last moment, so the attempt counts from `now`.
    """
    given = {
        "organisation": unit.organisation_id,
        "ids": [one.id for one in tries],
        "attempts": [one.number for one in tries],
        "now": now,
        "look_at": look_at,
    }
    return unit.session.execute(_LOSE, given).all()


def lose_silent(
    unit: UnitOfWork, *, before: dt.datetime, letters_before: dt.datetime, now: dt.datetime, limit: int
) -> Sequence[Row[Any]]:
    """Make texts `unknown` that have been on the wire since before a moment: whoever sent them is gone.
    Letters take longer, and nobody can be asked about them.
    """
    given = {
        "organisation": unit.organisation_id,
        "before": before,
        "letters_before": letters_before,
        "now": now,
        "limit": limit,
    }
    return unit.session.execute(_GIVE_UP_WAITING, given).all()


def last_refused(
    unit: UnitOfWork,
    blast_id: uuid.UUID,
    explained: Collection[int],
    *,
    window: int,
) -> list[bool]:
    """Of a blast's last outcomes, newest first, whether each was a refusal that nothing explains."""
    given = {
        "organisation": unit.organisation_id,
        "blast": blast_id,
        "explained": list(explained),
        "window": window,
    }
    return list(unit.session.scalars(UNEXPLAINED, given))


def last_codes_of_campaign(
    unit: UnitOfWork, campaign_id: uuid.UUID, *, over_since: dt.datetime, window: int
) -> Sequence[int | None]:
    """The codes of the last outcomes of a campaign's blasts that are open or ended after `over_since`, newest
    first; None where there is none.
    """
    given = {
        "organisation": unit.organisation_id,
        "campaign": campaign_id,
        "over_since": over_since,
        "deep": window,
        "window": window,
    }
    return unit.session.scalars(_CODES_OF_CAMPAIGN, given).all()


def last_codes_of_sender(
    unit: UnitOfWork,
    sender: str,
    since: dt.datetime | None,
    *,
    over_since: dt.datetime,
    window: int,
    deep: int,
) -> Sequence[int | None]:
    """The codes of the last outcomes of a sender's texts after `since`, newest first, among the last `deep`
    of each blast that it sends for and that is open or ended after `over_since`.
    """
    given = {
        "organisation": unit.organisation_id,
        "sender": sender,
        "since": since,
        "over_since": over_since,
        "deep": deep,
        "window": window,
    }
    return unit.session.scalars(_CODES_OF_SENDER, given).all()
