"""Whose contact leaves the volunteer's hands in the middle of a call is hung up on, on both legs."""

# ruff: noqa: F811 -- the fixtures of the tests of ring-me stand there

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis

from dialer.carrier.port import CallOutcome, Carrier, CarrierError, OutboundCall
from dialer.domain.call import FINAL
from dialer.queueing import RedisJobQueue
from dialer.services.calling.call_looks import due_calls
from dialer.services.calling.placing import place_next
from tests.conftest import Caller
from tests.examples import cases
from tests.hang_ups import END_CALL, calls_queue, do_hang_ups
from tests.people import Person
from tests.web.webhooks.test_ring_me import (  # noqa: F401 -- fixtures
    GWEN,
    VIC,
    Always,
    Booth,
    booth,
    caller,
    campaign_id,
    gwen,
    street,
)

Api = Callable[[Person], Caller]

LEAVES = {
    "ends the shift": lambda booth, _: booth.vic.post(f"/sessions/{booth.session}/end"),
    "leaves them to others": lambda booth, _: booth.vic.post(
        f"/assignments/{booth.assignment}/skip", json={}
    ),
    "is taken out": lambda booth, carys: carys.patch(
        f"/volunteers/{booth.vic.get('/me').json['id']}", json={"active": False}
    ),
}
STAGES = {
    "the volunteer's phone rings": (1, VIC, "canceled", "not_in_hand"),
    "the contact's phone rings": (7, GWEN, "canceled", None),
    "they talk": (20, GWEN, "completed", None),
}


@pytest.fixture
def coordinator(api: Api, carys: Person) -> Caller:
    return api(carys)


def over_at_the_carrier(booth: Booth) -> bool:
    return all(leg["status"] in {"completed", "canceled"} for leg in booth.town.calls())


@pytest.mark.parametrize(
    ("leaves", "stage"),
    cases(
        [("ends the shift", stage) for stage in STAGES]
        + [(leaves, "they talk") for leaves in list(LEAVES)[1:]],
        quick=3,
    ),
)
def test_both_legs_are_hung_up(leaves: str, stage: str, booth: Booth, coordinator: Caller) -> None:
    seconds, last, state, reason = STAGES[stage]
    asked = booth.ring()
    booth.place()
    booth.advance(seconds)
    assert booth.town.calls()[-1]["to"] == last
    assert LEAVES[leaves](booth, coordinator).status_code < 300
    assert calls_queue(booth.system()).get_jobs()[0].func_name == END_CALL, "before all that waits"
    do_hang_ups(booth.system(), booth.carrier)
    assert over_at_the_carrier(booth)
    booth.advance(1)
    told = coordinator.get(f"/calls/{asked['id']}").json
    assert (told["state"], told["end_reason"]) == (state, reason)
    assert booth.town.troubles() == []
    assert due_calls(booth.system()) == []


def test_a_call_that_was_not_placed_yet_is_withdrawn(booth: Booth) -> None:
    asked = booth.ring()
    booth.vic.post(f"/sessions/{booth.session}/end")
    over = booth.call(asked)
    assert (over["state"], over["end_reason"]) == ("canceled", "not_in_hand")
    assert not booth.place()
    assert booth.town.calls() == []


class Leaving:
    """A carrier that takes a call while the volunteer ends their shift."""

    def __init__(self, booth: Booth) -> None:
        self.booth = booth

    def place_call(self, call: OutboundCall) -> CallOutcome:
        self.booth.vic.post(f"/sessions/{self.booth.session}/end")
        return self.booth.carrier.place_call(call)


def test_a_call_that_is_just_being_placed_is_hung_up(booth: Booth, jobs: RedisJobQueue) -> None:
    asked = booth.ring()
    leaving: Carrier = Leaving(booth)  # type: ignore[assignment]
    before = jobs.waiting()["calls"]
    assert place_next(booth.system(), leaving, Always())
    assert jobs.waiting()["calls"] > before
    booth.look()
    booth.advance(1)
    assert over_at_the_carrier(booth)
    assert booth.call(asked)["end_reason"] == "not_in_hand"


def test_a_call_whose_name_nobody_knows_is_found_and_hung_up(booth: Booth) -> None:
    booth.town.faults(lost_reply=1.0, lost_callback=1.0)
    asked = booth.ring()
    booth.place()
    booth.town.faults(lost_callback=1.0)
    booth.vic.post(f"/sessions/{booth.session}/end")
    for _ in range(4):
        booth.advance(5)
        booth.look()
    assert over_at_the_carrier(booth)
    assert booth.call(asked)["state"] in FINAL


def test_a_hang_up_whose_job_was_lost_is_made_up_for(booth: Booth, queue_client: redis.Redis) -> None:
    asked = booth.ring()
    booth.place()
    booth.advance(20)
    booth.vic.post(f"/sessions/{booth.session}/end")
    queue_client.flushdb()
    booth.advance(2)
    booth.look()
    assert over_at_the_carrier(booth)
    booth.advance(1)
    assert booth.call(asked)["state"] == "completed"


@pytest.mark.slow
def test_a_carrier_that_does_not_answer_is_told_again(booth: Booth) -> None:
    booth.town.person(GWEN, phone="answers", ring_s=5, talk_s=600)
    asked = booth.ring()
    booth.place()
    booth.advance(20)
    booth.vic.post(f"/sessions/{booth.session}/end")
    booth.town.kill()
    with pytest.raises(CarrierError):
        do_hang_ups(booth.system(), booth.carrier)
    assert booth.call(asked)["state"] == "in_progress", "nobody knows yet"
    booth.town.start()
    booth.clock.forward(seconds=10)
    booth.look()
    assert over_at_the_carrier(booth)
    assert booth.call(asked)["state"] == "completed"


def test_a_second_shift_takes_the_call_along(booth: Booth) -> None:
    booth.ring()
    booth.place()
    booth.advance(20)
    again = booth.vic.post(f"/campaigns/{booth.campaign_id}/sessions", json={}).json
    assert (again["state"], again["assignment_id"]) == ("in_call", booth.assignment), "the call moves along"
    booth.look()
    assert not over_at_the_carrier(booth), "the shift that went on has it"


def test_a_lease_that_runs_out_during_a_talk_leaves_them_talking(booth: Booth, coordinator: Caller) -> None:
    booth.town.person(GWEN, phone="answers", ring_s=5, talk_s=3000)
    coordinator.patch(f"/campaigns/{booth.campaign_id}", json={"assignment_timeout_s": 60})
    asked = booth.ring()
    booth.place()
    booth.advance(1000)
    given = booth.vic.post(f"/sessions/{booth.session}/next").json
    assert given["id"] == booth.assignment
    booth.look()
    assert booth.call(asked)["state"] == "in_progress"
