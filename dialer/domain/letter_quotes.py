"""What somebody wrote in a letter themselves, and what their mail program put around it.

Programs put the letter that is answered beneath (or around) the answer, each in its own way: marked line by
line with `>`, under a line such as “On Monday Ann wrote:”, or under a copy of its headers. A signature stands
under a line of two dashes (RFC 3676, 4.3). There is no standard for the rest; this knows the usual programs,
in the languages of the people who answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_LOOKED_AT: Final = 2000
"""Signs of a line: what a program writes is shorter."""
_KEPT_READ: Final = 128
"""Letters: each is asked for again by every view of a page that shows it."""
_LONGEST_ATTRIBUTION: Final = 4
"""Lines: programs break it where it gets long."""
_HEADERS_WITHIN: Final = 6

_MARKED: Final = re.compile(r"\s*(?:>|&gt;)")
_WROTE: Final = (
    r"wrote|writes|ysgrifennodd|schrieb|geschrieben|a écrit|écrivait|scríobh|escribió|escreveu|ha scritto"
    r"|schreef|napisał(?:\(a\)|a)?|skrev|kirjoitti|a scris|написал(?:\(а\)|а)?|yazdı"
)
_ATTRIBUTION: Final = re.compile(rf"\S.{{0,500}}\b(?:{_WROTE})(?!\w)[^:]{{0,250}}:\s*", re.IGNORECASE)
"""Over as many lines as it was broken into, joined: the verb stands before or after the name."""
_BEGINS: Final = re.compile(r"\s*(?:on|ar|am|le|el|il|op|em|den|dnia|w dniu|a|ag|på|pe)\s", re.IGNORECASE)
_YEAR_OR_ADDRESS: Final = re.compile(r"\d{4}|\S@\S")
_RULED: Final = re.compile(
    r"\s*-{2,}\s*[^\W\d_][^-\n]{2,60}?\s*-{2,}\s*|\s*begin forwarded message\s*:\s*", re.IGNORECASE
)
"""“-----Original Message-----”, in any language, and what Apple writes."""
_UNDERLINE: Final = re.compile(r"\s*_{10,}\s*")
_FROM: Final = re.compile(r"\s*\**(?:from|oddi wrth|von|de|ó|van|da|fra|od)\s*:\**\s*\S", re.IGNORECASE)
_OTHER_HEADER: Final = re.compile(
    r"\s*\**(?:sent|date|to|cc|subject|anfonwyd|dyddiad|at|testun|pwnc|gesendet|datum|an|betreff"
    r"|envoyé|date d’envoi|à|objet|seolta|go|ábhar|enviado|para|asunto|inviato|a|oggetto|verzonden|aan"
    r"|onderwerp|sendt|til|emne|wysłano|do|temat)\s*:\**(?:\s|$)",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"--[ \t]?")
_BY_PHONE: Final = re.compile(
    r"\s*(?:sent (?:from|via|by|using) |get outlook for |anfonwyd o|von meinem .{2,40} gesendet"
    r"|gesendet (?:von|mit)|envoyé (?:de|depuis|à partir)|télécharger outlook"
    r"|holen sie sich outlook|outlook für ).{0,120}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A letter in two: `own` is what its writer wrote, `rest` what else stands in it, whole where their words
    stand among it. Nothing of a letter is in neither.
    """

    own: str = field(repr=False)
    rest: str = field(repr=False)


@lru_cache(maxsize=_KEPT_READ)
def parted(body: str) -> Said:
    """A letter's own words, and the rest."""
    lines = lines_of(body)
    own = "\n".join(_own([line[:_LOOKED_AT] for line in lines], lines)).strip()
    text = "\n".join(lines).strip()
    if text.startswith(own):
        return Said(own, text[len(own) :].strip("\n").rstrip())
    return Said(own, text)


def lines_of(body: str) -> list[str]:
    """The lines of a letter, however they end."""
    return body.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def is_marked(line: str) -> bool:
    """Whether a line is marked as quoted."""
    return _MARKED.match(line) is not None


def value_of(line: str) -> str:
    """What a line says that is a header of a letter, as in a copy of its headers; empty of any other line."""
    return line.partition(":")[2] if _OTHER_HEADER.match(line[:_LOOKED_AT]) else ""


def _own(lines: Sequence[str], whole: Sequence[str]) -> Sequence[str]:
    """The lines that nobody quoted, `whole`, up to where everything below is quoted."""
    kept: list[int] = []
    words_from = _first_words_from(lines)
    at = 0
    while at < len(lines):
        if is_marked(lines[at]):
            at += 1
        elif quoted := _attribution(lines, at):
            at += quoted
            if not _is_marked_next(lines, at):
                break
        elif _SIGNATURE.fullmatch(lines[at]) or _is_header(lines, words_from[at]):
            break
        else:
            kept.append(at)
            at += 1
    while kept and (not lines[kept[-1]].strip() or _BY_PHONE.fullmatch(lines[kept[-1]])):
        kept.pop()
    return [whole[one] for one in kept]


def _first_words_from(lines: Sequence[str]) -> Sequence[int | None]:
    """For each line where it begins to say something: itself, or below where it is a line of underscores."""
    found: list[int | None] = [None] * len(lines)
    below: int | None = None
    for at in reversed(range(len(lines))):
        if not lines[at].strip():
            found[at] = at
        elif _UNDERLINE.fullmatch(lines[at]):
            found[at] = below
        else:
            found[at] = below = at
    return found


def _attribution(lines: Sequence[str], at: int) -> int:
    """How many lines say here who wrote what follows; 0 where they don't."""
    if not lines[at].strip() or not (_BEGINS.match(lines[at]) or _YEAR_OR_ADDRESS.search(lines[at])):
        return 0
    for count in range(1, _LONGEST_ATTRIBUTION + 1):
        line = lines[at + count - 1] if at + count <= len(lines) else ""
        if not line.strip() or is_marked(line):
            return 0
        if line.rstrip().endswith(":"):
            said = " ".join(one.strip() for one in lines[at : at + count])
            return count if _ATTRIBUTION.fullmatch(said[:_LOOKED_AT]) else 0
    return 0


def _is_marked_next(lines: Sequence[str], at: int) -> bool:
    following = next((place for place in range(at, len(lines)) if lines[place].strip()), None)
    return following is not None and is_marked(lines[following])


def _is_header(lines: Sequence[str], at: int | None) -> bool:
    """Whether the letter that is answered begins here, unmarked, with a rule or with its headers."""
    if at is None:
        return False
    if _RULED.fullmatch(lines[at]):
        return True
    if not _FROM.match(lines[at]):
        return False
    below_it = [line for line in lines[at + 1 : at + 1 + _HEADERS_WITHIN] if _OTHER_HEADER.match(line)]
    return len(below_it) >= 2
