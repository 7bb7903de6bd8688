"""People's own codes of short links, written for many at once and looked up one by one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.engine import Row

from dialer.domain.link_visit import PERSON, PREFETCH, PREVIEW, ROBOT, SCAN
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

_ADD: Final = text(
    """
    INSERT INTO link_code (code, organisation_id, link_id, contact_id, created_at)
    SELECT code, :organisation, :link, contact_id, :now
    FROM unnest(CAST(:codes AS text[]), CAST(:contacts AS uuid[])) AS drawn (code, contact_id)
    ON CONFLICT (code) DO NOTHING
    """
)
_THERE: Final = text(
    "SELECT code, link_id, contact_id FROM link_code WHERE code = ANY (CAST(:codes AS text[]))"
)

_FOUND: Final = text(
    """
    SELECT x.organisation_id, x.link_id, x.contact_id, l.target, l.blast_id, l.campaign_id,
           coalesce(m.attempted_at, x.created_at) AS handed_over_at
    FROM link_code x
    JOIN link l ON l.organisation_id = x.organisation_id AND l.id = x.link_id
    LEFT JOIN message m ON m.organisation_id = x.organisation_id AND m.blast_id = l.blast_id
     AND m.contact_id = x.contact_id AND m.purpose = 'blast'
    WHERE x.code = :code
    """
)
_CLICKED: Final = text(
    """
    UPDATE link_code
    SET clicks = clicks + 1, clicked_at = coalesce(clicked_at, :now), last_clicked_at = :now
    WHERE code = :code AND clicks < :most
    RETURNING old.clicked_at IS NULL AS is_first
    """
)
_LOOKED: Final[Mapping[str, TextClause]] = {
    visitor: text(
        f"UPDATE link_code SET {column} = {column} + 1"  # noqa: S608 - words of ours
        f" WHERE code = :code AND {column} < :most RETURNING false AS is_first"
    )
    for visitor, column in (
        (PREVIEW, "previews"),
        (PREFETCH, "prefetches"),
        (ROBOT, "robots"),
        (SCAN, "scans"),
    )
}
_OPENED_ANOTHER: Final = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM link_code x
        JOIN link l ON l.organisation_id = x.organisation_id AND l.id = x.link_id
        WHERE x.organisation_id = :organisation AND x.contact_id = :contact AND x.clicked_at IS NOT NULL
          AND l.blast_id = :blast AND x.link_id <> :link
    )
    """
)
_TAKEN_FOR: Final = text(
    """
    INSERT INTO pledge (organisation_id, id, election_id, contact_id, campaign_id, support, source, dated, at,
                        account_id, link_id)
    SELECT x.organisation_id, uuidv7(), :election, x.contact_id, :campaign, :support, 'web', false,
           x.clicked_at, NULL, x.link_id
    FROM link_code x
    JOIN contact c ON c.organisation_id = x.organisation_id AND c.id = x.contact_id
    WHERE x.organisation_id = :organisation AND x.link_id = :link AND x.clicked_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM pledge p WHERE p.organisation_id = x.organisation_id
                      AND p.link_id = x.link_id AND p.contact_id = x.contact_id AND p.undone_at IS NULL)
    LIMIT :most
    RETURNING contact_id
    """
)
_OTHERWISE: Final = text(
    """
    SELECT id FROM pledge
    WHERE organisation_id = :organisation AND link_id = :link AND undone_at IS NULL
      AND support IS DISTINCT FROM CAST(:support AS smallint)
    LIMIT :most
    """
)
_UNSAID: Final = text(
    """
    SELECT count(*) FROM (
        SELECT p.contact_id FROM pledge p
        WHERE p.organisation_id = :organisation AND p.link_id = :link AND p.undone_at IS NULL
          AND p.support IS DISTINCT FROM CAST(:support AS smallint)
        UNION
        SELECT x.contact_id FROM link_code x
        WHERE x.organisation_id = :organisation AND x.link_id = :link AND x.clicked_at IS NOT NULL
          AND CAST(:support AS smallint) IS NOT NULL AND x.contact_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM pledge p WHERE p.organisation_id = x.organisation_id
                          AND p.link_id = x.link_id AND p.contact_id = x.contact_id AND p.undone_at IS NULL)
    ) AS unsaid
    """
)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was drawn, and whose it is; nobody's whom we know by more than a number without one."""

    code: str
    contact_id: uuid.UUID | None


def add_codes(unit: UnitOfWork, link_id: uuid.UUID, drawn: Sequence[NewCode], now: dt.datetime) -> set[str]:
    """Write these down; those that are there already stay. Returns the codes that are another's."""
    given = {
        "organisation": unit.organisation_id,
        "link": link_id,
        "codes": [one.code for one in drawn],
        "contacts": [one.contact_id for one in drawn],
        "now": now,
    }
    added: Any = unit.session.execute(_ADD, given)
    if added.rowcount == len(drawn):
        return set()
    mine: Mapping[str, uuid.UUID | None] = {one.code: one.contact_id for one in drawn}
    there = unit.session.execute(_THERE, {"codes": given["codes"]})
    return {row.code for row in there if (row.link_id, row.contact_id) != (link_id, mine[row.code])}


def found_code(unit: UnitOfWork, code: str) -> Row[Any] | None:
    """What a code stands for, in whichever organisation, and when its text was handed to the carrier."""
    return unit.session.execute(_FOUND, {"code": code}).one_or_none()


def note_visit(unit: UnitOfWork, code: str, visitor: str, now: dt.datetime, *, most: int) -> bool | None:
    """Count a visit; whether it is a person’s first. None where `most` of its kind have been counted: no more
    are.
    """
    given = {"code": code, "most": most}
    if visitor == PERSON:
        row = unit.session.execute(_CLICKED, {**given, "now": now}).one_or_none()
    else:
        row = unit.session.execute(_LOOKED[visitor], given).one_or_none()
    return None if row is None else bool(row.is_first)


_OPENED_OF: Final = text(
    """
    SELECT given.id, min(x.clicked_at) AS at, sum(x.clicks) AS clicks
    FROM unnest(CAST(:ids AS uuid[]), CAST(:contacts AS uuid[]), CAST(:blasts AS uuid[]))
         AS given (id, contact_id, blast_id)
    JOIN link_code x ON x.organisation_id = :organisation AND x.contact_id = given.contact_id
     AND x.clicked_at IS NOT NULL
    JOIN link l ON l.organisation_id = x.organisation_id AND l.id = x.link_id AND l.blast_id = given.blast_id
    GROUP BY given.id
    """
)


@dataclass(frozen=True, slots=True)
class Opened:
    """When somebody first opened a link of a text, and how often they opened any of it."""

    at: dt.datetime
    clicks: int


def opened_of(unit: UnitOfWork, messages: Sequence[Message]) -> dict[uuid.UUID, Opened]:
    """Which of these texts of blasts had a link opened by whoever got it."""
    of_people = [row for row in messages if row.contact_id is not None and row.blast_id is not None]
    if not of_people:
        return {}
    given = {
        "organisation": unit.organisation_id,
        "ids": [row.id for row in of_people],
        "contacts": [row.contact_id for row in of_people],
        "blasts": [row.blast_id for row in of_people],
    }
    return {row.id: Opened(row.at, int(row.clicks)) for row in unit.session.execute(_OPENED_OF, given)}


def lock_whose(unit: UnitOfWork, contact_id: uuid.UUID, blast_id: uuid.UUID) -> None:
    """Let nobody else count what this person opens of a blast until the unit of work is over."""
    name = func.hashtextextended(f"opened {contact_id}{blast_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def opened_another(unit: UnitOfWork, contact_id: uuid.UUID, blast_id: uuid.UUID, link_id: uuid.UUID) -> bool:
    """Whether somebody opened another link of a blast before."""
    given = {"contact": contact_id, "blast": blast_id, "link": link_id, "organisation": unit.organisation_id}
    return bool(unit.session.scalar(_OPENED_ANOTHER, given))


def visiting(unit: UnitOfWork, link_id: uuid.UUID) -> None:
    """Say, until this transaction's end, that somebody's opening of a link is being written down."""
    name = func.hashtextextended(f"opens {link_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock_shared(name)))


def wait_for_visits(unit: UnitOfWork, link_id: uuid.UUID) -> None:
    """Wait for those who are `visiting`; others wait for this transaction's end."""
    name = func.hashtextextended(f"opens {link_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def count_unsaid(unit: UnitOfWork, link_id: uuid.UUID, support: int | None) -> int:
    """Of how many who opened a link it isn't written down, or otherwise, that they have this support."""
    given = {"organisation": unit.organisation_id, "link": link_id, "support": support}
    return int(unit.session.scalar(_UNSAID, given) or 0)


def said_otherwise(unit: UnitOfWork, link_id: uuid.UUID, support: int | None, most: int) -> list[uuid.UUID]:
    """Evidence by a link of another support than this, as much at most."""
    given = {"organisation": unit.organisation_id, "link": link_id, "support": support, "most": most}
    return list(unit.session.scalars(_OTHERWISE, given))


def take_as_support(
    unit: UnitOfWork,
    link_id: uuid.UUID,
    *,
    election_id: uuid.UUID,
    campaign_id: uuid.UUID,
    support: int,
    most: int,
) -> list[uuid.UUID]:
    """Write down as evidence that those who opened a link, and of whom it isn't yet, have this support, of as
    many at most; whom it is about.
    """
    given = {
        "organisation": unit.organisation_id,
        "link": link_id,
        "election": election_id,
        "campaign": campaign_id,
        "support": support,
        "most": most,
    }
    return list(unit.session.scalars(_TAKEN_FOR, given))
