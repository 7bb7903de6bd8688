"""The letter that brings a volunteer their way back in, in their language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_SUBJECT: Final[Mapping[str, str]] = {
    "en": "Your way back in, {organisation}",
    "cy": "Eich ffordd yn ôl i mewn, {organisation}",
}
_BODY: Final[Mapping[str, str]] = {
    "en": (
        "Hello {name},\n\n[Sign in]({url})\n\nThe link works once, until this time tomorrow. If you didn’t"
        " ask for it, leave it be: nobody can use it but you.\n\n{organisation}"
    ),
    "cy": (
        "Helo {name},\n\n[Mewngofnodi]({url})\n\nMae’r ddolen yn gweithio unwaith, tan yr amser hwn yfory. Os"
        " na ofynnoch chi amdani, gadewch iddi: all neb ond chi ei defnyddio.\n\n{organisation}"
    ),
}


def wording(name: str, organisation: str, url: str, languages: Sequence[str]) -> tuple[str, str]:
    """Subject and body. The first of their languages that we write counts. Names are given as words that make
    no marks (`letter.harmless`).
    """
    language = next((one for one in languages if one in _BODY), "en")
    of_it = {"name": name, "organisation": organisation, "url": url}
    return _SUBJECT[language].format_map(of_it), _BODY[language].format_map(of_it)
