"""What the call screen shows, put together from the deeds' views: plain values for the templates."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask_babel import gettext

from dialer.domain.languages import HOME, others_than
from dialer.domain.phone import written
from dialer.domain.talk import Stage, Talk
from dialer.services.calling.recording_access import Recorded
from dialer.services.calling.views import (
    AssignmentView,
    CalledContact,
    HouseholdMember,
)
from dialer.services.messaging.written_lately import Written
from dialer.web.look import current_look
from dialer.web.outcome_names import NOT_REACHED, SPOKE
from dialer.web.past import Past, past_of, time_there
from dialer.web.script_step import Step, step_of
from dialer.web.softphone import Softphone
from dialer.web.volunteer.line import Line
from dialer.web.volunteer.outcomes import Outcome, outcomes
from dialer.web.volunteer.talking import InCall
from dialer.web.words import outcode


@dataclass(frozen=True, slots=True)
class Speaking:
    """Who is spoken to. `about` is one small line: enough to talk, not enough to find a door."""

    id: str
    first: str
    full: str
    about: str
    lang: str | None
    tags: list[str]
    say: str = ""
    """How the name is said, in words, where a list tells."""
    there: str = ""
    """What time it is where they are, where that differs."""


@dataclass(frozen=True, slots=True)
class AtNumber:
    """One person of the household; `about` is what helps before speaking to them."""

    id: str
    first: str
    full: str
    about: str
    speaking: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready choice for a callback: the field's value, and the words on the button."""

    id: str
    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else of the household who gets a result of their own in the same save."""

    id: str
    full: str
    disposition: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CallScreen:
    """A person in hand. `room` is the address below which the forms post; `says` is said in practice; for so
    many `seconds` they have talked, or been finishing up.
    """

    room: str
    assignment_id: uuid.UUID
    state: str
    seconds: int | None
    stopping: bool
    correcting: bool
    calls: int
    number: str
    number_words: str
    speaking: Speaking
    household: list[AtNumber]
    history: list[Past]
    step: Step | None
    notes: str
    outcome: str
    disposition: str | None
    spoke: list[Outcome]
    not_reached: list[Outcome]
    others: list[Other]
    callback_at: str
    language: str
    languages: list[tuple[str, str]]
    ready: list[Ready]
    says: str | None = None
    line: Line | None = None
    may_ring_me: bool = False
    browser: Softphone | None = None
    stopped: str | None = None
    voted: bool = False
    shown: str = ""
    in_call: InCall | None = None
    recorded: Recorded = ""
    taken_from: str = ""
    over: bool = False
    gives: Sequence[tuple[str, str]] = ()


Person = CalledContact | HouseholdMember


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around a talk: the address of its forms, the zone, counts and the moment."""

    room: str
    zone: str
    max_attempts: int
    calls: int
    now: dt.datetime
    line: Line | None = None
    may_ring_me: bool = False
    browser: Softphone | None = None
    stopped: str | None = None
    voted: bool = False
    """They have voted since they were handed out: nobody needs to remind them."""
    shown: str = ""
    """Of somebody on a line of their own: what the page stands for (`line.shown`)."""
    in_call: InCall | None = None
    recorded: Recorded = ""
    """Whether the call is recorded, or about to be; or was, and there is something to be deleted."""
    taken_from: str = ""
    """Of a talk that a coordinator took over and says the result of: the page that they come from."""
    gives: Sequence[tuple[str, str]] = ()
    """Numbers to read out, with whose they are, where nobody can be put through."""
    over: bool = False
    """The campaign has ended meanwhile: only what came of the call is to be said."""
    written: Sequence[Written] = ()
    """What was written to them lately, and by them."""
    home_language: str = HOME
    """What isn't offered where the two had no language in common."""


def call_screen(
    view: AssignmentView,
    talk: Talk,
    around: Setting,
    *,
    stopping: bool = False,
    says: str | None = None,
) -> CallScreen:
    """The screen of an assignment at this point of its talk."""
    tries_left = around.max_attempts - view.attempt
    answered = bool(talk.heard().answers)
    return CallScreen(
        room=around.room,
        assignment_id=view.id,
        state=_state(talk, around.line),
        seconds=_seconds(view, talk, around),
        stopping=stopping,
        correcting=view.state == "completed",
        calls=around.calls,
        number=view.contact.phone,
        number_words=written(view.contact.phone),
        speaking=_speaking(view, talk, around),
        household=_household(view, talk),
        history=past_of(view.contact.history, around.written, around.zone),
        step=_step(view, talk),
        notes=talk.notes,
        outcome="not_reached" if talk.reached is False else "reached",
        disposition=talk.heard().disposition,
        spoke=outcomes(SPOKE, tries_left, answered=answered),
        not_reached=outcomes(NOT_REACHED, tries_left, answered=answered),
        others=_others(view, talk),
        callback_at=talk.callback_at,
        language=talk.heard().language or "",
        languages=[
            ("", gettext("I don’t know")),
            *others_than(around.home_language).items(),
        ],
        ready=ready_times(around.now, around.zone),
        says=says,
        line=around.line,
        may_ring_me=around.may_ring_me,
        browser=around.browser,
        stopped=str(gettext(around.stopped)) if around.stopped else None,
        voted=around.voted,
        shown=around.shown,
        in_call=around.in_call,
        recorded=around.recorded,
        taken_from=around.taken_from,
        gives=around.gives,
        over=around.over,
    )


def _state(talk: Talk, line: Line | None) -> str:
    if talk.stage is Stage.OUTCOME:
        return "wrap_up"
    if line is not None:
        return "ringing" if line.rings else "talking"
    return "talking" if talk.has_begun else "ringing"


def _seconds(view: AssignmentView, talk: Talk, around: Setting) -> int | None:
    """What the clock in the bar shows: by the server's time, so that it is the same on every device."""
    if talk.stage is Stage.OUTCOME:
        since = None if view.state == "completed" else talk.finishing_since
    else:
        since = (around.line.since if around.line else None) or talk.talking_since
    return max(0, int((around.now - since).total_seconds())) if since else None


def people_of(view: AssignmentView) -> list[Person]:
    """Everybody at the number, the one to be called first."""
    return [view.contact, *view.household]


def first_name(person: Person) -> str:
    """What the caller must say."""
    return person.first_name or person.last_name or str(gettext("the person"))


def full_name(person: Person) -> str:
    """First and last name, as far as they are known."""
    return " ".join(part for part in (person.first_name, person.last_name) if part) or first_name(person)


def speaker(view: AssignmentView, talk: Talk) -> Person:
    """Whoever is on the line."""
    return next((one for one in people_of(view) if str(one.id) == talk.speaking_to), view.contact)


def _speaking(view: AssignmentView, talk: Talk, around: Setting) -> Speaking:
    person = speaker(view, talk)
    is_contact = isinstance(person, CalledContact)
    tags = list(view.contact.tags) if is_contact else []
    say = str(gettext("Say “%(sound)s”", sound=person.say)) if person.say else ""
    there = time_there(view.contact.phone, around.zone, around.now)
    about = [say, *tags[:1], outcode(view.contact.postcode), there]
    return Speaking(
        id=str(person.id),
        first=first_name(person),
        full=full_name(person),
        about=" · ".join(part for part in about if part),
        lang=None,
        tags=tags,
        say=say,
        there=there,
    )


def _household(view: AssignmentView, talk: Talk) -> list[AtNumber]:
    if not view.household:
        return []
    return [
        AtNumber(
            str(one.id), first_name(one), full_name(one), _known(one, talk), str(one.id) == talk.speaking_to
        )
        for one in people_of(view)
    ]


def _known(person: Person, talk: Talk) -> str:
    if str(person.id) == talk.speaking_to:
        return str(gettext("Speaking now"))
    if talk.heard(str(person.id)).begun:
        return str(gettext("Answers kept"))
    if isinstance(person, HouseholdMember) and person.voted:
        return str(gettext("Has voted"))
    return ""


def _step(view: AssignmentView, talk: Talk) -> Step | None:
    if view.script is None:
        return None
    heard = talk.heard()
    return step_of(view.script, heard.path(view.script.script), heard.answers, current_look().lang)


def _others(view: AssignmentView, talk: Talk) -> list[Other]:
    """Those who were spoken to besides the present one, and the person who was to be called."""
    return [
        Other(str(one.id), full_name(one), _default_outcome(str(one.id), talk), _choices())
        for one in people_of(view)
        if str(one.id) != talk.speaking_to and (str(one.id) == talk.contact or talk.heard(str(one.id)).begun)
    ]


def _default_outcome(person: str, talk: Talk) -> str:
    heard = talk.heard(person)
    return heard.disposition or ("contacted" if heard.begun else "no_answer")


def _choices() -> list[tuple[str, str]]:
    groups: Iterable[tuple[str, object]] = (*SPOKE, *NOT_REACHED)
    return [(slug, str(words)) for slug, words in groups if slug != "callback"]


def answers_in_words(view: AssignmentView, talk: Talk) -> list[str]:
    """What the person on the line answered, step by step."""
    if view.script is None:
        return []
    script = view.script.script
    given = talk.heard().answers
    steps = [node for node in talk.heard().path(script) if node.id in given]
    language = current_look().lang
    return [chosen.words_in(language) for node in steps if (chosen := node.answer(given[node.id]))]


def ready_times(now: dt.datetime, zone: str) -> list[Ready]:
    """“In an hour”, “This evening” (6 pm, while it lies ahead) and “Tomorrow, same time”."""
    local = now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    evening = local.replace(hour=18, minute=0)
    times = [
        ("hour", local + dt.timedelta(hours=1), gettext("In an hour")),
        ("evening", evening, gettext("This evening")),
        ("tomorrow", local + dt.timedelta(days=1), gettext("Tomorrow, same time")),
    ]
    return [Ready(name, at.strftime("%Y-%m-%dT%H:%M"), str(words)) for name, at, words in times if at > local]
