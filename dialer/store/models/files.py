"""What files that are kept once, and fetched by whoever has their address, have in common."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.store.models.base import Identified, Instant, reference


class File(Identified):
    """The bytes of a file, which never change. `code` stands in its address, so that only who was given that
    knows it. A retired one is offered no more, and stays for what uses it.
    """

    name: Mapped[str]
    content_type: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str]
    made_by: Mapped[uuid.UUID | None]
    created_at: Mapped[Instant]
    retired_at: Mapped[Instant | None]


def kept_once(table: str) -> tuple[ForeignKeyConstraint | Index, ...]:
    """The constraints of a table of files: each address is one file's, and each file is offered once."""
    return (
        reference("account", "made_by"),
        Index(f"uq_{table}_code", "code", unique=True),
        Index(
            f"uq_{table}_sha256",
            "organisation_id",
            "sha256",
            unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
    )
