"""What an import knew and changed of people who were there before its rows."""

from __future__ import annotations

import uuid

from sqlalchemy import Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Base, Json, Tenant, reference


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
