"""Numbers that a carrier is asked for: found, claimed before the wire, written down afterwards."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of somebody asked for: whether it was looked up lately, or is in another batch's hands."""

    number: str = field(repr=False)
    known: bool
    in_hand: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is written down of a number: its `state`, and what was learnt or why not."""

    number: str = field(repr=False)
    state: str
    line: str | None = None
    kind: str | None = None
    network: str | None = None
    fault: str | None = None
    error_code: int | None = None


_LEFT_BEHIND: Final = """(
    {line}.state = 'waiting' AND {line}.tries = 0 AND EXISTS (
        SELECT 1 FROM look_up_batch b
        WHERE b.organisation_id = :organisation AND b.id = {line}.batch_id AND b.state = 'stopped'
    )
)"""
"""A number that a batch would still ask for which was stopped: another may take it over."""

_NUMBERS: Final = """
    SELECT DISTINCT p.number,
           coalesce(l.state IN ('known', 'failed') AND l.looked_up_at > :since, false) AS known,
           coalesce(l.state IN ('waiting', 'asking') AND NOT {left_behind}, false) AS in_hand
    FROM contact c
    JOIN contact_phone p ON p.organisation_id = c.organisation_id AND p.contact_id = c.id
    LEFT JOIN number_line l ON l.organisation_id = p.organisation_id AND l.number = p.number
    WHERE c.organisation_id = :organisation AND {people}
      AND c.status <> 'deceased' AND p.dead_at IS NULL AND p.removed_at IS NULL
      AND (:every_line OR p.line_type = 'unknown')
      AND NOT EXISTS (
          SELECT 1 FROM suppression s
          WHERE s.organisation_id = :organisation AND s.number = p.number AND s.channel = 'sms'
            AND s.lifted_at IS NULL
      )
"""
_OF_LIST: Final = text(
    _NUMBERS.format(
        left_behind=_LEFT_BEHIND.format(line="l"),
        people="""EXISTS (
          SELECT 1 FROM list_member m
          WHERE m.organisation_id = :organisation AND m.list_id = :list AND m.contact_id = c.id
      )""",
    )
)
_OF_PEOPLE: Final = text(
    _NUMBERS.format(left_behind=_LEFT_BEHIND.format(line="l"), people="c.id = ANY (CAST(:people AS uuid[]))")
)
_LOCK_STOPPED: Final = text(
    """
    SELECT b.id FROM look_up_batch b
    WHERE b.organisation_id = :organisation AND b.state = 'stopped' AND EXISTS (
        SELECT 1 FROM number_line l
        WHERE l.organisation_id = :organisation AND l.number = ANY (CAST(:numbers AS text[]))
          AND l.batch_id = b.id AND l.state = 'waiting' AND l.tries = 0
    )
    ORDER BY b.id FOR UPDATE OF b
    """
)
"""Before any number: whoever runs a batch locks it first, too."""
_GIVE_UP: Final = text(
    f"""
    WITH gone AS MATERIALIZED (
        SELECT l.batch_id FROM number_line l
        WHERE l.organisation_id = :organisation AND l.number = ANY (CAST(:numbers AS text[]))
          AND {_LEFT_BEHIND.format(line="l")}
        ORDER BY l.number FOR UPDATE OF l
    )
    UPDATE look_up_batch SET numbers = look_up_batch.numbers - lost.numbers
    FROM (SELECT batch_id, count(*) AS numbers FROM gone GROUP BY batch_id) AS lost
    WHERE look_up_batch.organisation_id = :organisation AND look_up_batch.id = lost.batch_id
    """  # noqa: S608 - words of ours
)
_TAKE: Final = text(
    f"""
    INSERT INTO number_line (organisation_id, number, batch_id, state)
    SELECT :organisation, number, :batch, 'waiting' FROM unnest(CAST(:numbers AS text[])) AS given(number)
    ORDER BY number
    ON CONFLICT (organisation_id, number)
    DO UPDATE SET batch_id = excluded.batch_id, state = 'waiting', tries = 0
    WHERE (number_line.state IN ('known', 'failed') AND number_line.looked_up_at <= :since)
       OR {_LEFT_BEHIND.format(line="number_line")}
    RETURNING number
    """  # noqa: S608 - words of ours
)
_CLAIM: Final = text(
    """
    WITH next AS (
        SELECT number FROM number_line
        WHERE organisation_id = :organisation AND batch_id = :batch AND state = 'waiting'
        ORDER BY number LIMIT :limit FOR UPDATE
    )
    UPDATE number_line SET state = 'asking', tries = tries + 1 FROM next
    WHERE number_line.organisation_id = :organisation AND number_line.number = next.number
    RETURNING number_line.number, number_line.tries
    """
)
_RECORD: Final = text(
    """
    UPDATE number_line
    SET state = v.state, line = coalesce(v.line, number_line.line), kind = coalesce(v.kind, number_line.kind),
        network = v.network, fault = v.fault, error_code = v.error_code, looked_up_at = :now
    FROM unnest(CAST(:numbers AS text[]), CAST(:states AS text[]), CAST(:lines AS text[]),
                CAST(:kinds AS text[]), CAST(:networks AS text[]), CAST(:faults AS text[]),
                CAST(:codes AS int[]))
         AS v(number, state, line, kind, network, fault, error_code)
    WHERE number_line.organisation_id = :organisation AND number_line.number = v.number
      AND number_line.batch_id = :batch AND number_line.state IN ('waiting', 'asking')
    RETURNING number_line.number, number_line.state
    """
)
_PUT_BACK: Final = text(
    """
    UPDATE number_line SET state = 'waiting', tries = CASE WHEN :charged THEN tries ELSE tries - 1 END
    WHERE organisation_id = :organisation AND batch_id = :batch AND state = 'asking'
      AND number = ANY (CAST(:numbers AS text[]))
    RETURNING number
    """
)
_ASKING: Final = text(
    """
    SELECT number, tries FROM number_line
    WHERE organisation_id = :organisation AND batch_id = :batch AND state = 'asking' ORDER BY number
    """
)
_APPLY: Final = text(
    """
    WITH held AS (
        SELECT p.contact_id, p.number, v.line FROM contact_phone p
        JOIN unnest(CAST(:numbers AS text[]), CAST(:lines AS text[])) AS v(number, line)
          ON v.number = p.number
        WHERE p.organisation_id = :organisation AND p.line_type <> v.line
          AND (p.line_type = 'unknown' OR v.line = 'landline')
        ORDER BY p.contact_id, p.number FOR UPDATE OF p
    )
    UPDATE contact_phone SET line_type = held.line FROM held
    WHERE contact_phone.organisation_id = :organisation AND contact_phone.contact_id = held.contact_id
      AND contact_phone.number = held.number
    """
)
_APPLY_MISSED: Final = text(
    """
    WITH held AS (
        SELECT p.contact_id, p.number, l.kind FROM contact_phone p
        JOIN number_line l ON l.organisation_id = :organisation AND l.number = p.number
        WHERE p.organisation_id = :organisation AND p.line_type <> l.kind
          AND (p.line_type = 'unknown' OR l.kind = 'landline')
        ORDER BY p.contact_id, p.number FOR UPDATE OF p
    )
    UPDATE contact_phone SET line_type = held.kind FROM held
    WHERE contact_phone.organisation_id = :organisation AND contact_phone.contact_id = held.contact_id
      AND contact_phone.number = held.number
    """
)
_LOOKED_UP: Final = text(
    """
    SELECT number, line, looked_up_at FROM number_line
    WHERE organisation_id = :organisation AND number = ANY (CAST(:numbers AS text[]))
      AND looked_up_at IS NOT NULL
    """
)
_KINDS: Final = text(
    """
    SELECT number, kind FROM number_line
    WHERE organisation_id = :organisation AND number = ANY (CAST(:numbers AS text[])) AND kind IS NOT NULL
    """
)
_FORGET: Final = text(
    """
    DELETE FROM number_line l
    WHERE l.organisation_id = :organisation AND l.state IN ('known', 'failed') AND l.looked_up_at <= :before
      AND NOT EXISTS (
          SELECT 1 FROM contact_phone p WHERE p.organisation_id = :organisation AND p.number = l.number
      )
    """
)
_WAITS: Final = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM number_line
        WHERE organisation_id = :organisation AND batch_id = :batch AND state = 'waiting'
    )
    """
)
_COUNT_ASKED: Final = text(
    """
    INSERT INTO look_up_spending (organisation_id, batch_id, quarter, asked)
    VALUES (:organisation, :batch, :quarter, :asked)
    ON CONFLICT (organisation_id, batch_id, quarter)
    DO UPDATE SET asked = look_up_spending.asked + excluded.asked
    """
)
_FAILED: Final = text(
    """
    SELECT number, fault, error_code FROM number_line
    WHERE organisation_id = :organisation AND batch_id = :batch AND state = 'failed' AND number > :after
    ORDER BY number LIMIT :limit
    """
)


KNOWN_KIND: Final = """coalesce((
        SELECT l.kind FROM number_line l
        WHERE l.organisation_id = :organisation AND l.number = given.number
          AND (l.kind = 'landline' OR (l.kind IS NOT NULL AND given.line_type = 'unknown'))
    ), given.line_type)"""
"""The kind of line of a number that somebody is `given`: what a carrier has said of it, whoever had it."""


def numbers_of_list(
    unit: UnitOfWork, list_id: uuid.UUID, *, every_line: bool, since: dt.datetime
) -> Iterator[Numbered]:
    """The numbers of a list's people that may be texted: those of unknown kind, or of every one. Lists are
    long: they come some at a time.
    """
    given = {"organisation": unit.organisation_id, "list": list_id, "every_line": every_line, "since": since}
    found = unit.session.execute(_OF_LIST, given, execution_options={"yield_per": AT_ONCE})
    return (Numbered(*row) for row in found)


def numbers_of_people(
    unit: UnitOfWork, people: Collection[uuid.UUID], *, every_line: bool, since: dt.datetime
) -> Sequence[Numbered]:
    """The same of these people."""
    given = {
        "organisation": unit.organisation_id,
        "people": list(people),
        "every_line": every_line,
        "since": since,
    }
    return [Numbered(*row) for row in unit.session.execute(_OF_PEOPLE, given)]


def take(unit: UnitOfWork, batch_id: uuid.UUID, numbers: Sequence[str], since: dt.datetime) -> int:
    """Put these into a batch, but for those that another has taken or learnt meanwhile; how many. What was
    left behind in one that was stopped is taken out of it.
    """
    of_them = {"organisation": unit.organisation_id, "numbers": numbers}
    unit.session.execute(_LOCK_STOPPED, of_them).all()
    unit.session.execute(_GIVE_UP, of_them)
    given = {"organisation": unit.organisation_id, "batch": batch_id, "numbers": numbers, "since": since}
    return len(unit.session.execute(_TAKE, given).all())


def claim(unit: UnitOfWork, batch_id: uuid.UUID, limit: int) -> dict[str, int]:
    """Take the next numbers to ask for, each with how often that makes it."""
    given = {"organisation": unit.organisation_id, "batch": batch_id, "limit": limit}
    return {row.number: row.tries for row in unit.session.execute(_CLAIM, given)}


def any_waits(unit: UnitOfWork, batch_id: uuid.UUID) -> bool:
    """Whether a batch has a number left to ask for."""
    given = {"organisation": unit.organisation_id, "batch": batch_id}
    return bool(unit.session.scalar(_WAITS, given))


def count_asked(unit: UnitOfWork, batch_id: uuid.UUID, quarter: dt.datetime, asked: int) -> None:
    """Add to how often the carrier was asked in a quarter of an hour, of which days of any zone are made."""
    given = {"organisation": unit.organisation_id, "batch": batch_id, "quarter": quarter, "asked": asked}
    unit.session.execute(_COUNT_ASKED, given)


def asking(unit: UnitOfWork, batch_id: uuid.UUID) -> dict[str, int]:
    """The numbers of which nobody has written down an answer, each with how often it was asked for."""
    given = {"organisation": unit.organisation_id, "batch": batch_id}
    return {row.number: row.tries for row in unit.session.execute(_ASKING, given)}


def record(
    unit: UnitOfWork, batch_id: uuid.UUID, answers: Sequence[Answer], now: dt.datetime
) -> dict[str, str]:
    """Write down what became of numbers that were asked for; those that nobody had settled yet, with states.
    An answer that comes after its worker was given up counts, if nobody has paid for another meanwhile.
    """
    if not answers:
        return {}
    given = {
        "organisation": unit.organisation_id,
        "batch": batch_id,
        "now": now,
        "numbers": [one.number for one in answers],
        "states": [one.state for one in answers],
        "lines": [one.line for one in answers],
        "kinds": [one.kind for one in answers],
        "networks": [one.network for one in answers],
        "faults": [one.fault for one in answers],
        "codes": [one.error_code for one in answers],
    }
    return {row.number: row.state for row in unit.session.execute(_RECORD, given)}


def put_back(unit: UnitOfWork, batch_id: uuid.UUID, numbers: Sequence[str], *, charged: bool) -> int:
    """Have these asked for again, and how many; what wasn't charged doesn't count as a try."""
    if not numbers:
        return 0
    given = {"organisation": unit.organisation_id, "batch": batch_id, "numbers": numbers}
    return len(unit.session.execute(_PUT_BACK, {**given, "charged": charged}).all())


def apply_kinds(unit: UnitOfWork, kinds: Mapping[str, str]) -> None:
    """Let everybody's number be of the kind that was learnt. What was found to take no texts stays so."""
    if kinds:
        given = {"organisation": unit.organisation_id, "numbers": list(kinds), "lines": list(kinds.values())}
        unit.session.execute(_APPLY, given)


def apply_missed(unit: UnitOfWork) -> None:
    """The same of what was learnt before: who was being brought in at that moment wasn't seen then."""
    unit.session.execute(_APPLY_MISSED, {"organisation": unit.organisation_id})


def looked_up(unit: UnitOfWork, numbers: Collection[str]) -> list[tuple[str, str | None, dt.datetime]]:
    """Which of these numbers a carrier was asked for, with its word for the line and when that was."""
    given = {"organisation": unit.organisation_id, "numbers": list(numbers)}
    return [(row.number, row.line, row.looked_up_at) for row in unit.session.execute(_LOOKED_UP, given)]


def known_kinds(unit: UnitOfWork, numbers: Collection[str]) -> dict[str, str]:
    """What was learnt of these numbers, whoever has them."""
    found = unit.session.execute(_KINDS, {"organisation": unit.organisation_id, "numbers": list(numbers)})
    return {row.number: row.kind for row in found}


def forget(unit: UnitOfWork, before: dt.datetime) -> None:
    """Delete what was learnt until then of numbers that nobody has."""
    unit.session.execute(_FORGET, {"organisation": unit.organisation_id, "before": before})


def failed_after(unit: UnitOfWork, batch_id: uuid.UUID, after: str, limit: int) -> Sequence[Answer]:
    """The next numbers of a batch of which nothing was learnt, and why."""
    given = {"organisation": unit.organisation_id, "batch": batch_id, "after": after, "limit": limit}
    rows = unit.session.execute(_FAILED, given)
    return [Answer(row.number, "failed", fault=row.fault, error_code=row.error_code) for row in rows]
