"""Whether the words of a text to many were approved, where its campaign asks for that."""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.bodies import Bodies
from dialer.domain.errors import Conflict
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.models.templates import TextTemplate, TextTemplateVersion
from dialer.store.session import UnitOfWork

NOT_APPROVED: Final = "not_approved"


def approved_words(unit: UnitOfWork, template_id: uuid.UUID) -> Bodies | None:
    """The words of a template that were approved last; None where none are, or it is offered no more."""
    version = unit.session.scalar(
        select(TextTemplateVersion)
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
    )
    return Bodies(version.body, version.bodies) if version is not None else None


def needs_approval(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> bool:
    """Whether the actor may not send these words before somebody approves them. A picture never was."""
    if not campaign.approved_words_only or ctx.actor.may(Permission.TEMPLATE_APPROVE):
        return False
    approved = approved_words(unit, blast.template_id) if blast.template_id else None
    return blast.picture_id is not None or approved != Bodies(blast.body, blast.bodies)


def check_approved(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> None:
    """Refuse words that the actor may not send by themselves (`not_approved`)."""
    if needs_approval(ctx, unit, blast, campaign):
        detail = (
            "In this campaign you send only words that were approved, as they are. Take them from a template,"
            " or ask a coordinator to send it."
        )
        raise Conflict(detail, reason=NOT_APPROVED)
