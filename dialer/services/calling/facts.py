"""What the gate and the queue have to know of people, brought together from the shelf."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.call_policy import policy_of
from dialer.domain.contact_gate import CallingRules, NumberFacts, PersonFacts
from dialer.domain.phone import PhonePolicy
from dialer.domain.quiet_hours import QuietHours, zones_of_number
from dialer.domain.retry import Attempt, RetryRule, Standing, standing
from dialer.services.calling.tried import Tried
from dialer.store.models.calling import Campaign
from dialer.store.queries import callees
from dialer.store.queries.callees import Callee
from dialer.store.queries.queue import Claim
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a campaign, with what was tried and where that leaves them."""

    callee: Callee
    standing: Standing

    @property
    def id(self) -> uuid.UUID:
        """The contact's id."""
        return self.callee.id

    @property
    def attempts(self) -> Sequence[Attempt]:
        """What was tried with them in the campaign."""
        return self.callee.attempts

    def facts(self) -> PersonFacts:
        """The person as the gate sees them."""
        return PersonFacts(
            contact_id=str(self.callee.id),
            standing=self.standing,
            status=self.callee.status,
            opted_out=self.callee.opted_out,
            voted=self.callee.voted_at is not None,
            postcode=self.callee.postcode,
        )


def people(
    unit: UnitOfWork,
    campaign: Campaign,
    *,
    numbers: Sequence[str] = (),
    contact_ids: Sequence[uuid.UUID] = (),
    shown: bool = False,
) -> dict[uuid.UUID, Person]:
    """The people of a campaign on these numbers or with these ids, and where each of them stands; with what
    is `shown` of them to whoever calls.
    """
    found = callees.callees(
        unit, campaign.id, campaign.election_id, numbers=numbers, contact_ids=contact_ids, shown=shown
    )
    rule = retry_rule(campaign)
    return {one.id: Person(one, standing(one.attempts, one.numbers, rule)) for one in found}


def number_facts(claim: Claim, phones: PhonePolicy, tried: Tried) -> NumberFacts:
    """A claimed number as the gate sees it."""
    return NumberFacts(
        number=claim.number,
        suppressed=claim.suppressed,
        dead=claim.dead,
        allowed=phones.allows(claim.number),
        zones=zones_of_number(claim.number),
        tried_enough=tried.enough,
        rests_until=tried.rests_until,
    )


def calling_rules(campaign: Campaign) -> CallingRules:
    """What a campaign says about calling. Only campaigns that get out the vote leave out who has voted."""
    return CallingRules(
        hours=QuietHours(campaign.quiet_start, campaign.quiet_end),
        zone=campaign.timezone,
        leaves_out_voted=campaign.kind == "gotv",
    )


def retry_rule(campaign: Campaign) -> RetryRule:
    """A campaign's patience with a person."""
    gaps = policy_of(campaign.call_policy).gaps()
    return RetryRule(campaign.max_attempts, dt.timedelta(seconds=campaign.retry_after_s), gaps)
