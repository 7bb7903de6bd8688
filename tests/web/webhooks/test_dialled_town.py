"""A dialled campaign from end to end: the pacer rings, the town answers, the volunteer's line is joined."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select, update

from dialer.carrier.port import Carrier
from dialer.services.calling.call_looks import due_calls, look_after
from dialer.services.calling.calling_in import call_in
from dialer.services.calling.campaigns import pause_campaign
from dialer.services.calling.placing import place_next
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.settings import Settings
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Hold
from dialer.store.models.calls import Call
from dialer.store.session import UnitFactory
from tests.carriers import Unmetered
from tests.conftest import Caller, SetClock
from tests.hang_ups import do_hang_ups
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.towns import Town
from tests.web.webhooks.test_ring_me import Always
from workers.pacer import PacerProcess
from workers.runtime import Runtime

VIC = mobile(500)
OURS = landline(900)
PEOPLE = 4


pytestmark = pytest.mark.slow


@dataclass
class Evening:
    """Vic on the line of a dialled campaign, the pacer, the town, and time."""

    ctx: Context
    town: Town
    clock: SetClock
    pacer: PacerProcess
    system: Callable[[], Context]
    vic: Caller
    coordinator: Caller
    campaign_id: uuid.UUID
    session: str = ""
    at: float = field(default=1000.0)

    def sit_down(self) -> None:
        made = self.vic.post(f"/campaigns/{self.campaign_id}/sessions", json={"via": "phone"})
        assert made.status_code == 201, made.text
        self.session = made.json["id"]
        place_next(self.system(), self.pacer.runtime.carrier, Always())
        self.pass_by(8)

    def pass_by(self, seconds: int) -> None:
        """Seconds pass, here and in the town; the pacer does its work in each, and so do the jobs."""
        for _ in range(seconds):
            self.town.advance(1)
            self.clock.forward(seconds=1)
            self.at += 1
            self.pacer.turn(self.at)
            while self.pacer.answers.posted:
                self.pacer.something.wait(5)
                self.pacer.turn(self.at)
            do_hang_ups(self.system(), self.pacer.runtime.carrier)
            for call_id in due_calls(self.system()):
                look_after(self.system(), self.pacer.runtime.carrier, call_id)

    def until(self, state: str, within: int = 40) -> dict[str, Any]:
        """Wait until Vic's shift stands so; the shift."""
        for _ in range(within):
            shown: dict[str, Any] = self.vic.get(f"/sessions/{self.session}").json
            if shown["state"] == state:
                return shown
            self.pass_by(1)
        raise AssertionError(f"not {state} within {within} s, but {shown}")

    def pacing(self) -> dict[str, Any]:
        return dict(self.coordinator.get(f"/campaigns/{self.campaign_id}/pacing").json)

    def rung(self) -> list[str]:
        """Whom the town's phones rang for us, in order."""
        return [call["to"] for call in self.town.calls() if call["to"] != VIC]

    def calls(self) -> list[Call]:
        with self.ctx.unit() as unit:
            return list(unit.session.scalars(select(Call).where(Call.mode == "dialled").order_by(Call.id)))


@pytest.fixture
def campaign_id(ctx: Context, units: UnitFactory, vic: Person) -> uuid.UUID:
    people = [Voter(f"Person {index}", [landline(100 + index)]) for index in range(PEOPLE)]
    made = running_campaign(ctx, people, caller_ids=[OURS], dialing_mode="progressive")
    join_campaign(units, vic, made.id)
    with units.begin(vic.organisation_id) as unit:
        shown = {"phone": VIC, "phone_confirmed_at": ctx.now}
        unit.session.execute(update(Account).where(Account.id == vic.id).values(shown))
    return made.id


@pytest.fixture
def pacer(settings: Settings, units: UnitFactory, ctx: Context, carrier: Carrier, clock: SetClock):
    return PacerProcess(Runtime(settings, units, ctx.jobs, carrier, Unmetered(), clock))


@pytest.fixture
def callers(api: Callable[[Person], Caller], vic: Person, carys: Person, told: None) -> list[Caller]:
    return [api(vic), api(carys)]


@pytest.fixture
def evening(ctx, town, clock, pacer, system, callers, campaign_id) -> Evening:  # noqa: PLR0917 - fixtures
    town.person(VIC, phone="answers", ring_s=2, talk_s=3000, patience_s=3000)
    return Evening(ctx, town, clock, pacer, system, *callers, campaign_id)


def test_an_evening_of_calls(evening: Evening) -> None:
    town = evening.town
    town.person(landline(100), phone="busy")
    town.person(landline(101), phone="answers", ring_s=3, talk_s=20)
    town.person(landline(102), phone="no_answer")
    town.person(landline(103), phone="answers", ring_s=3, talk_s=20)
    evening.sit_down()
    talking = evening.until("in_call")
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    assert given["id"] == talking["assignment_id"]
    assert given["contact"]["first_name"] == "Person 1", "the first one was busy"
    pacing = evening.pacing()
    assert pacing["sessions"] == {"ready": 0, "in_call": 1, "wrap_up": 0}
    assert pacing["still"] == "enough"
    evening.until("wrap_up")
    said = evening.vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    assert said.status_code == 200, said.text
    evening.until("in_call", within=60)
    assert evening.rung() == [landline(100 + index) for index in range(PEOPLE)]
    _judge(evening)
    with evening.ctx.unit() as unit:
        states = unit.session.scalars(select(Assignment.state).order_by(Assignment.id)).all()
    assert states == ["completed", "completed", "completed", "open"]
    shown = evening.pacing()
    assert (shown["live_answers_24h"], shown["abandoned_24h"], shown["abandoned_rate_24h"]) == (1, 0, 0.0)
    assert shown["answer_rate"] == 0.5
    assert shown["wait_s"]["mean"] > 0


def test_after_a_pause_nobody_new_is_rung_and_the_talk_goes_on(evening: Evening) -> None:
    evening.town.person(landline(100), phone="answers", ring_s=3, talk_s=60)
    evening.sit_down()
    evening.until("in_call")
    pause_campaign(evening.ctx, evening.campaign_id)
    evening.pass_by(5)
    assert evening.vic.get(f"/sessions/{evening.session}").json["state"] == "in_call"
    assert evening.rung() == [landline(100)]
    assert evening.pacing()["still"] == "campaign_paused"
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    evening.vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    evening.pass_by(65)
    assert evening.rung() == [landline(100)], "nobody new"
    _judge(evening)


def test_calls_of_which_nothing_is_told_end_all_the_same(evening: Evening) -> None:
    for index in range(PEOPLE):
        evening.town.person(landline(100 + index), phone="no_answer")
    evening.sit_down()
    evening.town.faults(lost_callback=1.0)
    evening.pass_by(50)
    assert evening.calls()[0].state == "no_answer"
    assert len(evening.rung()) == 2, "and the next one is rung"


def test_who_runs_the_campaign_sees_why_somebody_was_rung(evening: Evening) -> None:
    evening.town.person(landline(100), phone="answers", ring_s=3, talk_s=30)
    evening.sit_down()
    evening.until("in_call")
    [call] = evening.calls()
    why = evening.coordinator.get(f"/calls/{call.id}").json["why"]
    assert (why["mode"], why["turn"], why["attempt"]) == ("progressive", "fresh", 1)
    assert landline(100) not in str(why)
    assert evening.vic.get(f"/calls/{call.id}").json["why"] is None


def _judge(evening: Evening) -> None:
    """Nobody heard silence, was joined to two, or is in anybody's hands who shouldn't be."""
    verdict = evening.town.verdict(VIC)
    assert verdict["joined_to_two"] == []
    assert check_counters(evening.system()) == []
    with evening.ctx.unit() as unit:
        holds = set(unit.session.scalars(select(Hold.assignment_id)))
        open_ones = select(Assignment.id).where(Assignment.state.in_(("open", "dialling")))
        assert holds == set(unit.session.scalars(open_ones))


def test_who_hears_the_greeting_is_put_through_in_the_midst_of_it(evening: Evening) -> None:
    town, carrier = evening.town, evening.pacer.runtime.carrier
    town.person(landline(100), phone="answers", ring_s=3, talk_s=20)
    evening.sit_down()
    while not any(call["status"] == "ringing" for call in town.calls()):
        evening.pass_by(1)
    evening.vic.post(f"/sessions/{evening.session}/pause")

    def soon() -> None:
        town.advance(0.1)
        evening.clock.forward(seconds=0.1)

    while not any(call.greeted_at for call in evening.calls()):
        soon()
    for _ in range(3):
        soon()
    evening.vic.post(f"/sessions/{evening.session}/resume")
    assert [call_in(evening.system(), carrier, evening.campaign_id) for _ in range(2)] == [1, 0]
    soon()
    (joined,) = evening.calls()
    assert joined.joined_at is not None, "some half a second after the answer"
    evening.pass_by(5)
    (leg,) = [call for call in town.calls() if call["to"] == landline(100)]
    met = next(one["from_s"] for one in leg["sounds"] if one["kind"] == "people")
    assert met < 1.0, "not at the greeting's end"
    found = town.verdict(VIC)
    assert (found["joined_to_two"], found["joined"]) == ([], {"answers": 1})
    assert evening.until("wrap_up")["calls"] == 0
