"""When events are, and how many come, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext, ngettext

from dialer.services.organising.views import EventView, RsvpView
from dialer.web.notices import tell
from dialer.web.words import day, figure, moment, time_of_day


def when_words(event: EventView) -> str:
    """“Mon 30 Nov, 6 pm to 8 pm” on the clocks of the event; over midnight both days."""
    zone, start, end = event.timezone, event.starts_at, event.ends_at
    same_day = day(start, zone) == day(end, zone)
    until = time_of_day(end, zone) if same_day else moment(end, zone)
    return str(gettext("%(from)s to %(until)s", **{"from": moment(start, zone), "until": until}))


def coming_words(event: EventView) -> str:
    """How many come, and of how many places."""
    if event.capacity is None:
        return str(ngettext("One comes", "%(num)s come", event.going))
    numbers = {"going": figure(event.going), "places": figure(event.capacity)}
    return str(gettext("%(going)s of %(places)s places taken", **numbers))


def waiting_words(event: EventView) -> str:
    """How many wait for a place; nothing where nobody does."""
    if not event.waiting:
        return ""
    return str(ngettext("one waits", "%(num)s wait", event.waiting))


def tell_of_all(coming: Iterable[tuple[EventView, RsvpView]]) -> None:
    """As `tell_of`, of each."""
    for event, rsvp in coming:
        tell_of(event, rsvp)


def tell_of(event: EventView, rsvp: RsvpView) -> None:
    """Say on the next page what came of signing up."""
    when = when_words(event)
    if rsvp.state == "going":
        tell(gettext("You’re coming: %(when)s. Thank you.", when=when))
    else:
        tell(gettext("It’s full. You’re on the waiting list: %(when)s.", when=when))
