"""What a blast would take, added up of what the database found: people, parts, gaps, by language."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.domain.bodies import USUAL
from dialer.domain.message_gate import Skip
from dialer.domain.segments import UCS2, encoding_of, forced_by, measure
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.audience_count import asked_of
from dialer.services.messaging.caller_names import sample_caller
from dialer.services.messaging.picture_texts import Wordings
from dialer.services.messaging.rendering import (
    all_words_of,
    language_said,
    said_in,
    sample_links,
    values_said,
)
from dialer.services.messaging.senders import rates_of, senders_of
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries.blast_estimate import judged
from dialer.store.session import UnitOfWork

SAMPLES: Final = 5
LONG: Final = 3
"""A text of more parts than this is worth a warning."""
LONGEST: Final = 1600


@dataclass(slots=True)
class Spoken:
    """What is added up of one language."""

    recipients: int = 0
    encodings: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    first_time: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    """How many would read nothing where a placeholder stands, by its name."""


@dataclass(slots=True)
class Tally:
    """What is added up of all that the database found."""

    by_language: dict[str, Spoken]
    fitting: int = 0
    """Whom nothing stands against, however many of them share a number."""
    excluded: Counter[str] = field(default_factory=Counter)
    forced: int = 0
    forced_segments: int = 0
    plain_segments: int = 0
    by_country: Counter[str | None] = field(default_factory=Counter)
    spared: Counter[str | None] = field(default_factory=Counter)
    """Parts, and those that plain writing would spare, by country; None is at home."""
    long: int = 0
    too_long: int = 0
    empty: int = 0
    parts: Counter[int] = field(default_factory=Counter)
    first: dict[uuid.UUID, str] = field(default_factory=dict)
    pictures: Counter[str | None] = field(default_factory=Counter)
    """How many get the picture with the text, by country."""
    owed: defaultdict[str | None, float] = field(default_factory=lambda: defaultdict(float))
    """The part of a person who would, that is counted once it is a whole one."""
    is_about: bool = False
    """Whether some of their senders can send it and others can't."""
    known_by: Counter[str] = field(default_factory=Counter)
    """How many of those who get it know a sender."""
    of_whom: set[uuid.UUID] = field(default_factory=set)
    """Some of those who would read nothing somewhere, the first."""

    @property
    def recipients(self) -> int:
        """How many get it."""
        return sum(one.recipients for one in self.by_language.values())

    @property
    def segments(self) -> int:
        """How many parts all their texts have."""
        return sum(one.segments for one in self.by_language.values())


def tally_of(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Tally:
    """Add up what everybody would read: each different text is measured once, however many read it."""
    rates = rates_of(unit, senders_of(unit, blast, campaign), ctx.messaging)
    wordings = Wordings(unit, blast, campaign, rates)
    bodies = all_words_of(blast, campaign)
    links = {**sample_links(ctx, campaign, bodies), **sample_caller(blast)}
    tally, said = Tally({language: Spoken() for language, _ in bodies.each()}), said_in(bodies)
    for row in judged(unit, asked_of(ctx, unit, blast, campaign), said, SAMPLES):
        if row.what == "said":
            language = language_said(said, row.said)
            body, values = bodies.of(language), values_said(said, row.said, links)
            spoken = tally.by_language[language]
            spoken.recipients += row.heads
            if blast.channel == EMAIL:  # it has no parts, and is as long as it is
                tally.empty += row.heads * (not placeholders.fill(body, values).strip())
            else:
                pictured = wordings.pictured.of(language) if wordings.pictured is not None else ""
                words = placeholders.fill(pictured, values)
                share = wordings.share(row.country or ctx.phones.home, rates) if words.strip() else 0.0
                with_it = _whole(tally, row.country, row.heads, share)
                _measure_pictured(tally, spoken, words, with_it, row.country)
                _measure(tally, spoken, placeholders.fill(body, values), row.heads - with_it, row.country)
            for name in placeholders.lacking(body, values):
                spoken.lacking[name] += row.heads
        else:
            _count(tally, row)
    if tally.fitting > tally.recipients:
        tally.excluded[Skip.DUPLICATE_NUMBER] = tally.fitting - tally.recipients
    return tally


def _count(tally: Tally, row: Row[Any]) -> None:
    """Take what the database says of people, whatever they would read."""
    match row.what:
        case "sample":
            tally.first[row.contact_id] = row.number
        case "first_time":
            tally.by_language[row.number or USUAL].first_time = row.heads
        case "known_by":
            tally.known_by[row.number] = row.heads
        case "lacks":
            tally.of_whom.add(row.contact_id)
        case "left_out" if row.excluded is not None:
            tally.excluded[row.excluded] = row.heads
        case "left_out":
            tally.fitting = row.heads


def _whole(tally: Tally, country: str | None, heads: int, share: float) -> int:
    """So many of these that their sum is right over all, however few there are of each."""
    tally.is_about = tally.is_about or 0 < share < 1
    owed = tally.owed[country] + heads * share
    whole = min(heads, int(owed + 1e-9))
    tally.owed[country] = owed - whole
    return whole


def _measure_pictured(tally: Tally, spoken: Spoken, text: str, readers: int, country: str | None) -> None:
    """A text with its picture is one part, in whichever letters."""
    if readers:
        spoken.encodings[encoding_of(text)] += readers
        spoken.segments += readers
        tally.pictures[country] += readers
        tally.parts[1] += readers
        tally.too_long += readers * (len(text) > LONGEST)


def _measure(tally: Tally, spoken: Spoken, text: str, readers: int, country: str | None) -> None:
    if not readers:
        return
    measured = measure(text)
    spoken.encodings[measured.encoding] += readers
    spoken.segments += readers * measured.segments
    tally.by_country[country] += readers * measured.segments
    tally.parts[measured.segments] += readers
    tally.long += readers * (measured.segments > LONG)
    tally.too_long += readers * (len(text) > LONGEST)
    tally.empty += readers * (not text.strip())
    if measured.encoding == UCS2 and (forced := forced_by(text)) is not None and forced.avoidable:
        tally.forced += readers
        tally.forced_segments += readers * measured.segments
        tally.plain_segments += readers * forced.plain.segments
        tally.spared[country] += readers * (measured.segments - forced.plain.segments)
