"""What people text us: what needs an answer first, and each conversation with how its texts were read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition
from dialer.services.accounts.volunteers import list_volunteers
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.messaging.conversations import (
    ConversationSearch,
    ConversationView,
    close_conversation,
    decide,
    get_conversation,
    list_conversations,
)
from dialer.services.messaging.views import MessageView
from dialer.services.paging import Page
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Faults,
    asked,
    everything,
    go,
    id_of,
    next_address,
    page_asked,
    said,
)
from dialer.web.coordinator.text_lines import Composer, empty_composer, state_of
from dialer.web.coordinator.text_wording import (
    CONVERSATION_STATE,
    INBOUND_CLASS,
    INBOUND_RULE,
    INBOUND_TONE,
)
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow

_FIRST: Final = ("review", "open")
"""What the inbox shows when nothing else is asked for: what needs an answer before what doesn't."""
_SHOWN: Final = 50
_MINE, _NOBODYS = "me", "nobody"
WHOSE: Final[Words] = {_MINE: _("Given to me"), _NOBODYS: _("Given to nobody")}


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation in the list, or at the head of its page."""

    id: uuid.UUID
    name: str
    number: str
    contact_id: uuid.UUID | None
    campaign: str
    state: str
    opted_out_at: dt.datetime | None
    at: dt.datetime
    text: str
    tag: str
    tone: str
    assignee: str
    assignee_id: uuid.UUID | None
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Conversations in one state, and the address of the next of them."""

    id: str
    heading: str
    rows: list[Talk]
    more: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a conversation; an inbound one with how it was read, and by which rule."""

    ours: bool
    body: str
    at: dt.datetime
    state_words: str
    class_words: str
    tone: str
    rule_words: str


@coordinator.get("/inbox")
@allow(Permission.CONVERSATION_READ)
def inbox() -> str:
    """Conversations; without a state in the address those that need an answer, then the open ones."""
    ctx = context()
    shown = asked("state") if asked("state") in CONVERSATION_STATE else ""
    campaign_id = id_of(asked("campaign_id")) if asked("campaign_id") else None
    whose = asked("whose") if asked("whose") in WHOSE else ""
    return render_template(
        "coordinator/inbox.html",
        views=_views(),
        shown=shown,
        whose=whose,
        whose_views=[("", gettext("All")), *((key, str(words)) for key, words in WHOSE.items())],
        campaign_id=campaign_id,
        parts=list(_parts(ctx, (shown,) if shown else _FIRST, campaign_id, whose)),
        nothing_words=_nothing(shown),
    )


@coordinator.get("/inbox/<uuid:conversation_id>")
@allow(Permission.CONVERSATION_READ)
def conversation(conversation_id: uuid.UUID) -> str:
    """The texts of one number, both ways."""
    return conversation_page(context(), conversation_id)


def conversation_page(
    ctx: Context, conversation_id: uuid.UUID, errors: Faults | None = None, composer: Composer | None = None
) -> str:
    """The texts of one number, and what can be done: answer, give to somebody, close, decide."""
    view, texts = get_conversation(ctx, conversation_id)
    return render_template(
        "coordinator/conversation.html",
        talk=_talk(ctx, view, _campaigns(ctx)),
        texts=[_text(one, view.state) for one in texts],
        answerers=_answerers(ctx, view) if ctx.actor.may(Permission.CONVERSATION_MANAGE) else [],
        composer=composer or empty_composer(),
        errors=errors or {},
    )


def _answerers(ctx: Context, view: ConversationView) -> list[tuple[str, str]]:
    """Who may be given it: nobody in particular, whoever looks, and volunteers of its campaign."""
    found = {"": gettext("Nobody in particular"), str(ctx.actor.account_id): gettext("Me")}
    for one in everything(lambda page: list_volunteers(ctx, page)):
        if one.active and (view.campaign_id is None or view.campaign_id in one.campaign_ids):
            found[str(one.id)] = one.name
    if view.assignee is not None:
        found.setdefault(str(view.assignee.id), view.assignee.name)
    return list(found.items())


@coordinator.post("/inbox/<uuid:conversation_id>/decide")
@allow(Permission.CONVERSATION_MANAGE)
def decide_review(conversation_id: uuid.UUID) -> Response:
    """Say whether they asked us to stop."""
    opt_out = said("decision") == "opt_out"
    try:
        decided = decide(context(), conversation_id, opt_out=opt_out)
    except InvalidTransition:
        words = gettext("Somebody decided this already.")
        return go("coordinator.conversation", words, "warn", conversation_id=conversation_id)
    if opt_out:
        return go("coordinator.inbox", gettext("Kept. They won’t be texted again, by anyone here."))
    if decided.opted_out_at:
        words = gettext("Kept. They said no before, and that holds: they get nothing.")
        return go("coordinator.inbox", words)
    return go("coordinator.inbox", gettext("Kept. They get what others get."))


@coordinator.post("/inbox/<uuid:conversation_id>/close")
@allow(Permission.CONVERSATION_ANSWER)
def close_talk(conversation_id: uuid.UUID) -> Response:
    """Put it away until they write again."""
    try:
        close_conversation(context(), conversation_id)
    except InvalidTransition:
        words = gettext("They may have asked us to stop. Say that first.")
        return go("coordinator.conversation", words, "warn", conversation_id=conversation_id)
    return go("coordinator.inbox", gettext("Closed."))


def _views() -> list[tuple[str, str]]:
    states = [(state, str(CONVERSATION_STATE[state])) for state in ("review", "open", "closed")]
    return [("", gettext("To read")), *states]


def _parts(
    ctx: Context, states: tuple[str, ...], campaign_id: uuid.UUID | None, whose: str
) -> Iterator[Part]:
    campaigns = _campaigns(ctx)
    for state in states:
        page = page_asked(_SHOWN) if len(states) == 1 else Page(_SHOWN)
        mine = ctx.actor.account_id if whose == _MINE else None
        search = ConversationSearch(state, campaign_id, mine, False if whose == _NOBODYS else None)
        found = list_conversations(ctx, search, page)
        more = next_address(
            found, "coordinator.inbox", state=state, campaign_id=campaign_id, whose=whose or None
        )
        rows = [_talk(ctx, one, campaigns) for one in found.items]
        yield Part(state, str(CONVERSATION_STATE[state]), rows, more)


def _campaigns(ctx: Context) -> Mapping[uuid.UUID, str]:
    return {one.id: one.name for one in everything(lambda page: list_campaigns(ctx, page))}


def _talk(ctx: Context, view: ConversationView, campaigns: Mapping[uuid.UUID, str]) -> Talk:
    read_as = _still_asked(view.last, view.state) if view.last else None
    return Talk(
        id=view.id,
        name=_name(view),
        number=view.number,
        contact_id=view.contact.id if view.contact else None,
        campaign=campaigns.get(view.campaign_id, "") if view.campaign_id else "",
        state=view.state,
        opted_out_at=view.opted_out_at,
        at=view.last_inbound_at or view.created_at,
        text=view.last.body if view.last else "",
        tag=str(INBOUND_CLASS[read_as]) if read_as in INBOUND_CLASS else "",
        tone=str(INBOUND_TONE.get(read_as, "")),
        assignee=view.assignee.name if view.assignee else "",
        assignee_id=view.assignee.id if view.assignee else None,
        is_mine=view.assignee is not None and view.assignee.id == ctx.actor.account_id,
    )


def _name(view: ConversationView) -> str:
    if view.contact is None:
        return ""
    return " ".join(part for part in (view.contact.first_name, view.contact.last_name) if part)


def _still_asked(one: MessageView, state: str) -> str | None:
    """How a text was read; what may have meant stop is no question any more once somebody has answered."""
    return None if one.inbound_class == "review" and state != "review" else one.inbound_class


def _text(one: MessageView, state: str) -> Text:
    read_as = _still_asked(one, state)
    return Text(
        ours=one.direction == "outbound",
        body=one.body,
        at=one.created_at,
        state_words=state_of(one),
        class_words=str(INBOUND_CLASS.get(read_as, "")) if read_as else "",
        tone=str(INBOUND_TONE.get(read_as, "")) if read_as else "",
        rule_words=str(INBOUND_RULE.get(one.inbound_rule, one.inbound_rule or "")),
    )


def _nothing(shown: str) -> str:
    if shown == "closed":
        return str(gettext("Nothing has been put away yet."))
    return str(gettext("Nobody waits for an answer. What people text back appears here."))
