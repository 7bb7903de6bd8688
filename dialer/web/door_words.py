"""What came of a door, in the words of whoever knocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _

DOOR_OUTCOME: Final[Mapping[str, str]] = {
    "contacted": _("We talked"),
    "not_in": _("Not in"),
    "left_leaflet": _("Left a leaflet"),
    "refused": _("Didn’t want to talk"),
    "language_barrier": _("No common language"),
    "wrong_person": _("Somebody else lives there"),
    "moved": _("Moved away"),
    "deceased": _("Has died"),
    "already_voted": _("Already voted"),
    "do_not_knock": _("Never knock again"),
}


def door_outcome(slug: str) -> str:
    """An outcome in words."""
    return str(DOOR_OUTCOME.get(slug, slug))
