"""Sentences that rules and deeds say and that pages pass on, named here so that they are translated too.

A test keeps the list in step with what is said.
"""

from __future__ import annotations

from typing import Final


def N_(words: str) -> str:  # noqa: N802 - gettext's own name for “to be translated later”
    """Mark a sentence for the catalogue."""
    return words


SAID_BY_RULES: Final = (
    N_("Give a name that others will recognise."),
    N_("Give a phone number or an email, to send your link again."),
    N_("Many people in a row came back without a call. Ask your coordinator to let you go on."),
    N_("Nobody is called in this campaign just now."),
    N_("This can’t be a phone number. Correct it or leave it out."),
    N_("This can’t be an email address. Correct it or leave it out."),
    N_("This shift is over. Start another one."),
    N_("This token doesn’t open anything. Check it, or ask for a new one."),
    N_("Tick this so that people can trust us with what they say."),
)
