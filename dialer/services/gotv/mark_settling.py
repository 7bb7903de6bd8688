"""What a coordinator does with marks that wait: says whose they are, lets them count, or drops them.

Each works on marks that still wait: of two who press at once, the second is told how the mark stands.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition, ValidationFailed
from dialer.domain.turnout import COUNTED, UNDONE, UNKNOWN, Noted, read_written, state_of
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.mark_review import MarkSearch, MarkView, in_election, mark_of
from dialer.services.gotv.record import recompute_records
from dialer.store.models.people import Contact
from dialer.store.queries import mark_review, turnout_marks
from dialer.store.queries.electors import find_electors
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class SettledMarks:
    """How many marks were settled at once, and how many people count as voted by it who didn't before."""

    marks: int
    people: int


@again_after_deadlock
def count_mark(ctx: Context, mark_id: uuid.UUID) -> MarkView:
    """Let a held mark count for the person whose number it is."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        mark = mark_of(unit, mark_id)
        if mark.state == UNKNOWN:
            raise InvalidTransition(
                "Nobody, or more than one person, has this number. Say who it is.", state=mark.state
            )
        return _settle(ctx, unit, mark, "counted", state=COUNTED, why=None)


@again_after_deadlock
def match_mark(ctx: Context, mark_id: uuid.UUID, contact_id: uuid.UUID) -> MarkView:
    """Say who it is: the mark counts for that person, whatever number was noted."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        mark = mark_of(unit, mark_id)
        if unit.session.get(Contact, (unit.organisation_id, contact_id)) is None:
            raise ValidationFailed.at("/contact_id", "There is nobody with this id.")
        return _settle(ctx, unit, mark, "matched", state=COUNTED, why=None, contact_id=contact_id)


@again_after_deadlock
def move_mark(ctx: Context, mark_id: uuid.UUID, polling_district: str) -> MarkView:
    """Say in which district it was noted, and look there: it counts where its number fits one elector."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        mark = mark_of(unit, mark_id)
        number = read_written(mark.elector_number or "", polling_district)
        found = find_electors(unit.session, unit.organisation_id, [number])
        elector = found.electors.get(0)
        state, why = state_of(Noted(found.fits(0), elector.status if elector else "active"))
        return _settle(
            ctx,
            unit,
            mark,
            "moved",
            state=state,
            why=why,
            contact_id=elector.contact_id if elector else None,
            polling_district=polling_district.strip(),
            elector_key=number.tail or number.key,
        )


@again_after_deadlock
def drop_mark(ctx: Context, mark_id: uuid.UUID, *, reason: str) -> MarkView:
    """Take a mark that waits for no vote; it is kept, with the reason."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        mark = mark_of(unit, mark_id)
        return _settle(
            ctx, unit, mark, "dropped", reason=reason, state=UNDONE, undone_at=ctx.now, undone_reason=reason
        )


@again_after_deadlock
def count_held(ctx: Context, search: MarkSearch) -> SettledMarks:
    """Let all held marks that the search finds in one election (the current one, unless it is named) count,
    each for the person whose number it is; those of people who died or moved where `why` asks for them.
    """
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        search = in_election(unit, search)
        counted = mark_review.count_held(unit.session, unit.organisation_id, search)
        people: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
        for row in counted:
            people[row.election_id].add(row.contact_id)
        voted = [recompute_records(unit, election, people[election]) for election in sorted(people)]
        settled = SettledMarks(len(counted), sum(map(len, voted)))
        ctx.audit(unit, "turnout.counted", *_object(ctx, search), {"marks": settled.marks})
        return settled


@again_after_deadlock
def drop_waiting(ctx: Context, search: MarkSearch, *, reason: str) -> SettledMarks:
    """Drop all marks that wait and that the search finds in one election, for one reason."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        waiting = in_election(unit, search).conditions(unit.organisation_id)
        dropped = turnout_marks.undo_marks(
            unit.session,
            unit.organisation_id,
            turnout_marks.waiting_of(*waiting),
            at=ctx.now,
            reason=reason,
        )
        counts = {"marks": len(dropped)}
        ctx.audit(unit, "turnout.dropped", *_object(ctx, search), counts, reason=reason)
        return SettledMarks(len(dropped), 0)


def _settle(
    ctx: Context, unit: UnitOfWork, mark: MarkView, deed: str, *, reason: str | None = None, **values: object
) -> MarkView:
    settled = mark_review.settle_one(unit.session, unit.organisation_id, mark.id, **values)
    if settled is None:
        now = mark_of(unit, mark.id)
        raise InvalidTransition("Somebody has settled this mark already.", state=now.state)
    if values["state"] == COUNTED:
        recompute_records(unit, settled.election_id, [settled.contact_id])
    ctx.audit(unit, f"turnout.{deed}", "turnout_mark", mark.id, {"state": values["state"]}, reason=reason)
    unit.session.expire_all()
    return mark_of(unit, mark.id)


def _object(ctx: Context, search: MarkSearch) -> tuple[str, uuid.UUID]:
    if search.token_id is not None:
        return "token", search.token_id
    if search.account_id is not None:
        return "account", search.account_id
    return "organisation", ctx.organisation_id
