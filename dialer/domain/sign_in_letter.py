"""The letter that brings somebody their way back in, in their language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_SUBJECT: Final[Mapping[str, str]] = {
    "en": "Your way back in, {organisation}",
    "cy": "Eich ffordd yn ôl i mewn, {organisation}",
}
_BODY: Final[Mapping[str, str]] = {
    "en": (
        "Hello {name},\n\n[Sign in]({url})\n\nThe link works once, {until}. If you didn’t"
        " ask for it, leave it be: nobody can use it but you.\n\n{organisation}"
    ),
    "cy": (
        "Helo {name},\n\n[Mewngofnodi]({url})\n\nMae’r ddolen yn gweithio unwaith, {until}. Os"
        " na ofynnoch chi amdani, gadewch iddi: all neb ond chi ei defnyddio.\n\n{organisation}"
    ),
}
_TOMORROW: Final[Mapping[str, str]] = {"en": "until this time tomorrow", "cy": "tan yr amser hwn yfory"}
_SOON: Final[Mapping[str, str]] = {"en": "within the next hour", "cy": "o fewn yr awr nesaf"}


def wording(
    name: str, organisation: str, url: str, languages: Sequence[str], *, soon: bool = False
) -> tuple[str, str]:
    """Subject and body. The first of their languages that we write counts. Names are given as words that make
    no marks (`letter.harmless`). The link lasts a day, or an hour where it is to be used `soon`.
    """
    language = next((one for one in languages if one in _BODY), "en")
    until = (_SOON if soon else _TOMORROW)[language]
    of_it = {"name": name, "organisation": organisation, "url": url, "until": until}
    return _SUBJECT[language].format_map(of_it), _BODY[language].format_map(of_it)
