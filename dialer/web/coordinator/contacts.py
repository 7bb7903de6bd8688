"""Find somebody, look at all that is held of them, record what they say."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import render_template, url_for
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, RuleBroken, ValidationFailed
from dialer.domain.opt_out import NewConsent
from dialer.domain.timeline import kinds_for
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.messaging.look_ups import lines_of_numbers
from dialer.services.messaging.pictures import offered_pictures
from dialer.services.paging import Page
from dialer.services.people.contacts import ContactSearch, get_contact, list_contacts
from dialer.services.people.lists import get_list, list_lists
from dialer.services.people.no_contact import add_opt_out, lift_opt_out
from dialer.services.people.timeline import timeline
from dialer.services.people.views import ListView
from dialer.services.people.why_out import Reach, reach_of_contact
from dialer.web.coordinator import standing_shown
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    choices,
    everything,
    faults_of,
    go,
    id_of,
    next_address,
    page_asked,
    said,
    said_or_none,
    same_names,
)
from dialer.web.coordinator.history_shown import KIND, line_of
from dialer.web.coordinator.wording import CHANNEL, LISTED, WHY_NOT
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.text_lines import Composer, empty_composer
from dialer.web.words import DEFAULT_ZONE

_FOUND_AT_ONCE: Final = 50


@coordinator.get("/contacts")
@allow(Permission.CONTACT_READ)
def contacts() -> str:
    """The field to look for somebody; with a list in the address, the people of that list."""
    list_id = asked("list_id")
    return _found("", list_id, None) if list_id else _search_page("", "")


@coordinator.post("/contacts")
@allow(Permission.CONTACT_READ)
def find_contacts() -> str:
    """Look for somebody. Sent as a form, so that no name or number stands in an address or a log."""
    if not said("q") and not said("list_id"):
        return _search_page("", "", {"q": gettext("Type a part of the name, or a number.")})
    return _found(said("q"), said("list_id"), said_or_none("after"))


@coordinator.get("/contacts/<uuid:contact_id>")
@allow(Permission.CONTACT_READ)
def contact(contact_id: uuid.UUID) -> str:
    """All that is held of one person; that somebody looked is audited."""
    return person_page(context(), contact_id)


@coordinator.post("/contacts/<uuid:contact_id>/opt-outs")
@allow(Permission.OPT_OUT_MANAGE)
def opt_out(contact_id: uuid.UUID) -> Answer:
    """Keep somebody's no."""
    ctx = context()
    try:
        add_opt_out(ctx, contact_id, _known_channel(), note=said_or_none("note"))
    except ValidationFailed as error:
        return person_page(ctx, contact_id, faults_of(error, same_names("channel", "note"))), 422
    words = gettext("Saved. They won’t be contacted that way again, by anyone here.")
    return go("coordinator.contact", words, contact_id=contact_id)


@coordinator.get("/contacts/<uuid:contact_id>/opt-outs/<channel>/lift")
@allow(Permission.OPT_OUT_MANAGE)
def ask_lift_opt_out(contact_id: uuid.UUID, channel: str) -> str:
    """Ask for the reason before somebody's no is lifted."""
    return _lift_page(contact_id, channel)


@coordinator.post("/contacts/<uuid:contact_id>/opt-outs/<channel>/lift")
@allow(Permission.OPT_OUT_MANAGE)
def lift_no(contact_id: uuid.UUID, channel: str) -> Answer:
    """Lift somebody's no, with the reason; one they said themselves only with newer consent."""
    try:
        if not said("reason"):
            raise ValidationFailed.at("/reason", gettext("Say why: it stays in the history."))
        lift_opt_out(context(), contact_id, channel, said("reason"), consent_said())
    except RuleBroken as error:
        if error.status == 404:
            raise
        return _lift_page(contact_id, channel, _lift_faults(error)), error.status
    return go("coordinator.contact", gettext("Lifted."), contact_id=contact_id)


def _known_channel() -> str:
    if said("channel") not in CHANNEL:
        raise ValidationFailed.at("/channel", gettext("Choose what they say no to."))
    return said("channel")


def _lift_faults(error: RuleBroken) -> Faults:
    if error.status == 409:
        words = gettext(
            "They said no themselves, or somebody with the same number did. "
            "It is lifted only when they have agreed since: say where and when."
        )
        return {"consent_source": words}
    return faults_of(error, same_names("reason", "consent_source", "consent_at"))


def consent_said() -> NewConsent | None:
    """A later yes as a form gives it; None where it gives none."""
    source, at = said_or_none("consent_source"), said_or_none("consent_at")
    if source is None and at is None:
        return None
    try:
        when = dt.datetime.fromisoformat(at or "").replace(tzinfo=ZoneInfo(DEFAULT_ZONE))
    except ValueError:
        raise ValidationFailed.at("/consent_at", gettext("Say when they agreed.")) from None
    if source is None:
        raise ValidationFailed.at("/consent_source", gettext("Say where they agreed."))
    return NewConsent(source, when.astimezone(dt.UTC))


def _found(words: str, list_id: str, after: str | None) -> str:
    search = ContactSearch(id_of(list_id) if list_id else None, q=words)
    page = Page(_FOUND_AT_ONCE, tuple(after.split(",")) if after else None)
    found = list_contacts(context(), search, page)
    more = ",".join(found.next) if found.next else None
    return _search_page(words, list_id, people=found.items, more=more)


def _search_page(
    words: str, list_id: str, errors: Faults | None = None, *, people: Any = None, more: str | None = None
) -> str:
    ctx = context()
    return render_template(
        "coordinator/contacts.html",
        values={"q": words, "list_id": list_id},
        list_choices=choices(everything(lambda page: list_lists(ctx, page)), gettext("All lists")),
        people=people,
        more=more,
        errors=errors or {},
    )


def person_page(
    ctx: Context, contact_id: uuid.UUID, errors: Faults | None = None, composer: Composer | None = None
) -> str:
    """All that is held of one person, and the forms of what can be done."""
    person = get_contact(ctx, contact_id)
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    reach = reach_of_contact(ctx, contact_id)
    return render_template(
        "coordinator/contact.html",
        person=person,
        opt_outs=[(channel, at) for channel, at in person.opt_outs.items() if at],
        **_history(ctx, contact_id),
        reach=reach,
        glance=[_glance(channel, reach) for channel in ("voice", "sms", "email")],
        lines_said=lines_of_numbers(ctx, [phone.number for phone in person.phones]),
        pictures=offered_pictures(ctx) if ctx.actor.may(Permission.MESSAGE_SEND) else [],
        lists=_lists_of(ctx, person.list_ids),
        composer=composer or empty_composer(),
        text_campaigns=choices([one for one in campaigns if one.state == "active"], gettext("None")),
        **standing_shown.shown(ctx, contact_id),
        campaign_choices=choices(campaigns, None if len(campaigns) == 1 else gettext("Choose")),
        channel_choices=list(CHANNEL.items()),
        errors=errors or {},
    )


def _history(ctx: Context, contact_id: uuid.UUID) -> dict[str, Any]:
    """What happened with them: of the kind that the address asks for, and from where it goes on."""
    kinds = [kind for kind in kinds_for(ctx.actor) if kind == asked("kind")]
    page = page_asked()
    found = timeline(ctx, contact_id, page, kinds)
    here: dict[str, Any] = {"contact_id": contact_id, "_anchor": "history"}
    kept: dict[str, Any] = {"kind": str(kinds[0])} if kinds else {}
    return {
        "history": [line_of(one) for one in found.items],
        "history_kind": kinds[0] if kinds else "",
        "history_kinds": [
            ("", gettext("All"), url_for("coordinator.contact", **here)),
            *(
                (str(kind), str(KIND[kind]), url_for("coordinator.contact", **here, kind=str(kind)))
                for kind in kinds_for(ctx.actor)
            ),
        ],
        "history_older": next_address(found, "coordinator.contact", **here, **kept),
        "history_latest": url_for("coordinator.contact", **here, **kept) if page.after else None,
    }


def _glance(channel: str, reach: Sequence[Reach]) -> tuple[str, bool, str]:
    """A channel, whether it is open at any of their numbers or addresses, and if not the first reason."""
    those = [one for one in reach if one.channel == channel]
    is_open = any(one.allowed for one in those)
    why = next((why for one in those for why in one.reasons), None)
    if is_open or why is None:
        return str(CHANNEL[channel]), is_open, ""
    words = LISTED[why.listed] if why.listed in LISTED else WHY_NOT.get(why.reason, why.reason)
    return str(CHANNEL[channel]), False, str(words)


def _lists_of(ctx: Context, list_ids: Sequence[uuid.UUID]) -> list[ListView]:
    """The lists somebody is in, as far as the reader may see them."""
    if not ctx.actor.may(Permission.LIST_READ):
        return []
    return [get_list(ctx, list_id) for list_id in list_ids]


def _lift_page(contact_id: uuid.UUID, channel: str, errors: Faults | None = None) -> str:
    if channel not in CHANNEL:
        raise NotFound
    names = ("reason", "consent_source", "consent_at")
    return render_template(
        "coordinator/lift.html",
        contact_id=contact_id,
        channel=channel,
        values={name: said(name) for name in names},
        errors=errors or {},
    )
