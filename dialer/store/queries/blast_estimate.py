"""Everybody in a blast's lists judged in one statement: how many would get it, and what each would read.

It says what `dialer.domain.message_gate.exclusion` says, in SQL; a property test holds the two together.
Told to it is what follows from a number alone: which ones lie where nobody may be texted.

Each row finds what is known of it by a key that has an index, or in a hash; two sets that were only just
worked out are never joined. So it takes time in proportion to the people, also where the planner knows
nothing of a table that was filled a moment ago.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import TextClause, text
from sqlalchemy.engine import Row

from dialer.domain.audience import Audience
from dialer.domain.filters.tree import Filter
from dialer.domain.texting import EMAIL, SMS
from dialer.store.queries.audience_people import WORK_MEMORY
from dialer.store.queries.audience_sql import Condition
from dialer.store.queries.places import PLACES
from dialer.store.queries.texting_rules import TEXTED_AT, TEXTS, has_voted, heard_since, not_meant, not_mobile
from dialer.store.session import UnitOfWork

PLACE: Final = 8
"""Numbers that begin alike in so many signs lie in one country, but for few."""
_AT_ONCE: Final = 5_000
"""Rows fetched at a time, so that memory doesn't grow with the blast."""

_ON_LISTS: Final = """
    SELECT DISTINCT m.contact_id FROM list_member m
    WHERE m.organisation_id = :organisation AND m.list_id = ANY (CAST(:lists AS uuid[]))
"""
_PICKED: Final = """
    SELECT c.id AS contact_id FROM contact c
    WHERE c.organisation_id = :organisation AND ({condition} OR false)
"""
_PICKED_ON_LISTS: Final = """
    SELECT listed.contact_id FROM ({listed}) AS listed
    JOIN contact c ON c.organisation_id = :organisation AND c.id = listed.contact_id
    WHERE ({condition} OR false)
"""

_NUMBERS: Final = """
    WITH member AS MATERIALIZED ({member})
    SELECT p.number FROM member
    JOIN contact_phone p ON p.organisation_id = :organisation AND p.contact_id = member.contact_id
    WHERE p.removed_at IS NULL AND p.dead_at IS NULL
"""

_LIVING: Final = {
    SMS: """
        SELECT p.contact_id, p.number, p.position, p.line_type = 'landline' AS landline,
               p.number = ANY (CAST(:foreign AS text[])) AS foreign_number
        FROM contact_phone p
        WHERE p.organisation_id = :organisation AND p.removed_at IS NULL AND p.dead_at IS NULL
    """,
    EMAIL: """
        SELECT a.id AS contact_id, a.email_key AS number, 0 AS position, false AS landline,
               false AS foreign_number
        FROM contact a WHERE a.organisation_id = :organisation AND a.email_key IS NOT NULL
    """,
}

_AUDIENCE: Final = "CAST(:audience AS jsonb)"

_JUDGED: Final = f"""
    member AS MATERIALIZED ({{member}}),
    living AS ({{living}}),
    chosen AS (
        SELECT DISTINCT ON (c.id) c.id, c.status, p.number, p.landline, p.foreign_number,
               {has_voted(_AUDIENCE)} AS has_voted, {{said}} AS said
        FROM member
        JOIN contact c ON c.organisation_id = :organisation AND c.id = member.contact_id
        LEFT JOIN voter_record v
          ON v.organisation_id = :organisation AND v.contact_id = member.contact_id
         AND v.election_id = :election
        LEFT JOIN living p ON p.contact_id = member.contact_id
        WHERE {not_meant(_AUDIENCE, "CAST(:tags_any AS text[])", "CAST(:tags_none AS text[])")} IS NOT TRUE
        ORDER BY c.id, {{not_mobile}} OR p.foreign_number, p.position,
                 p.number COLLATE "C"
    ),
    judged AS MATERIALIZED (
        SELECT p.id, p.number, p.said,
               CASE
                   WHEN {{said_no}} OR {{barred}} OR {{holder_said_no}} THEN 'opted_out'
                   WHEN {{suppressed}} THEN 'suppressed'
                   WHEN p.status IN ('deceased', 'moved') THEN p.status
                   WHEN p.number IS NULL THEN '{{none}}'
                   WHEN {{not_mobile}} THEN 'not_mobile'
                   WHEN p.foreign_number THEN 'country'
                   WHEN :requires_consent AND NOT {{consented}} THEN 'no_consent'
                   WHEN EXISTS (
                       SELECT 1 FROM conversation t
                       WHERE t.organisation_id = :organisation AND t.number = p.number
                         AND t.state = 'review'
                   ) THEN 'in_review'
                   WHEN p.has_voted THEN 'voted'
                   WHEN CAST(:since AS timestamptz) IS NOT NULL
                    AND {heard_since("p.id", "p.number", ":since")} THEN 'recently_contacted'
               END AS excluded
        FROM chosen p
    )
"""

_COUNT: Final = f"""
    WITH {_JUDGED}
    SELECT count(*) FROM (
        SELECT DISTINCT number COLLATE "C" FROM judged WHERE excluded IS NULL
    ) AS recipient
"""

_CHOSEN: Final = f"""
    WITH {_JUDGED}
    SELECT number COLLATE "C" AS number, bool_or(excluded IS NULL) AS is_texted
    FROM judged WHERE number IS NOT NULL GROUP BY 1
"""

_ESTIMATE: Final = f"""
    WITH {_JUDGED},
    texted AS MATERIALIZED (
        SELECT DISTINCT ON (number COLLATE "C") id, number, said FROM judged
        WHERE excluded IS NULL ORDER BY number COLLATE "C", id
    )
    SELECT 'left_out' AS what, excluded, NULL::uuid AS contact_id, NULL AS number, NULL::text[] AS said,
           count(*) AS heads, NULL AS country
    FROM judged GROUP BY excluded
    UNION ALL
    {{samples}}
    UNION ALL
    SELECT 'first_time', NULL, NULL, {{language}}, NULL, count(*), NULL FROM texted
    WHERE NOT EXISTS (
        SELECT 1 FROM message x
        WHERE x.organisation_id = :organisation AND x.number = texted.number
          AND {TEXTS} AND {TEXTED_AT} IS NOT NULL
    )
    GROUP BY {{language}}
    {{lacking}}
    UNION ALL
    SELECT 'known_by', NULL, NULL, t.sender, NULL, count(*), NULL
    FROM texted JOIN conversation t ON t.organisation_id = :organisation AND t.number = texted.number
    WHERE t.sender IS NOT NULL GROUP BY t.sender
    UNION ALL
    SELECT 'said', NULL, NULL, NULL, said, count(*),
           coalesce(elsewhere.known ->> number, elsewhere.known ->> left(number, {PLACE})) AS place
    FROM texted CROSS JOIN (SELECT CAST(:elsewhere AS jsonb) AS known) AS elsewhere GROUP BY said, place
"""

_LACKING: Final = """
    UNION ALL
    (SELECT 'lacks', NULL, id, NULL, NULL, {place}, NULL FROM texted
     WHERE coalesce(said[{place}] = 'null' OR said[{place}] !~ '[^[:space:]"]', true) AND {whose}
     ORDER BY id LIMIT :samples)
"""
"""The first people of whom what a text takes at a place isn't known, or is blank; own fields are JSON."""

_SAMPLE: Final = """
    (SELECT 'sample', NULL, id, number, NULL, 1, NULL FROM texted WHERE {whose} ORDER BY id LIMIT :samples)
"""

_CODE: Final = "split_part(replace(lower(btrim(c.language)), '_', '-'), '-', 1)"
_LANGUAGE: Final = f"CASE WHEN {_CODE} = ANY (CAST(:languages AS text[])) THEN {_CODE} ELSE '' END"
"""In which of the languages of a text somebody reads it, as `domain.bodies.spoken` says."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is meant to begin with: whom a saved audience picks, if one is named, among those on these lists;
    without any list, all whom it picks. Its spans of time end at `moment`.
    """

    list_ids: Sequence[uuid.UUID]
    election_id: uuid.UUID
    picked: Filter | None
    moment: dt.datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose people are to be judged, and by what: nobody texted or rung later than `since` where it is given,
    and none of the numbers that lie abroad. Numbers `elsewhere` are told apart by their country: the whole
    number has it, or else its first signs (`PLACE`), so that what is told doesn't grow with the people.
    """

    whom: Whom
    audience: Audience
    requires_consent: bool
    since: dt.datetime | None
    foreign: Sequence[str] = ()
    channel: str = SMS
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What a blast's text takes from people: fields of theirs by name, own ones of their list by key, and
    last, where it has words of their own for these `languages`, in which of them they read it.
    """

    fields: tuple[str, ...]
    custom: tuple[str, ...]
    lacking: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """The places among them, fields before own ones and counted from 0, where nothing stands in for what
    isn't known, each with the languages in which that is so.
    """
    languages: tuple[str, ...] = ()


def numbers_of(unit: UnitOfWork, whom: Whom) -> Iterator[str]:
    """Every number that lives of the people who are meant, as often as somebody has it."""
    member, given = _member(unit, whom)
    statement = text(_NUMBERS.format(member=member))
    return iter(unit.session.scalars(statement, given, execution_options={"yield_per": _AT_ONCE}))


def picked_among(unit: UnitOfWork, whom: Whom, contacts: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these contacts whom the saved audience picks; all of them where there is none."""
    if whom.picked is None:
        return set(contacts)
    condition = Condition(whom.picked, whom.moment)
    statement = text(f"{_PICKED.format(condition=condition.sql)} AND c.id = ANY (CAST(:contacts AS uuid[]))")
    given = {**condition.given, "organisation": unit.organisation_id, "election": whom.election_id}
    return set(unit.session.scalars(statement, {**given, "contacts": list(contacts)}))


def _member(unit: UnitOfWork, whom: Whom) -> tuple[str, dict[str, object]]:
    """The contacts who are meant, as a statement, with what it is told."""
    given: dict[str, object] = {
        "organisation": unit.organisation_id,
        "lists": list(whom.list_ids),
        "election": whom.election_id,
    }
    unit.session.execute(WORK_MEMORY)
    if whom.picked is None:
        return _ON_LISTS, given
    condition = Condition(whom.picked, whom.moment)
    among = _PICKED_ON_LISTS.format(listed=_ON_LISTS, condition=condition.sql) if whom.list_ids else None
    return among or _PICKED.format(condition=condition.sql), {**condition.given, **given}


def count_texted(unit: UnitOfWork, asked: Asked) -> int:
    """How many numbers would be texted."""
    member, given = _given(unit, asked)
    return unit.session.scalar(_counting(member, asked.channel), given) or 0


def chosen_numbers(unit: UnitOfWork, asked: Asked) -> Generator[tuple[str, bool]]:
    """Each number that somebody would be texted on if nothing stood against it, and whether nothing does for
    one of them.
    """
    member, given = _given(unit, asked)
    statement = text(_CHOSEN.format(said="NULL", member=member, **_words(asked.channel)))
    with unit.session.execute(statement, given, execution_options={"yield_per": _AT_ONCE}) as rows:
        for row in rows:
            yield row.number, row.is_texted


def judged(unit: UnitOfWork, asked: Asked, said: Said, samples: int) -> Iterator[Row[Any]]:
    """What there is to say of a blast, a row a fact; `what` it is about tells how to read it.

    `left_out`: so many (`heads`) for a reason (`excluded`; None: for none). `sample`: one of the first who
    would be texted in each language. `first_time`: how many numbers were never texted, by the language
    (`number`; None: the text has one). `known_by`: how many hear from a sender
    (`number`) already. `lacks`: one of the first
    (`contact_id`) of whom nothing is known at a place (`heads`, from 1). `said`: how many would read a text
    with which values in it (`said`, in the order of the names asked for, own fields as JSON) in which
    `country` (None: at home). Of people with one number the first stands for it.
    """
    member, told = _given(unit, asked)
    given = {
        **told,
        "custom": list(said.custom),
        "languages": list(said.languages),
        "samples": samples,
        "elsewhere": json.dumps(dict(asked.elsewhere)),
    }
    statement = _estimating(said, member, asked.channel)
    return iter(unit.session.execute(statement, given, execution_options={"yield_per": _AT_ONCE}))


def _counting(member: str, channel: str) -> TextClause:
    return text(_COUNT.format(said="NULL", member=member, **_words(channel)))


@lru_cache(maxsize=64)
def _estimating(said: Said, member: str, channel: str) -> TextClause:
    own = [f"(c.custom -> (CAST(:custom AS text[]))[{nth}])::text" for nth in range(1, len(said.custom) + 1)]
    spoken = [_LANGUAGE] if said.languages else []
    taken = ", ".join([*(f"c.{name}" for name in said.fields), *own, *spoken])
    lacking = "".join(
        _LACKING.format(place=place + 1, whose=_reads(said, language))
        for place, languages in said.lacking
        for language in languages
    )
    each = [_SAMPLE.format(whose=_reads(said, language)) for language in ("", *said.languages)]
    return text(
        _ESTIMATE.format(
            said=f"ARRAY[{taken}]::text[]",
            member=member,
            language=_place_of_language(said),
            samples="UNION ALL".join(each),
            lacking=lacking,
            **_words(channel),
        )
    )


def _words(channel: str) -> dict[str, str]:
    """What a channel has the statements say."""
    of = PLACES[channel]
    return {
        "living": _LIVING[channel],
        "not_mobile": not_mobile("p.number", "p.landline") if channel == SMS else "false",
        "said_no": of.said_no("p.id"),
        "barred": of.barred("p.number", "= 'opt_out'"),
        "suppressed": of.barred("p.number", "<> 'opt_out'"),
        "holder_said_no": of.holder_said_no("p.number"),
        "none": of.none,
        "consented": of.consented("p.id"),
    }


def _place_of_language(said: Said) -> str:
    return f"said[{len(said.fields) + len(said.custom) + 1}]" if said.languages else "NULL::text"


def _reads(said: Said, language: str) -> str:
    """That somebody reads a text in this one of its languages, or in its usual words ('')."""
    if not said.languages:
        return "true"
    nth = said.languages.index(language) + 1 if language else 0
    return f"{_place_of_language(said)} = coalesce((CAST(:languages AS text[]))[{nth}], '')"


def _given(unit: UnitOfWork, asked: Asked) -> tuple[str, dict[str, object]]:
    """Who is meant, and what the statement is told. It is planned for just that, so it asks no more than
    this audience does.
    """
    member, given = _member(unit, asked.whom)
    return member, {
        **given,
        "audience": json.dumps(asked.audience.as_json()),
        "tags_any": sorted(asked.audience.tags_any or ()),
        "tags_none": sorted(asked.audience.tags_none),
        "requires_consent": asked.requires_consent,
        "since": asked.since,
        "foreign": list(asked.foreign),
    }
