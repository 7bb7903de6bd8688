"""Elections: what support, pledges and turnout belong to. Exactly one is current (contract §5)."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy import Select, select, text, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.election import Phase, PollingDay, check_polling_day
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.timetable import NATIONS_OF, check_kind
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.gotv import Election
from dialer.store.session import UnitOfWork

FIRST_NAME = "Election"


@dataclass(frozen=True, slots=True)
class ElectionView:
    """An election as it is shown."""

    id: uuid.UUID
    name: str
    polling_on: dt.date | None
    opens_at: dt.time
    closes_at: dt.time
    timezone: str
    current: bool
    kind: str | None
    nation: str | None
    phase: Phase


class ElectionFields(TypedDict, total=False):
    """What may be said of an election; what is left out stays, or takes its default."""

    name: str
    polling_on: dt.date | None
    opens_at: dt.time
    closes_at: dt.time
    timezone: str
    current: bool
    kind: str | None
    """Of the United Kingdom's elections (`domain.timetable`); None elsewhere."""
    nation: str | None


def list_elections(ctx: Context, page: Page) -> Slice[ElectionView]:
    """Every election, in the order they were made. There is always one."""
    require(ctx.actor, Permission.ELECTION_READ)
    with ctx.unit() as unit:
        current_election(unit)
        statement = select(Election).where(Election.organisation_id == unit.organisation_id)
        if (after := after_id(page)) is not None:
            statement = statement.where(Election.id > after)
        rows = unit.session.scalars(statement.order_by(Election.id).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(lambda row: election_view(row, ctx.now))


def get_election(ctx: Context, election_id: uuid.UUID) -> ElectionView:
    """One election; `NotFound` when the organisation has none such."""
    require(ctx.actor, Permission.ELECTION_READ)
    with ctx.unit() as unit:
        return election_view(election_of(unit, election_id), ctx.now)


def create_election(ctx: Context, fields: ElectionFields) -> ElectionView:
    """Make an election; the organisation's first, and one that asks for it, becomes the current one."""
    require(ctx.actor, Permission.ELECTION_MANAGE)
    with ctx.unit() as unit:
        row = Election(organisation_id=unit.organisation_id, id=new_id(), **_defaults(fields))
        check_polling_day(polling_day(row))
        row.nation = check_kind(row.kind, row.nation)
        _hold_organisation(unit)
        first = _current(unit) is None
        if row.current and not first:
            _retire_current(unit)
        row.current = row.current or first
        unit.session.add(row)
        ctx.audit(unit, "election.created", "election", row.id, {"current": row.current})
        return election_view(row, ctx.now)


def change_election(ctx: Context, election_id: uuid.UUID, fields: ElectionFields) -> ElectionView:
    """Change the fields given. Another becomes current by `current: true`; the current one can't resign."""
    require(ctx.actor, Permission.ELECTION_MANAGE)
    with ctx.unit() as unit:
        _hold_organisation(unit)
        row = election_of(unit, election_id)
        if row.current and fields.get("current") is False:
            raise ValidationFailed.at("/current", "One election is always current. Set another one current.")
        if fields.get("current") and not row.current:
            _retire_current(unit)
        for name, value in _with_nation(row, fields).items():
            setattr(row, name, value)
        check_polling_day(polling_day(row))
        row.nation = check_kind(row.kind, row.nation)
        ctx.audit(unit, "election.changed", "election", row.id, {"fields": sorted(fields)})
        return election_view(row, ctx.now)


def current_election(unit: UnitOfWork) -> Election:
    """The current election of the organisation, made at first use: “Election”, without a date."""
    found = _current(unit)
    if found is not None:
        return found
    unit.session.execute(
        insert(Election)
        .values(organisation_id=unit.organisation_id, id=new_id(), name=FIRST_NAME, current=True)
        .on_conflict_do_nothing(index_elements=["organisation_id"], index_where=text("current"))
    )
    return unit.session.scalars(_which_is_current(unit)).one()


def election_of(unit: UnitOfWork, election_id: uuid.UUID) -> Election:
    """One election by its id; `NotFound` when the organisation has none such."""
    row = unit.session.get(Election, (unit.organisation_id, election_id))
    if row is None:
        raise NotFound
    return row


def polling_day(election: Election) -> PollingDay:
    """An election's day, for the rules about it."""
    return PollingDay(election.polling_on, election.opens_at, election.closes_at, election.timezone)


def _defaults(fields: ElectionFields) -> dict[str, Any]:
    return {
        "polling_on": None,
        "opens_at": dt.time(7),
        "closes_at": dt.time(22),
        "timezone": "Europe/London",
        "current": False,
        "kind": None,
        "nation": None,
        **fields,
    }


def _with_nation(row: Election, fields: ElectionFields) -> ElectionFields:
    """The fields, with no nation where another kind comes without one: the old one may not have such
    elections.
    """
    if "nation" in fields or fields.get("kind", row.kind) == row.kind:
        return fields
    kept = row.nation if row.nation in NATIONS_OF.get(fields.get("kind") or "", ()) else None
    return {**fields, "nation": kept}


def _hold_organisation(unit: UnitOfWork) -> None:
    """Two who set another election current come one after the other."""
    held = select(Organisation.id).where(Organisation.id == unit.organisation_id)
    unit.session.execute(held.with_for_update(key_share=True))


def _which_is_current(unit: UnitOfWork) -> Select[Election]:
    return select(Election).where(Election.organisation_id == unit.organisation_id, Election.current)


def _current(unit: UnitOfWork) -> Election | None:
    return unit.session.scalars(_which_is_current(unit)).one_or_none()


def _retire_current(unit: UnitOfWork) -> None:
    unit.session.execute(
        update(Election)
        .where(Election.organisation_id == unit.organisation_id, Election.current)
        .values(current=False)
    )


def election_view(row: Election, now: dt.datetime) -> ElectionView:
    """An election as it is shown."""
    return ElectionView(
        id=row.id,
        name=row.name,
        polling_on=row.polling_on,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        timezone=row.timezone,
        current=row.current,
        kind=row.kind,
        nation=row.nation,
        phase=polling_day(row).phase(now),
    )
