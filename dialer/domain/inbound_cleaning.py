"""What somebody wrote, without what their phone put around it.

Two steps. `own_words` leaves out what the person didn't write themselves: quoted lines, a copy in a
reaction, a signature. `words` brings the rest into one form, in which texts are compared (contract §7): NFKC,
without case, accents, punctuation, emoji and invisible characters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Emoji first, since NFKC turns some into letters (ℹ into “i”, Ⓜ into “M”). Letters in circles or squares
# without that are ways to write words (ⓈⓉⓄⓅ), and stay.
_KEYCAP: Final = re.compile("[0-9#*]\ufe0f?\u20e3")
_EMOJI: Final = re.compile(
    "[\u2122\u2139\u24c2\u3297\u3299\U0001f170-\U0001f202]\ufe0f|[\u2600-\u27bf\U0001f000-\U0001f10f"
    "\U0001f18e\U0001f191-\U0001faff]"
)
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
_APOSTROPHES: Final = re.compile("['’‘‛`´ʼ′＇]")
_LINE_END: Final = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_NOT_A_WORD: Final = re.compile(r"[\W_]+")
_NOT_A_WORD_NOR_SPACE: Final = re.compile(r"[^\w\s]|_")
_SPACES: Final = re.compile(r"\s+")
_BLANK_LINES: Final = re.compile(r"\n\s+")
_TOKEN: Final = re.compile(r"\S+")
_WEB_ADDRESS: Final = re.compile(r"\b(?:https?://|www\.)\S", re.IGNORECASE)

_QUOTED: Final = "(?:“.*”|\".*\"|„.*[“”]|«.*»|‘.*’|'.*')"
_REACTION: Final = re.compile(
    r"^\s*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted\b[^\"“«\n]{0,30}?\bto"
    r"|removed an? [\w ]{2,20} from|[^\w\s]+\s*(?:to|i|ar|at))"
    rf"\s*(?:{_QUOTED}|an? (?:image|photo|picture|video|audio message|attachment)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""What phones send in place of a like: `Liked “…”`, `👍 to “…”`, with a copy of the text that was liked."""

# Below, what begins a line has only blanks before it, no line ends: many empty lines would be gone through
# anew from each of them.
_QUOTED_LINE: Final = re.compile(r"^[^\S\n]*(?:>|&gt;|\|).*$", re.MULTILINE)
_ATTRIBUTION: Final = re.compile(
    r"^.{0,120}\b(?:wrote|ysgrifennodd|a ysgrifennodd)\s*:\s*$"
    r"|^[^\S\n]*-{3,}\s*(?:original|forwarded|neges wreiddiol)\b.*$"
    r"|^[^\S\n]*(?:from|oddi wrth)\s*:.+\n\s*(?:sent|to|date|anfonwyd)\s*:.*$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE: Final = re.compile(
    r"^[^\S\n]*(?:--|—|__+)\s*$"
    r"|^[^\S\n]*(?:sent (?:from|via|by|using) |get outlook for |anfonwyd o(?:['’]| |ddi)|sent with ).*$"
    r"|^[^\S\n]*(?:(?:kind|best|warm|kindest|many|with) )?(?:regards|wishes"
    r"|yours (?:sincerely|faithfully|truly)"
    r"|yn gywir|yn gu|cofion(?: gorau| cynnes)?)\b[\s,.!-]*$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTE_INSIDE: Final = re.compile(r"[“«„\"]([^“”«»„\"]*)[”»\"]")
_QUOTE_LEAST_WORDS: Final = 3


def own_words(body: str) -> str:
    """What the person wrote themselves; empty when it was all quoted. A single quoted word stays."""
    text = _BLANK_LINES.sub("\n", _without_invisible(body))
    if reaction := _REACTION.match(text):
        text = text[reaction.end() :]
    text = _without_quoted_lines(text)
    signature = _SIGNATURE.search(text)
    if signature and words(text[: signature.start()]):
        text = text[: signature.start()]
    return without_addresses(text).strip()


def without_addresses(text: str) -> str:
    """Without addresses of pages and of people."""
    return _TOKEN.sub(_without_address, text)


def _without_address(token: re.Match[str]) -> str:
    """Step by step, since one pattern for it goes through a long run of signs again and again."""
    said = token[0]
    at = said.find("@", 1)
    if at > 0 and said.find(".", at + 2, len(said) - 1) > 0:
        return " "
    page = _WEB_ADDRESS.search(said)
    return f"{said[: page.start()]} " if page else said


def without_quotations(text: str) -> str:
    """Without passages of three words or more in quotation marks, where anything stands beside them."""
    rest = _QUOTE_INSIDE.sub(_dropped_quote, text)
    return rest if words(rest) else text


def is_quotation(text: str) -> bool:
    """Whether the whole text stands in quotation marks."""
    return bool(_QUOTE_INSIDE.fullmatch(text.strip()))


def words(text: str) -> str:
    """The words of a text, lower case, single spaces between; every other sign parts words, but an
    apostrophe doesn't.
    """
    return _NOT_A_WORD.sub(" ", _folded(text)).strip()


def letters_closed_up(text: str) -> str:
    """As `words`, but other signs are taken out and part nothing: “s.t.o.p” and “opt-out” become one word."""
    return _SPACES.sub(" ", _NOT_A_WORD_NOR_SPACE.sub("", _folded(text))).strip()


def _dropped_quote(quote: re.Match[str]) -> str:
    return " " if len(words(quote[1]).split()) >= _QUOTE_LEAST_WORDS else quote[0]


def _without_invisible(text: str) -> str:
    return "".join(
        character
        for character in _LINE_END.sub("\n", text)
        if character not in _FILLERS
        and (unicodedata.category(character) not in _UNSEEN or character in "\n\t")
    )


_UNSEEN: Final = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})


def _folded(text: str) -> str:
    """NFKC, without emoji, accents (all combining marks), invisible characters and case."""
    plain = _EMOJI.sub(" ", _KEYCAP.sub(" ", _without_invisible(text)))
    plain = _APOSTROPHES.sub("", plain)
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", plain))
    seen = "".join(
        character
        for character in apart
        if unicodedata.category(character)[0] != "M" and character not in _FILLERS
    )
    return unicodedata.normalize("NFKC", seen).casefold()


def _without_quoted_lines(text: str) -> str:
    """Without `>` lines, and without what stands under “… wrote:” where that isn't marked line by line."""
    marked = bool(_QUOTED_LINE.search(text))
    text = _QUOTED_LINE.sub("", text)
    attribution = _ATTRIBUTION.search(text)
    if attribution is None:
        return text
    return text[: attribution.start()] + (text[attribution.end() :] if marked else "")
