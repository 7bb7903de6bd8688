"""How a name is said, where a list tells: a column of its own, under any of its usual headings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

HEADINGS: Final = frozenset(
    {
        "say",
        "say_as",
        "say_name",
        "said_as",
        "how_to_say",
        "pronounced",
        "pronunciation",
        "name_pronunciation",
        "ynganiad",
        "ynganu",
    }
)
LONGEST: Final = 60
"""Characters: what is longer is a note, and no way to say a name."""
_QUOTES: Final = "\"'“”‘’ \t"


def said_as(custom: Mapping[str, object]) -> str | None:
    """What to say for the name, by the first of a person's own fields that tells; without its quotes."""
    for heading, value in custom.items():
        if _plain(heading) in HEADINGS and isinstance(value, str):
            said = value.strip(_QUOTES)
            if 0 < len(said) <= LONGEST:
                return said
    return None


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", "_", heading.casefold()).strip("_")
