"""The one list of people, the lists they are in, and what they do not want."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.people import (
    CONTACT_STATUSES,
    LINE_TYPES,
    OPT_OUT_CHANNELS,
    SUPPRESSION_REASONS,
)
from dialer.domain.person import NAME_GAPS, NAME_MARKS
from dialer.store.models.base import (
    Base,
    Identified,
    Instant,
    Json,
    Tenant,
    TextList,
    one_of,
    reference,
)

# What is left of an elector number's key without its prefix: what a teller who sits in one district notes.
ELECTOR_TAIL = r"regexp_replace(elector_key, '^[^-]*[^0-9-][^-]*-', '')"

# The register in which somebody stands with an elector number, for those who have one: where all namesakes of
# a row's register are somebody else, an import goes by this past their rows.
STANDS_IN = "CASE WHEN {person}elector_key IS NULL THEN '' ELSE '/' || {person}register END"


def stands_in(register: str | None) -> str:
    """What STANDS_IN is for people with an elector number of a register, or without any."""
    return "" if register is None else f"/{register}"


# The words of a name as PostgreSQL sees them; `name_word` knows each of them without case and accents.
NAME_WORDS = (
    "string_to_array(translate(lower(coalesce(first_name || ' ', '') || coalesce(last_name, '')), '"
    + (NAME_GAPS + NAME_MARKS).replace("'", "''")
    + "', '"
    + " " * len(NAME_GAPS)
    + "'), ' ')"
)


# The last digits of a number, by which it is found. In a list of one, since an index of lists (GIN) takes new
# entries by the thousand, and costs an import a third of what a B-tree would.
NUMBER_END = 'ARRAY["right"(number, 4)]'


class Contact(Identified, Base):
    """A person in the organisation's list. The `*_key` columns are what same-person rules compare."""

    __tablename__ = "contact"
    __table_args__ = (
        one_of("status", CONTACT_STATUSES),
        Index(
            "uq_contact_external_id",
            "organisation_id",
            "id_source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(
            "uq_contact_elector_key",
            "organisation_id",
            "register",
            "elector_key",
            unique=True,
            postgresql_where=text("elector_key IS NOT NULL"),
        ),
        Index(
            "ix_contact_elector_tail",
            "organisation_id",
            text(f"({ELECTOR_TAIL})"),
            postgresql_where=text("elector_key IS NOT NULL"),
        ),
        Index(
            "ix_contact_email_key",
            "email_key",
            postgresql_ops={"email_key": "text_pattern_ops"},
            postgresql_where=text("email_key IS NOT NULL"),
        ),
        Index("ix_contact_name_key", "name_key", text(f"({STANDS_IN.format(person='')})")),
        Index("ix_contact_name_words", text(f"({NAME_WORDS})"), postgresql_using="gin"),
        Index(
            "ix_contact_postcode",
            "organisation_id",
            "postcode",
            postgresql_ops={"postcode": "text_pattern_ops"},
            postgresql_where=text("postcode IS NOT NULL"),
        ),
        Index("ix_contact_polling_district", "organisation_id", "polling_district"),
        Index("ix_contact_tags", "tags", postgresql_using="gin", postgresql_where=text("tags <> '{}'")),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    external_id: Mapped[str | None]
    id_source: Mapped[str] = mapped_column(server_default=text("''"))
    elector_number: Mapped[str | None]
    elector_key: Mapped[str | None]
    elector_tail: Mapped[str | None] = mapped_column(Computed(ELECTOR_TAIL, persisted=False))
    """Worked out where it is asked for: were it stored, every row written would be copied once more."""
    register: Mapped[str] = mapped_column(server_default=text("''"))
    elector_markers: Mapped[str | None]
    date_of_birth: Mapped[dt.date | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    first_key: Mapped[str] = mapped_column(server_default=text("''"))
    last_key: Mapped[str] = mapped_column(server_default=text("''"))
    name_key: Mapped[str] = mapped_column(server_default=text("''"))
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    constituency: Mapped[str | None]
    ward: Mapped[str | None]
    polling_district: Mapped[str | None]
    polling_station: Mapped[str | None]
    language: Mapped[str | None]
    tags: Mapped[TextList]
    custom: Mapped[Json]
    notes: Mapped[str | None]
    needs_lift: Mapped[bool | None]
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    created_by_import: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())
    updated_at: Mapped[Instant] = mapped_column(server_default=func.now())


class NameWord(Tenant, Base):
    """A word that somebody's name has or had: `word` as PostgreSQL lowers it, `folded` as it is compared.

    A million people share some ten thousands of words, so a misspelt one is looked for here, and those
    who have the words that are like it then by `ix_contact_name_words`.
    """

    __tablename__ = "name_word"
    __table_args__ = (
        Index(
            "ix_name_word_folded",
            "organisation_id",
            "folded",
            postgresql_ops={"folded": "text_pattern_ops"},
        ),
        Index(
            "ix_name_word_likeness",
            "folded",
            postgresql_using="gin",
            postgresql_ops={"folded": "gin_trgm_ops"},
        ),
    )

    word: Mapped[str] = mapped_column(primary_key=True)
    folded: Mapped[str]


class ContactPhone(Tenant, Base):
    """A number somebody may be reached on; several people may share it."""

    __tablename__ = "contact_phone"
    __table_args__ = (
        reference("contact", "contact_id", ondelete="CASCADE"),
        one_of("line_type", LINE_TYPES),
        Index("ix_contact_phone_number", "number"),
        Index("ix_contact_phone_end", text(f"({NUMBER_END})"), postgresql_using="gin"),
    )

    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    line_type: Mapped[str]
    position: Mapped[int] = mapped_column(server_default=text("0"))
    dead_at: Mapped[Instant | None]
    removed_at: Mapped[Instant | None]
    """Set when a volunteer heard "wrong number": kept, so that a later import can't bring it back."""


class Consent(Identified, Base):
    """Somebody's yes to being written to, with where and when it was given."""

    __tablename__ = "consent"
    __table_args__ = (
        reference("contact", "contact_id", ondelete="CASCADE"),
        one_of("channel", ("sms", "email")),
        UniqueConstraint("organisation_id", "contact_id", "channel", "source", "at"),
    )

    contact_id: Mapped[uuid.UUID]
    channel: Mapped[str]
    source: Mapped[str]
    at: Mapped[Instant]
    withdrawn_at: Mapped[Instant | None]
    import_id: Mapped[uuid.UUID | None]


class ContactList(Identified, Base):
    """Contacts imported or chosen together."""

    __tablename__ = "contact_list"

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    name: Mapped[str]
    default_region: Mapped[str] = mapped_column(server_default=text("'GB'"))
    register: Mapped[str | None]
    id_source: Mapped[str | None]
    contact_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class ListMember(Tenant, Base):
    """A contact in a list, and the import that put it there."""

    __tablename__ = "list_member"
    __table_args__ = (
        reference("contact_list", "list_id", ondelete="CASCADE"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        Index("ix_list_member_contact", "organisation_id", "contact_id", "list_id"),
    )

    list_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    import_id: Mapped[uuid.UUID | None]


# Written so that only a statement that asks for it finds this index. To a planner that last saw the table
# empty, an index by reason looks as good as that by number, and the gate would read a whole register.
SUPPRESSION_REASON = "(reason || '')"


class Suppression(Identified, Base):
    """A number or address that must not be contacted on a channel, and why. Lifted, never deleted."""

    __tablename__ = "suppression"
    __table_args__ = (
        one_of("channel", ("sms", "voice", "email")),
        one_of("reason", SUPPRESSION_REASONS),
        Index(
            "uq_suppression_number",
            "organisation_id",
            "number",
            "channel",
            "reason",
            unique=True,
            postgresql_where=text("lifted_at IS NULL AND number IS NOT NULL"),
        ),
        Index(
            "uq_suppression_email",
            "organisation_id",
            "email",
            "channel",
            "reason",
            unique=True,
            postgresql_where=text("lifted_at IS NULL AND email IS NOT NULL"),
        ),
        Index(
            "ix_suppression_lifted_number",
            "organisation_id",
            "number",
            postgresql_where=text("lifted_at IS NOT NULL AND number IS NOT NULL"),
        ),
        Index(
            "ix_suppression_lifted_email",
            "organisation_id",
            "email",
            postgresql_where=text("lifted_at IS NOT NULL AND email IS NOT NULL"),
        ),
        Index(
            "ix_suppression_by_reason",
            "organisation_id",
            text(SUPPRESSION_REASON),
            "id",
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index(
            "ix_suppression_unlisted",
            "organisation_id",
            "reason",
            "channel",
            postgresql_where=text("lifted_at IS NULL AND register IS NULL"),
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    number: Mapped[str | None]
    email: Mapped[str | None]
    channel: Mapped[str]
    reason: Mapped[str]
    source: Mapped[str]
    register: Mapped[str | None]
    """The one register that named it, whose next full list may lift it."""
    import_id: Mapped[uuid.UUID | None]
    """The last import that named it."""
    named_by: Mapped[list[uuid.UUID] | None] = mapped_column(ARRAY(UUID()))
    """Every import that named it and wasn't undone; the null UUID stands for any number of older ones."""
    contact_id: Mapped[uuid.UUID | None]
    opt_out_id: Mapped[uuid.UUID | None]
    note: Mapped[str | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    beneath: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """Weaker noes that this one stands upon, the strongest last: what they said, when and by whom."""
    lifted_at: Mapped[Instant | None]
    lifted_reason: Mapped[str | None]
    lifted_by: Mapped[uuid.UUID | None]
    """The import of a register's full list that lifted it, which puts it back when it is undone."""


class OptOut(Identified, Base):
    """A person's no on a channel: covers every number and address they have now or get later."""

    __tablename__ = "opt_out"
    __table_args__ = (
        Index(
            "ix_opt_out_result",
            "organisation_id",
            "result_id",
            postgresql_where=text("result_id IS NOT NULL"),
        ),
        Index("ix_opt_out_contact", "organisation_id", "contact_id"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        one_of("channel", OPT_OUT_CHANNELS),
        Index(
            "uq_opt_out_open",
            "organisation_id",
            "contact_id",
            "channel",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    contact_id: Mapped[uuid.UUID]
    channel: Mapped[str]
    source: Mapped[str]
    note: Mapped[str | None]
    result_id: Mapped[uuid.UUID | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    beneath: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """Weaker noes that this one stands upon, the strongest last: what they said, when and by whom."""
    lifted_at: Mapped[Instant | None]
    lifted_reason: Mapped[str | None]
