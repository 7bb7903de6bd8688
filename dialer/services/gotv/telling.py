"""The tellers' desk: what their page shows, marks as their phones send them, and their own taken back.

The page and these words follow the Electoral Commission's “Dos and don’ts for tellers”: outside the polling
place, whoever is asked may refuse, nobody asks how they voted.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.access import Permission, require
from dialer.domain.election import Phase
from dialer.domain.telling import UNDO_WITHIN, Outcome, is_practice
from dialer.domain.turnout import is_within
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import election_of, polling_day
from dialer.services.gotv.turnout import TELLER, election_named, mark_turnout
from dialer.services.gotv.turnout_undo import take_back
from dialer.services.gotv.views import NewMark, ToldMark
from dialer.store.models.gotv import TurnoutMark
from dialer.store.queries import telling, turnout_marks
from dialer.store.queries.telling import District

LINES: Final = 20
_OWN: Final = "by the teller"

PollingDistrict = District
"""A polling district with its station, under a name that doors may use."""


@dataclass(frozen=True, slots=True)
class OwnMark:
    """A number that a teller noted, and how it stands."""

    client_id: uuid.UUID
    elector_number: str
    polling_district: str | None
    at: dt.datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class TellerDesk:
    """What a teller's page shows. `opens_at` and `closes_at` are None while the day isn't known."""

    election_id: uuid.UUID
    election_name: str
    phase: Phase
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    timezone: str
    districts: Sequence[District]
    lines: Sequence[OwnMark]
    this_hour: int
    today: int


def teller_desk(ctx: Context) -> TellerDesk:
    """The election that a teller notes marks in, their districts, and their own last numbers."""
    require(ctx.actor, Permission.TURNOUT_RECORD)
    with ctx.unit() as unit:
        election = election_of(unit, election_named(ctx, unit, None))
        day = polling_day(election)
        here = ctx.now.astimezone(ZoneInfo(day.timezone))
        where = (unit.session, unit.organisation_id, election.id)
        account_id = ctx.actor.account_id
        rows = telling.own_marks(*where, account_id, LINES) if account_id else []
        hour = here.replace(minute=0, second=0, microsecond=0)
        own = functools.partial(telling.count_own, *where, hour=hour, today=hour.replace(hour=0))
        counts = own(account_id=account_id) if account_id else (0, 0)
        return TellerDesk(
            election_id=election.id,
            election_name=election.name,
            phase=day.phase(ctx.now),
            opens_at=day.at(day.opens_at),
            closes_at=day.at(day.closes_at),
            timezone=day.timezone,
            districts=_districts(ctx, telling.districts(unit.session, unit.organisation_id)),
            lines=[_own(*row) for row in rows],
            this_hour=counts[0],
            today=counts[1],
        )


def tell(
    ctx: Context, marks: Sequence[NewMark], election_id: uuid.UUID | None = None
) -> Sequence[ToldMark] | None:
    """Take a teller's marks, each named by their phone; None before the polls open: nothing is kept then.

    `election_id` is the one that they were noted in, where a phone has kept them since an earlier one.
    """
    require(ctx.actor, Permission.TURNOUT_RECORD)
    with ctx.unit() as unit:
        day = polling_day(election_of(unit, election_named(ctx, unit, election_id)))
    if is_practice(day, ctx.now):
        return None
    return mark_turnout(ctx, [replace(mark, source=TELLER) for mark in marks], election_id).each


@again_after_deadlock
def take_back_own(ctx: Context, client_ids: Collection[uuid.UUID]) -> int:
    """Take back what the actor themselves noted by these ids, lately; what others saw stands.

    Returns how many. What isn't theirs, is too old or was taken back already changes nothing.
    """
    require(ctx.actor, Permission.TURNOUT_RECORD)
    if ctx.actor.account_id is None:
        return 0
    with ctx.unit() as unit:
        marks = telling.own_evidence(
            unit.session, unit.organisation_id, ctx.actor.account_id, client_ids, ctx.now - UNDO_WITHIN
        )
        undone = take_back(ctx, unit, turnout_marks.of_ids(marks), _OWN)
        if undone:
            election = election_named(ctx, unit, None)
            ctx.audit(unit, "turnout.undone", "election", election, {"undone": undone}, reason=_OWN)
        return undone


def _districts(ctx: Context, known: Sequence[District]) -> Sequence[District]:
    """Those that a teller may mark in, with those of theirs that no elector lives in yet."""
    theirs = ctx.actor.polling_districts
    within = [one for one in known if is_within(one.name, theirs)]
    names = {one.name.strip().casefold() for one in within}
    new = [District(name, None) for name in theirs if name.strip().casefold() not in names]
    return sorted([*within, *new], key=lambda one: one.name)


def _own(client_id: uuid.UUID, mark: TurnoutMark, outcome: str) -> OwnMark:
    return OwnMark(client_id, mark.elector_number or "", mark.polling_district, mark.at, Outcome(outcome))
