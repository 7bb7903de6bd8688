"""Blasts as rows: written, changed, looked at, thrown away."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final, TypedDict

from sqlalchemy import delete, func, select, update

from dialer.domain.access import Permission, require
from dialer.domain.audience import Audience
from dialer.domain.blast import EDITABLE, check_editable
from dialer.domain.bodies import USUAL, Bodies, pointer
from dialer.domain.deadline import faults_of_times
from dialer.domain.errors import FieldError, NotFound, ValidationFailed
from dialer.domain.first_texts import AUTOMATIC, BATCH
from dialer.domain.picture_message import AS_PICTURE
from dialer.domain.sender import lacks_opt_out_route
from dialer.domain.texting import EMAIL, SMS
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.approval import check_approved, check_template, needs_approval, words_taken
from dialer.services.messaging.blast_answers import ask_for
from dialer.services.messaging.blast_faults import (
    channel_said,
    faults_of_audience,
    faults_of_hand,
    faults_of_lists,
    faults_of_mode,
    faults_of_picture,
    faults_of_senders,
    faults_of_subjects,
    subject_pointer,
)
from dialer.services.messaging.first_waves import check_mode, wave_view
from dialer.services.messaging.pictures import code_of_picture
from dialer.services.messaging.rendering import bodies_of
from dialer.services.messaging.saved_audience import keep_as_it_is
from dialer.services.messaging.senders import senders_of
from dialer.services.messaging.short_links import make_links
from dialer.services.messaging.views import BlastView
from dialer.services.messaging.waiting import waiting_reason
from dialer.services.messaging.words import LONGEST, check_placeholders, faults_of_words
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast, BlastList, Message
from dialer.store.session import UnitOfWork

_PLAIN: Final = (
    "name",
    "body",
    "bodies",
    "template_id",
    "audience_id",
    "picture_by",
    "senders",
    "send_at",
    "deadline_at",
    "mode",
    "batch_size",
    "volunteer_limit",
    "subject",
    "subjects",
)
"""Fields that are kept as they are said."""
_APPROVED: Final = frozenset({"body", "bodies", "subject", "subjects", "template_id", "picture_id"})
"""Fields that say what somebody may have to approve."""


class BlastFields(TypedDict, total=False):
    """What may be said of a blast; what is left out stays, or takes its default (contract §7)."""

    name: str
    body: str
    bodies: dict[str, str]
    """What it says in other languages, by their codes; all of them at once."""
    list_ids: list[uuid.UUID]
    audience: dict[str, Any]
    audience_id: uuid.UUID | None
    senders: list[str]
    asks_for: list[str]
    """Which of the campaign's own answers a reply to it may be, by their names."""
    send_at: dt.datetime | None
    deadline_at: dt.datetime | None
    """Nothing arrives after it."""
    mode: str
    """`automatic`, or `by_hand`: a person presses once for each text."""
    batch_size: int
    """By hand: how many texts a volunteer is given at once."""
    volunteer_limit: int | None
    """By hand: how many of it one volunteer may send; None is no limit."""
    template_id: uuid.UUID | None
    """The template that its words are from; without a `body` beside it they are put in."""
    picture_id: uuid.UUID | None
    picture_by: str
    """`picture`: it goes with the text where it can; `link`: the text leads to it everywhere."""
    channel: str
    """`sms`, or `email`: letters. Said once, when it is written."""
    subject: str
    subjects: dict[str, str]
    """Of letters: what they are about, and in other languages; all of them at once."""


def create_blast(ctx: Context, campaign_id: uuid.UUID, fields: BlastFields) -> BlastView:
    """Write a blast down, in `draft`; nobody gets anything before it is launched.

    `UnknownPlaceholder` where its text has a word in braces that stands for nothing, `ValidationFailed` for
    a campaign that isn't there or isn't the actor's.
    """
    with ctx.unit() as unit:
        campaign = _named_campaign(ctx, unit, campaign_id)
        blast = Blast(
            organisation_id=unit.organisation_id,
            id=new_id(),
            campaign_id=campaign.id,
            state="draft",
            total=0,
            bodies={},
            channel=channel_said(fields.get("channel", SMS)),
            subject="",
            subjects={},
            mode=AUTOMATIC,
            batch_size=BATCH,
            picture_by=AS_PICTURE,
            audience=Audience.of({}, campaign.kind).as_json(),
            senders=[],
            asks_for=[],
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        fields = _with_words(unit, campaign, blast.channel, fields)
        if "body" not in fields:
            raise ValidationFailed.at("/body", "Write what it says.")
        if blast.channel == EMAIL and "subject" not in fields:
            raise ValidationFailed.at("/subject", "An email needs a subject.")
        _apply(ctx, unit, blast, campaign, fields)
        ctx.audit(unit, "blast.created", "blast", blast.id, {"campaign_id": str(campaign.id)})
        return blast_view(ctx, unit, blast, campaign)


def change_blast(ctx: Context, blast_id: uuid.UUID, fields: BlastFields) -> BlastView:
    """Change the fields given. `InvalidTransition` once it runs, for what was sent stays as it was: then only
    its deadline can still be moved, and what replies to it mean said.
    """
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE, lock=True)
        check_editable(blast.state, fields)
        if fields.get("channel", blast.channel) != blast.channel:
            raise ValidationFailed.at("/channel", "Texts don’t become letters. Write another one.")
        if blast.state == "scheduled" and fields.get("send_at", blast.send_at) is None:
            raise ValidationFailed.at("/send_at", "It waits for its time. Give it another one, or cancel it.")
        check_mode(unit, blast, fields.get("mode", blast.mode))
        asked_for = list(blast.asks_for)
        said, fields = fields, _with_words(unit, campaign, blast.channel, fields)
        _apply(ctx, unit, blast, campaign, fields)
        if blast.state == "scheduled" and fields.keys() & _APPROVED:
            check_approved(ctx, unit, blast, campaign)
        about: dict[str, object] = {"fields": sorted(said)}
        if list(blast.asks_for) != asked_for:
            about |= {"asks_for": list(blast.asks_for), "asked_for": asked_for}
        ctx.audit(unit, "blast.changed", "blast", blast.id, about)
        return blast_view(ctx, unit, blast, campaign)


def delete_blast(ctx: Context, blast_id: uuid.UUID) -> None:
    """Throw a blast away that hasn't begun; texts that were sent to try it stay, on their own."""
    with ctx.unit() as unit:
        blast, _ = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE, lock=True)
        check_editable(blast.state)
        unit.session.execute(
            update(Message)
            .where(Message.organisation_id == unit.organisation_id, Message.blast_id == blast.id)
            .values(blast_id=None)
        )
        unit.session.delete(blast)
        ctx.audit(unit, "blast.deleted", "blast", blast.id, {"campaign_id": str(blast.campaign_id)})


def get_blast(ctx: Context, blast_id: uuid.UUID) -> BlastView:
    """One blast."""
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        return blast_view(ctx, unit, blast, campaign)


def list_blasts(ctx: Context, page: Page, campaign_id: uuid.UUID | None = None) -> Slice[BlastView]:
    """The blasts that exist for this actor, in the order they were made."""
    require(ctx.actor, Permission.BLAST_READ, campaign_id=campaign_id)
    with ctx.unit() as unit:
        query = select(Blast).where(Blast.organisation_id == unit.organisation_id)
        if campaign_id is not None:
            query = query.where(Blast.campaign_id == campaign_id)
        if ctx.actor.campaign_ids is not None:
            query = query.where(Blast.campaign_id.in_(ctx.actor.campaign_ids))
        if (after := after_id(page)) is not None:
            query = query.where(Blast.id > after)
        rows = unit.session.scalars(query.order_by(Blast.id).limit(page.limit + 1)).all()
        found = cut(rows, page, lambda row: (str(row.id),))
        return found.map(lambda row: blast_view(ctx, unit, row, _campaign(unit, row)))


def reach_blast(
    ctx: Context, unit: UnitOfWork, blast_id: uuid.UUID, permission: Permission, *, lock: bool = False
) -> tuple[Blast, Campaign]:
    """A blast that the actor may do this with, and its campaign; locked when it is to change."""
    require(ctx.actor, permission)
    query = select(Blast).where(Blast.organisation_id == unit.organisation_id, Blast.id == blast_id)
    blast = unit.session.scalar(query.with_for_update(key_share=True) if lock else query)
    if blast is None:
        raise NotFound
    return blast, reach_campaign(ctx, unit, blast.campaign_id, permission)


def list_ids_of(unit: UnitOfWork, blast_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The lists that a blast goes to."""
    query = select(BlastList.list_id).where(
        BlastList.organisation_id == unit.organisation_id, BlastList.blast_id == blast_id
    )
    return unit.session.scalars(query.order_by(BlastList.list_id)).all()


def check_opt_out_routes(bodies: Bodies, senders: Sequence[str]) -> None:
    """Refuse a text of which a reader, in whichever language, could not say no to it."""
    for language, body in bodies.each():
        check_opt_out_route(body, senders, language)


def check_opt_out_route(body: str, senders: Sequence[str], language: str = USUAL) -> None:
    """Refuse a text that its reader could not say no to (`no_opt_out_route`)."""
    if lacks_opt_out_route(body, senders):
        detail = (
            "Nobody can answer a sender that is a name, so the text must say how to opt out: add"
            " {opt_out_url}, or a number to ring or text."
        )
        raise ValidationFailed(
            detail, errors=[FieldError(pointer(language), detail)], reason="no_opt_out_route"
        )


def blast_view(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> BlastView:
    """A blast as it is shown."""
    return BlastView(
        id=blast.id,
        campaign_id=blast.campaign_id,
        name=blast.name,
        body=blast.body,
        bodies=blast.bodies,
        template_id=blast.template_id,
        picture_id=blast.picture_id,
        picture_by=blast.picture_by,
        needs_approval=blast.state in EDITABLE and needs_approval(ctx, unit, blast, campaign),
        state=blast.state,
        waiting_reason=waiting_reason(ctx, unit, blast, campaign),
        pause_reason=blast.pause_reason,
        list_ids=tuple(list_ids_of(unit, blast.id)),
        audience=blast.audience,
        senders=tuple(blast.senders),
        asks_for=tuple(blast.asks_for),
        send_at=blast.send_at,
        total=blast.total,
        created_at=blast.created_at,
        launched_at=blast.launched_at,
        finished_at=blast.finished_at,
        audience_id=blast.audience_id,
        deadline_at=blast.deadline_at,
        mode=blast.mode,
        batch_size=blast.batch_size,
        volunteer_limit=blast.volunteer_limit,
        channel=blast.channel,
        subject=blast.subject,
        subjects=blast.subjects,
        first_wave=wave_view(unit, blast),
    )


def _named_campaign(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID) -> Campaign:
    try:
        return reach_campaign(ctx, unit, campaign_id, Permission.BLAST_MANAGE)
    except NotFound:
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.") from None


def _campaign(unit: UnitOfWork, blast: Blast) -> Campaign:
    return unit.session.get_one(Campaign, (unit.organisation_id, blast.campaign_id))


def _apply(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, fields: BlastFields) -> None:
    _check(unit, fields, blast.channel)
    _check_times(ctx.now, blast, fields)
    for name in _PLAIN:
        if name in fields:
            setattr(blast, name, fields[name])
    if "picture_id" in fields:
        _set_picture(unit, blast, fields["picture_id"])
    if "asks_for" in fields:
        ask_for(blast, campaign, fields["asks_for"])
    if "audience" in fields:
        blast.audience = Audience.of(fields["audience"], campaign.kind).as_json()
    if blast.state == "scheduled" and fields.keys() & {"audience_id", "audience"}:
        keep_as_it_is(unit, blast)  # who only changes its name or time has whom it goes to left as it was
    if blast.channel == EMAIL and not senders_of(unit, blast, campaign) and ctx.messaging.mail.sender:
        blast.senders = [ctx.messaging.mail.sender]
    check_opt_out_routes(bodies_of(blast, campaign), senders_of(unit, blast, campaign))
    unit.session.add(blast)
    unit.session.flush()
    if fields.keys() & {"body", "bodies"}:
        make_links(unit, blast, bodies_of(blast, campaign).wordings, ctx.now)
    if "list_ids" in fields:
        _set_lists(unit, blast, fields["list_ids"])


def _set_picture(unit: UnitOfWork, blast: Blast, picture_id: uuid.UUID | None) -> None:
    """Name its picture, with the code of its address beside it: a text is put together from the blast."""
    if picture_id == blast.picture_id:
        return
    code = code_of_picture(unit, picture_id) if picture_id else None
    if picture_id and code is None:
        raise ValidationFailed.at("/picture_id", "There is no picture with this id that may be used.")
    blast.picture_id, blast.picture_code = picture_id, code


def _with_words(unit: UnitOfWork, campaign: Campaign, channel: str, fields: BlastFields) -> BlastFields:
    """The fields with the words of the template they name, where they give none themselves; a subject that
    they give stays.
    """
    if (template_id := fields.get("template_id")) is None:
        return fields
    check_template(unit, campaign, template_id, channel)
    if "body" in fields:
        return fields
    words = words_taken(unit, template_id)
    taken = BlastFields(**{**fields, "body": words.bodies.usual, "bodies": dict(words.bodies.others)})
    if channel == EMAIL and not fields.keys() & {"subject", "subjects"}:
        taken["subject"], taken["subjects"] = words.subjects.usual, dict(words.subjects.others)
    return taken


def _check(unit: UnitOfWork, fields: BlastFields, channel: str) -> None:
    found = [*_faults_of_text(fields, channel), *faults_of_senders(fields.get("senders", []), channel)]
    found += faults_of_lists(unit, fields.get("list_ids", []))
    found += faults_of_audience(unit, fields.get("audience_id"))
    found += faults_of_picture(fields.get("picture_by", AS_PICTURE))
    found += faults_of_mode(fields.get("mode", AUTOMATIC), channel)
    found += faults_of_hand(fields.get("batch_size", BATCH), fields.get("volunteer_limit"))
    if channel == EMAIL:
        found += faults_of_subjects(fields.get("subject", "-"), fields.get("subjects", {}))
    if found:
        raise ValidationFailed(errors=found)
    check_placeholders(_said(fields))
    if channel == EMAIL:
        check_placeholders(_subjects(fields), subject_pointer)


def _check_times(now: dt.datetime, blast: Blast, fields: BlastFields) -> None:
    """Refuse times that don't fit the clock or each other; a change of something else leaves them alone."""
    if not fields.keys() & {"send_at", "deadline_at"}:
        return
    send_at = fields.get("send_at", blast.send_at) if blast.state in EDITABLE else None
    if found := faults_of_times(now, send_at, fields.get("deadline_at", blast.deadline_at)):
        raise ValidationFailed(errors=found)


def _faults_of_text(fields: BlastFields, channel: str) -> list[FieldError]:
    found = []
    if not fields.get("name", "-").strip():
        found.append(FieldError("/name", "It needs a name."))
    return [*found, *faults_of_words(_said(fields), LONGEST[channel])]


def _subjects(fields: BlastFields) -> Bodies:
    """The subjects that fields give."""
    return Bodies(fields.get("subject", "-"), fields.get("subjects", {}))


def _said(fields: BlastFields) -> Bodies:
    """The words that fields give; those they leave alone have no fault."""
    return Bodies(fields.get("body", "-"), fields.get("bodies", {}))


def _set_lists(unit: UnitOfWork, blast: Blast, list_ids: Sequence[uuid.UUID]) -> None:
    of_it = (BlastList.organisation_id == unit.organisation_id, BlastList.blast_id == blast.id)
    unit.session.execute(delete(BlastList).where(*of_it))
    unit.session.add_all(
        BlastList(organisation_id=unit.organisation_id, blast_id=blast.id, list_id=list_id)
        for list_id in dict.fromkeys(list_ids)
    )
    unit.session.flush()


def open_blasts(unit: UnitOfWork, state: str) -> Sequence[Blast]:
    """The blasts in an open state, oldest first."""
    query = select(Blast).where(Blast.organisation_id == unit.organisation_id, Blast.state == state)
    return unit.session.scalars(query.order_by(func.coalesce(Blast.launched_at, Blast.created_at))).all()
