"""What somebody may mean who types a few words to find a person."""

import re
from dataclasses import dataclass
from typing import Final

import phonenumbers

from dialer.domain.elector_number import elector_key
from dialer.domain.importing.values import read_postcode
from dialer.domain.person import fold, name_words
from dialer.domain.phone import PhonePolicy, read_phones

SHORTEST_START: Final = 3
"""The beginning of a word, a number or an address that is looked for: shorter ones fit half the list."""

_MOST_TURNS: Final = 6  # words of a name that are tried in each order of first names and surname
_NUMBER: Final = re.compile(r"\+?[\d\s()./-]+", re.ASCII)
_NUMBER_START: Final = 5

SHORTEST_END: Final = 4
"""So many last digits of a number at least are looked for."""

_POSTCODE: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{0,2})?", re.ASCII)
_LONGEST_POSTCODE: Final = 10


@dataclass(frozen=True, slots=True)
class Sought:
    """What a text may stand for; a person is found by any of these.

    `numbers` are E.164, `number_starts` what such numbers begin with, and `number_end` their last digits.
    `words` are the folded words of a name, all of which somebody has, and `names` the whole name folded,
    whichever part of it comes first.
    """

    numbers: tuple[str, ...] = ()
    number_starts: tuple[str, ...] = ()
    number_end: str = ""
    elector: str = ""
    email_start: str = ""
    postcode_start: str = ""
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def sought(text: str, policy: PhonePolicy) -> Sought:
    """Read what was typed, by the organisation's rules for telephone numbers."""
    text = " ".join(text.split())
    numbers = read_phones(text, policy.default_region, policy.allow_fictional).phones
    words = () if "@" in text or not any(map(str.isalpha, text)) else name_words(text)
    return Sought(
        numbers=tuple(phone.number for phone in numbers),
        number_starts=() if numbers else _number_starts(text, policy.default_region),
        number_end="" if numbers else _number_end(text),
        elector=elector_key(text) if any(map(str.isdigit, text)) and "@" not in text else "",
        email_start=text.lower() if " " not in text and len(text) >= SHORTEST_START else "",
        postcode_start=_postcode_start(text),
        words=words,
        names=_turns(text) if words else (),
    )


def _number_starts(text: str, region: str) -> tuple[str, ...]:
    """How E.164 numbers begin that are written with these first digits."""
    digits = re.sub(r"\D", "", text, flags=re.ASCII)
    if not _NUMBER.fullmatch(text) or len(digits) < _NUMBER_START:
        return ()
    code = str(phonenumbers.country_code_for_region(region))
    if text.startswith(("+", "00")):
        return (f"+{digits.removeprefix('00')}",)
    bare = digits.removeprefix("0")
    return (f"+{code}{bare}", *((f"+{digits}",) if digits.startswith(code) else ()))


def _number_end(text: str) -> str:
    """The last digits of a number, as they were typed: of a number shown in part, or said at the door."""
    digits = re.sub(r"\D", "", text, flags=re.ASCII)
    return digits if _NUMBER.fullmatch(text) and "+" not in text and len(digits) >= SHORTEST_END else ""


def _postcode_start(text: str) -> str:
    """How a postcode begins that is written so, as contacts have it: `cf101` is `CF10 1`."""
    whole = read_postcode(text).upper()
    if match := _POSTCODE.fullmatch(whole):
        return f"{match[1]} {match[2] or ''}".strip()
    has_digit = any(map(str.isdigit, whole))
    return whole if has_digit and SHORTEST_START <= len(whole) <= _LONGEST_POSTCODE else ""


def _turns(text: str) -> tuple[str, ...]:
    """The name without spaces, begun at each of its words: `Jones, Siân Mair` is `sianmairjones` too."""
    parts = [fold(part) for part in text.replace(",", " ").split()]
    if len(parts) > _MOST_TURNS:
        return ("".join(parts),)
    return tuple({"".join(parts[nth:] + parts[:nth]): None for nth in range(len(parts))})
