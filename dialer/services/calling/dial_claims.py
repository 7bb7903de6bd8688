"""Numbers for the dialler: taken from the line many at once, past the gate, held, and written down as dials
that wait to be rung, each with why it is rung; and given back where that came to nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert

from dialer.domain.abandonment import REST
from dialer.domain.access import Permission, require
from dialer.domain.caller_id import pick_caller_id
from dialer.domain.contact_gate import NumberFacts, first_callable, may_contact
from dialer.domain.dialling import NOBODYS_AFTER, STALE_AFTER, Reason, ledger_of
from dialer.domain.postcode_zones import zones_of_postcode
from dialer.domain.ringing import TOO_LATE
from dialer.services.calling.claimed_numbers import current_version, set_aside
from dialer.services.calling.dial_usage import keep_usage, usage_under
from dialer.services.calling.facts import Person, calling_rules, number_facts, people
from dialer.services.calling.language_lanes import Speaking, of_room
from dialer.services.calling.tried import tried_numbers
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.calling import Assignment, Campaign
from dialer.store.models.calls import Call
from dialer.store.models.pacing import PacerLease
from dialer.store.queries import dialling, queue
from dialer.store.queries.dialling import DueClaim
from dialer.store.session import UnitOfWork

ROUNDS: Final = 5
"""How often one second looks again where numbers that may not be rung were among those it got."""
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be claimed for a campaign, and in which moment of it."""

    mode: str
    fence: int
    asked: int
    most: int
    free: int


@dataclass(frozen=True, slots=True)
class _Line:
    """Somebody who may be rung, with everybody on their number."""

    claim: DueClaim
    number: NumberFacts
    person: Person
    there: Sequence[uuid.UUID]
    assignment_id: uuid.UUID
    call_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Claimed:
    """The dials, in the order in which they are to be rung; with none, whether numbers left the line instead
    that may not be rung.
    """

    calls: list[uuid.UUID]
    passed_over: bool = False


def claim_lines(ctx: Context, unit: UnitOfWork, campaign: Campaign, wish: Wish) -> Claimed:
    """Take up to so many numbers."""
    claimed: list[uuid.UUID] = []
    passed_over: list[uuid.UUID] = []
    for _ in range(ROUNDS):
        speaking = of_room(unit, campaign, wish.most - len(claimed))
        claims = dialling.claim_numbers(
            unit,
            campaign.id,
            ctx.now,
            rested=ctx.now - REST,
            passed_over=passed_over,
            lanes=speaking.lanes,
            most=wish.most - len(claimed),
        )
        if claims:
            lines = _callable(ctx, unit, campaign, claims, speaking)
            claimed += _take(ctx, unit, campaign, wish, lines) if lines else []
            passed_over += [claim.entry_id for claim in claims]
        if not claims or len(claimed) >= wish.most:
            break
    return Claimed(claimed, passed_over=not claimed and queue.has_out(unit, passed_over))


def _callable(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, claims: Sequence[DueClaim], speaking: Speaking
) -> list[_Line]:
    """Those on which somebody may be rung now; the others leave the line as the gate says, but for those
    whose people wait for somebody who speaks their language.
    """
    numbers = [claim.number for claim in claims]
    there = people(unit, campaign, numbers=numbers)
    holders = dialling.holders(unit, numbers)
    tried = tried_numbers(unit, campaign, numbers, ctx.now)
    rules, found = calling_rules(campaign), []
    for claim in claims:
        on_number = [one for one in sorted(holders.get(claim.number, ())) if one in there]
        facts = [there[one].facts() for one in on_number]
        number = number_facts(claim, ctx.phones, tried[claim.number])
        understood = [one.facts() for one in speaking.with_(there[each] for each in on_number)]
        chosen = first_callable(understood, number, rules, ctx.now)
        if chosen is None and first_callable(facts, number, rules, ctx.now) is None:
            set_aside(unit, claim, [may_contact(person, number, rules, ctx.now) for person in facts])
        elif chosen is not None:
            person = there[uuid.UUID(chosen.contact_id)]
            found.append(_Line(claim, number, person, on_number, new_id(), new_id()))
    return found


def _take(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, wish: Wish, lines: Sequence[_Line]
) -> list[uuid.UUID]:
    """Hold these and write their dials down, but for those of whom somebody else has anybody in hand."""
    version = current_version(unit, campaign)
    dialling.write_assignments(unit, [_assignment(ctx, unit, campaign, line, version) for line in lines])
    whole = dialling.hold_all(unit, {line.assignment_id: (line.claim.number, line.there) for line in lines})
    taken = [line for line in lines if line.assignment_id in whole]
    if taken:
        dialling.set_all_held(unit, [line.claim.entry_id for line in taken])
        rows = _numbered(unit, campaign, [_dial(ctx, unit, campaign, wish, line) for line in taken], ctx.now)
        unit.session.execute(insert(Call), rows)
    return [line.call_id for line in taken]


def _numbered(
    unit: UnitOfWork, campaign: Campaign, rows: Sequence[dict[str, Any]], now: dt.datetime
) -> Sequence[dict[str, Any]]:
    """Dials with the number that each of these people sees, in turn."""
    lease = unit.session.get_one(PacerLease, (unit.organisation_id, campaign.id))
    usage = usage_under(unit, campaign, lease, now)
    for row in rows:
        row["caller_id"] = caller_id = pick_caller_id(campaign.caller_ids, row["number"], usage)
        usage = usage.and_one(str(caller_id))
    keep_usage(lease, usage, now)
    return rows


def _assignment(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, line: _Line, version: uuid.UUID | None
) -> dict[str, Any]:
    return {
        "organisation_id": unit.organisation_id,
        "id": line.assignment_id,
        "campaign_id": campaign.id,
        "queue_entry_id": line.claim.entry_id,
        "contact_id": line.person.id,
        "number": line.claim.number,
        "household_ids": [one for one in line.there if one != line.person.id],
        "script_version_id": version,
        "state": "dialling",
        "attempt": line.person.standing.attempts + 1,
        "created_at": ctx.now,
        "expires_at": ctx.now,
    }


def _dial(ctx: Context, unit: UnitOfWork, campaign: Campaign, wish: Wish, line: _Line) -> dict[str, Any]:
    reason = Reason(
        mode=wish.mode,
        rank=line.claim.rank,
        due_at=line.claim.due_at,
        attempt=line.person.standing.attempts + 1,
        others=len(line.there) - 1,
        asked=wish.asked,
        free=wish.free,
    )
    home = zones_of_postcode(line.person.callee.postcode, line.claim.number, campaign.timezone)
    return {
        "organisation_id": unit.organisation_id,
        "id": line.call_id,
        "direction": "outbound",
        "mode": "dialled",
        "campaign_id": campaign.id,
        "contact_id": line.person.id,
        "assignment_id": line.assignment_id,
        "number": line.claim.number,
        "state": "queued",
        "dial_state": "waiting",
        "fence": wish.fence,
        "why": ledger_of(reason, line.number, ctx.now, home),
        "deadline_at": ctx.now + NOBODYS_AFTER,
        "created_at": ctx.now,
    }


@again_after_deadlock
def give_back_stale(ctx: Context) -> int:
    """Give back every number that was claimed a while ago and still waits to be rung, whichever process
    claimed it; how many.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        found = dialling.lock_waiting(unit, dialling.stale(unit, ctx.now - STALE_AFTER, AT_ONCE))
        give_back_lines(ctx, unit, found, TOO_LATE)
        return len(found)


def give_back_lines(
    ctx: Context, unit: UnitOfWork, found: Sequence[tuple[Call, Assignment]], reason: str
) -> None:
    """Give back what was claimed and not rung (locked): due at once. The policy never heard of it."""
    if not found:
        return
    for call, assignment in found:
        call.state, call.dial_state = "canceled", "given_up"
        call.end_reason, call.ended_at = reason, ctx.now
        assignment.state, assignment.closed_at = "expired", ctx.now
    queue.put_first(unit, [assignment.queue_entry_id for _, assignment in found], ctx.now)
    unit.session.flush()
    queue.release(unit, [assignment.id for _, assignment in found])
