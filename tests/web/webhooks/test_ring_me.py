"""Ring me, through the town: the volunteer's phone is rung, then the contact's; no is obeyed up to then."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import update

from dialer.carrier.port import Carrier
from dialer.domain.carrier_policy import VoicePolicy
from dialer.domain.limit import Limit, Taken
from dialer.domain.phone import written
from dialer.domain.ringing import DIAL_WITHIN
from dialer.queueing import RedisJobQueue
from dialer.services.calling.call_looks import ask_about_open_calls, due_calls, look_after
from dialer.services.calling.leases import expire_assignments
from dialer.services.calling.placing import end_legs, place_next
from dialer.services.context import Context
from dialer.services.gotv.stats import campaign_stats
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from dialer.store.models.messaging import Message
from dialer.store.queries.campaign_figures import counted_figures, kept_figures
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.examples import cases
from tests.hang_ups import do_hang_ups
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.towns import Town
from tests.web.reader import Reader
from tests.web.webhooks.conftest import Signer

VIC = mobile(500)
GWEN = landline(123)
OURS = landline(900)
ELSEWHERE = "+442079460100"

Api = Callable[[Person], Caller]


class Always:
    """A pace that nothing has to wait for."""

    def take(self, limits: Sequence[Limit], costs: Sequence[int]) -> Taken:
        return Taken(len(costs))


class Never:
    """A pace at which nothing may go."""

    def take(self, limits: Sequence[Limit], costs: Sequence[int]) -> Taken:
        return Taken(0)


@dataclass
class Booth:
    """Vic with Gwen in hand, a phone that is his, and the town."""

    ctx: Context
    vic: Caller
    town: Town
    clock: SetClock
    carrier: Carrier
    system: Callable[[], Context]
    units: UnitFactory
    campaign_id: uuid.UUID
    contact_id: uuid.UUID
    session: str = ""
    assignment: str = ""

    def sit_down(self) -> None:
        self.session = self.vic.post(f"/campaigns/{self.campaign_id}/sessions", json={}).json["id"]
        self.assignment = self.vic.post(f"/sessions/{self.session}/next").json["id"]

    def ring(self, **body: object) -> dict[str, object]:
        answer = self.vic.post(f"/assignments/{self.assignment}/call", json=body)
        assert answer.status_code == 202, answer.text
        return answer.json

    def place(self) -> bool:
        """What the job does."""
        return place_next(self.system(), self.carrier, Always())

    def advance(self, seconds: float) -> None:
        """Let time pass, here and in the town."""
        self.town.advance(seconds)
        self.clock.forward(seconds=seconds)

    def look(self) -> None:
        """What the other jobs do: hang up what is to be, and ask the carrier."""
        do_hang_ups(self.system(), self.carrier)
        for call_id in due_calls(self.system()):
            look_after(self.system(), self.carrier, call_id)

    def call(self, call: dict[str, object]) -> dict[str, object]:
        answer = self.vic.get(f"/calls/{call['id']}")
        assert answer.status_code == 200
        return answer.json

    def state(self) -> str:
        return self.vic.get(f"/sessions/{self.session}").json["state"]


@pytest.fixture
def gwen() -> Voter:
    return Voter("Gwen", [GWEN])


@pytest.fixture
def campaign_id(ctx: Context, units: UnitFactory, vic: Person, gwen: Voter) -> uuid.UUID:
    """A campaign that calls Gwen; Vic belongs to it, and his phone is confirmed."""
    made = running_campaign(ctx, [gwen], caller_ids=[ELSEWHERE, OURS])
    join_campaign(units, vic, made.id)
    with units.begin(vic.organisation_id) as unit:
        unit.session.execute(
            update(Account).where(Account.id == vic.id).values(phone=VIC, phone_confirmed_at=ctx.now)
        )
    return made.id


@dataclass
class Street:
    """The town, the carrier's client and the time."""

    town: Town
    clock: SetClock
    carrier: Carrier
    system: Callable[[], Context]
    units: UnitFactory


@pytest.fixture
def street(town: Town, clock: SetClock, carrier: Carrier, system, units: UnitFactory) -> Street:
    town.person(VIC, phone="answers", ring_s=3, talk_s=3000)
    town.person(GWEN, phone="answers", ring_s=5, talk_s=61)
    return Street(town, clock, carrier, system, units)


@pytest.fixture
def caller(api: Api, vic: Person, told: None) -> Caller:
    """Vic, once the town's webhooks come to the app."""
    return api(vic)


@pytest.fixture
def booth(ctx: Context, caller: Caller, street: Street, campaign_id: uuid.UUID, gwen: Voter) -> Booth:
    booth = Booth(ctx, caller, campaign_id=campaign_id, contact_id=gwen.id, **vars(street))
    booth.sit_down()
    return booth


def figures_agree(units: UnitFactory, organisation_id: uuid.UUID) -> None:
    with units.read() as unit:
        attempts = [
            {
                key: value
                for key, value in figures(unit.session, organisation_id).items()
                if key[2] == "attempts"
            }
            for figures in (counted_figures, kept_figures)
        ]
    assert attempts[0] == attempts[1]


def test_the_volunteer_is_rung_then_the_contact_and_both_talk(booth: Booth, organisation_id) -> None:
    asked = booth.ring()
    assert (asked["state"], asked["to"], asked["from"]) == ("queued", GWEN, OURS), "same area first"
    assert booth.state() == "in_call"
    assert booth.place()
    booth.advance(3)
    assert booth.call(asked)["state"] == "ringing"
    booth.advance(10)
    talking = booth.call(asked)
    assert talking["state"] == "in_progress"
    assert talking["contact_rung_at"] <= talking["answered_at"]
    booth.advance(70)
    over = booth.call(asked)
    assert (over["state"], over["duration_s"]) == ("completed", 61)
    assert over["cost"] == {"amount": "0.1200", "currency": "GBP"}, "two minutes on each leg"
    assert booth.state() == "wrap_up"
    volunteers_leg, contacts_leg = booth.town.calls()
    assert (volunteers_leg["to"], contacts_leg["to"]) == (VIC, GWEN)
    assert {volunteers_leg["from"], contacts_leg["from"]} == {OURS}
    assert booth.town.troubles() == []
    stats = campaign_stats(booth.ctx, booth.campaign_id)
    assert (stats.attempts, stats.calls_per_hour) == (1, 1)
    answer = booth.vic.post(f"/assignments/{booth.assignment}/result", json={"disposition": "contacted"})
    assert answer.status_code == 200
    assert campaign_stats(booth.ctx, booth.campaign_id).attempts == 1, "the same attempt"
    figures_agree(booth.units, organisation_id)
    assert booth.state() == "ready"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phone", "state"), cases([("no_answer", "no_answer"), ("busy", "busy"), ("failed", "failed")], quick=1)
)
def test_a_contact_who_is_not_reached_is_an_attempt(phone: str, state: str, booth: Booth) -> None:
    booth.town.person(GWEN, phone=phone)
    asked = booth.ring()
    booth.place()
    booth.advance(60)
    assert booth.call(asked)["state"] == state
    assert booth.state() == "wrap_up"
    assert campaign_stats(booth.ctx, booth.campaign_id).attempts == 1
    assert "Say" in booth.town.calls()[0]["heard"], "the volunteer hears what became of it"
    assert booth.town.troubles() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phone", "state", "reason"),
    [
        ("no_answer", "no_answer", "volunteer_not_reached"),
        ("busy", "busy", "volunteer_not_reached"),
        ("failed", "failed", "volunteer_not_reached"),
        ("machine", "no_answer", "volunteer_machine"),
        ("hangs_up", "completed", "volunteer_gone"),
    ],
)
def test_a_volunteer_who_is_not_reached_rings_nobody(
    phone: str, state: str, reason: str, booth: Booth
) -> None:
    booth.town.person(VIC, phone=phone, ring_s=3, talk_s=1)
    asked = booth.ring()
    booth.place()
    booth.advance(90)
    over = booth.call(asked)
    assert (over["state"], over["end_reason"], over["contact_rung_at"]) == (state, reason, None)
    assert [call["to"] for call in booth.town.calls()] == [VIC]
    assert booth.state() == "assigned", "another try can be made"
    assert campaign_stats(booth.ctx, booth.campaign_id).attempts == 0
    assert booth.ring()["id"] != asked["id"]


NOES = {
    "opted out": lambda booth, carys: carys.post(
        f"/contacts/{booth.contact_id}/opt-outs", json={"channel": "voice"}
    ),
    "suppressed": lambda booth, carys: carys.post(
        "/suppressions", json={"number": GWEN, "channels": ["voice"], "reason": "tps"}
    ),
    "all paused": lambda booth, carys: carys.post("/pause-all", json={"reason": "The script is wrong"}),
    "campaign paused": lambda booth, carys: carys.post(f"/campaigns/{booth.campaign_id}/pause"),
    "quiet": lambda booth, carys: carys.patch(
        f"/campaigns/{booth.campaign_id}", json={"quiet_hours": {"start": "12:00", "end": "14:00"}}
    ),
    "skipped": lambda booth, carys: booth.vic.post(f"/assignments/{booth.assignment}/skip", json={}),
}


@pytest.mark.parametrize("no", NOES)
def test_a_no_between_asking_and_answering_is_obeyed(no: str, booth: Booth, api: Api, carys: Person) -> None:
    asked = booth.ring()
    booth.place()
    booth.advance(2)
    assert NOES[no](booth, api(carys)).status_code < 300
    booth.advance(60)
    over = booth.call(asked)
    assert (over["state"], over["contact_rung_at"]) == ("canceled", None)
    assert over["end_reason"]
    assert [call["to"] for call in booth.town.calls()] == [VIC], "the contact's phone never rang"
    assert booth.town.troubles() == []


@pytest.mark.parametrize("no", NOES)
def test_a_no_before_the_dial_rings_nobody_at_all(no: str, booth: Booth, api: Api, carys: Person) -> None:
    asked = booth.ring()
    NOES[no](booth, api(carys))
    booth.place()
    assert booth.call(asked)["state"] == "canceled"
    assert booth.town.calls() == []


@pytest.mark.parametrize("no", [no for no in NOES if no != "skipped"])
def test_a_no_before_asking_is_told(no: str, booth: Booth, api: Api, carys: Person) -> None:
    NOES[no](booth, api(carys))
    refused = booth.vic.post(f"/assignments/{booth.assignment}/call", json={})
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (409, "conflict")
    assert refused.json["reason"]


def test_an_unconfirmed_phone_is_not_rung(booth: Booth) -> None:
    refused = booth.vic.post(f"/assignments/{booth.assignment}/call", json={"phone": mobile(501)})
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (409, "conflict")
    assert booth.ring(phone="07700 900 500")["state"] == "queued"


def test_without_a_number_to_show_nobody_is_rung(booth: Booth) -> None:
    with booth.units.begin(booth.ctx.organisation_id) as unit:
        unit.session.execute(update(Campaign).values(caller_ids=[]))
    assert booth.vic.post(f"/assignments/{booth.assignment}/call", json={}).status_code == 409


def test_the_same_call_while_it_is_under_way(booth: Booth) -> None:
    assert booth.ring()["id"] == booth.ring()["id"]
    booth.place()
    assert not booth.place()
    booth.advance(20)
    booth.ring()
    assert len(booth.town.calls("outbound-api")) == 1


@pytest.mark.slow
def test_going_on_to_the_next_one_hangs_up(booth: Booth, jobs: RedisJobQueue) -> None:
    earlier = booth.ring()
    booth.place()
    booth.advance(20)
    booth.vic.post(f"/assignments/{booth.assignment}/result", json={"disposition": "no_answer"})
    booth.clock.forward(hours=5)
    booth.assignment = booth.vic.post(f"/sessions/{booth.session}/next").json["id"]
    assert booth.ring()["id"] != earlier["id"]
    assert jobs.waiting()["calls"] == 2, "to place the new one, and to hang up the earlier one"
    end_legs(booth.system(), booth.carrier, [booth.call(earlier)["carrier_sid"]])
    booth.advance(1)
    assert booth.call(earlier)["state"] == "completed"
    assert booth.state() == "in_call", "for the new one"


def test_going_on_withdraws_a_call_that_was_not_placed_yet(booth: Booth) -> None:
    earlier = booth.ring()
    booth.vic.post(f"/assignments/{booth.assignment}/result", json={"disposition": "no_answer"})
    booth.clock.forward(hours=5)
    booth.assignment = booth.vic.post(f"/sessions/{booth.session}/next").json["id"]
    assert booth.ring()["id"] != earlier["id"]
    assert booth.call(earlier)["state"] == "canceled"
    assert booth.call(earlier)["end_reason"] == "not_in_hand"
    assert booth.state() == "in_call", "for the new one"
    booth.place()
    assert not booth.place()
    assert len(booth.town.calls("outbound-api")) == 1


def test_only_ones_own_assignment_is_rung_for(booth: Booth, api: Api, carys: Person, mallory: Person) -> None:
    assert api(mallory).post(f"/assignments/{booth.assignment}/call", json={}).status_code == 404
    assert api(carys).post(f"/assignments/{booth.assignment}/call", json={}).status_code == 409
    call = booth.ring()
    assert api(mallory).get(f"/calls/{call['id']}").status_code == 404
    assert api(carys).get(f"/calls/{call['id']}").status_code == 200
    assert api(mallory).get("/calls").status_code == 403


def test_calls_are_listed(booth: Booth, api: Api, carys: Person) -> None:
    call = booth.ring()
    listed = api(carys).get(f"/calls?campaign_id={booth.campaign_id}&state=queued").json
    assert [each["id"] for each in listed["data"]] == [call["id"]]
    assert api(carys).get("/calls?state=completed").json["data"] == []
    assert api(carys).get(f"/calls?contact_id={booth.contact_id}").json["data"][0]["to"] == GWEN


# --- the carrier misbehaves ---


def test_a_lost_reply_is_settled_by_the_first_callback(booth: Booth) -> None:
    booth.town.faults(lost_reply=1.0)
    asked = booth.ring()
    booth.place()
    booth.town.faults()
    booth.advance(100)
    assert booth.call(asked)["state"] == "completed"
    assert len(booth.town.calls("outbound-api")) == 1


def test_a_lost_reply_without_callbacks_is_settled_by_looking(booth: Booth) -> None:
    booth.town.person(VIC, phone="no_answer")
    booth.town.faults(lost_reply=1.0, lost_callback=1.0)
    asked = booth.ring()
    booth.place()
    booth.advance(60)
    booth.look()
    assert booth.call(asked)["state"] == "no_answer"
    assert booth.call(asked)["carrier_sid"] == booth.town.calls()[0]["sid"]


def test_what_the_carrier_never_took_is_not_dialled_again(booth: Booth) -> None:
    booth.town.faults(error_before=1.0)
    asked = booth.ring()
    booth.place()
    booth.town.faults()
    for _ in range(3):
        booth.advance(11)
        booth.look()
        booth.place()
    over = booth.call(asked)
    assert (over["state"], over["end_reason"]) == ("failed", "lost")
    assert booth.town.calls() == []
    assert booth.state() == "assigned"


def test_one_clean_look_is_no_proof(booth: Booth) -> None:
    booth.town.faults(error_after=1.0, lost_callback=1.0, list_lag_s=8)
    asked = booth.ring()
    booth.place()
    booth.advance(6)
    booth.look()
    assert booth.call(asked)["state"] == "queued", "the list may lag"
    booth.advance(60)
    booth.look()
    assert booth.call(asked)["carrier_sid"]


@pytest.mark.slow
def test_asked_to_slow_down_it_waits_and_is_placed_then(booth: Booth) -> None:
    booth.town.faults(rate_limited=1.0, retry_after_s=7)
    asked = booth.ring()
    assert not booth.place()
    booth.town.faults()
    booth.clock.forward(seconds=6)
    assert not booth.place(), "the carrier asked for seven seconds"
    booth.clock.forward(seconds=3)
    assert booth.place()
    booth.advance(10)
    assert booth.call(asked)["state"] == "in_progress"


def test_what_cannot_be_placed_in_time_is_given_up(booth: Booth) -> None:
    booth.town.faults(rate_limited=1.0)
    asked = booth.ring()
    booth.place()
    booth.town.faults()
    booth.clock.now += DIAL_WITHIN
    booth.look()
    assert not booth.place()
    over = booth.call(asked)
    assert (over["state"], over["end_reason"]) == ("canceled", "too_late")
    assert booth.town.calls() == []


def test_a_refusal_is_final_and_told_to_both(booth: Booth, app: Flask, carys: Person) -> None:
    booth.town.account(senders=[ELSEWHERE])
    asked = booth.ring()
    booth.place()
    over = booth.call(asked)
    assert (over["state"], over["end_reason"]) == ("failed", "refused")
    assert booth.town.calls() == []
    volunteer, coordinator = Reader(app.test_client()), Reader(app.test_client())
    assert (
        "Ring from your own phone; your coordinator sees why."
        in volunteer.sign_in(booth.vic.person.token).text
    )
    coordinator.sign_in(carys.token)
    told = coordinator.open(f"/live?campaign_id={booth.campaign_id}").words["calls-refused"]
    assert f"ring from {written(OURS)}: it isn’t a number of your account" in told
    assert "The carrier’s code for it is 21210." in told
    booth.town.account(senders=[OURS, ELSEWHERE])
    booth.ring()
    booth.place()
    assert "calls-refused" not in coordinator.open(f"/live?campaign_id={booth.campaign_id}").tests


def test_a_worker_that_died_leaves_a_call_that_is_asked_about(booth: Booth) -> None:
    asked = booth.ring()
    with booth.units.begin(booth.ctx.organisation_id) as unit:
        unit.session.execute(
            update(Call).values(
                dial_state="dialling",
                attempted_at=booth.clock.now,
                deadline_at=booth.clock.now + dt.timedelta(seconds=30),
            )
        )
    assert not booth.place()
    for _ in range(3):
        booth.advance(31)
        booth.look()
    assert booth.call(asked)["end_reason"] == "lost"
    assert booth.town.calls() == []


@pytest.mark.parametrize(
    "faults",
    cases(
        [
            {"doubled_callback": 1.0},
            {"reordered_callback": 1.0},
            {"late_callback": 0.5, "late_s": 40, "seed": 3},
            {"late_callback": 0.5, "late_s": 40, "doubled_callback": 0.5, "seed": 4},
        ],
        quick=1,
    ),
)
@pytest.mark.slow
def test_callbacks_may_come_as_they_like(faults, booth: Booth) -> None:
    booth.town.faults(**faults)
    asked = booth.ring()
    booth.place()
    booth.advance(200)
    assert (booth.call(asked)["state"], booth.call(asked)["duration_s"]) == ("completed", 61)
    assert booth.call(asked)["cost"]["amount"] == "0.1200"


def test_lost_callbacks_are_asked_after(booth: Booth) -> None:
    booth.town.faults(lost_callback=1.0)
    asked = booth.ring()
    booth.place()
    booth.advance(310)
    booth.look()
    assert (booth.call(asked)["state"], booth.call(asked)["duration_s"]) == ("completed", 61)


@pytest.mark.slow
@pytest.mark.parametrize(("after", "ended"), [(2, ("completed", "lost")), (20, ("completed", None))])
def test_what_was_told_while_web_was_away_is_asked_for_at_once(
    after: float, ended: tuple[str, str | None], booth: Booth
) -> None:
    asked = booth.ring()
    booth.place()
    booth.advance(after)
    webhooks = str(booth.town.request("POST", "/account", {})[1].get("reached_at", ""))
    booth.town.account(reached_at="http://127.0.0.1:9")
    booth.advance(90)
    booth.town.account(reached_at=webhooks)
    assert ask_about_open_calls(booth.system()) == 1
    booth.clock.forward(seconds=5)
    booth.look()
    over = booth.call(asked)
    assert (over["state"], over["end_reason"]) == ended, "nobody says that the volunteer hung up"


@pytest.mark.slow
def test_a_town_that_died_during_a_talk_leaves_an_end(booth: Booth, tmp_path) -> None:
    asked = booth.ring()
    booth.place()
    booth.advance(15)
    assert booth.call(asked)["state"] == "in_progress"
    booth.town.reset()
    for _ in range(3):
        booth.clock.forward(days=1)
        booth.look()
    over = booth.call(asked)
    assert (over["state"], over["end_reason"]) == ("failed", "lost")


@pytest.mark.slow
def test_a_carrier_that_tells_of_one_leg_only(booth: Booth, signer: Signer) -> None:
    booth.town.faults(lost_callback=1.0)
    asked = booth.ring()
    booth.place()
    path = f"/webhooks/twilio/voice/status?o={booth.ctx.organisation_id}&c={asked['id']}"
    sid = booth.call(asked)["carrier_sid"]
    seen = []
    for number, status in enumerate(
        ["initiated", "ringing", "in-progress", "ringing", "completed", "in-progress"]
    ):
        told = {"CallSid": sid, "CallStatus": status, "SequenceNumber": str(number), "CallDuration": "42"}
        assert signer.post(path, told).status_code == 204
        seen.append(booth.call(asked)["state"])
    assert seen == ["queued", "ringing", "in_progress", "in_progress", "completed", "completed"]
    assert booth.call(asked)["duration_s"] == 42


@pytest.mark.slow
@pytest.mark.parametrize("answered_by", ["machine_start", "human"])
def test_a_machine_found_beside_the_call_ends_it(
    answered_by: str, booth: Booth, signer: Signer, jobs: RedisJobQueue
) -> None:
    asked = booth.ring()
    booth.place()
    booth.town.advance(6)
    path = f"/webhooks/twilio/voice/amd?o={booth.ctx.organisation_id}&c={asked['id']}"
    told = {"CallSid": booth.call(asked)["carrier_sid"], "AnsweredBy": answered_by}
    assert [signer.post(path, told).status_code for _ in range(2)] == [204, 204]
    over = booth.call(asked)
    assert (over["end_reason"] == "volunteer_machine") is (answered_by == "machine_start")
    assert jobs.waiting()["calls"] == (2 if answered_by == "machine_start" else 1)


@pytest.mark.slow
def test_a_campaign_that_has_spent_what_it_may_is_paused(booth: Booth, api: Api, carys: Person) -> None:
    cap = {"amount": "0.1200", "currency": "GBP"}
    api(carys).patch(f"/campaigns/{booth.campaign_id}", json={"cost_cap": cap})
    booth.ring()
    booth.place()
    booth.advance(100)
    campaign = api(carys).get(f"/campaigns/{booth.campaign_id}").json
    assert (campaign["state"], campaign["pause_reason"], campaign["spent"]) == ("paused", "cost_cap", cap)
    assert (
        booth.vic.post(f"/assignments/{booth.assignment}/call", json={}).json["reason"] == "campaign_paused"
    )


@pytest.mark.slow
@pytest.mark.parametrize(("doubted", "state"), [("0.0799", "active"), ("0.0800", "paused")])
def test_what_emails_may_have_cost_is_not_spent_on_calls(
    booth: Booth, api: Api, carys: Person, doubted: str, state: str
) -> None:
    api(carys).patch(
        f"/campaigns/{booth.campaign_id}", json={"cost_cap": {"amount": "0.2000", "currency": "GBP"}}
    )
    booth.ring()
    booth.place()
    with booth.units.begin(booth.ctx.organisation_id) as unit:
        unit.session.add(
            Message(
                organisation_id=unit.organisation_id,
                id=new_id(),
                direction="outbound",
                purpose="blast",
                state="unknown",
                channel="email",
                campaign_id=booth.campaign_id,
                number="gwen@example.org",
                body="",
                encoding="utf8",
                segments=0,
                reckoned=Decimal(doubted),
                created_at=booth.ctx.now,
            )
        )
    booth.advance(100)
    campaign = api(carys).get(f"/campaigns/{booth.campaign_id}").json
    assert (campaign["spent"]["amount"], campaign["state"]) == ("0.1200", state)
    assert campaign["pause_reason"] == ("cost_cap" if state == "paused" else None)


@pytest.mark.slow
def test_when_all_campaigns_together_have_spent_what_they_may_nobody_is_rung(
    app: Flask, booth: Booth
) -> None:
    tools = app.extensions["dialer"]
    app.extensions["dialer"] = replace(tools, settings=replace(tools.settings, cost_cap=0.12))
    booth.ring()
    booth.place()
    booth.advance(100)
    again = booth.vic.post(f"/assignments/{booth.assignment}/call", json={})
    assert again.json["reason"] == "all_paused"


def test_no_more_calls_at_once_than_the_account_may_hold(booth: Booth) -> None:
    asked = booth.ring()
    ctx = replace(booth.system(), voice=VoicePolicy(max_concurrent_calls=1))
    assert not place_next(ctx, booth.carrier, Always())
    assert booth.call(asked)["state"] == "queued"


def test_no_faster_than_the_account_may(booth: Booth) -> None:
    asked = booth.ring()
    assert not place_next(booth.system(), booth.carrier, Never())
    assert booth.town.calls() == []
    booth.clock.now += DIAL_WITHIN
    assert place_next(booth.system(), booth.carrier, Never())
    assert booth.call(asked)["end_reason"] == "too_late"


def test_workers_who_race_place_one_call(booth: Booth) -> None:
    booth.ring()
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: booth.place(), range(8)))
    assert len(booth.town.calls("outbound-api")) == 1


def test_nobody_speaks_while_a_phone_only_rings(booth: Booth, api: Api, carys: Person) -> None:
    def listed() -> tuple[str, bool]:
        (shift,) = api(carys).get(f"/campaigns/{booth.campaign_id}/sessions").json["data"]
        return shift["state"], shift["rings"]

    assert listed() == ("assigned", False)
    booth.ring()
    booth.place()
    booth.advance(6)
    assert listed() == ("in_call", True)
    booth.advance(9)
    assert listed() == ("in_call", False), "they have answered"
    booth.advance(80)
    assert listed() == ("wrap_up", False)


def test_the_same_answer_is_asked_for_twice(booth: Booth, signer: Signer) -> None:
    asked = booth.ring()
    booth.place()
    sid = booth.call(asked)["carrier_sid"]
    path = f"/webhooks/twilio/voice/answer?o={booth.ctx.organisation_id}&c={asked['id']}"
    params = {"CallSid": sid, "CallStatus": "in-progress", "AnsweredBy": "human"}
    first, second = (signer.post(path, params) for _ in range(2))
    assert first.data == second.data
    assert GWEN in first.text
    assert campaign_stats(booth.ctx, booth.campaign_id).attempts == 1
    other = signer.post(path, params | {"CallSid": "CA" + "7" * 32})
    assert "Hangup" in other.text, "a second call made of one request is never joined"
    assert GWEN not in other.text


@pytest.mark.slow
def test_the_lease_holds_while_they_talk(booth: Booth, api: Api, carys: Person) -> None:
    api(carys).patch(f"/campaigns/{booth.campaign_id}", json={"assignment_timeout_s": 5})
    booth.vic.post(f"/sessions/{booth.session}/heartbeat")
    booth.town.person(GWEN, phone="answers", ring_s=5, talk_s=40)
    booth.ring()
    booth.place()
    booth.advance(30)
    assert expire_assignments(booth.system()) == 0
    booth.advance(60)
    assert expire_assignments(booth.system()) == 1
