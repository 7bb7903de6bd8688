"""One text, or letter, to one person: written by a coordinator, sent by the one gate like any other."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, ValidationFailed
from dialer.domain.letter import naming_imprint, with_way_out
from dialer.domain.message_gate import Skip
from dialer.domain.sender import choose
from dialer.domain.texting import EMAIL, SMS
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.candidates import Candidate, candidate_of
from dialer.services.messaging.imprint_page import has_imprint_link
from dialer.services.messaging.messages import message_views
from dialer.services.messaging.needing_answers import note_single
from dialer.services.messaging.outgoing import any_sender, letters_from
from dialer.services.messaging.rendering import leading_to
from dialer.services.messaging.senders import rates_of
from dialer.services.messaging.views import MessageView, TextPreview
from dialer.services.messaging.written import Ready, preview_of, reads, refuse, subject_reads, write_once
from dialer.store.models.calling import Campaign
from dialer.store.queries.blast_audience import known_senders
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewText:
    """What somebody wants to text one person. `id` is the text’s own, where a form that may be sent twice
    has drawn one.
    """

    contact_id: uuid.UUID
    body: str = field(repr=False)
    campaign_id: uuid.UUID | None = None
    id: uuid.UUID | None = None
    channel: str = SMS
    subject: str = field(default="", repr=False)
    """Of a letter, which needs one."""
    picture_id: uuid.UUID | None = None
    """Of a picture that goes with it where networks take pictures; elsewhere it leads to it."""


def text_person(ctx: Context, wanted: NewText) -> MessageView:
    """Text one person, or write them a letter, soon; in quiet hours when they are over (`waiting_reason`).

    `Conflict` with the `reason` where they may not be texted, now or ever, or texts can come from nowhere;
    `InvalidTransition` where the campaign isn’t active; `ValidationFailed` where the text can’t be sent as it
    is. One with the id of a text that was written down already is that text.
    """
    require(ctx.actor, Permission.MESSAGE_SEND)
    with ctx.unit() as unit:
        ready = _ready(ctx, unit, wanted)
        message, is_new = write_once(ctx, unit, ready, purpose="single", message_id=wanted.id)
        if is_new:
            about = {
                "contact_id": str(ready.contact_id),
                "campaign_id": str(ready.campaign_id) if ready.campaign_id else None,
            }
            note_single(unit, ready.number)
            ctx.audit(unit, "message.written", "message", message.id, about)
        return message_views(ctx, unit, [message])[0]


def preview_text(ctx: Context, wanted: NewText) -> TextPreview:
    """How a text would read, and what it would take; refused as `text_person` refuses."""
    require(ctx.actor, Permission.MESSAGE_SEND)
    with ctx.unit() as unit:
        return preview_of(ctx, unit, _ready(ctx, unit, wanted, dry=True))


def _ready(ctx: Context, unit: UnitOfWork, wanted: NewText, *, dry: bool = False) -> Ready:
    campaign = _campaign(ctx, unit, wanted.campaign_id)
    person = candidate_of(ctx, unit, wanted.contact_id, campaign, channel=wanted.channel)
    if person is None:
        raise ValidationFailed.at("/contact_id", "There is nobody with this id.")
    if person.excluded is not None or person.number is None:
        raise refuse(person.excluded or Skip.NO_PHONE, person.id, wanted.channel)
    if wanted.channel == EMAIL:
        return _letter(ctx, unit, wanted, person=person, address=person.number, campaign=campaign, dry=dry)
    sender = _sender(ctx, unit, person.number, campaign)
    read = reads(
        ctx,
        unit,
        wanted.body,
        person.person,
        campaign,
        number=person.number,
        sender=sender,
        picture_id=wanted.picture_id,
        dry=dry,
    )
    return Ready(person.id, campaign, person.number, sender, read.body, picture=read.picture)


def _letter(
    ctx: Context,
    unit: UnitOfWork,
    wanted: NewText,
    *,
    person: Candidate,
    address: str,
    campaign: Campaign | None,
    dry: bool,
) -> Ready:
    sender = letters_from(ctx, unit, address, campaign.id if campaign is not None else None)
    subject = subject_reads(wanted.subject, person.person)
    body = leading_to(wanted.body, wanted.picture_id)
    named = naming_imprint(body, person.language, leads=has_imprint_link(campaign))
    read = reads(
        ctx,
        unit,
        with_way_out(named, person.language),
        person.person,
        campaign,
        number=address,
        sender=sender,
        picture_id=wanted.picture_id,
        dry=dry,
        is_letter=True,
    )
    return Ready(person.id, campaign, address, sender, read.body, subject)


def _campaign(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID | None) -> Campaign | None:
    if campaign_id is None:
        return None
    try:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.MESSAGE_SEND)
    except NotFound:
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.") from None
    if campaign.state != "active":
        detail = f"The campaign is {campaign.state}. Start it, or write without a campaign."
        raise InvalidTransition(detail, state=campaign.state)
    return campaign


def _sender(ctx: Context, unit: UnitOfWork, number: str, campaign: Campaign | None) -> str:
    """The sender that the person knows, else one of the campaign’s, else the organisation’s first."""
    known = known_senders(unit, [number]).get(number)
    if known is not None:
        return known
    rates = rates_of(unit, campaign.senders if campaign is not None else (), ctx.messaging)
    sender = choose(number, rates) if rates else any_sender(unit)
    if sender is None:
        raise Conflict("There is no number yet that texts can come from. Give a campaign one.")
    return sender
