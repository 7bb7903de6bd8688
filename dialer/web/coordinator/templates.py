"""Templates of texts and emails: written, submitted, approved by somebody else, and used for many."""

from __future__ import annotations

import uuid
from typing import Any, Final

from flask import render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, FieldError, InvalidTransition, ValidationFailed
from dialer.domain.texting import EMAIL, SMS
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.messaging.templates import (
    TemplateFields,
    TemplateView,
    VersionView,
    change_template,
    create_template,
    decide_template,
    get_template,
    list_templates,
    retire_template,
    submit_template,
)
from dialer.web.coordinator import blast_bodies, blast_letters
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    choices,
    chosen_id,
    everything,
    faults_of,
    go,
    said,
    said_or_none,
    whole_number,
)
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow

STATE: Final[Words] = {
    "draft": _("Draft"),
    "submitted": _("Waits for approval"),
    "approved": _("Approved"),
    "declined": _("Declined"),
}
TONE: Final[Words] = {"draft": "", "submitted": "warn", "approved": "good", "declined": "bad"}
FIELD_AT: Final = {
    "/name": "name",
    "/campaign_id": "campaign_id",
    "/body": "body",
    "/remark": "remark",
    **blast_bodies.FIELD_AT,
    **blast_letters.FIELD_AT,
}


@coordinator.get("/text-templates")
@allow(Permission.TEMPLATE_READ)
def templates() -> str:
    """Every template in reach; those that were retired where they are asked for."""
    ctx, retired = context(), bool(asked("retired"))
    found = everything(lambda page: list_templates(ctx, page, retired=retired))
    return render_template(
        "coordinator/templates.html",
        templates=found,
        retired=retired,
        campaigns=_campaign_names(ctx),
        states=STATE,
        tones=TONE,
    )


@coordinator.get("/text-templates/new")
@allow(Permission.TEMPLATE_WRITE)
def new_template() -> str:
    """The empty form, of a text or an email as the address asks."""
    empty = {"name": "", "campaign_id": asked("campaign_id"), "body": ""}
    return _form({**empty, **blast_bodies.values_of({}), **blast_letters.values_of()})


@coordinator.post("/text-templates")
@allow(Permission.TEMPLATE_WRITE)
def make_template() -> Answer:
    """Keep words for use again."""
    try:
        made = create_template(context(), chosen_id("campaign_id"), _fields())
    except ValidationFailed as error:
        return _form(_sent_values(), faults_of(error, FIELD_AT)), 422
    return go("coordinator.template", gettext("Kept as a draft."), template_id=made.id)


@coordinator.get("/text-templates/<uuid:template_id>")
@allow(Permission.TEMPLATE_READ)
def template(template_id: uuid.UUID) -> str:
    """One template: its words, what may be done with them, and its history."""
    return _page(get_template(context(), template_id))


@coordinator.post("/text-templates/<uuid:template_id>")
@allow(Permission.TEMPLATE_WRITE)
def save_template(template_id: uuid.UUID) -> Answer:
    """Keep other words, as another version."""
    ctx = context()
    try:
        change_template(ctx, template_id, _fields())
    except ValidationFailed as error:
        page = _page(get_template(ctx, template_id), _sent_values(), faults_of(error, FIELD_AT))
        return page, 422
    return go("coordinator.template", gettext("Kept."), template_id=template_id)


@coordinator.post("/text-templates/<uuid:template_id>/submit")
@allow(Permission.TEMPLATE_WRITE)
def submit_words(template_id: uuid.UUID) -> Answer:
    """Ask for the words to be approved."""
    try:
        submit_template(context(), template_id, whole_number("version"))
    except (Conflict, InvalidTransition, ValidationFailed):
        return _by_now(template_id)
    words = gettext("Somebody who may approve it sees it now.")
    return go("coordinator.template", words, template_id=template_id)


@coordinator.post("/text-templates/<uuid:template_id>/decide")
@allow(Permission.TEMPLATE_APPROVE)
def decide_words(template_id: uuid.UUID) -> Answer:
    """Approve the words that were on the page, or decline them."""
    ctx, approve = context(), said("approve") == "yes"
    try:
        decide_template(
            ctx, template_id, whole_number("version"), approve=approve, remark=said_or_none("remark")
        )
    except Conflict as error:
        if error.extra.get("reason") != "own_words":
            return _by_now(template_id)
        words = gettext("Somebody else decides about words of your own.")
        return go("coordinator.template", words, "warn", template_id=template_id)
    except InvalidTransition:
        return _by_now(template_id)
    except ValidationFailed as error:
        return _page(get_template(ctx, template_id), errors=faults_of(error, FIELD_AT)), 422
    words = gettext("Approved. Anybody may use it now.") if approve else gettext("Declined.")
    return go("coordinator.template", words, template_id=template_id)


@coordinator.post("/text-templates/<uuid:template_id>/retire")
@allow(Permission.TEMPLATE_WRITE)
def put_template_away(template_id: uuid.UUID) -> Answer:
    """Offer it no more."""
    gone = retire_template(context(), template_id)
    if gone.is_letters:
        words = gettext("“%(name)s” is offered no more. Emails made from it stay.", name=gone.name)
    else:
        words = gettext("“%(name)s” is offered no more. Texts made from it stay.", name=gone.name)
    return go("coordinator.templates", words)


def words_of_template(found: TemplateView) -> dict[str, Any]:
    """What the form of a new text or email shows of a template: its approved words, else those that stand."""
    words = found.approved or found.latest
    return {
        "template_id": str(found.id),
        "campaign_id": str(found.campaign_id or asked("campaign_id")),
        "name": found.name,
        "body": words.body,
        **blast_bodies.values_of(words.bodies),
        **_about(found, words),
    }


def offered(ctx: Context, channel: str, campaign_id: str) -> list[TemplateView]:
    """The templates that one may begin with: of its campaign, where that is known, and of all."""
    if not ctx.actor.may(Permission.TEMPLATE_READ):
        return []
    found = everything(lambda page: list_templates(ctx, page, channel=channel))
    return [one for one in found if not campaign_id or str(one.campaign_id or campaign_id) == campaign_id]


def _about(found: TemplateView, words: VersionView) -> dict[str, Any]:
    """Of which channel it is, and the subjects of these words."""
    channel = EMAIL if found.is_letters else SMS
    return {
        "channel": channel,
        "subject": words.subject,
        "subjects": dict(words.subjects),
        "new_subject": "",
    }


def _by_now(template_id: uuid.UUID) -> Answer:
    words = gettext("That wasn’t possible any more; this is how it stands.")
    return go("coordinator.template", words, "warn", template_id=template_id)


def _fields() -> TemplateFields:
    faults: list[FieldError] = []
    fields = TemplateFields(
        name=said("name"), body=blast_bodies.words_said("body"), bodies=blast_bodies.bodies_said(faults)
    )
    if faults:
        raise ValidationFailed(errors=faults)
    if said("channel") == EMAIL:
        subject, subjects = blast_letters.subjects_said()
        fields |= TemplateFields(channel=EMAIL, subject=subject, subjects=subjects)
    return fields


def _sent_values() -> dict[str, Any]:
    sent = {name: said(name) for name in ("name", "campaign_id", "body")}
    return {**sent, **blast_bodies.sent_values(), **blast_letters.sent_values()}


def _campaign_names(ctx: Context) -> dict[uuid.UUID, str]:
    return {one.id: one.name for one in everything(lambda page: list_campaigns(ctx, page))}


def _form(values: dict[str, Any], errors: Faults | None = None) -> str:
    ctx = context()
    everybodys = gettext("All campaigns") if ctx.actor.may(Permission.TEMPLATE_APPROVE) else None
    campaigns = [one for one in everything(lambda page: list_campaigns(ctx, page)) if one.state != "ended"]
    return render_template(
        "coordinator/template_new.html",
        values=values,
        campaign_choices=choices(campaigns, everybodys),
        errors=errors or {},
        **blast_bodies.choices_of(values["bodies"]),
    )


def _page(found: TemplateView, values: dict[str, Any] | None = None, errors: Faults | None = None) -> str:
    ctx = context()
    latest = found.latest
    own = {one.id for one in (latest.written_by, latest.submitted_by) if one is not None}
    shown = values or {
        "name": found.name,
        "body": latest.body,
        **blast_bodies.values_of(latest.bodies),
        **_about(found, latest),
    }
    letters = {one.number: blast_letters.shown_by_language(one) for one in found.versions}
    may_write = ctx.actor.may(Permission.TEMPLATE_APPROVE) or found.campaign_id is not None
    return render_template(
        "coordinator/template.html",
        template=found,
        letters=letters if found.is_letters else {},
        campaign_name=_campaign_names(ctx).get(found.campaign_id) if found.campaign_id else None,
        values=shown,
        errors=errors or {},
        states=STATE,
        tones=TONE,
        may_write=may_write and found.retired_at is None,
        may_decide=latest.state == "submitted" and ctx.actor.may(Permission.TEMPLATE_APPROVE),
        is_own=ctx.actor.account_id in own,
        use=url_for("coordinator.new_blast", template_id=found.id, campaign_id=found.campaign_id),
        **blast_bodies.choices_of(shown["bodies"]),
    )
