"""Results at the door: kept once each, read by campaign, the latest first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from dialer.store.models.accounts import Account
from dialer.store.models.calling import CampaignList, Result, Script, ScriptVersion
from dialer.store.models.doorstep import DoorResult
from dialer.store.models.people import ListMember
from dialer.store.session import UnitOfWork


def keep(unit: UnitOfWork, values: dict[str, Any]) -> bool:
    """Keep a result; False where one with its id is there."""
    statement = insert(DoorResult).values(organisation_id=unit.organisation_id, **values)
    kept = unit.session.scalar(statement.on_conflict_do_nothing().returning(DoorResult.id))
    return kept is not None


def locked(unit: UnitOfWork, result_id: uuid.UUID) -> DoorResult | None:
    """A result, locked."""
    query = select(DoorResult).where(
        DoorResult.organisation_id == unit.organisation_id, DoorResult.id == result_id
    )
    return unit.session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()


def names_of(unit: UnitOfWork, account_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What those are called who noted results."""
    of = (Account.organisation_id == unit.organisation_id, Account.id.in_(account_ids))
    return {row.id: row.name for row in unit.session.execute(select(Account.id, Account.name).where(*of))}


def page_of_results(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    *,
    contact_id: uuid.UUID | None,
    outcome: str | None,
    after: tuple[dt.datetime, uuid.UUID] | None,
    limit: int,
) -> Sequence[DoorResult]:
    """A campaign's results from the latest on, those taken back too."""
    query = select(DoorResult).where(
        DoorResult.organisation_id == unit.organisation_id, DoorResult.campaign_id == campaign_id
    )
    if contact_id is not None:
        query = query.where(DoorResult.contact_id == contact_id)
    if outcome is not None:
        query = query.where(DoorResult.outcome == outcome)
    if after is not None:
        query = query.where(tuple_(DoorResult.at, DoorResult.id) < after)
    return unit.session.scalars(query.order_by(DoorResult.at.desc(), DoorResult.id.desc()).limit(limit)).all()


def counts(unit: UnitOfWork, campaign_id: uuid.UUID) -> tuple[dict[str, int], int]:
    """How many results of each outcome stand in a campaign, and of how many people."""
    standing = (
        DoorResult.organisation_id == unit.organisation_id,
        DoorResult.campaign_id == campaign_id,
        DoorResult.undone_at.is_(None),
    )
    rows = unit.session.execute(
        select(DoorResult.outcome, func.count().label("results"))
        .where(*standing)
        .group_by(DoorResult.outcome)
    )
    people = unit.session.scalar(select(func.count(DoorResult.contact_id.distinct())).where(*standing))
    return {row.outcome: row.results for row in rows}, people or 0


def is_on_lists(unit: UnitOfWork, campaign_id: uuid.UUID, contact_id: uuid.UUID) -> bool:
    """Whether a person is in one of a campaign's lists."""
    member = exists().where(
        CampaignList.organisation_id == unit.organisation_id,
        CampaignList.campaign_id == campaign_id,
        ListMember.organisation_id == CampaignList.organisation_id,
        ListMember.list_id == CampaignList.list_id,
        ListMember.contact_id == contact_id,
    )
    return bool(unit.session.scalar(select(member)))


def script_at_the_door(unit: UnitOfWork, script_id: uuid.UUID) -> ScriptVersion | None:
    """The version of a script that stands now."""
    query = (
        select(ScriptVersion)
        .join(
            Script,
            (Script.organisation_id == ScriptVersion.organisation_id)
            & (Script.id == ScriptVersion.script_id),
        )
        .where(
            Script.organisation_id == unit.organisation_id,
            Script.id == script_id,
            ScriptVersion.version == Script.version,
        )
    )
    return unit.session.scalar(query)


def others_with_status(unit: UnitOfWork, result: DoorResult | Result) -> Sequence[DoorResult | Result]:
    """The other results that stand, at doors and of calls, which changed the status of the same person."""
    at_doors = select(DoorResult).where(
        DoorResult.organisation_id == unit.organisation_id,
        DoorResult.contact_id == result.contact_id,
        DoorResult.effects.has_key("status"),
        DoorResult.id != result.id,
        DoorResult.undone_at.is_(None),
    )
    by_calls = select(Result).where(
        Result.organisation_id == unit.organisation_id,
        Result.contact_id == result.contact_id,
        Result.effects.has_key("status"),
        Result.id != result.id,
        Result.superseded_at.is_(None),
        Result.voided_at.is_(None),
    )
    return [*unit.session.scalars(at_doors), *unit.session.scalars(by_calls)]
