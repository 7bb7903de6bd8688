"""Somebody whom a volunteer was put through to by ring-me is put through to a third party, through the town:
both legs of the Dial go into a room, and whoever goes leaves nobody behind.
"""

# ruff: noqa: F811 -- fixtures of other tests

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from dialer.carrier.port import CarrierError, Rerouting
from dialer.carrier.twilio import TwilioCarrier
from dialer.queueing import RedisJobQueue
from dialer.services.calling.call_looks import ask_about_open_calls
from dialer.services.calling.room_settling import keep_rooms, settle_room
from dialer.store.models.transfers import Transfer
from tests.conftest import Caller
from tests.hang_ups import calls_queue
from tests.people import Person
from tests.phone_bank import landline
from tests.web.reader import Reader
from tests.web.webhooks.test_ring_me import (  # noqa: F401 -- fixtures
    GWEN,
    VIC,
    Api,
    Booth,
    booth,
    caller,
    campaign_id,
    gwen,
    street,
)

OFFICE = landline(800)

pytestmark = pytest.mark.slow


@dataclass
class Talk:
    """Vic and Gwen talk, each on a phone of their own; the campaign lists its office."""

    booth: Booth
    carys: Caller
    call: dict[str, Any]

    def transfer(self, **body: object) -> Any:
        """Ask for it; then what the jobs do, until the office rings."""
        answer = self.booth.vic.post(
            f"/assignments/{self.booth.assignment}/transfer", json={"phone": OFFICE, **body}
        )
        assert answer.status_code == 201, answer.text
        self.pass_by(1)
        self.booth.place()
        return answer.json

    def press(self, transfer: Any, deed: str, status: int = 200) -> Any:
        answer = self.booth.vic.post(f"/transfers/{transfer['id']}/{deed}")
        assert answer.status_code == status, answer.text
        self.pass_by(3)
        return answer.json

    def work(self) -> None:
        """What workers do with the jobs about rooms and legs."""
        ctx = self.booth.system()
        keep_rooms(ctx)
        for job in calls_queue(ctx).get_jobs():
            if job.func_name.endswith("settle_room"):
                job.delete()
                settle_room(ctx, self.booth.carrier, uuid.UUID(job.args[1]))
        self.booth.look()

    def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            self.work()
            self.booth.advance(1)
        self.work()

    def leg(self, person: str) -> Any:
        return [call for call in self.booth.town.calls() if call["to"] == person][-1]

    def put_down(self, person: str) -> None:
        self.booth.town.put_down(self.leg(person)["sid"])

    def hears(self, person: str) -> set[str]:
        """Whom somebody hears now, or what."""
        (last,) = [each for each in self.leg(person)["sounds"] if each["kind"] != "beep"][-1:]
        if last["kind"] != "people":
            return {last["kind"]}
        names = {call["sid"]: call["to"] for call in self.booth.town.calls()}
        return {names[sid] for sid in last["what"].split(",")}

    def said_to(self, person: str) -> str:
        return " ".join(each["what"] for each in self.leg(person)["sounds"] if each["kind"] == "say")

    def up(self) -> set[str]:
        return {call["to"] for call in self.booth.town.calls() if call["status"] == "in-progress"}

    def stands(self, transfer: Any) -> tuple[str, str | None]:
        shown = self.booth.vic.get(f"/transfers/{transfer['id']}").json
        return shown["state"], shown["reason"]

    def shift(self) -> Any:
        return self.booth.vic.get(f"/sessions/{self.booth.session}").json

    def is_over(self) -> str:
        """How it ended, once the carrier was asked about all that is open."""
        for _ in range(4):
            ask_about_open_calls(self.booth.system())
            self.pass_by(6)
        assert self.up() == set(), "nobody is left on the phone"
        shown = self.booth.call(self.call)
        assert shown["ended_at"] is not None
        return str(shown["state"])


@pytest.fixture
def talk(booth: Booth, api: Api, carys: Person) -> Talk:
    booth.town.person(VIC, phone="answers", ring_s=3, talk_s=3000, patience_s=3000)
    booth.town.person(GWEN, phone="answers", ring_s=2, talk_s=900, patience_s=900)
    booth.town.person(OFFICE, phone="answers", ring_s=3, talk_s=900, patience_s=900)
    numbers = {"numbers": [{"label": "The office", "phone": OFFICE}]}
    path = f"/campaigns/{booth.campaign_id}/transfer-numbers"
    assert api(carys).put(path, json=numbers).status_code == 200
    asked = booth.ring()
    booth.place()
    booth.advance(10)
    made = Talk(booth, api(carys), asked)
    assert made.hears(VIC) == {GWEN}
    return made


def test_vic_speaks_with_the_office_first_and_then_leaves_the_two(talk: Talk) -> None:
    transfer = talk.transfer()
    assert talk.transfer()["id"] == transfer["id"], "pressed twice"
    talk.pass_by(6)
    assert talk.stands(transfer) == ("talking", None)
    assert talk.hears(VIC) == {OFFICE}
    assert talk.hears(OFFICE) == {VIC}
    assert talk.hears(GWEN) <= {"say", "play", "silence"}, "on hold"
    assert talk.shift()["talk"]["transfer"]["state"] == "talking"
    assert talk.press(transfer, "complete")["state"] == "completed"
    assert talk.hears(GWEN) == {OFFICE}
    assert talk.hears(OFFICE) == {GWEN}
    talk.pass_by(3)
    assert talk.up() == {GWEN, OFFICE}, "Vic’s phone is free again"
    assert "Note what came of it" in talk.said_to(VIC)
    shown = talk.shift()
    assert (shown["state"], shown["talk"]) == ("wrap_up", None)
    saved = talk.booth.vic.post(
        f"/assignments/{talk.booth.assignment}/result", json={"disposition": "contacted"}
    )
    assert saved.status_code in {200, 201}
    assert talk.shift()["state"] == "ready"
    talk.pass_by(20)
    assert talk.up() == {GWEN, OFFICE}, "the two go on, whatever Vic does"
    talk.put_down(GWEN)
    talk.pass_by(4)
    assert talk.is_over() == "completed"
    done = talk.booth.vic.get(f"/transfers/{transfer['id']}").json
    assert done["talked_s"] > 15
    costs = talk.carys.get(f"/calls/{talk.call['id']}").json
    assert float(costs["cost"]["amount"]) > 0
    assert talk.booth.town.troubles() == []


def test_one_job_leads_them_out_and_not_two_at_once(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second would take somebody out of the room into which the first has just led them."""
    transfer = talk.transfer()
    talk.pass_by(6)
    asked: list[str] = []
    monkeypatch.setattr(RedisJobQueue, "enqueue", lambda _, queue, path, *args, **how: asked.append(path))
    assert talk.booth.vic.post(f"/transfers/{transfer['id']}/complete").status_code == 200
    assert [path for path in asked if path.endswith("settle_room")] == ["workers.jobs.settle_room"]


def test_two_jobs_at_once_lead_nobody_twice(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does one that comes while those whom the first has led are on the way."""
    led: list[str] = []
    redirect = TwilioCarrier.redirect_call

    def redirected(self: TwilioCarrier, sid: str, where: Rerouting) -> bool:
        led.append(f"{sid} {where.url}")
        return redirect(self, sid, where)

    monkeypatch.setattr(TwilioCarrier, "redirect_call", redirected)
    ctx = talk.booth.system()
    shift_id = uuid.UUID(talk.booth.session)
    answer = talk.booth.vic.post(f"/assignments/{talk.booth.assignment}/transfer", json={"phone": OFFICE})
    assert answer.status_code == 201, answer.text
    for _ in range(3):
        settle_room(ctx, talk.booth.carrier, shift_id)
    assert len(led) == 1
    talk.pass_by(1)
    talk.booth.place()
    talk.pass_by(6)
    assert talk.stands(answer.json) == ("talking", None)
    assert talk.booth.vic.post(f"/transfers/{answer.json['id']}/complete").status_code == 200
    for _ in range(3):
        settle_room(talk.booth.system(), talk.booth.carrier, shift_id)
    talk.pass_by(3)
    assert talk.hears(GWEN) == {OFFICE}
    assert len(led) == len(set(led)) == 4, "Gwen into the room; then all three out of it, each once"


def test_where_the_carrier_refuses_they_are_led_at_the_next_try(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    redirect = TwilioCarrier.redirect_call

    def refusing(self: TwilioCarrier, sid: str, where: Rerouting) -> bool:
        if not refused:
            refused.append(sid)
            raise CarrierError("unreachable", permanent=False)
        return redirect(self, sid, where)

    monkeypatch.setattr(TwilioCarrier, "redirect_call", refusing)
    transfer = talk.transfer()
    talk.pass_by(9)
    assert (len(refused), talk.stands(transfer)) == (1, ("talking", None))


def test_with_a_cold_one_they_are_joined_as_soon_as_the_office_answers(talk: Talk) -> None:
    transfer = talk.transfer(warm=False)
    talk.pass_by(10)
    assert talk.stands(transfer)[0] == "completed"
    assert talk.hears(GWEN) == {OFFICE}
    assert talk.up() == {GWEN, OFFICE}
    assert talk.shift()["state"] == "wrap_up"
    talk.put_down(OFFICE)
    talk.pass_by(1)
    assert "isn’t on the line any more" in talk.said_to(GWEN)
    assert talk.is_over() == "completed"


@pytest.mark.parametrize(("phone", "reason"), [("no_answer", "no_answer"), ("busy", "busy")])
def test_where_it_comes_to_nothing_gwen_is_back(talk: Talk, phone: str, reason: str) -> None:
    talk.booth.town.person(OFFICE, phone=phone)
    transfer = talk.transfer()
    talk.pass_by(34)
    assert talk.stands(transfer) == ("failed", reason)
    assert (talk.hears(VIC), talk.hears(GWEN)) == ({GWEN}, {VIC})
    again = talk.transfer()
    talk.pass_by(2)
    talk.press(again, "cancel")
    assert (talk.hears(VIC), talk.hears(GWEN)) == ({GWEN}, {VIC})
    talk.put_down(VIC)
    talk.pass_by(5)
    assert talk.up() == set(), "in their room it is over for both, as in a call of two"
    assert talk.is_over() == "completed"
    assert talk.shift()["state"] == "wrap_up"
    assert talk.booth.town.troubles() == []


@pytest.mark.parametrize("waits", [1, 7])
def test_gwen_hangs_up_meanwhile(talk: Talk, waits: int) -> None:
    transfer = talk.transfer()
    talk.pass_by(waits)
    talk.put_down(GWEN)
    talk.pass_by(5)
    assert talk.stands(transfer) == ("cancelled", "contact_gone")
    assert talk.up() == set()
    assert talk.shift()["state"] == "wrap_up"
    assert talk.is_over() == "completed"


@pytest.mark.parametrize("waits", [0, 1, 7])
def test_vic_hangs_up_meanwhile(talk: Talk, waits: int) -> None:
    transfer = talk.transfer()
    talk.pass_by(waits)
    talk.put_down(VIC)
    talk.pass_by(6)
    assert talk.stands(transfer) == ("failed", "volunteer_gone")
    assert talk.up() == set(), "nobody whom they knew was there"
    assert talk.shift()["state"] == "wrap_up"
    assert talk.is_over() == "completed"


def test_two_who_talk_already_go_on_when_vic_hangs_up(talk: Talk) -> None:
    transfer = talk.transfer()
    talk.pass_by(6)
    talk.booth.vic.post(f"/sessions/{talk.booth.session}/hold", json={"on": False})
    talk.pass_by(2)
    assert talk.hears(GWEN) == {VIC, OFFICE}, "all three talk"
    talk.put_down(VIC)
    talk.pass_by(4)
    assert talk.stands(transfer) == ("completed", None)
    assert (talk.hears(GWEN), talk.hears(OFFICE)) == ({OFFICE}, {GWEN})
    assert talk.shift()["state"] == "wrap_up"
    talk.put_down(OFFICE)
    assert talk.is_over() == "completed"


def test_a_job_that_was_lost_is_made_up_for(talk: Talk) -> None:
    talk.booth.vic.post(f"/assignments/{talk.booth.assignment}/transfer", json={"phone": OFFICE})
    for job in calls_queue(talk.booth.system()).get_jobs():
        job.delete()
    assert talk.hears(VIC) == {GWEN}
    talk.booth.advance(3)
    keep_rooms(talk.booth.system())
    talk.pass_by(2)
    talk.booth.place()
    talk.pass_by(6)
    assert (talk.hears(VIC), talk.hears(OFFICE)) == ({OFFICE}, {VIC})


@pytest.mark.parametrize("at", ["moving", "talking", "completing"])
def test_web_is_away_in_between_and_nobody_is_left_on_the_phone(talk: Talk, at: str) -> None:
    town = talk.booth.town
    webhooks = str(town.request("POST", "/account", {})[1].get("reached_at", ""))
    if at != "moving":
        transfer = talk.transfer()
        talk.pass_by(6)
    town.account(reached_at="http://127.0.0.1:9")
    if at == "moving":
        transfer = talk.booth.vic.post(
            f"/assignments/{talk.booth.assignment}/transfer", json={"phone": OFFICE}
        ).json
        talk.pass_by(1)
        talk.booth.place()
    if at == "talking":
        talk.put_down(VIC)
    if at == "completing":
        talk.booth.vic.post(f"/transfers/{transfer['id']}/complete")
    talk.pass_by(10)
    town.account(reached_at=webhooks)
    assert talk.is_over() == "completed"
    assert talk.stands(transfer)[0] in {"failed", "cancelled", "completed"}
    ended = talk.booth.vic.get(f"/transfers/{transfer['id']}").json["ended_at"]
    assert ended is not None
    assert talk.shift()["state"] == "wrap_up"


def test_nothing_is_told_and_it_ends_all_the_same(talk: Talk) -> None:
    talk.booth.town.faults(lost_callback=1.0)
    transfer = talk.transfer()
    talk.pass_by(8)
    assert talk.hears(OFFICE) == {VIC}
    talk.press(transfer, "complete")
    talk.pass_by(4)
    assert talk.hears(GWEN) == {OFFICE}
    talk.put_down(GWEN)
    talk.pass_by(4)
    assert talk.is_over() == "completed"


def test_the_next_person_is_rung_while_the_two_still_talk(talk: Talk, ctx, api: Api) -> None:  # type: ignore[no-untyped-def]
    transfer = talk.transfer()
    talk.pass_by(6)
    talk.press(transfer, "complete")
    talk.booth.vic.post(f"/assignments/{talk.booth.assignment}/result", json={"disposition": "callback"})
    with ctx.unit() as unit:
        row = unit.session.get_one(Transfer, (ctx.organisation_id, uuid.UUID(transfer["id"])))
        assert row.ended_at is None
    assert talk.up() == {GWEN, OFFICE}


def test_the_page_leads_through_it(talk: Talk, app: Flask, vic: Person) -> None:
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    page = reader.open("/call")
    assert "mute" not in page.words, "their own phone mutes and holds"
    word = reader.client.get("/call/line").text
    page = reader.press("transfer-ring", to=OFFICE)
    assert "Ringing The office" in page.text
    assert reader.client.get("/call/line").text != word, "the page hears that it goes on"
    talk.pass_by(1)
    talk.booth.place()
    talk.pass_by(6)
    page = reader.open("/call")
    assert "You’re talking to The office" in page.text
    assert f'data-shown="{reader.client.get("/call/line").text}"' in page.html
    page = reader.press("transfer-complete")
    assert "They’re talking to each other now." in page.text
    assert reader.state == "wrap_up"
    reader.press("save")
    assert reader.state == "saved"


def test_on_a_phone_that_we_didnt_ring_there_is_nothing_to_put_through(booth: Booth) -> None:
    refused = booth.vic.post(f"/assignments/{booth.assignment}/transfer", json={"phone": OFFICE})
    assert (refused.status_code, "goes through us" in refused.json["detail"]) == (409, True)
