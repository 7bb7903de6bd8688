"""A person's timeline in words: what happened, what was said, and where it is looked at."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from dialer.domain.phone import written
from dialer.domain.timeline import Kind
from dialer.services.people.timeline import Happening
from dialer.web.coordinator.script_plan import FLAG_WORDS
from dialer.web.coordinator.wording import (
    CHANNEL,
    DISPOSITION,
    IMPORT_FIELD,
    LISTED,
    SOURCE,
    SUPPORT,
    VOTING_METHOD,
)
from dialer.web.door_words import door_outcome
from dialer.web.text_lines import came_with, state_of
from dialer.web.text_wording import INBOUND_CLASS, Words
from dialer.web.words import duration, lowered, moment

KIND: Final[Mapping[Kind, str]] = {
    Kind.CALL: _("Calls"),
    Kind.DOOR: _("At the door"),
    Kind.TEXT: _("Texts"),
    Kind.EMAIL: _("Emails"),
    Kind.PLEDGE: _("Pledges"),
    Kind.TURNOUT: _("Turnout"),
    Kind.OPT_OUT: _("Noes"),
    Kind.CONSENT: _("Consents"),
    Kind.LINK: _("Links opened"),
    Kind.CONVERSATION: _("Conversations"),
    Kind.NOTE: _("Notes"),
    Kind.IMPORT: _("Imports"),
    Kind.CHANGE: _("Changes by hand"),
}
_WHAT: Final[Words] = {
    "clicked": _("Opened a link"),
    "conversation.handed_over": _("Their conversation was handed to a coordinator"),
    "conversation.closed": _("Their conversation was closed"),
    "conversation.assigned": _("Their conversation was given to somebody"),
    "conversation.given_to_campaign": _("Their conversation was given to a campaign"),
    "number.blocked": _("Their number was blocked"),
    "number.unblocked": _("Their number was unblocked"),
    "note": _("A note on their conversation"),
    "brought": _("Came with a list"),
    "contact.created": _("Added by hand"),
    "contact.changed": _("Changed by hand"),
    "contact.renumbered": _("Lost their elector number to somebody else"),
    "voted": _("Marked as voted"),
    "taken_back": _("The mark was taken back"),
}
_CALL_STATE: Final[Words] = {
    "queued": _("A call that waits"),
    "ringing": _("A call that rings"),
    "in_progress": _("A call under way"),
    "completed": _("A call without a result"),
    "busy": _("A call: engaged"),
    "no_answer": _("A call: no answer"),
    "failed": _("A call that failed"),
    "canceled": _("A call that was called off"),
    "abandoned": _("A call that nobody was free for"),
}
_FIELDS_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: what was `said`, and what else is known in a few words; `href` is its page,
    where it has one.
    """

    kind: str
    kind_words: str
    at: dt.datetime
    what: str
    said: str
    more: Sequence[str]
    is_theirs: bool
    is_over: bool
    """It was corrected or taken back, and counts no more."""
    endpoint: str | None = None
    values: Mapping[str, Any] | None = None

    @property
    def href(self) -> str:
        """The address of its page."""
        return url_for(self.endpoint, **(self.values or {})) if self.endpoint else ""


def line_of(one: Happening) -> Line:
    """It in words."""
    what, more = _WORDS[one.kind](one)
    facts = one.facts
    where = _place(one)
    return Line(
        kind=one.kind,
        kind_words=str(KIND[one.kind]),
        at=one.at,
        what=what,
        said=_said(one),
        more=[words for words in (*more, one.by, one.campaign) if words],
        is_theirs=one.what == "inbound",
        is_over=bool(facts.get("corrected") or facts.get("taken_back")),
        endpoint=where[0] if where else None,
        values=where[1] if where else None,
    )


def _said(one: Happening) -> str:
    if one.message is None:
        return one.note or ""
    return one.message.body or came_with(one.message)


def _place(one: Happening) -> tuple[str, dict[str, uuid.UUID]] | None:
    """The page of what it is about."""
    facts = one.facts
    if "conversation_id" in facts:
        return "coordinator.conversation", {"conversation_id": uuid.UUID(facts["conversation_id"])}
    if "blast_id" in facts:
        return "coordinator.blast", {"blast_id": uuid.UUID(facts["blast_id"])}
    if one.kind is Kind.IMPORT:
        return "coordinator.import_page", {"import_id": one.id}
    if one.kind in (Kind.CALL, Kind.DOOR) and one.campaign_id is not None:
        return "coordinator.campaign", {"campaign_id": one.campaign_id}
    return None


Told = tuple[str, Sequence[str]]
"""What happened, and what else is known."""


def _call(one: Happening) -> Told:
    facts = one.facts
    if one.what == "call":
        words = _CALL_STATE.get(facts.get("state"), _("A call"))
        if facts.get("direction") == "inbound":
            words = _("They rang us")
        return str(words), [duration(facts["duration_s"])] if facts.get("duration_s") else []
    more = [f"“{given['answer']}”" for given in facts.get("answers") or ()]
    if "callback_at" in facts:
        at = dt.datetime.fromisoformat(facts["callback_at"])
        more.append(gettext("to be called back %(when)s", when=moment(at)))
    if facts.get("corrected"):
        more.append(gettext("corrected since"))
    if facts.get("taken_back"):
        more.append(gettext("taken back"))
    if facts.get("implied"):
        more.append(gettext("somebody else’s call to the same number"))
    disposition = facts["disposition"]
    return str(DISPOSITION.get(disposition, disposition)), more


def _door(one: Happening) -> Told:
    facts = one.facts
    more = [gettext("At the door")]
    if "support" in facts:
        more.append(f"{facts['support']} · {SUPPORT[facts['support']]}")
    if facts.get("taken_back"):
        more.append(gettext("taken back"))
    return door_outcome(facts["outcome"]), more


def _text(one: Happening) -> Told:
    what = gettext("They texted us") if one.what == "inbound" else gettext("We texted them")
    return what, _written(one)


def _email(one: Happening) -> Told:
    what = gettext("They wrote us an email") if one.what == "inbound" else gettext("We emailed them")
    return what, _written(one)


def _written(one: Happening) -> list[str]:
    message = one.message
    if message is None:
        return []
    more = [message.subject or "", state_of(message)]
    if message.inbound_class in ("opt_out", "opt_in", "review"):
        more.append(str(INBOUND_CLASS[message.inbound_class]))
    return more


def _pledge(one: Happening) -> Told:
    facts = one.facts
    support, before = facts.get("support"), facts.get("before")
    more = [str(SOURCE.get(facts["source"], facts["source"]))]
    if "voting_method" in facts:
        more.append(str(VOTING_METHOD[facts["voting_method"]]))
    if "planned_at" in facts:
        at = dt.datetime.fromisoformat(facts["planned_at"])
        more.append(gettext("plans to vote %(when)s", when=moment(at)))
    more += [gettext(words) for (name, value), words in FLAG_WORDS.items() if facts.get(name) is value]
    if facts.get("by_link"):
        more.append(gettext("since they opened a link"))
    if not facts.get("dated"):
        more.append(gettext("without a time"))
    if facts.get("taken_back"):
        more.append(gettext("taken back"))
    more.append(facts["election"])
    if support is None:
        return gettext("How they vote"), more
    words = f"{support} · {SUPPORT[support]}"
    if before is not None and before != support:
        return gettext("Support: %(now)s (before: %(before)s)", now=words, before=before), more
    return gettext("Support: %(now)s", now=words), more


def _turnout(one: Happening) -> Told:
    facts = one.facts
    more = [str(SOURCE.get(facts["source"], facts["source"])), facts["election"]]
    return str(_WHAT[one.what]), more


def _opt_out(one: Happening) -> Told:
    facts = one.facts
    channel = lowered(str(CHANNEL[facts["channel"]]))
    source = str(SOURCE.get(facts["source"], ""))
    if one.what == "opt_out":
        return gettext("Said no: %(channel)s", channel=channel), [source]
    if one.what == "lifted":
        return gettext("Their no was lifted: %(channel)s", channel=channel), []
    why = str(LISTED.get(facts["reason"], facts["reason"]))
    place = written(facts["number"]) if "number" in facts else facts["email"]
    if one.what == "unbarred":
        return gettext("Barred no longer: %(channel)s", channel=channel), [why, place]
    return gettext("Barred: %(channel)s", channel=channel), [why, place]


def _consent(one: Happening) -> Told:
    channel = lowered(str(CHANNEL[one.facts["channel"]]))
    if one.what == "withdrawn":
        return gettext("Took their yes back: %(channel)s", channel=channel), []
    return gettext("Said yes: %(channel)s", channel=channel), []


def _link(one: Happening) -> Told:
    clicks = one.facts["clicks"]
    return str(_WHAT["clicked"]), [ngettext("once", "%(num)s times", clicks)]


def _conversation(one: Happening) -> Told:
    if one.what == "conversation.decided":
        if one.facts.get("opt_out"):
            return gettext("Somebody decided: they meant stop"), []
        return gettext("Somebody decided: they didn’t mean stop"), []
    return str(_WHAT[one.what]), []


def _import(one: Happening) -> Told:
    if one.what == "brought":
        return str(_WHAT["brought"]), []
    more = [gettext("undone since")] if one.facts.get("undone") else []
    return gettext("Changed by a list"), [_fields(one), *more]


def _change(one: Happening) -> Told:
    return str(_WHAT[one.what]), [_fields(one)]


def _fields(one: Happening) -> str:
    names = [str(IMPORT_FIELD.get(name, name)) for name in one.facts.get("fields") or ()]
    shown = ", ".join(names[:_FIELDS_SHOWN])
    return shown if len(names) <= _FIELDS_SHOWN else f"{shown} …"


_WORDS: Final[Mapping[Kind, Callable[[Happening], Told]]] = {
    Kind.CALL: _call,
    Kind.DOOR: _door,
    Kind.TEXT: _text,
    Kind.EMAIL: _email,
    Kind.PLEDGE: _pledge,
    Kind.TURNOUT: _turnout,
    Kind.OPT_OUT: _opt_out,
    Kind.CONSENT: _consent,
    Kind.LINK: _link,
    Kind.CONVERSATION: _conversation,
    Kind.NOTE: lambda one: (str(_WHAT[one.what]), []),
    Kind.IMPORT: _import,
    Kind.CHANGE: _change,
}
