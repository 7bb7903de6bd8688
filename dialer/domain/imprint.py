"""What a text must say of whoever sends it: their name, and on election material the imprint.

Election material in electronic form names its promoter, and whoever it is promoted for, with their postal
addresses; where that isn't reasonably practicable, it leads to a place where they stand (Elections Act 2022,
part 6, above all sections 41 to 44; Electoral Commission, Statutory guidance on digital imprints). The
software can't know what is election material: a coordinator says so of each campaign.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from dialer.domain.inbound_cleaning import words
from dialer.domain.placeholders import names_in
from dialer.domain.sender import kind_of

IMPRINT_LONGEST: Final = 500
NAMES_MOST: Final = 10
NAME_LONGEST: Final = 100
URL_LONGEST: Final = 200
ADDED: Final = ("link", "text")
"""What a campaign may add to its texts: a link to its imprint, or the imprint itself."""
URL: Final = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", re.IGNORECASE)

_PROMOTED: Final = re.compile(
    r"\b(?:promoted|published) by (?:\w+ ){2}|\b(?:hyrwyddwyd|hyrwyddir|cyhoeddwyd|cyhoeddir) gan (?:\w+ ){2}"
)
_BEFORE_LINK: Final[Mapping[str, str]] = {"cy": "Argraffnod"}
_USUAL_WORD: Final = "Imprint"
_SCHEME: Final = re.compile(r"^https?://(?:www\.)?|/$")


def is_election_material(said: bool | None, home: str | None) -> bool:
    """Whether a campaign's texts are election material: what its coordinator has `said`, else whether it is
    at home in the United Kingdom, where they mostly are. Elsewhere the rule isn't this one.
    """
    return home == "GB" if said is None else said


def has_imprint(body: str, imprint: str | None, link: str | None) -> bool:
    """Whether a text carries its imprint: the campaign's, or the link to it (`{imprint_url}`, where there is
    something that it leads to), or one that was written out.
    """
    if (imprint or link) and "imprint_url" in names_in(body):
        return True
    said = f"{words(body)} "
    if imprint and words(imprint) in said:
        return True
    if link and _SCHEME.sub("", link.casefold()) in body.casefold():
        return True
    return _PROMOTED.search(said) is not None


def with_imprint(body: str, language: str, added: str | None, imprint: str | None, link: str | None) -> str:
    """A text in a language as its campaign sends it: with the imprint at its end where the campaign adds it
    and it isn't there yet. The link stands for an imprint that isn't written out.
    """
    if added is None or not (imprint or link) or has_imprint(body, imprint, link):
        return body
    if added == "text" and imprint:
        end = imprint.strip().replace("{", "{{").replace("}", "}}")
    else:
        end = f"{_BEFORE_LINK.get(language, _USUAL_WORD)}: {{imprint_url}}"
    return f"{body.rstrip()}\n{end}"


def names_sender(body: str, names: Iterable[str], senders: Collection[str]) -> bool:
    """Whether whoever gets a text sees who sends it: one of these names stands in it, case, accents and
    punctuation aside, or all it comes from are names themselves.
    """
    if senders and all(kind_of(sender) == "alphanumeric" for sender in senders):
        return True
    said = f" {words(body)} "
    return any(f" {words(name)} " in said for name in names if words(name))
