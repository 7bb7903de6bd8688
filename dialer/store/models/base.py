"""What every table has in common: types, names of constraints, the organisation in each key."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, MetaData, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Instant = Annotated[dt.datetime, mapped_column(TIMESTAMP(timezone=True))]
Json = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'::jsonb"))]
JsonList = Annotated[list[Any], mapped_column(JSONB, server_default=text("'[]'::jsonb"))]
TextList = Annotated[list[str], mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))]
IdList = Annotated[
    list[uuid.UUID], mapped_column(ARRAY(UUID(as_uuid=True)), server_default=text("'{}'::uuid[]"))
]
Money = Annotated[Decimal, mapped_column(Numeric())]
"""Amounts to as many places as the carrier bills (five, `dialer.domain.money`); sums are exact."""


def new_id() -> uuid.UUID:
    """A UUIDv7: ids sort by the moment they were made, so new rows lie together in the index."""
    return uuid7()


class Base(DeclarativeBase):
    """The schema's root: names every constraint, so that a migration can name it too."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text,
        uuid.UUID: UUID(as_uuid=True),
        dt.datetime: TIMESTAMP(timezone=True),
    }


class Tenant:
    """Every row belongs to one organisation, and every key says so (design §3)."""

    organisation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True, sort_order=-2)


class Identified(Tenant):
    """A row with an id of its own, unique within its organisation."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


def one_of(column: str, values: Iterable[str], name: str | None = None) -> CheckConstraint:
    """A check that a text column holds one of the given words (or NULL, where it may)."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=name or column)


def reference(
    table: str, *columns: str, to: tuple[str, ...] = ("id",), ondelete: str | None = None
) -> ForeignKeyConstraint:
    """A foreign key within the organisation: `(organisation_id, columns) -> table(organisation_id, to)`."""
    return ForeignKeyConstraint(
        ["organisation_id", *columns],
        [f"{table}.organisation_id", *(f"{table}.{name}" for name in to)],
        ondelete=ondelete,
    )
