"""Whether the words of a text to many were approved, where its campaign asks for that."""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.text_template import Words
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.models.templates import TextTemplate, TextTemplateVersion
from dialer.store.session import UnitOfWork

NOT_APPROVED: Final = "not_approved"


def words_of(channel: str, kept: Blast | TextTemplateVersion) -> Words:
    """What a blast or a version of a template says."""
    return Words.of(channel, kept.body, kept.bodies, kept.subject, kept.subjects)


def approved_words(unit: UnitOfWork, template_id: uuid.UUID) -> Words | None:
    """The words of a template that were approved last; None where none are, or it is offered no more."""
    found = unit.session.execute(
        select(TextTemplate.channel, TextTemplateVersion)
        .join(
            TextTemplate,
            (TextTemplate.organisation_id == TextTemplateVersion.organisation_id)
            & (TextTemplate.id == TextTemplateVersion.template_id),
        )
        .where(
            TextTemplateVersion.organisation_id == unit.organisation_id,
            TextTemplateVersion.template_id == template_id,
            TextTemplateVersion.state == "approved",
            TextTemplate.retired_at.is_(None),
        )
        .order_by(TextTemplateVersion.number.desc())
        .limit(1)
    ).one_or_none()
    return words_of(found[0], found[1]) if found is not None else None


def check_template(unit: UnitOfWork, campaign: Campaign, template_id: uuid.UUID, channel: str) -> None:
    """Refuse a template that isn't there for this campaign, or is of the other channel."""
    row = unit.session.get(TextTemplate, (unit.organisation_id, template_id))
    if row is None or row.campaign_id not in (None, campaign.id):
        raise ValidationFailed.at("/template_id", "There is no template with this id in this campaign.")
    if row.channel != channel:
        what = "texts" if channel == EMAIL else "emails"
        raise ValidationFailed.at("/template_id", f"This template is of {what}.")


def words_taken(unit: UnitOfWork, template_id: uuid.UUID) -> Words:
    """The words that a template gives. Raises ValidationFailed where none of them are approved."""
    words = approved_words(unit, template_id)
    if words is None:
        raise ValidationFailed.at("/template_id", "None of its words are approved.")
    return words


def needs_approval(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> bool:
    """Whether the actor may not send these words before somebody approves them. A picture never was."""
    if not campaign.approved_words_only or ctx.actor.may(Permission.TEMPLATE_APPROVE):
        return False
    approved = approved_words(unit, blast.template_id) if blast.template_id else None
    return blast.picture_id is not None or approved != words_of(blast.channel, blast)


def check_approved(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> None:
    """Refuse words that the actor may not send by themselves (`not_approved`)."""
    if needs_approval(ctx, unit, blast, campaign):
        detail = (
            "In this campaign you send only words that were approved, as they are. Take them from a template,"
            " or ask a coordinator to send it."
        )
        raise Conflict(detail, reason=NOT_APPROVED)
