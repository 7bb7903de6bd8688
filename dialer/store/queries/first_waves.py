"""The first waves of blasts: drawn from all that wait, and how they stand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.domain.first_wave import Standing
from dialer.store.queries.places import PLACES
from dialer.store.session import UnitOfWork

_OF_WAVE: Final = """
    FROM first_wave_text w
    JOIN message m ON m.organisation_id = w.organisation_id AND m.id = w.message_id
    WHERE w.organisation_id = :organisation AND w.blast_id = :blast
"""
_BEHIND: Final = """
    FROM message m
    WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
      AND m.state = 'queued' AND NOT EXISTS (
          SELECT 1 FROM first_wave_text w
          WHERE w.organisation_id = :organisation AND w.message_id = m.id
      )
"""

_DRAW: Final = text(
    f"""
    INSERT INTO first_wave_text (organisation_id, message_id, blast_id)
    SELECT m.organisation_id, m.id, m.blast_id {_BEHIND}
    ORDER BY md5(CAST(m.blast_id AS text) || CAST(m.contact_id AS text)) LIMIT :count
    """
)
"""By lot, and yet the same whoever draws: by the ids of blast and contact, in an order that has nothing to do
with either alone.
"""

_STANDING: Final = text(
    f"""
    SELECT coalesce(sum(texts) FILTER (
               WHERE state IN ('sent', 'delivered', 'undelivered', 'failed', 'unknown') AND NOT asked_about
           ), 0) AS went,
           coalesce(sum(texts) FILTER (WHERE state = 'sending' OR asked_about), 0) AS on_the_wire,
           coalesce(sum(texts) FILTER (WHERE state = 'queued' AND NOT waits), 0) AS due,
           coalesce(sum(texts) FILTER (WHERE state = 'queued' AND waits), 0) AS later,
           CAST(EXISTS (SELECT 1 {_BEHIND}) AS integer) AS behind
    FROM (
        SELECT m.state, m.state = 'unknown' AND m.next_look_at IS NOT NULL AS asked_about,
               m.state = 'queued' AND (m.not_before > :later OR EXISTS (
                   SELECT 1 FROM conversation t
                   WHERE t.organisation_id = :organisation AND t.number = m.number AND t.state = 'review'
               ) OR EXISTS (
                   SELECT 1 FROM sender s
                   WHERE s.organisation_id = :organisation AND s.address = m.sender
                     AND s.pause_reason IS NOT NULL
                     AND (s.handed_over_at IS NULL OR s.handed_over_at < :handed_over)
               )) AS waits,
               count(*) AS texts
        {_OF_WAVE} GROUP BY m.state, asked_about, waits
    ) AS counted
    """  # noqa: S608 - words of ours
)
"""What the carrier is still asked about may turn out not to be there, and goes again: it is on the wire. What
nobody asks about any more, as letters, went as far as anybody will know.
"""

_OUTCOMES: Final = text(
    f"SELECT m.state, m.error_code, count(*) AS texts, sum(m.segments) AS segments {_OF_WAVE}"
    " GROUP BY m.state, m.error_code ORDER BY count(*) DESC, m.error_code"
)

_REPLIES: Final = text(
    """
    SELECT x.inbound_class, count(*) AS texts
    FROM first_wave_text w
    JOIN message m ON m.organisation_id = w.organisation_id AND m.id = w.message_id
    JOIN message x ON x.organisation_id = m.organisation_id AND x.number = m.number
    WHERE w.organisation_id = :organisation AND w.blast_id = :blast
      AND x.direction = 'inbound' AND x.answers_blast_id = :blast
    GROUP BY x.inbound_class
    """
)

_STOPS: Final = {
    channel: text(
        f"""
        SELECT count(DISTINCT m.number) {_OF_WAVE} AND EXISTS (
            SELECT 1 FROM suppression x
            WHERE x.organisation_id = :organisation AND x.{of.barred_by} = m.number
              AND x.channel = '{channel}' AND x.reason IN ('opt_out', 'complaint') AND x.lifted_at IS NULL
              AND x.created_at >= :since
        ) AND m.state <> 'skipped'
        """  # noqa: S608 - words of ours
    )
    for channel, of in PLACES.items()
}

LATER: Final = dt.timedelta(minutes=5)
"""What rests for longer waits for something of its own, such as the morning where somebody lives; what the
carrier or a sender keeps back comes sooner.
"""
HANDED_OVER: Final = dt.timedelta(minutes=1)
"""What still stands at a stopped sender so long after others were let send it has no other sender."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of a wave's texts: by state, and the failed ones by code (0: none was given). `segments`
    is how many parts all of them have together.
    """

    counts: dict[str, int] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    segments: int = 0

    @property
    def texts(self) -> int:
        """How many they are."""
        return sum(self.counts.values())


def draw(unit: UnitOfWork, blast_id: uuid.UUID, count: int) -> None:
    """Draw so many more of a blast's texts that wait into its first wave."""
    unit.session.execute(_DRAW, {**_of(unit, blast_id), "count": count})


def standing_of(unit: UnitOfWork, blast_id: uuid.UUID, now: dt.datetime) -> Standing:
    """How a wave stands. Of those behind it only whether there are any is told, as 1 or 0."""
    moments = {"later": now + LATER, "handed_over": now - HANDED_OVER}
    row = unit.session.execute(_STANDING, {**_of(unit, blast_id), **moments}).one()
    return Standing(int(row.went), int(row.on_the_wire), int(row.due), int(row.later), row.behind)


def outcomes_of(unit: UnitOfWork, blast_id: uuid.UUID) -> Outcomes:
    """What became of a wave's texts."""
    found = Outcomes()
    segments = 0
    for row in unit.session.execute(_OUTCOMES, _of(unit, blast_id)):
        found.counts[row.state] = found.counts.get(row.state, 0) + row.texts
        segments += row.segments
        if row.state in ("failed", "undelivered"):
            found.codes[row.error_code or 0] = found.codes.get(row.error_code or 0, 0) + row.texts
    return Outcomes(found.counts, found.codes, segments)


def replies_to(unit: UnitOfWork, blast_id: uuid.UUID) -> Sequence[Row[Any]]:
    """How many texts came back from people of a wave, by what they ask of us."""
    return unit.session.execute(_REPLIES, _of(unit, blast_id)).all()


def count_stops(unit: UnitOfWork, blast_id: uuid.UUID, channel: str, since: dt.datetime) -> int:
    """How many of a wave have said no since then, by whichever way: a complaint is one."""
    return unit.session.scalar(_STOPS[channel], {**_of(unit, blast_id), "since": since}) or 0


def _of(unit: UnitOfWork, blast_id: uuid.UUID) -> dict[str, object]:
    return {"organisation": unit.organisation_id, "blast": blast_id}
