"""The registers that bar numbers, and how old their lists are (contract §4)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from dialer.domain.access import Permission, require
from dialer.domain.suppressing import PREFERENCE_REGISTERS, Freshness, freshness
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.imports import Import
from dialer.store.queries.suppressions import (
    has_british_numbers,
    unlisted_counts,
    waits_for_british_calls,
)
from dialer.store.session import UnitOfWork

_GREAT_BRITAIN: Final = "GB"


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A register and its last list; of a preference register also whether it can be relied on for calls.

    `standing` is how many numbers it held then.
    """

    reason: str
    register: str
    dated: dt.date | None = None
    imported_at: dt.datetime | None = None
    import_id: uuid.UUID | None = None
    standing: int | None = None
    age_days: int | None = None
    state: Freshness | None = None


def registers(ctx: Context) -> list[RegisterView]:
    """Every register with its last list, the preference registers first, also those never brought in."""
    require(ctx.actor, Permission.SUPPRESSION_READ)
    with ctx.unit() as unit:
        return _registers(unit, ctx.now.date())


def unfit_registers(ctx: Context) -> list[RegisterView]:
    """The preference registers that calls go out without: older than 28 days, or never brought in.

    None while no running campaign waits to call a British number; nor in the demo, whose people are made up.
    """
    require(ctx.actor, Permission.SUPPRESSION_READ)
    with ctx.unit() as unit:
        unfit = _unfit(ctx, unit)
        return unfit if unfit and waits_for_british_calls(unit) else []


def unfit_for_campaign(ctx: Context, campaign_id: uuid.UUID) -> list[RegisterView]:
    """The preference registers that one campaign calls or would call British numbers without; none in the
    demo.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.VOLUNTEER_READ)
        unfit = _unfit(ctx, unit) if campaign.state != "ended" else []
        return unfit if unfit and has_british_numbers(unit, campaign_id) else []


def _registers(unit: UnitOfWork, today: dt.date) -> list[RegisterView]:
    found = [_view(row, today) for row in _last_imports(unit)]
    known = {one.reason for one in found}
    never = [
        RegisterView(reason, reason, state=Freshness.NEVER)
        for reason in PREFERENCE_REGISTERS
        if reason not in known
    ]
    return sorted([*found, *never], key=_rank)


def _unfit(ctx: Context, unit: UnitOfWork) -> list[RegisterView]:
    organisation = unit.session.get_one(Organisation, unit.organisation_id)
    if organisation.demo or _GREAT_BRITAIN not in ctx.phones.allowed_countries:
        return []
    known = _registers(unit, ctx.now.date())
    fresh = {one.reason for one in known if one.state is Freshness.FRESH}
    return [one for one in known if one.state is not None and one.reason not in fresh]


def standing_counts(ctx: Context) -> dict[str, dict[str, int]]:
    """By reason and channel, how many numbers and addresses are barred that no register holds."""
    require(ctx.actor, Permission.SUPPRESSION_READ)
    with ctx.unit() as unit:
        return unlisted_counts(unit)


def _rank(one: RegisterView) -> tuple[int, str, str]:
    preferred = one.reason in PREFERENCE_REGISTERS
    return (PREFERENCE_REGISTERS.index(one.reason) if preferred else 9, one.reason, one.register)


def _last_imports(unit: UnitOfWork) -> list[Import]:
    named = (Import.options["reason"].astext, Import.options["register"].astext)
    statement = (
        select(Import)
        .ext(distinct_on(*named))
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.list_id.is_(None),
            Import.state == "completed",
        )
        .order_by(*named, Import.options["dated"].astext.desc(), Import.id.desc())
    )
    return list(unit.session.scalars(statement))


def _view(row: Import, today: dt.date) -> RegisterView:
    options = row.options
    dated = dt.date.fromisoformat(options["dated"])
    preferred = options["reason"] in PREFERENCE_REGISTERS
    return RegisterView(
        reason=options["reason"],
        register=options["register"],
        dated=dated,
        imported_at=row.finished_at,
        import_id=row.id,
        standing=row.standing_count,
        age_days=max(0, (today - dated).days) if preferred else None,
        state=freshness(dated, today) if preferred else None,
    )
