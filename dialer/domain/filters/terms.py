"""What the values in a filter are called in plain words, each to stand within a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def N_(words: str) -> str:  # noqa: N802 - gettext's own name for “to be translated later”
    """Mark words for the catalogue."""
    return words


FIELDS: Final[Mapping[str, str]] = {
    "first_name": N_("first name"),
    "last_name": N_("last name"),
    "email": N_("email address"),
    "address": N_("address"),
    "postcode": N_("postcode"),
    "constituency": N_("constituency"),
    "ward": N_("ward"),
    "polling_district": N_("polling district"),
    "polling_station": N_("polling station"),
    "language": N_("language"),
    "external_id": N_("external id"),
    "elector_number": N_("elector number"),
    "elector_markers": N_("elector marker"),
}
Terms = Mapping[str | int | None, str]

STATUSES: Final[Terms] = {
    "active": N_("still there"),
    "moved": N_("gone away"),
    "deceased": N_("dead"),
}
SUPPORTS: Final[Terms] = {
    1: N_("1 (strong for us)"),
    2: N_("2 (leaning to us)"),
    3: N_("3 (undecided)"),
    4: N_("4 (leaning against us)"),
    5: N_("5 (against us)"),
    None: N_("not known"),
}
WAYS: Final[Terms] = {
    "in_person": N_("in person"),
    "postal": N_("by post"),
    "proxy": N_("by proxy"),
    None: N_("in a way we don’t know"),
}
RESULTS: Final[Terms] = {
    "contacted": N_("“spoke to them”"),
    "refused": N_("“didn’t want to talk”"),
    "wrong_number": N_("“wrong number”"),
    "disconnected": N_("“number out of use”"),
    "moved": N_("“moved away”"),
    "deceased": N_("“has died”"),
    "already_voted": N_("“has voted”"),
    "do_not_call": N_("“don’t call again”"),
    "no_answer": N_("“no answer”"),
    "busy": N_("“engaged”"),
    "answering_machine": N_("“answering machine”"),
    "left_message": N_("“left a message”"),
    "language_barrier": N_("“another language”"),
    "callback": N_("“call back”"),
    "hung_up": N_("“hung up at once”"),
    "abandoned": N_("“answered, nobody free”"),
    None: N_("none"),
}
CHANNELS: Final[Mapping[str, str]] = {
    "sms": N_("texts"),
    "voice": N_("calls"),
    "email": N_("emails"),
    "door": N_("visits"),
    "post": N_("post"),
}
