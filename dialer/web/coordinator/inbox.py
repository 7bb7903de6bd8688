"""What people text us: what needs an answer first, and each conversation with how its texts were read."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.conversing import HANDOVER_REASONS, Line
from dialer.domain.email_address import channel_of
from dialer.domain.errors import Conflict, InvalidTransition
from dialer.domain.texting import EMAIL
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.messaging.answering import who_may_answer
from dialer.services.messaging.attachments import count_lost
from dialer.services.messaging.canned_replies import offered_for
from dialer.services.messaging.conversation_campaign import may_be_given
from dialer.services.messaging.conversation_notes import notes_of
from dialer.services.messaging.conversation_views import ConversationView, HandedOver
from dialer.services.messaging.conversations import (
    ConversationSearch,
    close_conversation,
    decide,
    get_conversation,
    list_conversations,
)
from dialer.services.messaging.pictures import offered_pictures
from dialer.services.messaging.seen_texts import last_seen
from dialer.services.messaging.volunteer_texts import WhoVolunteers, volunteer_at, volunteers_at
from dialer.services.paging import Page
from dialer.web.brought import attachment_response, brought_with
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Faults,
    asked,
    choices,
    chosen_id,
    everything,
    go,
    id_of,
    next_address,
    page_asked,
    said,
)
from dialer.web.coordinator.text_wording import INBOX_PART
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.side import side_shown
from dialer.web.text_lines import (
    Composer,
    empty_composer,
    in_a_line,
    nobody_in_particular,
    still_asked,
    text_of,
)
from dialer.web.text_wording import INBOUND_CLASS, INBOUND_TONE
from dialer.web.told_words import told_shown

_FIRST: Final = ("coordinator", "review", "answer", "answered")
"""What the inbox shows when nothing else is asked for: what was handed over, what may be a no, who waits for
an answer, and then the rest of what is open.
"""
_SEARCHES: Final[Mapping[str, ConversationSearch]] = {
    "coordinator": ConversationSearch(line=Line.COORDINATOR),
    "review": ConversationSearch(line=Line.REVIEW),
    "answer": ConversationSearch(line=Line.ANSWER),
    "answered": ConversationSearch(state="open", answered=True),
    "open": ConversationSearch(state="open"),
    "closed": ConversationSearch(state="closed"),
    "blocked": ConversationSearch(line=Line.BLOCKED),
}
"""What is shown by name; lines have the one first that has waited longest, the others the latest text."""
_SHOWN: Final = 50
_SHOWN_UNDER: Final[Mapping[str, int]] = {"answered": 10}
"""Where several parts stand on one page, of one that asks for nothing only the latest; the others are a press
away. So who waits is found sooner, and the page is half as long on a phone.
"""
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
    campaign_id: uuid.UUID | None
    state: str
    campaign_over: bool
    opted_out_at: dt.datetime | None
    at: dt.datetime
    text: str
    tag: str
    tone: str
    assignee: str
    assignee_id: uuid.UUID | None
    is_mine: bool
    waits_since: dt.datetime | None = None
    handed_over: HandedOver | None = None
    blocked_at: dt.datetime | None = None
    blocked_texts: int = 0
    tags: tuple[str, ...] = ()
    nobody: str = ""
    """Why there is no name."""
    volunteer: str = ""
    """Which of our volunteers writes, in the list."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What of the inbox is looked at: of one campaign, given to somebody, with a tag; each may be open."""

    campaign_id: uuid.UUID | None
    whose: str
    tag: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """Conversations in one state, and the address of the next of them."""

    id: str
    heading: str
    rows: list[Talk]
    more: str | None
    oldest_first: bool
    """Whether those come first that have waited longest."""


@coordinator.get("/inbox")
@allow(Permission.CONVERSATION_READ)
def inbox() -> str:
    """Conversations; without a state in the address those that need an answer, then the open ones."""
    ctx = context()
    shown = asked("state") if asked("state") in _SEARCHES else ""
    campaign_id = id_of(asked("campaign_id")) if asked("campaign_id") else None
    whose = asked("whose") if asked("whose") in WHOSE else ""
    looked_for = _Looked(campaign_id, whose, " ".join(asked("tag").split()) or None)
    return render_template(
        "coordinator/inbox.html",
        views=_views(),
        shown=shown,
        whose=whose,
        whose_views=[("", gettext("All")), *((key, str(words)) for key, words in WHOSE.items())],
        campaign_id=campaign_id,
        tag=looked_for.tag,
        parts=list(_parts(ctx, (shown,) if shown else _FIRST, looked_for)),
        nothing_words=_nothing(shown, looked_for.tag),
        never_came=count_lost(ctx),
    )


@coordinator.get("/inbox/<uuid:conversation_id>")
@allow(Permission.CONVERSATION_READ)
def conversation(conversation_id: uuid.UUID) -> str:
    """The texts of one number, both ways."""
    return conversation_page(context(), conversation_id)


@coordinator.get("/inbox/<uuid:conversation_id>/brought/<uuid:attachment_id>")
@allow(Permission.CONVERSATION_READ)
def brought(conversation_id: uuid.UUID, attachment_id: uuid.UUID) -> Response:
    """What came with a text of this conversation."""
    return attachment_response(context(), conversation_id, attachment_id)


def conversation_page(
    ctx: Context, conversation_id: uuid.UUID, errors: Faults | None = None, composer: Composer | None = None
) -> str:
    """The texts of one number, and what can be done: answer, give to somebody, close, decide."""
    view, texts = get_conversation(ctx, conversation_id)
    brought = brought_with(ctx, conversation_id, texts, "coordinator.brought")
    return render_template(
        "coordinator/conversation.html",
        talk=_talk(ctx, view),
        volunteer=volunteer_at(ctx, view.number) if ctx.actor.may(Permission.VOLUNTEER_READ) else None,
        seen=last_seen(texts),
        texts=[text_of(one, view.state, brought) for one in texts],
        answerers=_answerers(ctx, view) if ctx.actor.may(Permission.CONVERSATION_MANAGE) else [],
        campaigns=_campaigns(ctx, view),
        notes=notes_of(ctx, conversation_id),
        ready=offered_for(ctx, conversation_id),
        pictures=offered_pictures(ctx),
        reasons=HANDOVER_REASONS,
        composer=composer or empty_composer(),
        told=told_shown(ctx, conversation_id),
        side=side_shown(ctx, conversation_id),
        errors=errors or {},
    )


def _answerers(ctx: Context, view: ConversationView) -> list[tuple[str, str]]:
    """Who may be given it: nobody in particular, whoever looks, and those of its campaign."""
    found = {"": gettext("Nobody in particular"), str(ctx.actor.account_id): gettext("Me")}
    found |= {str(one.id): one.name for one in who_may_answer(ctx, view.id)}
    if view.assignee is not None:
        found.setdefault(str(view.assignee.id), view.assignee.name)
    return list(found.items())


def _campaigns(ctx: Context, view: ConversationView) -> list[tuple[str, str]]:
    """Which campaigns may answer, where that can still be said: none, and those that haven't ended."""
    if not may_be_given(ctx, view.id):
        return []
    going = [one for one in everything(lambda page: list_campaigns(ctx, page)) if one.state != "ended"]
    return choices(going, gettext("None: only those who see everything"))


@coordinator.post("/inbox/<uuid:conversation_id>/decide")
@allow(Permission.CONVERSATION_MANAGE)
def decide_review(conversation_id: uuid.UUID) -> Response:
    """Say whether they asked us to stop."""
    opt_out = said("decision") == "opt_out"
    try:
        decided = decide(context(), conversation_id, opt_out=opt_out, seen=chosen_id("seen"))
    except Conflict:
        return _newer(conversation_id)
    except InvalidTransition:
        words = gettext("Somebody decided this already.")
        return go("coordinator.conversation", words, "warn", conversation_id=conversation_id)
    if opt_out and channel_of(decided.number) == EMAIL:
        return go("coordinator.inbox", gettext("Kept. Nobody here writes to them again."))
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
        close_conversation(context(), conversation_id, seen=chosen_id("seen"))
    except Conflict:
        return _newer(conversation_id)
    except InvalidTransition:
        words = gettext("They may have asked us to stop. Say that first.")
        return go("coordinator.conversation", words, "warn", conversation_id=conversation_id)
    return go("coordinator.inbox", gettext("Closed."))


def _newer(conversation_id: uuid.UUID) -> Response:
    words = gettext("They have written again since. Read that first.")
    return go("coordinator.conversation", words, "warn", conversation_id=conversation_id)


def _views() -> list[tuple[str, str]]:
    names = ("coordinator", "review", "answer", "open", "closed", "blocked")
    return [("", gettext("To read")), *((name, str(INBOX_PART[name])) for name in names)]


def _parts(ctx: Context, states: tuple[str, ...], wanted: _Looked) -> Iterator[Part]:
    for state in states:
        page = page_asked(_SHOWN) if len(states) == 1 else Page(_SHOWN_UNDER.get(state, _SHOWN))
        mine = ctx.actor.account_id if wanted.whose == _MINE else None
        search = replace(
            _SEARCHES[state],
            campaign_id=wanted.campaign_id,
            assigned_to=mine,
            assigned=False if wanted.whose == _NOBODYS else None,
            tag=wanted.tag,
        )
        found = list_conversations(ctx, search, page)
        more = next_address(
            found,
            "coordinator.inbox",
            state=state,
            campaign_id=wanted.campaign_id,
            whose=wanted.whose or None,
            tag=wanted.tag,
        )
        ours = _volunteers(ctx, found.items)
        rows = [_talk(ctx, one, ours.get(one.number)) for one in found.items]
        yield Part(state, str(INBOX_PART[state]), rows, more, search.line is not None)


def _volunteers(ctx: Context, views: Sequence[ConversationView]) -> dict[str, WhoVolunteers]:
    """Which of those who write are volunteers, as far as one may know it."""
    if not views or not ctx.actor.may(Permission.VOLUNTEER_READ):
        return {}
    return volunteers_at(ctx, {view.number for view in views})


def _talk(ctx: Context, view: ConversationView, writes: WhoVolunteers | None = None) -> Talk:
    read_as = still_asked(view.last, view.state) if view.last else None
    return Talk(
        id=view.id,
        name=_name(view),
        number=view.number,
        contact_id=view.contact.id if view.contact else None,
        campaign=view.campaign_name or "",
        campaign_id=view.campaign_id,
        campaign_over=view.campaign_over,
        state=view.state,
        opted_out_at=view.opted_out_at,
        at=view.last_inbound_at or view.created_at,
        text=in_a_line(view.last),
        tag=str(INBOUND_CLASS[read_as]) if read_as in INBOUND_CLASS else "",
        tone=str(INBOUND_TONE.get(read_as, "")),
        assignee=view.assignee.name if view.assignee else "",
        assignee_id=view.assignee.id if view.assignee else None,
        is_mine=view.assignee is not None and view.assignee.id == ctx.actor.account_id,
        waits_since=view.unanswered_since,
        handed_over=view.handed_over,
        blocked_at=view.blocked_at,
        blocked_texts=view.blocked_texts,
        tags=view.tags,
        nobody=nobody_in_particular(view),
        volunteer=writes.name if writes else "",
    )


def _name(view: ConversationView) -> str:
    if view.contact is None:
        return ""
    return " ".join(part for part in (view.contact.first_name, view.contact.last_name) if part)


def _nothing(shown: str, tag: str | None) -> str:
    if tag:
        return str(gettext("No conversation here has the tag %(tag)s.", tag=tag))
    if shown == "closed":
        return str(gettext("Nothing has been put away yet."))
    if shown == "blocked":
        return str(gettext("Nobody is blocked."))
    return str(gettext("Nobody waits for an answer. What people write back appears here."))
