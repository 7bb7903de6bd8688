"""Texts of blasts that are sent by hand: taken in batches, pressed for once, counted by who pressed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.engine import Row

from dialer.domain.first_texts import FirstText
from dialer.store.models.first_texts import TextBatch
from dialer.store.session import UnitOfWork

_TAKE: Final = text(
    """
    WITH next AS (
        SELECT m.id FROM message m
        LEFT JOIN text_batch b ON b.organisation_id = m.organisation_id AND b.id = m.batch_id
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.sender = :sender
          AND m.state = 'queued' AND m.purpose = 'blast' AND m.pressed_at IS NULL AND m.not_before <= :now
          AND (b.id IS NULL OR b.until <= :now)
          AND NOT EXISTS (
              SELECT 1 FROM text_batch mine
              WHERE mine.organisation_id = :organisation AND mine.blast_id = :blast
                AND mine.account_id = :account AND m.id = ANY (mine.left_ids)
          )
          AND NOT EXISTS (
              SELECT 1 FROM conversation t
              WHERE t.organisation_id = :organisation AND t.number = m.number AND t.state = 'review'
          )
          AND NOT EXISTS (
              SELECT 1 FROM avoidance v
              WHERE v.organisation_id = :organisation AND v.account_id = :account AND v.until IS NULL
                AND (v.number = m.number OR v.contact_id = m.contact_id)
          )
        ORDER BY m.not_before, m.id LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE message SET batch_id = :batch
    FROM next
    WHERE message.organisation_id = :organisation AND message.id = next.id
    RETURNING message.id, message.number, message.contact_id
    """
)
"""In the order of `ix_message_queued_blast`, which holds only what waits."""

_COUNTED: Final = """
    CASE WHEN until > :now THEN greatest(size - cardinality(left_ids), pressed) ELSE pressed END
"""
"""What a batch counts for: all of it while it is held, then what was sent of it."""

_USED: Final = text(
    f"""
    WITH by_hand AS (
        SELECT sender, sum({_COUNTED}) AS counted, sum(pressed) AS pressed FROM text_batch
        WHERE organisation_id = :organisation AND sender = ANY (CAST(:senders AS text[])) AND until > :since
        GROUP BY sender
    ), carried AS (
        SELECT sender, sum(texts) AS texts FROM text_spending
        WHERE organisation_id = :organisation AND sender = ANY (CAST(:senders AS text[]))
          AND quarter > :since
        GROUP BY sender
    )
    SELECT sender, CAST(coalesce(h.counted, 0)
        + greatest(coalesce(c.texts, 0) - coalesce(h.pressed, 0), 0) AS bigint) AS used
    FROM by_hand h FULL JOIN carried c USING (sender)
    """  # noqa: S608 - words of ours
)

_MINE: Final = text(
    f"""
    SELECT coalesce(sum({_COUNTED}), 0) AS counted, coalesce(sum(pressed), 0) AS pressed FROM text_batch
    WHERE organisation_id = :organisation AND blast_id = :blast AND account_id = :account
    """  # noqa: S608 - words of ours
)

_PRESS: Final = text(
    """
    UPDATE message m SET pressed_at = :now
    FROM blast b
    WHERE m.organisation_id = :organisation AND m.id = :message AND m.batch_id = :batch
      AND m.state = 'queued' AND m.pressed_at IS NULL
      AND b.organisation_id = m.organisation_id AND b.id = m.blast_id AND b.state = 'running'
    RETURNING m.id
    """
)

_PUT_OFF: Final = text(
    """
    UPDATE message m SET batch_id = NULL, not_before = given.moment
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS given(id, moment)
    WHERE m.organisation_id = :organisation AND m.id = given.id
      AND m.state = 'queued' AND m.pressed_at IS NULL
    """
)

_LET_GO: Final = text(
    """
    UPDATE message SET batch_id = NULL
    WHERE organisation_id = :organisation AND id = :message AND state = 'queued' AND pressed_at IS NULL
    """
)

_WORD_ANEW: Final = text(
    """
    UPDATE message m SET body = given.body, encoding = given.encoding, segments = given.segments,
                         picture_code = given.picture
    FROM unnest(CAST(:ids AS uuid[]), CAST(:bodies AS text[]), CAST(:encodings AS text[]),
                CAST(:segments AS smallint[]), CAST(:pictures AS text[]))
         AS given(id, body, encoding, segments, picture)
    WHERE m.organisation_id = :organisation AND m.id = given.id
      AND m.state = 'queued' AND m.pressed_at IS NULL
    """
)

_SHOWN: Final = """
    SELECT m.id, c.first_name, m.body, m.segments, m.state, m.skip_reason, m.pressed_at,
           '/p/' || m.picture_code AS picture_path, m.blast_id, m.batch_id, b.account_id, m.number
    FROM message m
    LEFT JOIN text_batch b ON b.organisation_id = m.organisation_id AND b.id = m.batch_id
    LEFT JOIN contact c ON c.organisation_id = m.organisation_id AND c.id = m.contact_id
"""

_IN_BATCH: Final = text(
    f"{_SHOWN} WHERE m.organisation_id = :organisation AND m.batch_id = :batch ORDER BY m.id"
)
_ONE: Final = text(
    f"{_SHOWN} WHERE m.organisation_id = :organisation AND m.id = :message AND m.purpose = 'blast'"
    " FOR UPDATE OF m"
)

_COUNT_PRESSED: Final = text(
    """
    SELECT count(*) FROM message m
    WHERE m.organisation_id = :organisation AND m.blast_id = :blast
      AND m.state = 'queued' AND m.pressed_at IS NOT NULL
    """
)

_COUNT_KEPT: Final = text(
    """
    SELECT count(*)
    FROM conversation t
    CROSS JOIN LATERAL (
        SELECT FROM message m
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.number = t.number
          AND m.purpose = 'blast' AND m.state = 'queued' AND m.pressed_at IS NULL
        LIMIT 1
    ) AS kept
    WHERE t.organisation_id = :organisation AND t.state = 'review'
    """
)

_COUNT_HELD: Final = text(
    """
    SELECT coalesce(sum(greatest(size - cardinality(left_ids) - pressed, 0)), 0) FROM text_batch
    WHERE organisation_id = :organisation AND blast_id = :blast AND until > :now
    """
)

_BY_WHOM: Final = text(
    """
    SELECT a.id, a.name, sum(t.pressed) AS pressed, max(t.tried_at) AS last_at
    FROM text_batch t
    JOIN account a ON a.organisation_id = t.organisation_id AND a.id = t.account_id
    WHERE t.organisation_id = :organisation AND t.blast_id = :blast
    GROUP BY a.id, a.name
    HAVING sum(t.pressed) > 0
    ORDER BY lower(a.name), a.id
    """
)
"""By name: nobody is ranked by how much they do."""


@dataclass(frozen=True, slots=True)
class Held:
    """A text that is sent by hand, of which blast, in whose batch, and to which number."""

    text: FirstText
    blast_id: uuid.UUID
    batch_id: uuid.UUID | None
    account_id: uuid.UUID | None
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Worded:
    """What a text is to say."""

    id: uuid.UUID
    body: str = field(repr=False)
    encoding: str
    segments: int
    picture: str | None = None
    """The code of the picture that goes with it."""


def in_turn(unit: UnitOfWork) -> None:
    """Let everybody who takes a batch do so one after the other until this is committed: so no limit of a
    volunteer or a sender is passed by two at once, and nobody is given two batches. It takes milliseconds.
    """
    name = func.hashtextextended(f"first texts {unit.organisation_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def take(unit: UnitOfWork, batch: TextBatch, limit: int, now: dt.datetime) -> Sequence[Row[Any]]:
    """Put texts that nobody holds or has pressed for into a batch: their ids, numbers and people."""
    given = {
        "organisation": unit.organisation_id,
        "blast": batch.blast_id,
        "sender": batch.sender,
        "account": batch.account_id,
        "batch": batch.id,
        "limit": limit,
        "now": now,
    }
    return unit.session.execute(_TAKE, given).all()


def used_by_sender(
    unit: UnitOfWork, senders: Sequence[str], now: dt.datetime, since: dt.datetime
) -> dict[str, int]:
    """How many texts each of these senders has sent since then, by hand and by itself, or has out in batches.
    Of those that went by themselves the quarter of an hour counts in which they did.
    """
    given = {"organisation": unit.organisation_id, "senders": list(senders), "now": now, "since": since}
    return {row.sender: row.used for row in unit.session.execute(_USED, given)}


def counts_of(
    unit: UnitOfWork, blast_id: uuid.UUID, account_id: uuid.UUID, now: dt.datetime
) -> tuple[int, int]:
    """How many texts of a blast somebody has sent or holds, and how many they have sent."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "account": account_id, "now": now}
    row = unit.session.execute(_MINE, given).one()
    return row.counted, row.pressed


def latest_batch(
    unit: UnitOfWork, blast_id: uuid.UUID, account_id: uuid.UUID, *, lock: bool = False
) -> TextBatch | None:
    """The batch of a blast that somebody took last, whether it is still theirs or not."""
    query = (
        select(TextBatch)
        .where(
            TextBatch.organisation_id == unit.organisation_id,
            TextBatch.blast_id == blast_id,
            TextBatch.account_id == account_id,
        )
        .order_by(TextBatch.id.desc())
        .limit(1)
    )
    return unit.session.scalar(query.with_for_update() if lock else query)


def texts_in(unit: UnitOfWork, batch_id: uuid.UUID) -> list[Held]:
    """The texts that were last taken in a batch, sent ones among them."""
    given = {"organisation": unit.organisation_id, "batch": batch_id}
    return [_held(row) for row in unit.session.execute(_IN_BATCH, given)]


def locked_text(unit: UnitOfWork, message_id: uuid.UUID) -> Held | None:
    """One text of a blast, locked: nobody presses for it or takes it meanwhile."""
    given = {"organisation": unit.organisation_id, "message": message_id}
    row = unit.session.execute(_ONE, given).one_or_none()
    return None if row is None else _held(row)


def _held(row: Row[Any]) -> Held:
    shown = (row.id, row.first_name, row.body, row.segments, row.state, row.skip_reason, row.pressed_at)
    return Held(FirstText(*shown, row.picture_path), row.blast_id, row.batch_id, row.account_id, row.number)


def press(unit: UnitOfWork, message_id: uuid.UUID, batch_id: uuid.UUID, now: dt.datetime) -> bool:
    """Let one text go, while its blast runs; whether it was this that did."""
    given = {"organisation": unit.organisation_id, "message": message_id, "batch": batch_id, "now": now}
    return unit.session.execute(_PRESS, given).one_or_none() is not None


def count_pressed(unit: UnitOfWork, blast_id: uuid.UUID) -> int:
    """How many texts of a blast somebody has pressed for that are still here."""
    return unit.session.scalar(_COUNT_PRESSED, {"organisation": unit.organisation_id, "blast": blast_id}) or 0


def count_unpressed(unit: UnitOfWork, blast_id: uuid.UUID, queued: int) -> int:
    """How many of a blast's texts that are queued may be pressed for, now or when their day comes: what waits
    for a decision about what its number wrote is given to nobody, and isn't one of them.
    """
    given = {"organisation": unit.organisation_id, "blast": blast_id}
    kept = int(unit.session.scalar(_COUNT_KEPT, given) or 0) if queued else 0
    return max(0, queued - kept - count_pressed(unit, blast_id))


def count_held(unit: UnitOfWork, blast_id: uuid.UUID, now: dt.datetime) -> int:
    """How many texts of a blast are in volunteers' hands, not yet pressed for."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "now": now}
    return int(unit.session.scalar(_COUNT_HELD, given) or 0)


def by_whom(unit: UnitOfWork, blast_id: uuid.UUID) -> Sequence[Row[Any]]:
    """Who has sent how many texts of a blast by hand, and when they pressed last."""
    return unit.session.execute(_BY_WHOM, {"organisation": unit.organisation_id, "blast": blast_id}).all()


def put_off(unit: UnitOfWork, until: Mapping[uuid.UUID, dt.datetime]) -> None:
    """Let texts out of their batch until a moment each, as where it is night for whoever would get one."""
    if until:
        given = {
            "organisation": unit.organisation_id,
            "ids": list(until),
            "moments": list(until.values()),
        }
        unit.session.execute(_PUT_OFF, given)


def let_go(unit: UnitOfWork, message_id: uuid.UUID) -> None:
    """Take a text that nobody pressed for out of its batch: it is anybody's."""
    unit.session.execute(_LET_GO, {"organisation": unit.organisation_id, "message": message_id})


def who_pressed(unit: UnitOfWork, batch_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Whose each of these batches is: who pressed for what was sent of it."""
    if not batch_ids:
        return {}
    query = select(TextBatch.id, TextBatch.account_id).where(
        TextBatch.organisation_id == unit.organisation_id, TextBatch.id.in_(batch_ids)
    )
    return {row.id: row.account_id for row in unit.session.execute(query)}


def word_anew(unit: UnitOfWork, words: Sequence[Worded]) -> None:
    """Let texts that nobody has pressed for say something else."""
    if words:
        given = {
            "organisation": unit.organisation_id,
            "ids": [one.id for one in words],
            "bodies": [one.body for one in words],
            "encodings": [one.encoding for one in words],
            "segments": [one.segments for one in words],
            "pictures": [one.picture for one in words],
        }
        unit.session.execute(_WORD_ANEW, given)
