"""Marks of who has voted: taken in thousands, matched by elector number."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dialer.domain.access import Permission, Role, require
from dialer.domain.errors import ValidationFailed
from dialer.domain.turnout import COUNTED, HELD, UNKNOWN, WrittenNumber, is_within, read_written, seen_at
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.gotv.record import recompute_records
from dialer.services.gotv.views import MarkedTurnout, NewMark
from dialer.store.models import new_id
from dialer.store.models.gotv import Election
from dialer.store.queries import turnout_marks
from dialer.store.queries.electors import Elector, find_electors
from dialer.store.queries.turnout_marks import Author, MarkRow
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mark with whom it stands for, and what is to become of it."""

    mark: NewMark
    number: WrittenNumber
    elector: Elector | None
    state: str
    source: str
    at: dt.datetime


@again_after_deadlock
def mark_turnout(
    ctx: Context, marks: Sequence[NewMark], election_id: uuid.UUID | None = None
) -> MarkedTurnout:
    """Take marks, each on its own: who is known counts as voted from now on, everywhere.

    A mark of somebody who counts already is a duplicate, kept as evidence where it is new. A number that
    fits nobody, or several, waits as `unknown`; one out of the teller's districts or election is `held`.
    """
    require(ctx.actor, Permission.TURNOUT_RECORD)
    with ctx.unit() as unit:
        election = election_named(ctx, unit, election_id)
        placed = _place(ctx, unit, election, marks)
        people = {one.elector.contact_id for one in placed if one.elector and one.state == COUNTED}
        where = (unit.session, unit.organisation_id, election, _author(ctx))
        turnout_marks.add_marks(*where, _new_evidence(ctx, unit, election, placed))
        new = recompute_records(unit, election, people)
        outcome = _outcome(placed, accepted=len(new))
        ctx.audit(unit, "turnout.marked", "election", election, _counts(outcome))
        return outcome


def election_named(ctx: Context, unit: UnitOfWork, election_id: uuid.UUID | None) -> uuid.UUID:
    """The election that marks are about: the one named, else the token's own, else the current one."""
    wanted = election_id or ctx.actor.election_id
    if wanted is None:
        return current_election(unit).id
    if unit.session.get(Election, (unit.organisation_id, wanted)) is None:
        raise ValidationFailed.at("/election_id", "There is no election with this id.")
    return wanted


def _place(ctx: Context, unit: UnitOfWork, election_id: uuid.UUID, marks: Sequence[NewMark]) -> list[_Placed]:
    districts = ctx.actor.polling_districts
    marks = _in_usual_district(marks, districts)
    numbers = [read_written(mark.elector_number, mark.polling_district) for mark in marks]
    found = find_electors(unit.session, unit.organisation_id, numbers)
    elsewhere = ctx.actor.election_id not in {None, election_id}
    source = "teller" if ctx.actor.role is Role.TELLER else "manual"
    return [
        _Placed(
            mark=mark,
            number=numbers[place],
            elector=found.get(place),
            state=HELD if elsewhere else _state(found.get(place), districts),
            source=mark.source or source,
            at=seen_at(mark.at, ctx.now),
        )
        for place, mark in enumerate(marks)
    ]


def _in_usual_district(marks: Sequence[NewMark], districts: Collection[str]) -> Sequence[NewMark]:
    """A teller of one polling district needn't name it."""
    if len(districts) != 1:
        return marks
    (usual,) = districts
    return [replace(mark, polling_district=mark.polling_district or usual) for mark in marks]


def _state(elector: Elector | None, districts: Collection[str]) -> str:
    if elector is None:
        return UNKNOWN
    return COUNTED if is_within(elector.polling_district, districts) else HELD


Evidence = tuple[object, str]


def _new_evidence(
    ctx: Context, unit: UnitOfWork, election_id: uuid.UUID, placed: Sequence[_Placed]
) -> list[MarkRow]:
    """Rows for what isn't noted yet: a mark sent again is no new evidence unless it tells an earlier time."""
    noted = _noted(ctx, unit, election_id, placed)
    rows = []
    for one in placed:
        about = _about(one.elector, one.number.tail or one.number.key, one.mark.polling_district)
        evidence = (about, one.source)
        if evidence in noted and noted[evidence] <= one.at:
            continue
        noted[evidence] = one.at
        rows.append(_row(one))
    return rows


def _noted(
    ctx: Context, unit: UnitOfWork, election_id: uuid.UUID, placed: Sequence[_Placed]
) -> dict[Evidence, dt.datetime]:
    known = turnout_marks.marks_by_author(
        unit.session,
        unit.organisation_id,
        election_id,
        _author(ctx),
        contacts={one.elector.contact_id for one in placed if one.elector},
        keys={one.number.tail or one.number.key for one in placed if not one.elector},
    )
    noted: dict[Evidence, dt.datetime] = {}
    for row in known:
        about = row.contact_id or (row.elector_key, row.polling_district)
        noted[about, row.source] = min(row.at, noted.get((about, row.source), row.at))
    return noted


def _about(elector: Elector | None, key: str, polling_district: str | None) -> object:
    return elector.contact_id if elector else (key, polling_district)


def _author(ctx: Context) -> Author:
    return Author(ctx.actor.account_id, ctx.actor.token_id)


def _row(one: _Placed) -> MarkRow:
    return MarkRow(
        id=new_id(),
        contact_id=one.elector.contact_id if one.elector else None,
        elector_number=one.mark.elector_number,
        elector_key=one.number.tail or one.number.key,
        polling_district=one.mark.polling_district,
        state=one.state,
        source=one.source,
        at=one.at,
    )


def _outcome(placed: Sequence[_Placed], accepted: int) -> MarkedTurnout:
    by_state: Mapping[str, list[str]] = defaultdict(list)
    for one in placed:
        by_state[one.state].append(one.mark.elector_number)
    return MarkedTurnout(
        accepted=accepted,
        duplicates=len(by_state[COUNTED]) - accepted,
        unknown=tuple(by_state[UNKNOWN]),
        held=tuple(by_state[HELD]),
    )


def _counts(outcome: MarkedTurnout) -> dict[str, int]:
    return {
        "accepted": outcome.accepted,
        "duplicates": outcome.duplicates,
        "unknown": len(outcome.unknown),
        "held": len(outcome.held),
    }
