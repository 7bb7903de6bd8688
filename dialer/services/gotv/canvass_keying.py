"""Sheets that come back: codes keyed line by line, each of them on its own, and once however often."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dialer.domain.access import Permission
from dialer.domain.doorstep import DoorReport, read_code
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.canvass import LineView, SheetView, reach_walk, sheet_of
from dialer.services.gotv.door_results import NewDoorResult, note_door, take_result_back
from dialer.store.models.calling import Campaign
from dialer.store.queries.door_results import locked
from dialer.store.session import UnitOfWork

_KEYED_ANEW = "keyed anew"


@dataclass(frozen=True, slots=True)
class Keyed:
    """What became of a sheet: so many `noted` now, so many `known` already; `unread` are the lines whose
    code is none, or that the sheet doesn't have, with what was keyed there.
    """

    sheet: SheetView
    noted: int
    known: int
    unread: Mapping[int, str]


@again_after_deadlock
def key_sheet(
    ctx: Context, walk_id: uuid.UUID, codes: Mapping[int, str], at: dt.datetime | None = None
) -> Keyed:
    """Note what a sheet says, by line; `at` is when it was walked. A line without a code is left alone. What
    another code says of a line than before takes the place of what was noted on this walk.
    """
    with ctx.unit() as unit:
        walk, campaign = reach_walk(ctx, unit, walk_id, Permission.CANVASS_MANAGE)
        lines = {one.line: one for one in sheet_of(unit, walk, campaign).lines}
        written = {line: code for line, code in codes.items() if code.strip()}
        reports = {line: read_code(code) for line, code in written.items() if line in lines}
        noted = known = 0
        for line, report in sorted(reports.items()):
            if report is None:
                continue
            if _note(ctx, unit, campaign, (walk_id, lines[line]), replace(report, at=at)):
                noted += 1
            else:
                known += 1
        unread = {line: code for line, code in written.items() if reports.get(line) is None}
        told = {"walk": walk.number, "noted": noted, "known": known, "unread": len(unread)}
        ctx.audit(unit, "canvass.keyed", "campaign", campaign.id, told)
        return Keyed(sheet_of(unit, walk, campaign), noted, known, unread)


def _note(
    ctx: Context,
    unit: UnitOfWork,
    campaign: Campaign,
    on: tuple[uuid.UUID, LineView],
    report: DoorReport,
) -> bool:
    """Note a line; False where it says what is there already."""
    walk_id, line = on
    before = locked(unit, line.result_id) if line.result_id else None
    if before is not None:
        said = (report.outcome, report.support, report.voting_method)
        if said == (before.outcome, before.support, before.voting_method):
            return False
        take_result_back(ctx, unit, before, _KEYED_ANEW)
    note_door(ctx, unit, campaign, NewDoorResult(line.contact_id, report, walk_id=walk_id))
    return True
