"""Take back marks of who has voted: of some electors, or all that one token or account made."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.turnout import read_written
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.record import recompute_records
from dialer.services.gotv.turnout import election_named
from dialer.services.gotv.views import NewMark, UndoneTurnout
from dialer.store.models.accounts import Account, ApiToken
from dialer.store.models.gotv import TurnoutMark
from dialer.store.queries import turnout_marks
from dialer.store.queries.electors import find_electors
from dialer.store.session import UnitOfWork


@again_after_deadlock
def undo_turnout(
    ctx: Context, marks: Sequence[NewMark], *, reason: str, election_id: uuid.UUID | None = None
) -> UndoneTurnout:
    """Take back every mark of these electors, whoever made it: they haven't voted."""
    require(ctx.actor, Permission.TURNOUT_UNDO)
    with ctx.unit() as unit:
        election = election_named(ctx, unit, election_id)
        numbers = [read_written(mark.elector_number, mark.polling_district) for mark in marks]
        found = find_electors(unit.session, unit.organisation_id, numbers)
        missing = [place for place in range(len(marks)) if place not in found.electors]
        people = {elector.contact_id for elector in found.electors.values()}
        undone = take_back(ctx, unit, turnout_marks.of_people(election, people), reason)
        take_back(ctx, unit, turnout_marks.of_nobody(election, [numbers[place] for place in missing]), reason)
        unknown = tuple(marks[place].elector_number for place in missing)
        ctx.audit(unit, "turnout.undone", "election", election, {"undone": undone}, reason=reason)
        return UndoneTurnout(undone, unknown)


@again_after_deadlock
def undo_turnout_by_token(ctx: Context, token_id: uuid.UUID, *, reason: str) -> UndoneTurnout:
    """Take back all marks that were made with one token; those of others stand."""
    return _undo_all_of(ctx, ApiToken, token_id, turnout_marks.of_token(token_id), reason)


@again_after_deadlock
def undo_turnout_by_account(ctx: Context, account_id: uuid.UUID, *, reason: str) -> UndoneTurnout:
    """Take back all marks that one account made, however it was signed in; those of others stand, and those
    that came with a call, a door, a text, an import or a sheet: that is taken back itself.
    """
    return _undo_all_of(ctx, Account, account_id, turnout_marks.of_account(account_id), reason)


def _undo_all_of(
    ctx: Context,
    kind: type[ApiToken | Account],
    author_id: uuid.UUID,
    condition: turnout_marks.Condition,
    reason: str,
) -> UndoneTurnout:
    require(ctx.actor, Permission.TURNOUT_UNDO)
    name = "token" if kind is ApiToken else "account"
    with ctx.unit() as unit:
        if unit.session.get(kind, (unit.organisation_id, author_id)) is None:
            raise ValidationFailed.at(f"/{name}_id", f"There is no {name} with this id.")
        undone = take_back(ctx, unit, condition, reason)
        ctx.audit(unit, "turnout.undone", name, author_id, {"undone": undone}, reason=reason)
        return UndoneTurnout(undone, ())


@again_after_deadlock
def undo_keyed(ctx: Context, sheet_id: uuid.UUID, mark_id: uuid.UUID, *, reason: str) -> UndoneTurnout:
    """Take back one mark keyed from a sheet (`NotFound` where it's none of that sheet's); those of others
    about the same person stand. Taken back already: no change.
    """
    require(ctx.actor, Permission.TURNOUT_UNDO)
    with ctx.unit() as unit:
        mark = unit.session.get(TurnoutMark, (unit.organisation_id, mark_id))
        if mark is None or mark.sheet_id != sheet_id:
            raise NotFound
        undone = take_back(ctx, unit, TurnoutMark.id == mark_id, reason)
        ctx.audit(unit, "turnout.undone", "turnout_mark", mark_id, {"undone": undone}, reason=reason)
        return UndoneTurnout(undone, ())


def take_back(ctx: Context, unit: UnitOfWork, condition: turnout_marks.Condition, reason: str) -> int:
    """Take back the marks that meet the condition; people come back to the queues. Returns how many."""
    undone = turnout_marks.undo_marks(
        unit.session, unit.organisation_id, condition, at=ctx.now, reason=reason
    )
    people: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for mark in undone:
        if mark.contact_id is not None:
            people[mark.election_id].add(mark.contact_id)
    for election_id in sorted(people):
        flipped = recompute_records(unit, election_id, people[election_id])
        sync_queues(unit, now=ctx.now, contact_ids=sorted(flipped))
    waiting = sum(mark.contact_id is None for mark in undone)
    return waiting + sum(len(contacts) for contacts in people.values())
