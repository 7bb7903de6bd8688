"""From the form of the last page of a call to the report that the deed takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from flask_babel import gettext

from dialer.domain.disposition import RECORDABLE
from dialer.domain.languages import SPOKEN
from dialer.domain.quiet_hours import QuietHours, quiet_until
from dialer.domain.result import NOTES_MAX as KEPT_MAX
from dialer.domain.result import HouseholdReport, Report
from dialer.domain.talk import Talk
from dialer.services.calling.views import CampaignView
from dialer.web.volunteer.outcomes import is_reached
from dialer.web.volunteer.screen import ready_times
from dialer.web.words import day, figure, time_of_day

OTHER = "other-"
NOTES_MAX: Final = 2_000
LONGEST_WAIT = dt.timedelta(days=366)
_NOBODY_THERE = ("no_answer", "busy", "answering_machine", "left_message")


def with_note(talk: Talk, form: Mapping[str, str]) -> Talk:
    """The talk with the note that stands on the page, where the page has one. One that is too long is kept
    whole until it is saved (`note_fault`). A form sends each new line as two characters; it counts as one.
    """
    return replace(talk, notes=form.get("notes", talk.notes).replace("\r\n", "\n"))


def heard_from(talk: Talk, form: Mapping[str, str]) -> Talk:
    """The talk with all that stands in the form, so that a refused page comes back as it was sent."""
    named = {field.removeprefix(OTHER): slug for field, slug in form.items() if field.startswith(OTHER)}
    named[talk.speaking_to] = form.get("disposition", "")
    chosen = {
        person: replace(talk.heard(person), disposition=slug)
        for person, slug in named.items()
        if slug in RECORDABLE and (person == talk.contact or person in (talk.speaking_to, *talk.people))
    }
    told = replace(talk, people={**talk.people, **chosen})
    return replace(
        told.hearing(replace(told.heard(), no_texts="no_texts" in form, language=_language(form))),
        reached=form.get("outcome") != "not_reached",
        callback_at=form.get("callback_at", talk.callback_at)[:16],
    )


def _language(form: Mapping[str, str]) -> str | None:
    said = form.get("language", "")
    return said if said in SPOKEN else None


def with_ready_time(talk: Talk, ready: str, now: dt.datetime, zone: str) -> Talk:
    """With one of the ready callback times in the field; an unknown one changes nothing."""
    times = {one.id: one.at for one in ready_times(now, zone)}
    chosen = replace(talk.heard(), disposition="callback")
    return replace(talk.hearing(chosen), callback_at=times.get(ready, talk.callback_at))


def say_what_happened() -> str:
    """What is missing where no outcome was chosen."""
    return str(gettext("Say what happened: press one of the buttons."))


def note_most(talk: Talk) -> int:
    """How long its note may be. Who asks to be left alone doesn't wait for a shorter one: there all is taken
    that can be kept.
    """
    return KEPT_MAX if talk.heard().disposition == "do_not_call" else NOTES_MAX


def note_fault(talk: Talk) -> str | None:
    """What is wrong with a note that is too long for the page."""
    most = note_most(talk)
    if len(talk.notes.strip()) <= most:
        return None
    return str(
        gettext(
            "Your note has %(length)s characters, and %(most)s fit. "
            "Shorten it: nothing is cut off by itself.",
            length=figure(len(talk.notes.strip())),
            most=figure(most),
        )
    )


def faults(talk: Talk, campaign: CampaignView, now: dt.datetime) -> dict[str, str]:
    """What keeps the page from being saved, by field, in a caller's words."""
    disposition = talk.heard().disposition
    found = {"notes": words} if (words := note_fault(talk)) else {}
    if disposition == "do_not_call":
        return found
    if disposition is None or is_reached(disposition) is not talk.reached:
        return {"disposition": say_what_happened(), **found}
    if disposition == "callback":
        return {**_callback_faults(talk, campaign, now), **found}
    return found


def _callback_faults(talk: Talk, campaign: CampaignView, now: dt.datetime) -> dict[str, str]:
    at = callback_at(talk, campaign.timezone)
    if at is None:
        return {"callback_at": str(gettext("When should they be called back? Give a day and a time."))}
    if at <= now:
        return {"callback_at": str(gettext("The time has already passed. Choose a later one."))}
    if at > now + LONGEST_WAIT:
        return {"callback_at": str(gettext("That is more than a year away. Choose a sooner time."))}
    hours = QuietHours(campaign.quiet_start, campaign.quiet_end)
    free = quiet_until(at, hours, (campaign.timezone,))
    if free is None:
        return {}
    return {
        "callback_at": str(
            gettext(
                "Nobody is rung at %(time)s. The next free time is %(day)s, %(free)s.",
                time=time_of_day(at, campaign.timezone),
                day=day(free, campaign.timezone),
                free=time_of_day(free, campaign.timezone),
            )
        )
    }


def callback_at(talk: Talk, zone: str) -> dt.datetime | None:
    """The instant that was typed as wall time in the person's zone; None where it is no time."""
    try:
        wall = dt.datetime.fromisoformat(talk.callback_at)
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):  # no time, or one before the calendar begins
        return None


def report(talk: Talk, zone: str) -> HouseholdReport:
    """One result for the person called and one for everybody else who came to the phone."""
    people = {
        person: _report(talk, person, zone)
        for person, said in talk.people.items()
        if person != talk.contact and (said.begun or said.disposition)
    }
    return HouseholdReport(_report(talk, talk.contact, zone), people)


def _report(talk: Talk, person: str, zone: str) -> Report:
    said = talk.heard(person)
    disposition = said.disposition or ("contacted" if said.begun else "no_answer")
    speaking = person == talk.speaking_to
    return Report(
        disposition=disposition,
        answers={} if disposition in _NOBODY_THERE else dict(said.answers),
        callback_at=callback_at(talk, zone) if disposition == "callback" and speaking else None,
        notes=(talk.notes.strip() or None) if speaking else None,
        no_texts=said.no_texts,
        language=said.language if disposition == "language_barrier" else None,
    )
