"""Many volunteers at once, in two campaigns over the same people: nobody is in two hands."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dialer.domain.access import Role
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.assignments import skip_assignment
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from dialer.store.queries import counters
from tests.people import Person, make_person
from tests.phone_bank import Voter, landline, mobile, running_campaign

HOUSEHOLDS = 40
VOLUNTEERS = 12


def neighbourhood() -> list[Voter]:
    """Households of one to three on a landline, every other person with a mobile, some shared."""
    return [
        Voter(f"V{house}.{one}", [landline(house), *([mobile(house + one)] if one % 2 else [])])
        for house in range(HOUSEHOLDS)
        for one in range(1 + house % 3)
    ]


class Hands:
    """Who is in somebody's hands right now, and how often each was called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[object] = set()
        self.called: Counter[tuple[uuid.UUID, uuid.UUID]] = Counter()

    def take(self, given: AssignmentView) -> None:
        with self._lock:
            things = self._things(given)
            assert not things & self._held
            self._held |= things

    def give_back(self, given: AssignmentView, *, called: bool) -> None:
        with self._lock:
            self._held -= self._things(given)
            if called:
                people = [given.contact.id, *(one.id for one in given.household)]
                self.called.update((given.campaign_id, one) for one in people)

    @staticmethod
    def _things(given: AssignmentView) -> set[object]:
        return {given.contact.phone, given.contact.id, *(one.id for one in given.household)}


def call_until_nobody_is_left(ctx: Context, campaign_id: uuid.UUID, hands: Hands, seed: int) -> int:
    chance = random.Random(seed)
    session = start_session(ctx, campaign_id)
    taken, misses = 0, 0
    while misses < 20:
        given = next_assignment(ctx, session.id)
        if not isinstance(given, AssignmentView):
            misses += 1
            time.sleep(chance.uniform(0, 0.01))
            continue
        misses = 0
        hands.take(given)
        if taken % 7 == 3 and chance.random() < 0.3:
            hands.give_back(given, called=False)
            skip_assignment(ctx, given.id)
        else:
            others = {str(one.id): Report("contacted") for one in given.household}
            hands.give_back(given, called=True)
            record_result(ctx, given.id, HouseholdReport(Report("contacted"), others))
            taken += 1
    return taken


@pytest.mark.slow
def test_nobody_is_handed_to_two_and_households_are_never_split(
    ctx: Context, context_of: Callable[[Person], Context]
) -> None:
    voters = neighbourhood()
    first = running_campaign(ctx, voters, retry_after_s=0)
    second = running_campaign(ctx, [], retry_after_s=0, list_ids=list(first.list_ids))
    hands = Hands()

    def volunteer(index: int) -> int:
        campaign_id = (first.id, second.id)[index % 2]
        person = make_person(
            ctx.units, ctx.organisation_id, Role.VOLUNTEER, f"V{index}", campaign_ids=(campaign_id,)
        )
        return call_until_nobody_is_left(context_of(person), campaign_id, hands, index)

    with ThreadPoolExecutor(VOLUNTEERS) as pool:
        calls = sum(pool.map(volunteer, range(VOLUNTEERS)))

    assert set(hands.called.values()) == {1}
    assert len(hands.called) == 2 * len(voters)
    with ctx.unit() as unit:
        figures = counters.read(unit, "campaign", [first.id, second.id])
    assert figures == {"attempts": calls, "disposition_contacted": 2 * len(voters)}
