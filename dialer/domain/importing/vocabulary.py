"""What a column's name means, in the lists that people bring: the tables in `names`, looked up."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from dialer.domain.importing.names import (
    action_network,
    civicrm,
    nationbuilder,
    plain,
    register,
    spoke,
    van,
)

LINE: Final = "line"
PLAIN_LINE: Final = "plain line"
PERHAPS_LINE: Final = "perhaps line"
KEEP: Final = "keep"
UNSURE: Final = "unsure"

_TABLES: Final = (register, nationbuilder, van, action_network, civicrm, spoke, plain)
_NUMBERED: Final = re.compile(r"(.*?\D)\d{1,2}$")
_NUMBERED_FIELDS: Final = frozenset({"address", "notes", "tags", "email"})
# Columns about whoever wrote to, visited or recruited somebody: their numbers are not the person's.
_OTHER_PEOPLE: Final = (
    "texter",
    "canvasser",
    "recruiter",
    "assistant",
    "pointperson",
    "parent",
    "guardian",
    "emergency",
    "nextofkin",
    "employer",
    "organiser",
    "organizer",
    "referrer",
    "createdby",
    "updatedby",
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means: a field or a word of `names`, and which of several addresses.

    Of two columns with one meaning that of the lower `rank` is taken. `exact`: the name is in a
    table as it stands, not only without its number (`Address line 7`).
    """

    field: str
    place: str = ""
    rank: int = 0
    exact: bool = True


def squash(header: str) -> str:
    """Reduce a header to what counts: letters and digits, without case and accents."""
    plain_text = unicodedata.normalize("NFKD", header.casefold())
    return "".join(c for c in plain_text if c.isalnum())


def _table() -> dict[str, Meaning]:
    """Every name with its meaning; where two tables have a name, the first says what it means."""
    known: dict[str, Meaning] = {}
    for table in _TABLES:
        for key, names in table.NAMES.items():
            field, _, place = key.partition(":")
            for name in names.split(","):
                known.setdefault(squash(name), Meaning(field, place, len(known)))
    return known


_KNOWN: Final = _table()


def meaning_of(header: str) -> Meaning | None:
    """Return what a column's name means; None when it is none that we know.

    `Phone 2` is a telephone of its own, `Address 7` a line of the address.
    """
    name = squash(header)
    if known := _KNOWN.get(name):
        return known
    if name.startswith(_OTHER_PEOPLE):
        return Meaning(KEEP)
    numbered = _NUMBERED.match(name)
    base = _KNOWN.get(numbered[1]) if numbered else None
    if base is None:
        return None
    if base.field in {LINE, PLAIN_LINE}:
        return Meaning(LINE, "", base.rank)
    return Meaning(base.field, base.place, base.rank, exact=False) if base.field in _NUMBERED_FIELDS else None
