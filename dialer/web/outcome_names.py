"""What a call brought, as a caller reads it: two groups in a fixed order, and what no button says."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

SPOKE: Final = (
    ("contacted", lazy_gettext("We talked")),
    ("callback", lazy_gettext("Call back later")),
    ("already_voted", lazy_gettext("Already voted")),
    ("refused", lazy_gettext("Didn’t want to talk")),
    ("wrong_number", lazy_gettext("Wrong person")),
    ("moved", lazy_gettext("Moved away")),
    ("deceased", lazy_gettext("Has died")),
)
NOT_REACHED: Final = (
    ("no_answer", lazy_gettext("No answer")),
    ("busy", lazy_gettext("Engaged")),
    ("answering_machine", lazy_gettext("Answering machine")),
    ("left_message", lazy_gettext("Left a message")),
    ("language_barrier", lazy_gettext("No common language")),
    ("disconnected", lazy_gettext("Number doesn’t work")),
)
_ELSEWHERE: Final = (
    ("do_not_call", lazy_gettext("Asked us to stop")),
    ("hung_up", lazy_gettext("Hung up at once")),
    ("abandoned", lazy_gettext("Answered, nobody free")),
)
_NAMES: Final = dict((*SPOKE, *NOT_REACHED, *_ELSEWHERE))


def outcome_name(slug: str) -> str:
    """An outcome in a caller's words."""
    return str(_NAMES.get(slug, slug))
