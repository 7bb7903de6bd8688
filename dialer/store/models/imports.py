"""Files on their way in: what they are, whom their rows named, and what they changed of whom."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.people import IMPORT_STATES, MAPPING_SOURCES
from dialer.store.models.base import Base, Identified, Instant, Json, JsonList, Tenant, one_of, reference


class Import(Identified, Base):
    """One file on its way into one list, or, without a list, into what must not be contacted.

    `next_row` is the watermark: rows before it are in. A large chunk comes in as two halves; where
    `half_through` is the end of the chunk that begins there, its first half is in as well.

    `question` says why a person must choose columns: `header`, `no_phone` or `two_phones`;
    `mapping_source` where its columns are from. `mends`: its rows are those of that
    import's report, put right. One with the option `dry_run` is a trial, and `trial_of` the
    import that brings the same upload in, or may.
    """

    __tablename__ = "import"
    __table_args__ = (
        reference("contact_list", "list_id", ondelete="CASCADE"),
        one_of("state", IMPORT_STATES),
        one_of("mapping_source", MAPPING_SOURCES),
        Index(
            "ix_import_waiting",
            "state",
            "organisation_id",
            "id",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("ix_import_list", "organisation_id", "list_id", "id"),
    )

    list_id: Mapped[uuid.UUID | None]
    election_id: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    filename: Mapped[str]
    stored_as: Mapped[str]
    format: Mapped[str | None]
    encoding: Mapped[str | None]
    delimiter: Mapped[str | None]
    options: Mapped[Json]
    has_sep_line: Mapped[bool] = mapped_column(server_default=text("false"))
    header_row: Mapped[int] = mapped_column(server_default=text("0"))
    mapping: Mapped[Json]
    mapping_source: Mapped[str] = mapped_column(server_default=text("'recognised'"))
    columns: Mapped[JsonList]
    question: Mapped[str | None]
    warnings: Mapped[JsonList]
    row_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_count: Mapped[int] = mapped_column(server_default=text("0"))
    updated_count: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged_count: Mapped[int] = mapped_column(server_default=text("0"))
    duplicate_count: Mapped[int] = mapped_column(server_default=text("0"))
    rejected_count: Mapped[int] = mapped_column(server_default=text("0"))
    lifted_count: Mapped[int] = mapped_column(server_default=text("0"))
    """How many numbers and addresses a register's full list lifted, since it lacked them."""
    standing_count: Mapped[int | None]
    """How many a register held after it."""
    next_row: Mapped[int] = mapped_column(server_default=text("0"))
    half_through: Mapped[int | None]
    half_rows: Mapped[list[list[int]] | None] = mapped_column(JSONB)
    """Of a chunk whose first half is in, the rows that are not: from and to, both in them."""
    progress: Mapped[float] = mapped_column(server_default=text("0"))
    error: Mapped[dict[str, object] | None] = mapped_column(JSONB)
    leased_until: Mapped[Instant | None]
    mends: Mapped[uuid.UUID | None]
    trial_of: Mapped[uuid.UUID | None]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    started_at: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]
    undo: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    undo_after: Mapped[uuid.UUID | None]


class ImportMapping(Identified, Base):
    """What somebody chose for lists with these headers. `mapping` goes by the columns' numbers from 0."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("organisation_id", "headers_key"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    headers_key: Mapped[str]
    headers: Mapped[JsonList]
    mapping: Mapped[Json]
    created_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]


class ImportContact(Tenant, Base):
    """A person whom a row of an import named, and the first such row: a later one is a duplicate.

    `why` is the rule by which somebody was known (a place in `domain.person.RULES`), and `changed` whether
    they were not as the row said; both are empty of whom the import made.
    """

    __tablename__ = "import_contact"
    __table_args__ = (
        reference("import", "import_id", ondelete="CASCADE"),
        Index(
            "ix_import_contact_known",
            "organisation_id",
            "import_id",
            "row",
            postgresql_where=text("why IS NOT NULL"),
        ),
    )

    import_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    row: Mapped[int]
    why: Mapped[int | None] = mapped_column(SmallInteger)
    changed: Mapped[bool | None]


class ImportRowIssue(Tenant, Base):
    """A row with something wrong: rejected, or kept without its bad value. One a row.

    `mended_by` is the import that brought it in again, put right, as its row `mended_row`.
    """

    __tablename__ = "import_row_issue"
    __table_args__ = (
        reference("import", "import_id", ondelete="CASCADE"),
        one_of("outcome", ("rejected", "kept")),
    )

    import_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[int]
    outcome: Mapped[str]
    reason: Mapped[str]
    field: Mapped[str | None]
    value: Mapped[str | None]
    detail: Mapped[str]
    cells: Mapped[JsonList]
    mended_by: Mapped[uuid.UUID | None]
    mended_row: Mapped[int | None]


class ImportDuplicate(Tenant, Base):
    """A row that names somebody whom an earlier row of its file named, and by which rule."""

    __tablename__ = "import_duplicate"
    __table_args__ = (reference("import", "import_id", ondelete="CASCADE"),)

    import_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID]
    why: Mapped[int] = mapped_column(SmallInteger)


class ImportChange(Tenant, Base):
    """What an import changed of somebody who was there: each field's value before and after it.

    A field that it found as an earlier import had left it has the same value twice. The names of fields are
    those of `store.queries.import_changes`. Nothing of whom it made: `contact.created_by_import` says that.
    """

    __tablename__ = "import_change"
    __table_args__ = (
        reference("import", "import_id", ondelete="CASCADE"),
        Index("ix_import_change_contact", "organisation_id", "contact_id", "import_id"),
    )

    import_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    before: Mapped[Json]
    after: Mapped[Json]
