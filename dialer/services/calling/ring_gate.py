"""The gate of a rung call: asked when it is wished for, and again immediately before the contact rings."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from dialer.domain.access import Permission
from dialer.domain.contact_gate import NumberFacts, Refusal, may_contact
from dialer.domain.line import SHIFT_OVER
from dialer.domain.quiet_hours import zones_of_number
from dialer.services.budget import left_of_its_own
from dialer.services.calling.facts import calling_rules, people
from dialer.services.calling.line_states import is_wanted
from dialer.services.calling.reach import reach_assignment
from dialer.services.calling.tried import Tried, tried_numbers
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.models.gotv import VoterRecord
from dialer.store.queries.calls import barred, barred_numbers
from dialer.store.session import UnitOfWork

ALL_PAUSED: Final = "all_paused"
CAMPAIGN_PAUSED: Final = "campaign_paused"
COST_CAP: Final = "cost_cap"
NOT_IN_HAND: Final = "not_in_hand"
VOTED: Final = str(Refusal.VOTED)

WORDS: Final = {
    ALL_PAUSED: "All calling is stopped just now.",
    CAMPAIGN_PAUSED: "Nobody is called in this campaign just now.",
    COST_CAP: "The campaign has spent what it may.",
    NOT_IN_HAND: "This contact isn’t in your hands any more.",
    "suppressed": "This number must not be called.",
    "opted_out": "This person doesn’t want to be called.",
    "deceased": "This person has died.",
    "moved": "This person has moved.",
    "dead_number": "This number is out of use.",
    "country": "Numbers in this country can’t be rung from here.",
    VOTED: "This person has voted.",
    "over": "This person is done with in this campaign.",
    "other_number": "This person is to be called on another number.",
    "quiet_hours": "It is too early or too late to call them.",
    "gap": "They were called a short while ago.",
    "tried_enough": "This number was tried as often as the campaign tries one.",
    "tried_today": "This number was tried as often today as one is in a day.",
}
"""What is said of each reason."""


def refusal(ctx: Context, unit: UnitOfWork, assignment: Assignment) -> str | None:
    """Why the contact of an assignment (locked) may not be rung at this instant; None when they may."""
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, assignment.campaign_id))
    if assignment.state != "open":
        return NOT_IN_HAND
    return stopped(unit, campaign) or _of_person(ctx, unit, campaign, assignment)


def line_refusal(unit: UnitOfWork, shift: Shift | None, call: Call) -> str | None:
    """Why a volunteer's own phone may not be rung at this instant (call and shift locked): they don't want it
    any more, or all calling is stopped. None when it may; that it is theirs was shown when they asked.
    """
    if shift is None or not is_wanted(shift, call):
        return SHIFT_OVER
    return stopped(unit, unit.session.get_one(Campaign, (unit.organisation_id, shift.campaign_id)))


def transfer_refusal(ctx: Context, unit: UnitOfWork, campaign: Campaign, number: str) -> str | None:
    """Why a third party may not be rung at this instant: nothing new starts while all calling is stopped, the
    campaign is, or its money is spent; nor is any number rung abroad, out of use, or of somebody who said no.
    They aren't canvassed, so that neither quiet hours nor limits of tries hold for them.
    """
    if reason := stopped(unit, campaign):
        return reason
    suppressed, dead = barred(unit, number)
    if not ctx.phones.allows(number):
        return "country"
    if suppressed:
        return "suppressed"
    return "dead_number" if dead else None


def supervisor_refusal(unit: UnitOfWork, campaign: Campaign) -> str | None:
    """Why a coordinator's own phone may not be rung at this instant to supervise: nothing new starts while
    all calling is stopped, the campaign is, or its money is spent. That it is theirs was shown by them.
    """
    return stopped(unit, campaign)


def why_stopped(ctx: Context, assignment_id: uuid.UUID) -> str | None:
    """Why nobody is to ring the contact of an assignment just now, a key of `WORDS`: all calling or that of
    the campaign is paused, or they have voted since they were handed out, in a campaign that leaves such
    people alone. None while it goes on. A call under way ends normally.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.ASSIGNMENT_READ)
        campaign = unit.session.get_one(Campaign, (unit.organisation_id, assignment.campaign_id))
        reason = stopped(unit, campaign)
        if reason in (ALL_PAUSED, CAMPAIGN_PAUSED):
            return reason
        return VOTED if assignment.state == "open" and _has_voted(unit, campaign, assignment) else None


def _has_voted(unit: UnitOfWork, campaign: Campaign, assignment: Assignment) -> bool:
    if not calling_rules(campaign).leaves_out_voted:
        return False
    key = (unit.organisation_id, campaign.election_id, assignment.contact_id)
    record = unit.session.get(VoterRecord, key)
    return record is not None and record.voted_at is not None


def refusals(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, assignments: Sequence[Assignment]
) -> dict[uuid.UUID, str]:
    """The same for what the dialler has in its hands (locked), all of one campaign: those that may not be
    rung at this instant, each with the reason.
    """
    if reason := stopped(unit, campaign):
        return dict.fromkeys((one.id for one in assignments), reason)
    there = people(unit, campaign, contact_ids=[one.contact_id for one in assignments])
    barred = barred_numbers(unit, [one.number for one in assignments])
    of = [one.id for one in assignments]
    tried = tried_numbers(unit, campaign, [one.number for one in assignments], ctx.now, besides=of)
    rules, found = calling_rules(campaign), {}
    for one in assignments:
        person = there.get(one.contact_id)
        if one.state != "dialling" or person is None:
            found[one.id] = NOT_IN_HAND
            continue
        number = _facts_of(ctx, one.number, barred[one.number], tried[one.number])
        verdict = may_contact(person.facts(), number, rules, ctx.now)
        if not verdict.allowed:
            found[one.id] = str(verdict.refusal)
    return found


def stopped(unit: UnitOfWork, campaign: Campaign) -> str | None:
    """What stops the whole campaign, or everything."""
    organisation = unit.session.get_one(Organisation, unit.organisation_id)
    if organisation.paused_at is not None:
        return ALL_PAUSED
    if campaign.state != "active":
        return CAMPAIGN_PAUSED
    left = left_of_its_own(unit, campaign)
    return COST_CAP if left is not None and left <= 0 else None


def _of_person(ctx: Context, unit: UnitOfWork, campaign: Campaign, assignment: Assignment) -> str | None:
    """What the gate says of the person on the number."""
    person = people(unit, campaign, contact_ids=[assignment.contact_id]).get(assignment.contact_id)
    if person is None:
        return NOT_IN_HAND
    number = assignment.number
    tried = tried_numbers(unit, campaign, [number], ctx.now, besides=[assignment.id])
    facts = _facts_of(ctx, number, barred(unit, number), tried[number])
    verdict = may_contact(person.facts(), facts, calling_rules(campaign), ctx.now)
    return None if verdict.allowed else str(verdict.refusal)


def _facts_of(ctx: Context, number: str, bars: tuple[bool, bool], tried: Tried) -> NumberFacts:
    suppressed, dead = bars
    return NumberFacts(
        number=number,
        suppressed=suppressed,
        dead=dead,
        allowed=ctx.phones.allows(number),
        zones=zones_of_number(number),
        tried_enough=tried.enough,
        rests_until=tried.rests_until,
    )
