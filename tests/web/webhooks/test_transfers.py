"""A volunteer puts somebody through to a third party, through the town: who heard whom, and what is left."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from dialer.carrier.port import Rerouting
from dialer.services.calling.call_evidence import hold_call
from dialer.services.calling.call_looks import due_calls, look_after
from dialer.services.calling.dialled_ends import Ended, part
from dialer.services.calling.placing import place_next
from dialer.services.calling.recording_work import due_short, mind
from dialer.services.calling.recordings import want
from dialer.services.calling.vault import vault_of
from dialer.store.models.accounts import Account
from dialer.store.models.calls import Call
from tests.phone_bank import landline, mobile
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_town import (  # noqa: F401 -- fixtures
    VIC,
    Evening,
    callers,
    campaign_id,
    evening,
    pacer,
)
from tests.web.webhooks.test_in_call import GWEN, Talk, talk  # noqa: F401 -- fixtures
from tests.web.webhooks.test_ring_me import Always

OFFICE = landline(800)
STRANGER = landline(801)

pytestmark = pytest.mark.slow


@dataclass
class Desk:
    """Vic and Gwen talk; the campaign lists its office."""

    talk: Talk
    evening: Evening
    assignment: str

    def ring(self, *, phone: str | None = OFFICE, status: int = 201, **body: object) -> Any:
        """Ask for it, and do what the jobs do."""
        path = f"/assignments/{self.assignment}/transfer"
        answer = self.evening.vic.post(path, json={"phone": phone, **body})
        assert answer.status_code == status, answer.text
        if status == 201:
            self.talk.settle()
            place_next(self.evening.system(), self.evening.pacer.runtime.carrier, Always())
        return answer.json

    def press(self, transfer: Any, deed: str, status: int = 200) -> Any:
        answer = self.evening.vic.post(f"/transfers/{transfer['id']}/{deed}")
        assert answer.status_code == status, answer.text
        self.talk.wait(1)
        self.talk.settle()
        return answer.json

    def stands(self, transfer: Any) -> tuple[str, str | None]:
        shown = self.evening.vic.get(f"/transfers/{transfer['id']}").json
        return shown["state"], shown["reason"]

    def hear_each_other(self, one: str, other: str) -> bool:
        heard = {each: self.talk.heard(each)[-1] for each in (one, other)}
        return heard == {
            one: ("people", self.talk.leg(other)["sid"]),
            other: ("people", self.talk.leg(one)["sid"]),
        }

    def up(self) -> set[str]:
        return {call["to"] for call in self.evening.town.calls() if call["status"] == "in-progress"}


@pytest.fixture
def desk(talk: Talk) -> Desk:  # noqa: F811
    evening = talk.evening  # noqa: F811
    evening.town.person(OFFICE, phone="answers", ring_s=3, talk_s=900, patience_s=60)
    numbers = {"numbers": [{"label": "The office", "phone": OFFICE}]}
    path = f"/campaigns/{evening.campaign_id}/transfer-numbers"
    assert evening.coordinator.put(path, json=numbers).json == numbers
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    return Desk(talk, evening, given["id"])


def test_vic_speaks_with_the_office_first_and_then_leaves_the_two(desk: Desk) -> None:
    evening, talk = desk.evening, desk.talk  # noqa: F811
    transfer = desk.ring()
    assert (transfer["state"], transfer["label"]) == ("ringing", "The office")
    assert desk.ring()["id"] == transfer["id"], "pressed twice"
    assert talk.heard(GWEN)[0][0] in {"say", "play"}
    talk.wait(5)
    assert desk.stands(transfer) == ("talking", None)
    assert desk.hear_each_other(VIC, OFFICE)
    assert talk.heard(GWEN)[0][0] != "people"
    desk.press(transfer, "complete")
    assert desk.press(transfer, "complete")["state"] == "completed"
    evening.town.advance(2)
    assert desk.hear_each_other(GWEN, OFFICE)
    assert talk.heard(VIC)[0][0] == "silence", "alone in a room of their own"
    shown = evening.vic.get(f"/sessions/{evening.session}").json
    assert (shown["state"], shown["talk"]) == ("wrap_up", None)
    evening.town.person(landline(101), phone="answers", ring_s=2, talk_s=900)
    evening.vic.post(f"/assignments/{desk.assignment}/result", json={"disposition": "contacted"})
    evening.until("in_call")
    talk.wait(1)
    assert desk.hear_each_other(VIC, landline(101)), "the next one, while the two still talk"
    assert desk.hear_each_other(GWEN, OFFICE)
    evening.town.put_down(talk.leg(GWEN)["sid"])
    talk.wait(4)
    assert desk.up() == {VIC, landline(101)}, "one goes, and it is over for both"
    done = evening.vic.get(f"/transfers/{transfer['id']}").json
    assert done["talked_s"] > 2
    assert evening.vic.get(f"/sessions/{evening.session}").json["state"] == "in_call"
    costs = evening.coordinator.get(f"/calls/{transfer['call_id']}").json
    assert (costs["mode"], costs["state"], costs["to"]) == ("transfer", "completed", OFFICE)
    assert float(costs["cost"]["amount"]) > 0
    assert evening.town.troubles() == []


def test_a_third_party_is_not_recorded(desk: Desk) -> None:
    evening, talk = desk.evening, desk.talk  # noqa: F811
    on = {"recording": True, "lawful_use": True}
    evening.coordinator.patch(f"/campaigns/{evening.campaign_id}/recording", json=on)
    ctx, carrier = evening.system(), evening.pacer.runtime.carrier
    with ctx.unit() as unit:
        call = unit.session.scalars(select(Call).where(Call.mode == "dialled", Call.joined_at.is_not(None)))
        assert want(ctx, unit, call.one(), told_within=dt.timedelta(0))
    vault = vault_of(ctx, "a secret")

    def recorded() -> str:
        for recording_id in due_short(evening.system()):
            mind(evening.system(), carrier, vault, recording_id)
        (made,) = evening.town.request("GET", "/ledger/recordings")[1]["recordings"]
        return str(made["status"])

    assert recorded() == "in-progress"
    talk.wait(3)
    transfer = desk.ring()
    assert recorded() == "processing", "before anybody answers"
    talk.wait(5)
    assert desk.stands(transfer)[0] == "talking"
    desk.press(transfer, "cancel")
    talk.wait(3)
    assert recorded() == "completed", "nor again"


@pytest.mark.parametrize(
    ("phone", "reason"), [("no_answer", "no_answer"), ("busy", "busy"), ("answers", "hung_up")]
)
def test_where_it_comes_to_nothing_gwen_is_back(desk: Desk, phone: str, reason: str) -> None:
    desk.evening.town.person(OFFICE, phone=phone, ring_s=3, talk_s=3, patience_s=60)
    transfer = desk.ring()
    desk.talk.wait(32)
    desk.talk.settle()
    assert desk.stands(transfer) == ("failed", reason)
    assert desk.hear_each_other(VIC, GWEN)
    assert (
        desk.evening.vic.get(f"/sessions/{desk.evening.session}").json["talk"]["transfer"]["reason"] == reason
    )
    desk.press(transfer, "complete", status=409)


def test_vic_calls_it_off(desk: Desk) -> None:
    transfer = desk.ring()
    assert desk.press(transfer, "complete", status=409)["state"] == "ringing"
    desk.press(transfer, "cancel")
    assert desk.press(transfer, "cancel")["state"] == "cancelled"
    desk.talk.wait(4)
    desk.talk.settle()
    assert desk.up() == {VIC, GWEN}
    assert desk.hear_each_other(VIC, GWEN)


def test_with_a_cold_one_they_are_joined_at_once_and_a_machine_is_nobody(desk: Desk) -> None:
    desk.evening.town.person(OFFICE, phone="machine", ring_s=2, greeting_s=4)
    transfer = desk.ring(warm=False)
    desk.talk.wait(15)
    desk.talk.settle()
    assert desk.stands(transfer) == ("failed", "machine")
    assert desk.hear_each_other(VIC, GWEN)
    desk.evening.town.person(OFFICE, phone="answers", ring_s=3, talk_s=900, patience_s=60)
    transfer = desk.ring(warm=False)
    desk.talk.wait(10)
    desk.talk.settle()
    desk.talk.wait(3)
    assert desk.stands(transfer)[0] == "completed"
    assert desk.hear_each_other(GWEN, OFFICE)
    assert desk.evening.vic.get(f"/sessions/{desk.evening.session}").json["state"] == "wrap_up"


def test_gwen_hangs_up_meanwhile_and_nobody_is_left_on_the_phone(desk: Desk) -> None:
    transfer = desk.ring()
    desk.talk.wait(5)
    desk.evening.town.put_down(desk.talk.leg(GWEN)["sid"])
    desk.talk.wait(4)
    assert desk.stands(transfer) == ("cancelled", "contact_gone")
    assert desk.up() == {VIC}
    assert desk.evening.vic.get(f"/sessions/{desk.evening.session}").json["state"] == "wrap_up"


def test_a_message_is_not_left_amid_a_transfer_and_whoever_leaves_leaves_nobody_behind(desk: Desk) -> None:
    evening = desk.evening  # noqa: F811
    transfer = desk.ring()
    desk.talk.wait(5)
    refused = evening.vic.post(f"/assignments/{desk.assignment}/leave-message")
    assert (refused.status_code, "Call that off first" in refused.json["detail"]) == (409, True)
    ctx = evening.system()
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, uuid.UUID(_call_of(desk)))
        assert held is not None
        assert held.assignment is not None
        part(Ended(ctx, unit, held.call, held.assignment, held.shift))
    assert desk.stands(transfer) == ("cancelled", "contact_gone")
    desk.talk.wait(1)
    assert OFFICE not in desk.up(), "the next one meets the volunteer alone"


def test_whoever_is_left_of_the_two_hears_that_it_is_over(desk: Desk) -> None:
    """Though the carrier's word that the other one has gone comes before the question what they hear."""
    transfer = desk.ring()
    desk.talk.wait(5)
    desk.press(transfer, "complete")
    desk.evening.town.advance(2)
    desk.evening.town.put_down(desk.talk.leg(OFFICE)["sid"])
    desk.evening.town.advance(0.2)
    for call_id in due_calls(desk.evening.system()):
        look_after(desk.evening.system(), desk.evening.pacer.runtime.carrier, call_id)
    desk.evening.town.advance(5)
    assert "isn’t on the line any more" in desk.talk.heard(GWEN)[0][1]
    desk.talk.wait(8)
    assert desk.up() == {VIC}


def _call_of(desk: Desk) -> str:
    return str(next(one.id for one in desk.evening.calls() if one.mode == "dialled"))


@pytest.mark.parametrize("three", [True, False])
def test_vics_line_is_lost_and_two_who_talk_already_go_on(desk: Desk, three: bool) -> None:
    transfer = desk.ring()
    desk.talk.wait(5)
    if three:
        desk.talk.press("hold", on=False)
        assert len(desk.talk.heard(GWEN)[0][1].split(",")) == 2, "all three talk"
    desk.evening.town.put_down(desk.talk.leg(VIC)["sid"])
    desk.talk.wait(4)
    if three:
        assert desk.stands(transfer) == ("completed", None)
        assert desk.hear_each_other(GWEN, OFFICE)
        return
    assert desk.stands(transfer) == ("failed", "volunteer_gone")
    assert OFFICE not in desk.up(), "nobody whom they knew was there"
    assert any("One moment" in each["what"] for each in desk.talk.leg(GWEN)["sounds"])


def test_nothing_that_is_told_and_a_job_killed_halfway_end_the_same(desk: Desk) -> None:
    transfer = desk.ring()
    desk.talk.wait(5)
    desk.evening.town.faults(lost_callback=1.0)
    evening, sid = desk.evening, desk.talk.leg(OFFICE)["sid"]  # noqa: F811
    answer = evening.vic.post(f"/transfers/{transfer['id']}/complete")
    assert answer.status_code == 200
    address = f"http://localhost/webhooks/twilio/voice/answer?o={evening.ctx.organisation_id}"
    evening.pacer.runtime.carrier.redirect_call(  # half of what the job does
        sid, Rerouting(url=f"{address}&c={transfer['call_id']}&then=through&tries=0")
    )
    desk.talk.wait(2)
    desk.talk.settle()
    desk.talk.wait(2)
    assert desk.hear_each_other(GWEN, OFFICE)
    evening.town.put_down(sid)
    desk.talk.wait(45)
    desk.talk.wait(45)
    assert desk.up() <= {VIC}
    assert evening.vic.get(f"/transfers/{transfer['id']}").json["ended_at"] is not None


def test_volunteers_have_nobody_rung_but_whom_the_campaign_lists(desk: Desk, units, carys) -> None:  # type: ignore[no-untyped-def]
    refused = desk.ring(phone=STRANGER, status=403)
    assert "listed" in refused["detail"]
    assert desk.ring(phone="0909 879 0000", status=422)["errors"][0]["pointer"] == "/phone"
    desk.ring(phone=GWEN, status=403)
    desk.ring(phone=None, status=422)
    desk.ring(phone=None, account_id=str(uuid.uuid4()), status=409)
    choices = desk.evening.vic.get(f"/assignments/{desk.assignment}/transfer-choices").json
    assert choices["people"] == []
    with units.begin(carys.organisation_id) as unit:
        shown = {"phone": mobile(700), "phone_confirmed_at": desk.evening.clock.now}
        unit.session.execute(update(Account).where(Account.id == carys.id).values(shown))
    choices = desk.evening.vic.get(f"/assignments/{desk.assignment}/transfer-choices").json
    assert choices["people"] == [{"account_id": str(carys.id), "name": "Carys"}]
    desk.evening.town.person(mobile(700), phone="answers", ring_s=2, talk_s=100, patience_s=60)
    transfer = desk.ring(phone=None, account_id=str(carys.id))
    assert desk.evening.vic.get(f"/calls/{transfer['call_id']}").json["to"] is None, "their own number"
    desk.talk.wait(4)
    assert desk.hear_each_other(VIC, mobile(700))
    desk.ring(status=409)
    path = f"/campaigns/{desk.evening.campaign_id}/transfer-numbers"
    wrong = {
        "numbers": [{"label": " ", "phone": "0909 879 0000"}, {"label": "Abroad", "phone": "+33612345678"}]
    }
    told = desk.evening.coordinator.put(path, json=wrong)
    assert told.status_code == 422
    assert {one["pointer"] for one in told.json["errors"]} == {
        "/numbers/0/phone",
        "/numbers/0/label",
        "/numbers/1/phone",
    }
    assert desk.evening.vic.put(path, json={"numbers": []}).status_code == 403


def test_the_page_leads_through_it(desk: Desk, app, vic) -> None:  # type: ignore[no-untyped-def]
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    reader.open("/call")
    page = reader.press("transfer-ring", to=OFFICE)
    assert "Ringing The office" in page.text
    desk.talk.settle()
    place_next(desk.evening.system(), desk.evening.pacer.runtime.carrier, Always())
    desk.talk.wait(4)
    assert "You’re talking to The office" in reader.open("/call").text
    page = reader.press("transfer-complete")
    assert "They’re talking to each other now." in page.text
    assert reader.state == "wrap_up"
    reader.press("save")
    assert reader.state == "saved"
    assert desk.evening.vic.get(f"/sessions/{desk.evening.session}").json["state"] == "ready"


def test_a_step_of_the_script_puts_them_through_with_one_press(desk: Desk, app, vic) -> None:  # type: ignore[no-untyped-def]
    evening = desk.evening  # noqa: F811
    hello = {"id": "hello", "kind": "transfer", "text": "May I put you through?", "next": "bye"}
    through = {"phone": "01632 960800", "label": "Jo Bevan MP"}
    bye = {"id": "bye", "kind": "end", "text": "Thank you."}
    script = {"name": "Ring your MP", "start": "hello", "nodes": [hello | through, bye]}
    kept = evening.coordinator.post("/scripts", json=script)
    assert kept.json["nodes"][0]["phone"] == OFFICE, kept.text
    for wrong, at in (
        ({"phone": "0909 879 0000", "label": "Dear"}, "/nodes/0/phone"),
        ({"target_id": str(uuid.uuid4())}, "/nodes/0/target_id"),
        ({"phone": OFFICE, "label": ""}, "/nodes/0/label"),
    ):
        refused = evening.coordinator.post("/scripts", json=script | {"nodes": [hello | wrong, bye]})
        assert refused.status_code == 422
        assert at in [one["pointer"] for one in refused.json["errors"]]
    path = f"/campaigns/{evening.campaign_id}"
    assert evening.coordinator.patch(path, json={"script_id": kept.json["id"]}).status_code == 200
    evening.vic.post(f"/assignments/{desk.assignment}/result", json={"disposition": "contacted"})
    evening.town.person(landline(101), phone="answers", ring_s=2, talk_s=900)
    evening.until("wrap_up")
    evening.until("in_call")
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    page = reader.open("/call")
    assert "Put Person 1 through to Jo Bevan MP" in page.words["transfer-step"]
    page = reader.press("transfer-step")
    assert "Ringing Jo Bevan MP" in page.text
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    desk.talk.settle()
    place_next(evening.system(), evening.pacer.runtime.carrier, Always())
    desk.talk.wait(4)
    reader.open("/call")
    reader.press("transfer-complete")
    shown = evening.vic.get(f"/assignments/{given['id']}").json["transfer"]
    assert (shown["state"], shown["node"], shown["label"]) == ("completed", "hello", "Jo Bevan MP")
    listed = evening.coordinator.get(f"/transfers?campaign_id={evening.campaign_id}&state=completed").json
    assert [one["id"] for one in listed["data"]] == [shown["id"]]


def test_a_volunteer_puts_one_person_through_so_often_and_no_more(desk: Desk) -> None:
    for _ in range(3):
        desk.press(desk.ring(), "cancel")
    refused = desk.ring(status=409)
    assert (refused["reason"], refused["detail"].split(".")[0]) == (
        "transfer_limit",
        "You have tried often enough for this person",
    )
    stats = desk.evening.coordinator.get(f"/campaigns/{desk.evening.campaign_id}/stats").json
    assert stats["transfers"] == {"cancelled": 3}
