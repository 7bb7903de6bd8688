"""Texts and emails kept for use again, with their history."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.text_template import TEMPLATE_STATES
from dialer.domain.texting import CHANNELS
from dialer.store.models.base import Base, Identified, Instant, Json, Tenant, one_of, reference


class TextTemplate(Identified, Base):
    """A text or an email kept for use again: of one campaign, or of all. A retired one is offered no more."""

    __tablename__ = "text_template"
    __table_args__ = (
        reference("campaign", "campaign_id", ondelete="CASCADE"),
        one_of("channel", CHANNELS),
        Index("ix_text_template_campaign", "organisation_id", "campaign_id", "id"),
    )

    campaign_id: Mapped[uuid.UUID | None]
    name: Mapped[str]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    retired_at: Mapped[Instant | None]
    channel: Mapped[str] = mapped_column(server_default=text("'sms'"))


class TextTemplateVersion(Tenant, Base):
    """Words of a template as somebody wrote them: they never change, only what is decided about them."""

    __tablename__ = "text_template_version"
    __table_args__ = (
        reference("text_template", "template_id", ondelete="CASCADE"),
        one_of("state", TEMPLATE_STATES),
    )

    template_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    body: Mapped[str]
    bodies: Mapped[Json]
    state: Mapped[str]
    written_by: Mapped[uuid.UUID | None]
    written_at: Mapped[Instant]
    submitted_by: Mapped[uuid.UUID | None]
    submitted_at: Mapped[Instant | None]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[Instant | None]
    remark: Mapped[str | None]
    subject: Mapped[str] = mapped_column(server_default=text("''"))
    subjects: Mapped[Json]
    """Of emails: what they are about, and in other languages, as `bodies`."""
