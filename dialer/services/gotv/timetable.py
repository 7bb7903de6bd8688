"""The timetable of an election: read, put right by hand, and what of it comes next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.election import PollingDay
from dialer.domain.timetable import (
    Due,
    Entered,
    Entry,
    Milestone,
    check_entered,
    days_left,
    timetable,
    upcoming,
)
from dialer.services.context import Context
from dialer.services.gotv.elections import ElectionView, election_of, election_view, polling_day
from dialer.services.gotv.uk_dates import uk_dates
from dialer.store.models.accounts import Account
from dialer.store.models.gotv import Election, ElectionDate
from dialer.store.quick import Quick
from dialer.store.session import UnitFactory, UnitOfWork

SOON_DAYS: Final = 14
"""For so many days before it is due, the next line of the timetable stands on every coordinator's page."""


@dataclass(frozen=True, slots=True)
class TimetableLine:
    """A line of a timetable as it is shown. Times are those of the election's clocks; `due_at` is the moment
    from which it is too late, `days_left` counts days of the calendar from today.
    """

    milestone: Milestone
    due: Due | None
    due_at: dt.datetime | None
    days_left: int | None
    is_over: bool
    usual: Due | None
    is_by_hand: bool
    changed_at: dt.datetime | None
    changed_by: uuid.UUID | None
    changed_by_name: str | None


@dataclass(frozen=True, slots=True)
class TimetableView:
    """The lines of an election's timetable by date, those without one last; `next` is the first to come."""

    election: ElectionView
    lines: tuple[TimetableLine, ...]
    next: TimetableLine | None

    def line(self, milestone: Milestone) -> TimetableLine:
        """The line of a milestone; one that nothing is known of where it has none here."""
        for line in self.lines:
            if line.milestone == milestone:
                return line
        return TimetableLine(milestone, None, None, None, False, None, False, None, None, None)


@dataclass(frozen=True, slots=True)
class NextDeadline:
    """What comes next in the current election, on its clocks."""

    election_id: uuid.UUID
    timezone: str
    line: TimetableLine


_CURRENT: Final = Quick("""
    SELECT e.id, e.polling_on, e.opens_at, e.closes_at, e.timezone, e.kind, e.nation,
           d.milestone, d.due_on, d.due_time, d.changed_at, d.changed_by
    FROM election e
    LEFT JOIN election_date d ON d.organisation_id = e.organisation_id AND d.election_id = e.id
    WHERE e.organisation_id = :organisation_id AND e.current
""")
"""Of an election that has a date of any kind: what the line on every page follows from."""


def next_deadline(units: UnitFactory, organisation_id: uuid.UUID, now: dt.datetime) -> NextDeadline | None:
    """What comes next in the current election, if that is within a fortnight. Asked by every page."""
    rows = units.ask(_CURRENT, {"organisation_id": organisation_id})
    if not rows:
        return None
    election_id, polling_on, opens_at, closes_at, zone, kind, nation = rows[0][:7]
    entered = {Milestone(row[7]): Entered(*row[8:]) for row in rows if row[7] is not None}
    usual = _dates_by_law(kind, nation, polling_on)
    entries = timetable(PollingDay(polling_on, opens_at, closes_at, zone), usual, entered)
    coming = upcoming(entries, zone, now)
    if coming is None or coming.due is None or days_left(coming.due, zone, now) > SOON_DAYS:
        return None
    return NextDeadline(election_id, zone, _line(coming, zone, now, {}))


def get_timetable(ctx: Context, election_id: uuid.UUID) -> TimetableView:
    """The timetable of one election; `NotFound` when the organisation has none such."""
    require(ctx.actor, Permission.ELECTION_READ)
    with ctx.unit() as unit:
        return timetable_of(ctx, unit, election_of(unit, election_id))


def enter_date(
    ctx: Context, election_id: uuid.UUID, milestone: Milestone, on: dt.date | None, time: dt.time | None
) -> TimetableView:
    """Say by hand when something is due, or that there is no such thing (`on` None). It counts from now on,
    whatever the law says; what the law says stays beside it.
    """
    require(ctx.actor, Permission.ELECTION_MANAGE)
    with ctx.unit() as unit:
        election = election_of(unit, election_id)
        check_entered(on, time, election.polling_on)
        if _write(ctx, unit, election_id, milestone, on=on, time=time):
            told = {"milestone": milestone.value, "due_on": on and on.isoformat()}
            ctx.audit(unit, "election.date_entered", "election", election_id, told)
        return timetable_of(ctx, unit, election)


def clear_date(ctx: Context, election_id: uuid.UUID, milestone: Milestone) -> TimetableView:
    """Take back what was entered by hand, if anything was: what the law says counts again."""
    require(ctx.actor, Permission.ELECTION_MANAGE)
    with ctx.unit() as unit:
        election = election_of(unit, election_id)
        gone = delete(ElectionDate).where(*_named(unit, election_id, milestone))
        if unit.session.execute(gone.returning(ElectionDate.milestone)).all():
            told = {"milestone": milestone.value}
            ctx.audit(unit, "election.date_cleared", "election", election_id, told)
        return timetable_of(ctx, unit, election)


def timetable_of(ctx: Context, unit: UnitOfWork, election: Election) -> TimetableView:
    """The timetable of an election that is at hand."""
    entered, names = _entered(unit, election.id)
    usual = _dates_by_law(election.kind, election.nation, election.polling_on)
    entries = timetable(polling_day(election), usual, entered)
    following = upcoming(entries, election.timezone, ctx.now)
    lines = {entry: _line(entry, election.timezone, ctx.now, names) for entry in entries}
    return TimetableView(
        election_view(election, ctx.now), tuple(lines.values()), lines[following] if following else None
    )


def _dates_by_law(
    kind: str | None, nation: str | None, polling_on: dt.date | None
) -> Mapping[Milestone, Due]:
    """What follows from an election's polling day by law; nothing where no law is known to us."""
    if kind is None or nation is None or polling_on is None:
        return {}
    return uk_dates(kind, nation, polling_on)


def _write(
    ctx: Context,
    unit: UnitOfWork,
    election_id: uuid.UUID,
    milestone: Milestone,
    *,
    on: dt.date | None,
    time: dt.time | None,
) -> bool:
    """Write a date down, also where somebody else writes it just then; whether that changed anything."""
    said = {"due_on": on, "due_time": time, "changed_at": ctx.now, "changed_by": ctx.actor.account_id}
    key = {"organisation_id": unit.organisation_id, "election_id": election_id, "milestone": milestone.value}
    as_it_was = tuple_(ElectionDate.due_on, ElectionDate.due_time)
    statement = insert(ElectionDate).values(key | said)
    statement = statement.on_conflict_do_update(
        index_elements=list(key),
        set_=said,
        where=as_it_was.is_distinct_from(tuple_(statement.excluded.due_on, statement.excluded.due_time)),
    )
    return bool(unit.session.execute(statement.returning(ElectionDate.milestone)).all())


def _named(unit: UnitOfWork, election_id: uuid.UUID, milestone: Milestone) -> list[ColumnElement[bool]]:
    return [
        ElectionDate.organisation_id == unit.organisation_id,
        ElectionDate.election_id == election_id,
        ElectionDate.milestone == milestone.value,
    ]


def _entered(
    unit: UnitOfWork, election_id: uuid.UUID
) -> tuple[dict[Milestone, Entered], dict[uuid.UUID | None, str]]:
    """What was entered by hand, and what those who did are called."""
    statement = (
        select(ElectionDate, Account.name)
        .outerjoin(
            Account,
            (Account.organisation_id == ElectionDate.organisation_id)
            & (Account.id == ElectionDate.changed_by),
        )
        .where(ElectionDate.organisation_id == unit.organisation_id, ElectionDate.election_id == election_id)
    )
    entered, names = {}, {}
    for row, name in unit.session.execute(statement):
        entered[Milestone(row.milestone)] = Entered(row.due_on, row.due_time, row.changed_at, row.changed_by)
        names[row.changed_by] = name
    return entered, names


def _line(entry: Entry, zone: str, now: dt.datetime, names: Mapping[uuid.UUID | None, str]) -> TimetableLine:
    due, by_hand = entry.due, entry.entered
    ends_at = due.ends_at(zone) if due else None
    return TimetableLine(
        milestone=entry.milestone,
        due=due,
        due_at=ends_at,
        days_left=days_left(due, zone, now) if due else None,
        is_over=ends_at is not None and ends_at <= now,
        usual=entry.usual,
        is_by_hand=by_hand is not None,
        changed_at=by_hand.changed_at if by_hand else None,
        changed_by=by_hand.changed_by if by_hand else None,
        changed_by_name=names.get(by_hand.changed_by) if by_hand else None,
    )
