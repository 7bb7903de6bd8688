"""The number of people that somebody types before something goes to many."""

from __future__ import annotations

from flask_babel import gettext

from dialer.domain.errors import AudienceChanged
from dialer.web.coordinator.forms import Faults, said
from dialer.web.words import figure


def typed(written: str) -> int | None:
    """A typed number; commas and spaces between thousands are fine. None where it is none."""
    digits = written.replace(",", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def number_faults() -> Faults:
    """What is wrong with the number that was typed to send, against the one that stood on the page."""
    number, seen = typed(said("confirm")), typed(said("seen"))
    if number is not None and number == seen:
        return {}
    if seen is None or number is None:
        return {"confirm": gettext("Type the number of people to send.")}
    words = gettext("You typed %(typed)s. It’s %(seen)s people.", typed=number, seen=seen)
    return {"confirm": words}


def changed_words(error: AudienceChanged) -> str:
    """That it would go to more, or fewer, than stood on the page."""
    now, by = error.recipients, error.recipients - error.expected
    size = figure(abs(by))
    change = gettext("%(count)s more", count=size) if by > 0 else gettext("%(count)s fewer", count=size)
    words = gettext(
        "It’s %(count)s people now, %(change)s. Look again, then type %(typed)s.",
        count=figure(now),
        change=change,
        typed=now,
    )
    return str(words)
