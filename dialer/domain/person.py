"""When are two records the same person (contract §4)?"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

_LETTERS: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_NEITHER: Final = re.compile("[^a-z0-9]")
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'"})


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Reduce a name to what counts when names are compared: case, accents and spaces aside."""
    lowered = text.casefold()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(_APOSTROPHES))
        lowered = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)
    return "".join(lowered.split())


NAME_GAPS: Final = "-.,/()&_\u00a0\u2010\u2011\u2012\u2013\u2014"
"""What parts the words of a name, as a space does."""

NAME_MARKS: Final = "'`\"\u2018\u2019\u02bc"
"""What stands within a word without parting it: O'Neill is one word, with or without its apostrophe."""

_TO_WORDS: Final = str.maketrans(NAME_GAPS, " " * len(NAME_GAPS), NAME_MARKS)


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, folded, each once: what people are looked for by."""
    return tuple(dict.fromkeys(filter(None, map(fold, text.translate(_TO_WORDS).split()))))


def address_key(address: str, postcode: str) -> str:
    """Reduce an address to what counts when two registers are compared: its Latin letters and its digits.

    Without an address a postcode is none: a street shares it.
    """
    return _NEITHER.sub("", (address + postcode).lower()) if address else ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one person from another. Numbers are E.164, `email` is lower case, `elector` a key.

    `source` names who gave out `external_id`; `register` names the register (authority and date)
    that `elector` stands in. Names are folded; `address` is an `address_key`.
    """

    first: str = ""
    last: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    external_id: str = ""
    source: str = ""
    elector: str = ""
    register: str = ""
    address: str = ""
    born: dt.date | None = None

    @property
    def name(self) -> str:
        """The whole folded name, however it is split into columns."""
        return self.first + self.last


class Match(StrEnum):
    """By which rule two records are one person, or why an equal elector number doesn't make them so."""

    EXTERNAL_ID = "external_id"
    ELECTOR = "elector_number"
    NAME_AND_ADDRESS = "name_and_address"
    PHONE = "phone_and_name"
    EMAIL = "email_and_name"
    DIALER_ID = "dialer_id"
    RENUMBERED = "renumbered"


RULES: Final = (
    Match.EXTERNAL_ID,
    Match.ELECTOR,
    Match.NAME_AND_ADDRESS,
    Match.PHONE,
    Match.EMAIL,
    Match.DIALER_ID,
)
"""The rules that make two records one person. Where they are stored, each is its place here: a new one comes
last, wherever it has its turn.
"""


def _external(a: Identity, b: Identity) -> bool | None:
    if not (a.external_id and b.external_id) or a.source != b.source:
        return None
    return a.external_id == b.external_id


def _elector(a: Identity, b: Identity) -> bool | None:
    if not (a.elector and b.elector) or a.register != b.register:
        return None
    return a.elector == b.elector


def is_somebody_else(a: Identity, b: Identity) -> bool:
    """Another surname and another forename: registers are renumbered each year."""
    return bool(a.first and b.first and a.last and b.last) and a.first != b.first and a.last != b.last


def match(a: Identity, b: Identity) -> Match | None:
    """Decide whether two records are the same person, and by which rule.

    Equal external id within its source; else equal elector number within the same register; else, of
    two that stand in different registers, equal name and address, unless their dates of birth differ
    (and unless several people would fit, which two records can't tell); else equal phone and name;
    else, where one of them has no phone, equal email and name. An identifier that both have from the
    same source or register, and that differs, rules a match out. RENUMBERED is no match: the number
    has been given to another person.
    """
    external, elector = _external(a, b), _elector(a, b)
    if external is False:
        return None
    if external:
        return Match.EXTERNAL_ID
    if elector is False:
        return None
    if elector:
        return Match.RENUMBERED if is_somebody_else(a, b) else Match.ELECTOR
    return Match.NAME_AND_ADDRESS if _moved_register(a, b) else _match_by_reach(a, b)


def _moved_register(a: Identity, b: Identity) -> bool:
    """Whether one register's elector is another's, whatever their numbers are: registers are renumbered."""
    if not (a.elector and b.elector) or a.register == b.register:
        return False
    if not a.name or not a.address or (a.name, a.address) != (b.name, b.address):
        return False
    return a.born is None or b.born is None or a.born == b.born


def _match_by_reach(a: Identity, b: Identity) -> Match | None:
    if a.name != b.name:
        return None
    if set(a.phones) & set(b.phones):
        return Match.PHONE
    if a.email and a.email == b.email and not (a.phones and b.phones):
        return Match.EMAIL
    return None
