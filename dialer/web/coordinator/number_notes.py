"""What the rules of a country ask of numbers and senders, as pages show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask_babel import gettext

from dialer.domain.number_notes import notes_for


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in the reader's language, with the place where it was read."""

    words: str
    source: str
    host: str
    checked: dt.date


def rules_for(countries: Collection[str], kinds: Collection[str]) -> list[tuple[str, list[Rule]]]:
    """Those of each country that are about any of these kinds, countries by their code."""
    found = []
    for country in sorted(countries):
        about = [note for note in notes_for(country) if note.kinds & set(kinds)]
        host = [urlsplit(note.source).netloc.removeprefix("www.") for note in about]
        rules = [
            Rule(gettext(note.words), note.source, where, note.checked)
            for note, where in zip(about, host, strict=True)
        ]
        if rules:
            found.append((country, rules))
    return found
