"""Marks of who has voted: taken in thousands, matched by elector number."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialer.domain.access import Permission, Role, require
from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.domain.telling import Outcome, noted_at
from dialer.domain.turnout import (
    COUNTED,
    HELD,
    UNKNOWN,
    Noted,
    WrittenNumber,
    is_within,
    read_written,
    seen_at,
    state_of,
)
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of, polling_day
from dialer.services.gotv.haste import hold_haste, too_hasty
from dialer.services.gotv.mark_receipts import Taken, give_receipts, sort_out, with_again
from dialer.services.gotv.record import recompute_records
from dialer.services.gotv.views import MarkedTurnout, NewMark
from dialer.store.models import new_id
from dialer.store.models.gotv import Election
from dialer.store.models.teller_sheets import TellerSheet
from dialer.store.queries import turnout_marks
from dialer.store.queries.electors import Elector, find_electors
from dialer.store.queries.turnout_marks import Author, MarkRow
from dialer.store.session import UnitOfWork

TELLER: Final = "teller"
_TOLD: Final = {UNKNOWN: Outcome.UNKNOWN, HELD: Outcome.HELD}

Evidence = tuple[object, str]
"""A person, or the number of nobody with its district; and who says so."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A mark with whom it stands for."""

    mark: NewMark
    number: WrittenNumber
    elector: Elector | None
    fits: int
    source: str
    at: dt.datetime

    @property
    def evidence(self) -> Evidence:
        """What it is evidence of: marks of one author that say the same are one."""
        if self.elector is not None:
            return self.elector.contact_id, self.source
        return (self.key, self.mark.polling_district), self.source

    @property
    def box(self) -> str | None:
        """Where it was noted: what its author says, or else the person's own polling district."""
        return self.mark.polling_district or (self.elector.polling_district if self.elector else None)

    @property
    def key(self) -> str:
        """By what it is looked for again while nobody is found."""
        return self.number.tail or self.number.key


@dataclass(frozen=True, slots=True)
class _Standing:
    """Since when something is noted, and how that mark stands."""

    at: dt.datetime
    state: str


@again_after_deadlock
def mark_turnout(
    ctx: Context,
    marks: Sequence[NewMark],
    election_id: uuid.UUID | None = None,
    *,
    sheet_id: uuid.UUID | None = None,
) -> MarkedTurnout:
    """Take marks, each on its own: who is known counts as voted from now on, everywhere.

    A mark of somebody who counts already is a duplicate, kept as evidence where it is new. A number that
    fits nobody, or several, waits as `unknown`; one out of the teller's districts or election, faster than
    people can vote, or of somebody who died or moved away, is `held` (`domain.turnout.state_of`). One sent
    again stands as it stands. `sheet_id` is the teller's sheet that they are keyed from.
    """
    require(ctx.actor, Permission.TURNOUT_RECORD)
    with ctx.unit() as unit:
        election = election_named(ctx, unit, election_id)
        if sheet_id is not None:
            _hold_sheet(unit, sheet_id)
        hold_haste(ctx, unit)
        sent = sort_out(unit, marks)
        placed = _place(ctx, unit, election, sent.fresh)
        author = Author(ctx.actor.account_id, ctx.actor.token_id, sheet_id)
        noted = _noted(unit, election, author, placed)
        new = _judged(ctx, unit, election, _new_evidence(placed, noted))
        for one, row in new:
            noted[one.evidence] = _Standing(one.at, row.state)
        people = {row.contact_id for _, row in new if row.contact_id and row.state == COUNTED}
        where = (unit.session, unit.organisation_id, election, author)
        turnout_marks.add_marks(*where, [row for _, row in new])
        voted = recompute_records(unit, election, people)
        outcome = _outcome(placed, noted, accepted=len(voted))
        receipts = give_receipts(ctx, unit, election, _taken(placed, noted, new, voted))
        outcome = with_again(replace(outcome, each=tuple(receipts)), sent.again)
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


def _hold_sheet(unit: UnitOfWork, sheet_id: uuid.UUID) -> None:
    """Let nobody take a sheet back while numbers are keyed from it; whoever did so already is told."""
    sheet = unit.session.get(TellerSheet, (unit.organisation_id, sheet_id), with_for_update={"read": True})
    if sheet is None:
        raise NotFound
    if sheet.undone_at is not None:
        raise InvalidTransition("This sheet was taken back. Make it anew.", state="undone")


def _place(ctx: Context, unit: UnitOfWork, election_id: uuid.UUID, marks: Sequence[NewMark]) -> list[_Placed]:
    day = polling_day(election_of(unit, election_id))
    marks = _in_usual_district(marks, ctx.actor.polling_districts)
    numbers = [read_written(mark.elector_number, mark.polling_district) for mark in marks]
    found = find_electors(unit.session, unit.organisation_id, numbers)
    usual = TELLER if ctx.actor.role is Role.TELLER else "manual"
    return [
        _Placed(
            mark=mark,
            number=numbers[place],
            elector=found.electors.get(place),
            fits=found.fits(place),
            source=(source := mark.source or usual),
            at=noted_at(mark.at, ctx.now, day) if source == TELLER else seen_at(mark.at, ctx.now),
        )
        for place, mark in enumerate(marks)
    ]


def _in_usual_district(marks: Sequence[NewMark], districts: Collection[str]) -> Sequence[NewMark]:
    """A teller of one polling district needn't name it."""
    if len(districts) != 1:
        return marks
    (usual,) = districts
    return [replace(mark, polling_district=mark.polling_district or usual) for mark in marks]


def _noted(
    unit: UnitOfWork, election_id: uuid.UUID, author: Author, placed: Sequence[_Placed]
) -> dict[Evidence, _Standing]:
    """What this author has noted of the same already: of each the earliest time."""
    known = turnout_marks.marks_by_author(
        unit.session,
        unit.organisation_id,
        election_id,
        author,
        contacts={one.elector.contact_id for one in placed if one.elector},
        keys={one.key for one in placed if not one.elector},
    )
    noted: dict[Evidence, _Standing] = {}
    for row in known:
        evidence = (row.contact_id or (row.elector_key, row.polling_district), row.source)
        if evidence not in noted or row.at < noted[evidence].at:
            noted[evidence] = _Standing(row.at, row.state)
    return noted


def _new_evidence(placed: Sequence[_Placed], noted: Mapping[Evidence, _Standing]) -> list[_Placed]:
    """What isn't noted yet: a mark sent again is no new evidence unless it tells an earlier time."""
    earliest = {evidence: standing.at for evidence, standing in noted.items()}
    new = []
    for one in placed:
        if one.evidence not in earliest or one.at < earliest[one.evidence]:
            earliest[one.evidence] = one.at
            new.append(one)
    return new


def _judged(
    ctx: Context, unit: UnitOfWork, election_id: uuid.UUID, new: Sequence[_Placed]
) -> list[tuple[_Placed, MarkRow]]:
    districts = ctx.actor.polling_districts
    in_election = ctx.actor.election_id in {None, election_id}
    judged = []
    for one, fast in zip(new, too_hasty(ctx, unit, [one.at for one in new]), strict=True):
        elector = one.elector
        known = Noted(
            fits=one.fits,
            status=elector.status if elector else "active",
            in_election=in_election,
            in_district=elector is None or is_within(elector.polling_district, districts),
            too_fast=fast,
        )
        judged.append((one, _row(one, *state_of(known))))
    return judged


def _row(one: _Placed, state: str, why: str | None) -> MarkRow:
    return MarkRow(
        id=new_id(),
        contact_id=one.elector.contact_id if one.elector else None,
        elector_number=one.mark.elector_number,
        elector_key=one.key,
        polling_district=one.box,
        state=state,
        why=why,
        source=one.source,
        at=one.at,
    )


def _taken(
    placed: Sequence[_Placed],
    noted: Mapping[Evidence, _Standing],
    new: Sequence[tuple[_Placed, MarkRow]],
    voted: frozenset[uuid.UUID],
) -> list[Taken]:
    """What became of each mark: of several about one person, the first is the one that made them count."""
    rows, counted, taken = {id(one): row for one, row in new}, set[uuid.UUID](), list[Taken]()
    for one in placed:
        contact_id = one.elector.contact_id if one.elector else None
        outcome = _TOLD.get(noted[one.evidence].state, Outcome.DUPLICATE)
        is_first = contact_id in voted and contact_id not in counted
        if contact_id and is_first and outcome is Outcome.DUPLICATE:
            outcome = Outcome.ACCEPTED
            counted.add(contact_id)
        row = rows.get(id(one))
        taken.append(Taken(one.mark, outcome, contact_id, row.id if row else None))
    return taken


def _outcome(placed: Sequence[_Placed], noted: Mapping[Evidence, _Standing], accepted: int) -> MarkedTurnout:
    by_state: Mapping[str, list[str]] = defaultdict(list)
    for one in placed:
        by_state[noted[one.evidence].state].append(one.mark.elector_number)
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
