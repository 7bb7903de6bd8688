"""What came of a door: noted once, with all that follows in one transaction, and taken back whole."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialer.domain.access import Permission, Role, require
from dialer.domain.doorstep import DONE_WITH, DoorReport, faults
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.domain.script import Learned, Script
from dialer.domain.turnout import seen_at
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.calling.reach import reach_campaign
from dialer.services.calling.script_rows import script_from_row
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.door_effects import carry_out, take_back
from dialer.services.paging import Page, Slice, after_moment, cut
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.doorstep import DoorResult
from dialer.store.queries import door_results as shelf
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class DoorResultView:
    """A result at the door; `by` is the account that noted it, `by_name` its name. Times are aware UTC."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    contact_id: uuid.UUID
    outcome: str
    support: int | None
    voting_method: str | None
    needs_lift: bool | None
    id_ready: bool | None
    answers: Mapping[str, str]
    note: str | None
    language: str | None
    at: dt.datetime
    recorded_at: dt.datetime
    by: uuid.UUID | None
    by_name: str | None
    undone_at: dt.datetime | None
    undone_reason: str | None


@dataclass(frozen=True, slots=True)
class NewDoorResult:
    """A report and whom it is of; with the `id` that whoever sends it chose, if they did."""

    contact_id: uuid.UUID
    report: DoorReport
    id: uuid.UUID | None = None
    walk_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class DoorTotals:
    """A campaign's results at the door that stand: by outcome, of how many `people`, and how many of the
    results came of a talk or settled it (`done_with`).
    """

    results: int
    people: int
    done_with: int
    by_outcome: Mapping[str, int]


@again_after_deadlock
def record_door(ctx: Context, campaign_id: uuid.UUID, new: NewDoorResult) -> tuple[DoorResultView, bool]:
    """Note what came of a door for somebody on the campaign's lists; and whether that is new.

    The same with the same id again changes nothing, taken back or not; another one with it is a `Conflict`.
    What can't be taken: `ValidationFailed` with each place.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.DOOR_RECORD)
        if not shelf.is_on_lists(unit, campaign_id, new.contact_id):
            raise ValidationFailed.at("/contact_id", "Nobody on this campaign’s lists has this id.")
        result, is_new = note_door(ctx, unit, campaign, new)
        return _views(unit, [result])[0], is_new


def note_door(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, new: NewDoorResult
) -> tuple[DoorResult, bool]:
    """`record_door` for whoever was let in already, of somebody who may be told of."""
    script = _script(unit, campaign)
    if found := faults(new.report, script):
        raise ValidationFailed(errors=found)
    told = new.report.learned(script)
    row = _row(ctx, campaign, new, told)
    is_new = shelf.keep(unit, row)
    result = shelf.locked(unit, row["id"])
    if result is None or (result.campaign_id, result.contact_id, result.body_hash) != (
        campaign.id,
        new.contact_id,
        new.report.fingerprint(),
    ):
        raise Conflict("Another result has this id. Take a new one for what isn’t the same result.")
    if is_new:
        _carry_out(ctx, unit, campaign, result, told)
    return result, is_new


def _row(ctx: Context, campaign: Campaign, new: NewDoorResult, told: Learned) -> dict[str, Any]:
    report = new.report
    return {
        "id": new.id or new_id(),
        "campaign_id": campaign.id,
        "contact_id": new.contact_id,
        "walk_id": new.walk_id,
        "account_id": ctx.actor.account_id,
        "outcome": report.outcome,
        "support": told.support,
        "voting_method": told.voting_method,
        "needs_lift": told.needs_lift,
        "id_ready": told.id_ready,
        "answers": dict(report.answers),
        "note": report.note,
        "language": report.language,
        "body_hash": report.fingerprint(),
        "at": seen_at(report.at, ctx.now),
        "recorded_at": ctx.now,
    }


def _carry_out(ctx: Context, unit: UnitOfWork, campaign: Campaign, result: DoorResult, told: Learned) -> None:
    carry_out(unit, campaign.election_id, result, told)
    ctx.audit(unit, "door.recorded", "contact", result.contact_id, {"outcome": result.outcome})


def _script(unit: UnitOfWork, campaign: Campaign) -> Script | None:
    version = shelf.script_at_the_door(unit, campaign.script_id) if campaign.script_id else None
    return script_from_row(version) if version else None


@again_after_deadlock
def undo_door(ctx: Context, result_id: uuid.UUID, reason: str | None = None) -> DoorResultView:
    """Take a result back, as if it had never been; again: changes nothing.

    A no to knocking stays until a coordinator lifts it, as it does after a call. Volunteers take back their
    own.
    """
    require(ctx.actor, Permission.DOOR_RECORD)
    with ctx.unit() as unit:
        result = shelf.locked(unit, result_id)
        if result is None or not ctx.actor.sees_campaign(result.campaign_id):
            raise NotFound
        if ctx.actor.role is Role.VOLUNTEER and result.account_id != ctx.actor.account_id:
            raise NotFound
        if result.undone_at is None:
            take_result_back(ctx, unit, result, reason)
        return _views(unit, [result])[0]


def take_result_back(ctx: Context, unit: UnitOfWork, result: DoorResult, reason: str | None) -> None:
    """`undo_door` of a result (locked) that stands, for whoever was let in already."""
    result.undone_at, result.undone_by = ctx.now, ctx.actor.account_id
    result.undone_reason = reason
    unit.session.flush()
    take_back(unit, result, ctx.now)
    sync_queues(unit, now=ctx.now, contact_ids=[result.contact_id])
    ctx.audit(unit, "door.undone", "contact", result.contact_id, reason=reason)


def list_door_results(
    ctx: Context,
    campaign_id: uuid.UUID,
    page: Page,
    *,
    contact_id: uuid.UUID | None = None,
    outcome: str | None = None,
) -> Slice[DoorResultView]:
    """A campaign's results, the latest first, those taken back too."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.DOOR_READ)
        rows = shelf.page_of_results(
            unit,
            campaign_id,
            contact_id=contact_id,
            outcome=outcome,
            after=after_moment(page),
            limit=page.limit + 1,
        )
        found = cut(rows, page, lambda row: (row.at.isoformat(), str(row.id)))
        return Slice(_views(unit, found.items), found.next)


def door_totals(ctx: Context, campaign_id: uuid.UUID) -> DoorTotals:
    """How a campaign's canvass stands."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.DOOR_READ)
        by_outcome, people = shelf.counts(unit, campaign_id)
    done_with = sum(by_outcome.get(outcome, 0) for outcome in DONE_WITH)
    return DoorTotals(sum(by_outcome.values()), people, done_with, dict(sorted(by_outcome.items())))


def _views(unit: UnitOfWork, rows: Sequence[DoorResult]) -> list[DoorResultView]:
    names = shelf.names_of(unit, {row.account_id for row in rows if row.account_id})
    return [
        DoorResultView(
            id=row.id,
            campaign_id=row.campaign_id,
            contact_id=row.contact_id,
            outcome=row.outcome,
            support=row.support,
            voting_method=row.voting_method,
            needs_lift=row.needs_lift,
            id_ready=row.id_ready,
            answers=row.answers,
            note=row.note,
            language=row.language,
            at=row.at,
            recorded_at=row.recorded_at,
            by=row.account_id,
            by_name=names.get(row.account_id) if row.account_id else None,
            undone_at=row.undone_at,
            undone_reason=row.undone_reason,
        )
        for row in rows
    ]
