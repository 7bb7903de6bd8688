"""The short address by which a number says no by itself, once and for all texts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.services.context import Context
from dialer.services.short_codes import short_code
from dialer.store.models.messaging import OptOutLink
from dialer.store.session import UnitOfWork

CODE_LENGTH: Final = 13
"""Sixty-five bits."""


def opt_out_urls(ctx: Context, unit: UnitOfWork, numbers: Collection[str]) -> dict[str, str]:
    """The address for each of these numbers, made where there is none."""
    if not numbers:
        return {}
    unit.session.execute(
        insert(OptOutLink).values([_new(ctx, number) for number in sorted(numbers)]).on_conflict_do_nothing()
    )
    found = select(OptOutLink.number, OptOutLink.code).where(
        OptOutLink.organisation_id == ctx.organisation_id, OptOutLink.number.in_(numbers)
    )
    return {number: opt_out_url(ctx, code) for number, code in unit.session.execute(found)}


def opt_out_url(ctx: Context, code: str) -> str:
    """The address that a code stands for."""
    return f"{ctx.public_url}/o/{code}"


def sample_url(ctx: Context) -> str:
    """An address as long as any, for counting segments before there is one."""
    return opt_out_url(ctx, "x" * CODE_LENGTH)


def _new(ctx: Context, number: str) -> dict[str, object]:
    code = short_code(CODE_LENGTH)
    return {
        "organisation_id": ctx.organisation_id,
        "number": number,
        "code": code,
        "created_at": ctx.now,
    }
