"""The words that people's names are made of, kept so that a misspelt one can be looked for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.person import fold
from dialer.store.models.people import NAME_WORDS

MOST_SPELLINGS: Final = 100
"""How many beginnings, and how many likenesses, of one word are followed: the nearest."""

_NEW: Final = f"""
    SELECT DISTINCT word FROM (SELECT unnest({NAME_WORDS}) AS word FROM ({{whose}}) AS named) AS had
    WHERE word <> '' AND NOT EXISTS (
        SELECT FROM name_word AS known WHERE known.organisation_id = :organisation AND known.word = had.word)
"""  # noqa: S608 - put together from fixed names only
# Each first and each last name once: a chunk has a tenth as many of them as people.
_STAGED: Final = """
    SELECT first_name, NULL AS last_name FROM import_stage WHERE contact_id IS NOT NULL
    UNION SELECT NULL, last_name FROM import_stage WHERE contact_id IS NOT NULL
"""
_PERSON: Final = """
    SELECT first_name, last_name FROM contact WHERE organisation_id = :organisation AND id = :contact
"""
_NEW_IN_STAGE: Final = text(_NEW.format(whose=_STAGED))
_NEW_OF_PERSON: Final = text(_NEW.format(whose=_PERSON))
_ADD: Final = text(
    """
    INSERT INTO name_word (organisation_id, word, folded)
    SELECT :organisation, word, folded
    FROM unnest(CAST(:words AS text[]), CAST(:folded AS text[])) AS given(word, folded)
    ON CONFLICT DO NOTHING
    """
)


def new_staged_names(session: Session, organisation_id: uuid.UUID) -> Sequence[str]:
    """The words of the names in a staged chunk of an import that aren't known; few after the first chunks."""
    return session.scalars(_NEW_IN_STAGE, {"organisation": organisation_id}).all()


def learn_name(session: Session, organisation_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    """Keep the words of one person's name."""
    whose = {"organisation": organisation_id, "contact": contact_id}
    learn_words(session, organisation_id, session.scalars(_NEW_OF_PERSON, whose).all())


def learn_words(session: Session, organisation_id: uuid.UUID, words: Sequence[str]) -> None:
    """Keep words of names, unless somebody else has meanwhile."""
    if words:
        given = {"words": list(words), "folded": [fold(word) for word in words]}
        session.execute(_ADD, {"organisation": organisation_id, **given})


@dataclass(frozen=True, slots=True)
class Spellings:
    """How people write one word: as it is but for case and accents, nearly so, or alike."""

    same: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)


# The bounds of a beginning are written as such, since LIKE finds its index only for a pattern it is given.
_SPELLINGS: Final = text(
    f"""
    SELECT given.nth, found.word, found.likeness
    FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS given(word, nth)
    CROSS JOIN LATERAL (
        SELECT word, 1.0 AS likeness FROM name_word
        WHERE organisation_id = :organisation AND folded = given.word
        UNION ALL (
            SELECT word, 0.9 FROM name_word
            WHERE organisation_id = :organisation AND length(given.word) >= :shortest
              AND folded ~>~ given.word AND folded ~<~ (given.word || chr(1114111))
            ORDER BY length(folded), word LIMIT {MOST_SPELLINGS})
        UNION ALL (
            SELECT word, least(0.9, similarity(folded, given.word)) FROM name_word
            WHERE organisation_id = :organisation AND folded % given.word AND folded <> given.word
            ORDER BY similarity(folded, given.word) DESC, word LIMIT {MOST_SPELLINGS})
    ) AS found
    """  # noqa: S608 - put together from fixed names only
)
NEAR: Final = 0.5
"""The share of their trigrams that two words have in common from which one may be the other misspelt."""


def spellings(
    session: Session, organisation_id: uuid.UUID, words: Sequence[str], shortest_start: int
) -> list[Spellings]:
    """How each of these folded words is written in people's names.

    Near is a word that begins so, or half of whose trigrams are the same; alike is one with three in ten
    (the `similarity_threshold` of pg_trgm): one letter wrong, missing or too much in a word of five.
    """
    found = [Spellings() for _ in words]
    given = {"organisation": organisation_id, "words": list(words), "shortest": shortest_start}
    for nth, word, likeness in session.execute(_SPELLINGS, given):
        of = found[nth - 1]
        (of.same if likeness == 1 else of.near if likeness >= NEAR else of.alike).append(word)
    return found
