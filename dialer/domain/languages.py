"""Which languages volunteers and contacts speak, and who is handed to whom for it (contract §6).

A number waits under the language of the people on it: '' stands for the home language of its campaign, for
one that isn't known, and where they differ. A volunteer of whom nothing is known speaks the home language.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOME: Final = "en"
"""What is spoken where nothing is known, unless the installation or the campaign says otherwise."""
SPOKEN: Final[Mapping[str, str]] = {
    "en": "English",
    "cy": "Cymraeg",
    "ar": "العربية",
    "bn": "বাংলা",
    "cs": "Čeština",
    "de": "Deutsch",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "gu": "ગુજરાતી",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "it": "Italiano",
    "lt": "Lietuvių",
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "so": "Soomaali",
    "ta": "தமிழ்",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "zh": "中文",
}
"""The languages that are told apart, each by its own name."""
FIRST, LAST = "!", "~"
"""Before and after all codes: together every language but the home one."""


class LanguageMatch(StrEnum):
    """What a campaign makes of languages."""

    PREFER = "prefer"
    """Numbers go first to who speaks their language, and to others where nobody else is left for them."""
    ONLY = "only"
    """Nobody is handed somebody whose language they don't speak: those numbers wait for a speaker."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Lane:
    """Numbers of the languages from `low` to `high`, of which `most` are taken at a time."""

    low: str
    high: str
    most: int = 1
    at_last: bool = False
    """They come after all lines of other lanes, but for callbacks that are due: those were promised."""

    def holds(self, language: str) -> bool:
        """Whether a number of this language waits here."""
        return self.low <= language <= self.high


def code_of(written: str | None, home: str) -> str:
    """The language under which somebody waits, by what stands in their record: `cy` for `cy-GB`."""
    code = (written or "").strip().lower().replace("_", "-").split("-")[0]
    return code if code in SPOKEN and code != home else ""


def tongues(languages: Collection[str], home: str) -> frozenset[str]:
    """What a volunteer speaks, as numbers wait for it."""
    return frozenset("" if one == home else one for one in languages) or frozenset({""})


def others_than(home: str) -> dict[str, str]:
    """What somebody may speak who doesn't speak the home language, each by its own name."""
    return {code: name for code, name in SPOKEN.items() if code != home}


def lanes_of_volunteer(match: LanguageMatch, speaks: Collection[str]) -> list[Lane]:
    """Where a volunteer's next number is looked for, in each line: the languages that few speak first."""
    if match is LanguageMatch.OFF:
        return [Lane("", LAST)]
    own = [Lane(one, one) for one in sorted(speaks, reverse=True)]
    return [*own, *_others(match, home="" in speaks, most=1)]


def lanes_of_room(
    match: LanguageMatch, waiting: Sequence[Collection[str]], under_way: Mapping[str, int], most: int
) -> list[Lane]:
    """Where the dialler looks for `most` numbers, by what each volunteer who waits speaks, and how many dials
    of each language are under way already.

    Never more of another language than speakers of it wait: who answers must not find that all are taken.
    Where only speakers count, those who don't speak the home language leave as many of its numbers undialled.
    """
    if match is LanguageMatch.OFF:
        return [Lane("", LAST, most)]
    strict = match is LanguageMatch.ONLY
    away = sorted(frozenset().union(*waiting) - {""}, reverse=True)
    room = {one: sum(one in speaks for speaks in waiting) - under_way.get(one, 0) for one in away}
    own = [Lane(one, one, min(room[one], most)) for one in away if room[one] > 0]
    at_home = most - (sum("" not in speaks for speaks in waiting) if strict else 0)
    home = [Lane("", "", at_home)] if at_home > 0 else []
    return [*own, *home, *_others(match, home=True, most=most)]


def _others(match: LanguageMatch, *, home: bool, most: int) -> list[Lane]:
    """Numbers for whose language nobody is found: when nobody else is left, where that is allowed."""
    if match is LanguageMatch.ONLY:
        return []
    return [Lane(FIRST if home else "", LAST, most, at_last=True)]


def may_speak(match: LanguageMatch, speaks: Collection[str], language: str) -> bool:
    """Whether somebody of this language may be handed to a volunteer."""
    return match is not LanguageMatch.ONLY or language in speaks


RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "ur"})
"""Those of them that are written so."""
