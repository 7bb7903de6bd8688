"""Telephone numbers that regulators reserve for drama, fiction and examples.

Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes", and the North
American Numbering Plan's 555-0100 to 555-0199. libphonenumber calls some of them valid
(020 7946 0xxx) and some not (07700 900xxx), so they are decided by this table alone.
"""

import re
from typing import Final

_RESERVED: Final[dict[str, str]] = {
    # E.164 without the last three digits: kind of line
    "+441134960": "landline",  # Leeds
    "+441144960": "landline",  # Sheffield
    "+441154960": "landline",  # Nottingham
    "+441164960": "landline",  # Leicester
    "+441174960": "landline",  # Bristol
    "+441184960": "landline",  # Reading
    "+441214960": "landline",  # Birmingham
    "+441314960": "landline",  # Edinburgh
    "+441414960": "landline",  # Glasgow
    "+441514960": "landline",  # Liverpool
    "+441614960": "landline",  # Manchester
    "+442079460": "landline",  # London
    "+441914980": "landline",  # Tyneside, Durham, Sunderland
    "+442896496": "landline",  # Northern Ireland
    "+442890180": "landline",  # Northern Ireland (older list)
    "+442920180": "landline",  # Cardiff
    "+441632960": "landline",  # no area
    "+447700900": "mobile",
    "+448081570": "unknown",  # freephone
    "+443069990": "unknown",  # UK-wide
    "+449098790": "premium",
}
_NANP: Final = re.compile(r"\+1[2-9]\d{2}55501\d{2}", re.ASCII)
_LENGTH: Final = 13
BRITISH_BLOCKS: Final = frozenset(number.removeprefix("+44") for number in _RESERVED)
"""The reserved British blocks of a thousand numbers, by their first seven digits after +44."""


def fictional_kind(number: str) -> str | None:
    """Say which kind of line a reserved E.164 number stands for; None for any other number."""
    if len(number) == _LENGTH and (kind := _RESERVED.get(number[:-3])):
        return kind
    return "unknown" if _NANP.fullmatch(number) else None


def is_american_fiction(national: str) -> bool:
    """Tell whether ten digits after +1 are one of the hundred numbers that each area keeps for fiction."""
    return national.startswith("55501", 3)
