"""The versions of a script: who wrote which when, and what two of them say otherwise."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.domain.script_differences import Difference, differences
from dialer.services.calling.script_rows import script_from_row
from dialer.services.calling.scripts import view_of
from dialer.services.calling.views import ScriptView
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_number, cut
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Script, ScriptVersion
from dialer.store.session import UnitOfWork

VERSION_MOST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version in the list of them. `created_by` is the name of who wrote it, where that is known."""

    version: int
    language: str
    steps: int
    created_at: dt.datetime
    created_by: str | None


def list_versions(ctx: Context, script_id: uuid.UUID, page: Page) -> Slice[VersionView]:
    """Every version of a script, the newest first."""
    require(ctx.actor, Permission.SCRIPT_READ)
    with ctx.unit() as unit:
        _script(unit, script_id)
        query = (
            select(ScriptVersion, func.jsonb_array_length(ScriptVersion.nodes), Account.name)
            .outerjoin(
                Account,
                and_(
                    Account.organisation_id == ScriptVersion.organisation_id,
                    Account.id == ScriptVersion.created_by,
                ),
            )
            .where(
                ScriptVersion.organisation_id == unit.organisation_id, ScriptVersion.script_id == script_id
            )
        )
        if (after := after_number(page)) is not None:
            query = query.where(ScriptVersion.version < after)
        rows = unit.session.execute(query.order_by(ScriptVersion.version.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row[0].version),)).map(
            lambda row: VersionView(row[0].version, row[0].language, row[1], row[0].created_at, row[2])
        )


def get_version(ctx: Context, script_id: uuid.UUID, version: int) -> ScriptView:
    """A script as it stood in one of its versions."""
    require(ctx.actor, Permission.SCRIPT_READ)
    with ctx.unit() as unit:
        return view_of(_script(unit, script_id), _version(unit, script_id, version))


def compare_versions(ctx: Context, script_id: uuid.UUID, old: int, new: int) -> list[Difference]:
    """What version `new` says otherwise than version `old`."""
    require(ctx.actor, Permission.SCRIPT_READ)
    with ctx.unit() as unit:
        before, after = (script_from_row(_version(unit, script_id, number)) for number in (old, new))
    return differences(before, after)


def _script(unit: UnitOfWork, script_id: uuid.UUID) -> Script:
    found = unit.session.get(Script, (unit.organisation_id, script_id))
    if found is None:
        raise NotFound
    return found


def _version(unit: UnitOfWork, script_id: uuid.UUID, version: int) -> ScriptVersion:
    if not 0 < version <= VERSION_MOST:
        raise NotFound
    query = select(ScriptVersion).where(
        ScriptVersion.organisation_id == unit.organisation_id,
        ScriptVersion.script_id == script_id,
        ScriptVersion.version == version,
    )
    found = unit.session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found
