"""Asking the carrier what kind of lines numbers are: chosen, seen with the cost, the number typed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from flask import render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.blast import Pause, Waiting
from dialer.domain.errors import AudienceChanged, InvalidTransition, NotFound, RuleBroken, ValidationFailed
from dialer.domain.look_up import NO_ANSWERS, Fault, Which
from dialer.services.calling.campaigns import get_campaign, list_campaigns
from dialer.services.context import Context
from dialer.services.messaging.look_ups import (
    BY_HAND,
    LookUpPreview,
    LookUpView,
    Wanted,
    begin_look_ups,
    failed_look_ups,
    get_look_up,
    list_look_ups,
    preview_look_ups,
    resume_look_ups,
    stop_look_ups,
)
from dialer.services.paging import Page
from dialer.services.people.audiences import list_audiences
from dialer.services.people.lists import list_lists
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    asked,
    choices,
    everything,
    go,
    id_of,
    next_address,
    page_asked,
    said,
    whole_number,
)
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell

LINES: Final[Words] = {
    "mobile": _("Mobile"),
    "landline": _("Landline"),
    "fixedVoip": _("Internet phone at one place"),
    "nonFixedVoip": _("Internet phone anywhere"),
    "tollFree": _("Toll-free number"),
    "premium": _("Costs extra to ring"),
    "sharedCost": _("Costs extra to ring"),
    "personal": _("Personal number"),
    "pager": _("Pager"),
    "voicemail": _("Voicemail only"),
    "uan": _("Company number"),
}
FAULTS: Final[Words] = {
    Fault.INVALID: _("Nobody has this number"),
    Fault.NOT_TOLD: _("The carrier doesn’t know"),
    Fault.REFUSED: _("The carrier refused to say"),
    Fault.LOST: _("The answer was lost twice"),
}
WHY: Final[Words] = {
    BY_HAND: _("Somebody stopped it."),
    Waiting.BUDGET: _("What all campaigns may spend together is used up."),
    Pause.COST_CAP: _("The budget of the campaign is used up."),
    NO_ANSWERS: _("The carrier takes our questions and answers none, and may charge for them. Go on later."),
}
LATEST: Final = 20


@coordinator.get("/look-ups")
@allow(Permission.SENDER_READ)
def look_ups() -> Answer:
    """The batches; with whose numbers are meant, also how many there are and what they cost."""
    ctx = context()
    if not asked("of") or not ctx.actor.may(Permission.SENDER_MANAGE):
        return _page(ctx, None)
    try:
        return _page(ctx, preview_look_ups(ctx, _wanted(asked)))
    except (NotFound, ValidationFailed):  # no such list, or no id at all
        tell(gettext("Choose a list or an audience."), "bad")
        return _page(ctx, None), 422


@coordinator.post("/look-ups")
@allow(Permission.SENDER_MANAGE)
def start_look_ups() -> Answer:
    """Begin, with the number that was seen and typed."""
    try:
        view = begin_look_ups(context(), _wanted(said), whole_number("confirm"))
    except AudienceChanged:
        tell(gettext("Nothing was asked for: type the number that stands here now."), "bad")
    except RuleBroken as error:
        tell(error.errors[0].detail if error.errors else str(error), "bad")
    else:
        return go(
            "coordinator.line_batch",
            gettext("Asked for. What the carrier says stands below as it comes."),
            batch_id=view.id,
        )
    return go("coordinator.look_ups", of=said("of"), which=said("which"), campaign_id=said("campaign_id"))


@coordinator.get("/look-ups/<uuid:batch_id>")
@allow(Permission.SENDER_READ)
def line_batch(batch_id: uuid.UUID) -> str:
    """How far a batch is, what was learnt, and of which numbers nothing."""
    ctx = context()
    failed, one = failed_look_ups(ctx, batch_id, page_asked()), get_look_up(ctx, batch_id)
    return render_template(
        "coordinator/look_up.html",
        one=one,
        campaign=get_campaign(ctx, one.campaign_id) if one.campaign_id else None,
        found=[(LINES.get(line, line), count) for line, count in one.found],
        failed=[(each.number, FAULTS.get(each.fault, each.fault), each.error_code) for each in failed.items],
        following=next_address(failed, "coordinator.line_batch", batch_id=batch_id),
        why=_why(one),
    )


@coordinator.post("/look-ups/<uuid:batch_id>/stop")
@allow(Permission.SENDER_MANAGE)
def hold_look_up(batch_id: uuid.UUID) -> Response:
    """Ask for no more of them."""
    return _step(stop_look_ups, batch_id, gettext("Stopped. What was learnt stays."))


@coordinator.post("/look-ups/<uuid:batch_id>/resume")
@allow(Permission.SENDER_MANAGE)
def continue_look_up(batch_id: uuid.UUID) -> Response:
    """Go on with the rest."""
    return _step(
        resume_look_ups, batch_id, gettext("It goes on. What the carrier says stands below as it comes.")
    )


def _step(deed: Callable[[Context, uuid.UUID], LookUpView], batch_id: uuid.UUID, words: str) -> Response:
    try:
        deed(context(), batch_id)
    except InvalidTransition:
        return go(
            "coordinator.line_batch", gettext("All of them have been asked for."), "warn", batch_id=batch_id
        )
    return go("coordinator.line_batch", words, batch_id=batch_id)


def _wanted(read: Callable[[str], str]) -> Wanted:
    """What was chosen: `of` is `list:ID`, `audience:ID` or `contact:ID`."""
    kind, _sign, id_ = read("of").partition(":")
    whose = {f"{kind if kind in {'audience', 'contact'} else 'list'}_id": id_of(id_)}
    which = read("which")
    campaign_id = id_of(of) if (of := read("campaign_id")) else None
    return Wanted(**whose, which=which if which in set(Which) else Which.UNKNOWN, campaign_id=campaign_id)


def _why(one: LookUpView) -> str:
    if one.stopped_for is None:
        return ""
    if one.stopped_for in WHY:
        return str(WHY[one.stopped_for])
    code = one.stopped_for.rpartition("_")[2]
    return str(gettext("The carrier refuses us (its code %(code)s): look at the account.", code=code))


def _page(ctx: Context, seen: LookUpPreview | None) -> str:
    return render_template(
        "coordinator/look_ups.html",
        batches=list_look_ups(ctx, Page(LATEST)).items,
        seen=seen,
        of=asked("of"),
        which=asked("which") or Which.UNKNOWN,
        campaign_id=asked("campaign_id"),
        people=_people(ctx),
        campaigns=choices(everything(lambda page: list_campaigns(ctx, page)), gettext("No campaign")),
    )


def _people(ctx: Context) -> list[tuple[str, str]]:
    lists = everything(lambda page: list_lists(ctx, page))
    found = [(f"list:{one.id}", one.name) for one in lists]
    if (of := asked("of")).startswith("contact:"):
        found.insert(0, (of, gettext("One person")))
    if ctx.actor.may(Permission.AUDIENCE_READ):
        audiences = everything(lambda page: list_audiences(ctx, page))
        found += [(f"audience:{one.id}", gettext("Audience: %(name)s", name=one.name)) for one in audiences]
    return found
