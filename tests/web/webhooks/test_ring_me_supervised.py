"""A coordinator comes into a call that we put through, listens, whispers and takes over, through the town:
both legs of the Dial go into a room, and whoever goes leaves nobody behind.
"""

# ruff: noqa: F811 -- fixtures of other tests

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from dialer.domain.access import Role
from dialer.services.calling.call_looks import ask_about_open_calls
from dialer.services.calling.room_settling import keep_rooms, settle_room
from dialer.services.calling.supervising import keep_supervisions
from dialer.services.calling.supervisor_joining import move_out
from dialer.store.models.accounts import Account
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.hang_ups import calls_queue
from tests.people import Person, make_person
from tests.phone_bank import mobile
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

NIA = mobile(700)

pytestmark = pytest.mark.slow


@dataclass
class Talk:
    """Vic and Gwen talk, each on a phone of their own; Nia, a coordinator, has one too."""

    booth: Booth
    nia: Caller
    carys: Caller
    nia_token: str
    call: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/sessions/{self.booth.session}/supervise"

    def come(self, mode: str = "listen") -> Any:
        """Ask for it, until Nia's phone is in the room and all is settled."""
        answer = self.nia.post(self.path, json={"mode": mode})
        assert answer.status_code == 202, answer.text
        self.pass_by(1)
        self.booth.place()
        self.pass_by(8)
        return answer.json

    def turn(self, **change: str) -> Any:
        answer = self.nia.patch(self.path, json=change)
        self.work()
        self.booth.town.advance(0.2)
        return answer

    def work(self) -> None:
        """What workers do with the jobs about rooms and legs, in their order."""
        ctx = self.booth.system()
        for job in calls_queue(ctx).get_jobs():
            name = job.func_name.rpartition(".")[2]
            if name in {"settle_room", "move_taken_over"}:
                job.delete()
                deed = settle_room if name == "settle_room" else move_out
                deed(ctx, self.booth.carrier, uuid.UUID(job.args[1]))
        self.booth.look()

    def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            keep_rooms(self.booth.system())
            keep_supervisions(self.booth.system())
            self.work()
            self.booth.advance(1)
        self.work()

    def lose_jobs(self) -> None:
        for job in calls_queue(self.booth.system()).get_jobs():
            job.delete()

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

    def ever_heard(self, person: str, other: str) -> bool:
        sid = self.leg(other)["sid"]
        return any(sid in each["what"] for each in self.leg(person)["sounds"] if each["kind"] == "people")

    def said_to(self, person: str) -> str:
        return " ".join(each["what"] for each in self.leg(person)["sounds"] if each["kind"] == "say")

    def up(self) -> set[str]:
        return {call["to"] for call in self.booth.town.calls() if call["status"] == "in-progress"}

    def shift(self) -> Any:
        return self.booth.vic.get(f"/sessions/{self.booth.session}").json

    def leave_it(self) -> None:
        answer = self.booth.vic.post(f"/sessions/{self.booth.session}/leave-it")
        assert answer.status_code == 200, answer.text
        self.pass_by(3)

    def is_over(self) -> str:
        """How it ended, once the carrier was asked about all that is open."""
        for _ in range(4):
            ask_about_open_calls(self.booth.system())
            self.pass_by(6)
        assert self.up() == set(), "nobody is left on the phone"
        assert self.shift()["supervision"] is None
        shown = self.booth.call(self.call)
        assert shown["ended_at"] is not None
        return str(shown["state"])


@pytest.fixture
def talk(booth: Booth, api: Api, units: UnitFactory, carys: Person) -> Talk:
    nia = make_person(units, carys.organisation_id, Role.COORDINATOR, "Nia")
    with units.begin(nia.organisation_id) as unit:
        own = {"phone": NIA, "phone_confirmed_at": booth.clock.now}
        unit.session.execute(update(Account).where(Account.id == nia.id).values(own))
    for who, rings_s in ((VIC, 3), (GWEN, 2), (NIA, 2)):
        booth.town.person(who, phone="answers", ring_s=rings_s, talk_s=3000, patience_s=3000)
    asked = booth.ring()
    booth.place()
    booth.advance(10)
    made = Talk(booth, api(nia), api(carys), nia.token, asked)
    assert (made.hears(VIC), made.hears(GWEN)) == ({GWEN}, {VIC})
    return made


def test_whoever_listens_or_whispers_is_not_heard_by_the_other_person(talk: Talk) -> None:
    asked = talk.come()
    assert (asked["mode"], asked["joined_at"]) == ("listen", None)
    assert talk.hears(NIA) == {VIC, GWEN}
    assert (talk.hears(VIC), talk.hears(GWEN)) == ({GWEN}, {VIC})
    assert talk.shift()["supervision"]["name"] == "Nia"
    assert talk.turn(mode="whisper").status_code == 200
    assert (talk.hears(VIC), talk.hears(GWEN)) == ({GWEN, NIA}, {VIC})
    assert talk.nia.delete(talk.path).status_code == 204
    talk.pass_by(3)
    assert talk.up() == {VIC, GWEN}
    assert (talk.hears(VIC), talk.hears(GWEN)) == ({GWEN}, {VIC})
    assert not talk.ever_heard(GWEN, NIA)
    talk.come()
    talk.put_down(GWEN)
    talk.pass_by(3)
    assert talk.up() == set(), "the room was theirs for that talk only"
    assert talk.shift()["state"] == "wrap_up"
    assert talk.is_over() == "completed"
    assert talk.booth.town.troubles() == []


def test_taken_over_the_volunteer_is_muted_and_has_it_back_at_a_word(talk: Talk) -> None:
    talk.come("take_over")
    assert talk.hears(GWEN) == {NIA}
    assert talk.hears(VIC) == {NIA, GWEN}
    assert talk.hears(NIA) == {GWEN}
    given = talk.booth.assignment
    refused = talk.booth.vic.post(f"/assignments/{given}/transfer", json={"account_id": str(uuid.uuid4())})
    assert refused.status_code == 409, "the talk isn't the volunteer's to end"
    assert talk.turn(mode="listen").status_code == 200
    assert (talk.hears(GWEN), talk.hears(NIA)) == ({VIC}, {VIC, GWEN})


@pytest.mark.parametrize(
    "how", ["leaves it", "is let go", "hangs up", "says what came of it", "ends the shift"]
)
def test_a_talk_that_was_taken_over_goes_on_without_the_volunteer(talk: Talk, how: str) -> None:
    talk.come("take_over")
    given = talk.booth.assignment
    match how:
        case "leaves it":
            talk.leave_it()
            assert talk.booth.vic.post(f"/sessions/{talk.booth.session}/leave-it").status_code == 200, "again"
        case "is let go":
            assert talk.turn(volunteer="away").status_code == 200
        case "hangs up":
            talk.put_down(VIC)
        case "says what came of it":
            said = {"disposition": "contacted"}
            assert talk.booth.vic.post(f"/assignments/{given}/result", json=said).status_code == 200
        case "ends the shift":
            assert talk.booth.vic.post(f"/sessions/{talk.booth.session}/end").status_code == 200
    talk.pass_by(4)
    assert talk.up() == {GWEN, NIA}, "Vic’s phone is free again"
    assert (talk.hears(GWEN), talk.hears(NIA)) == ({NIA}, {GWEN})
    states = {"says what came of it": "ready", "ends the shift": "ended"}
    assert talk.shift()["state"] == states.get(how, "wrap_up")
    talk.pass_by(70)
    assert talk.up() == {GWEN, NIA}, "however long it takes"
    talk.put_down(NIA)
    talk.pass_by(3)
    assert "hung up on our side" in talk.said_to(GWEN)
    assert talk.is_over() == "completed"
    said = talk.nia.post(f"/assignments/{given}/result", json={"disposition": "contacted"})
    assert said.status_code == 200, "either may say what came of it"
    assert float(talk.booth.call(talk.call)["cost"]["amount"]) > 0
    assert talk.booth.town.troubles() == []


def test_whom_they_talk_with_hangs_up_in_the_coordinators_room(talk: Talk) -> None:
    talk.come("take_over")
    talk.leave_it()
    talk.put_down(GWEN)
    talk.pass_by(4)
    assert talk.up() == set()
    assert talk.is_over() == "completed"
    assert talk.booth.town.troubles() == []


def test_the_next_person_is_rung_while_the_coordinator_still_talks(talk: Talk) -> None:
    talk.come("take_over")
    assert talk.booth.vic.post(f"/sessions/{talk.booth.session}/leave-it").status_code == 200
    talk.lose_jobs()
    said = {"disposition": "no_answer"}
    talk.booth.vic.post(f"/assignments/{talk.booth.assignment}/result", json=said)
    assert talk.shift()["state"] == "ready"
    talk.booth.clock.forward(hours=5)
    talk.booth.assignment = talk.booth.vic.post(f"/sessions/{talk.booth.session}/next").json["id"]
    talk.booth.ring()
    talk.pass_by(4)
    assert talk.hears(NIA) == {GWEN}
    assert talk.shift()["state"] == "in_call", "what is left of the talk before is none of theirs"


@pytest.mark.parametrize("mode", ["listen", "take_over"])
def test_the_end_of_the_talk_before_is_seen_late_and_ends_nothing_of_this_one(talk: Talk, mode: str) -> None:
    talk.come()
    assert talk.nia.delete(talk.path).status_code == 204
    talk.pass_by(3)
    _end_untold(talk)
    before = dict(talk.call)
    said = {"disposition": "no_answer"}
    talk.booth.vic.post(f"/assignments/{talk.booth.assignment}/result", json=said)
    talk.booth.clock.forward(hours=5)
    talk.booth.assignment = talk.booth.vic.post(f"/sessions/{talk.booth.session}/next").json["id"]
    talk.call = talk.booth.ring()
    talk.booth.place()
    talk.booth.advance(10)
    assert (talk.hears(VIC), talk.hears(GWEN)) == ({GWEN}, {VIC})
    assert talk.booth.call(before)["state"] == "in_progress", "nobody has told us yet"
    talk.come(mode)
    assert talk.booth.call(before)["ended_at"] is not None
    assert talk.hears(NIA) == ({VIC, GWEN} if mode == "listen" else {GWEN})
    assert talk.shift()["supervision"]["mode"] == mode


def _end_untold(talk: Talk) -> None:
    """Both hang up while web is away: of a call the carrier tells but once."""
    town = talk.booth.town
    webhooks = str(town.request("POST", "/account", {})[1].get("reached_at", ""))
    town.account(reached_at="http://127.0.0.1:9")
    talk.put_down(GWEN)
    talk.put_down(VIC)
    talk.booth.advance(2)
    town.account(reached_at=webhooks)


def test_cut_off_the_volunteer_has_the_talk_again(talk: Talk) -> None:
    talk.come("take_over")
    talk.put_down(NIA)
    talk.pass_by(4)
    assert talk.up() == {VIC, GWEN}
    assert (talk.hears(VIC), talk.hears(GWEN)) == ({GWEN}, {VIC})
    assert talk.shift()["supervision"] is None
    assert talk.shift()["state"] == "in_call"
    talk.put_down(VIC)
    talk.pass_by(6)
    assert talk.up() == set()
    assert talk.shift()["state"] == "wrap_up"
    assert talk.is_over() == "completed"


@pytest.mark.parametrize("mode", ["listen", "take_over"])
def test_the_volunteer_hangs_up_before_anybody_has_come(talk: Talk, mode: str) -> None:
    assert talk.nia.post(talk.path, json={"mode": mode}).status_code == 202
    talk.pass_by(1)
    talk.booth.place()
    talk.put_down(VIC)
    talk.pass_by(6)
    assert talk.up() == set()
    assert talk.shift()["state"] == "wrap_up"
    assert talk.is_over() == "completed"


@pytest.mark.parametrize("lost", ["before they are led there", "before they are moved out"])
def test_a_job_that_was_lost_is_made_up_for(talk: Talk, lost: str) -> None:
    if lost == "before they are led there":
        assert talk.nia.post(talk.path, json={"mode": "take_over"}).status_code == 202
        talk.lose_jobs()
        talk.booth.advance(3)
        talk.booth.place()
        talk.pass_by(10)
        assert talk.hears(GWEN) == {NIA}
    else:
        talk.come("take_over")
        assert talk.booth.vic.post(f"/sessions/{talk.booth.session}/leave-it").status_code == 200
        talk.lose_jobs()
        talk.booth.advance(3)
        talk.pass_by(6)
        assert talk.up() == {GWEN, NIA}
        assert (talk.hears(GWEN), talk.hears(NIA)) == ({NIA}, {GWEN})
    talk.put_down(GWEN)
    talk.pass_by(4)
    assert talk.is_over() == "completed"


@pytest.mark.parametrize("at", ["coming", "taken over", "leaving it"])
def test_web_is_away_in_between_and_nobody_is_left_on_the_phone(talk: Talk, at: str) -> None:
    town = talk.booth.town
    webhooks = str(town.request("POST", "/account", {})[1].get("reached_at", ""))
    if at != "coming":
        talk.come("take_over")
    town.account(reached_at="http://127.0.0.1:9")
    match at:
        case "coming":
            assert talk.nia.post(talk.path, json={"mode": "take_over"}).status_code == 202
            talk.pass_by(1)
            talk.booth.place()
        case "taken over":
            talk.put_down(NIA)
        case _:
            talk.booth.vic.post(f"/sessions/{talk.booth.session}/leave-it")
    talk.pass_by(10)
    town.account(reached_at=webhooks)
    if at == "leaving it":
        talk.pass_by(10)
    for who in talk.up():
        talk.put_down(who)
    assert talk.is_over() == "completed"
    assert talk.shift()["state"] == "wrap_up"


def test_nothing_is_told_and_it_ends_all_the_same(talk: Talk) -> None:
    talk.booth.town.faults(lost_callback=1.0)
    talk.come("take_over")
    talk.pass_by(70)
    assert talk.hears(GWEN) == {NIA}, "seen when the carrier was asked about the coordinator's leg"
    talk.leave_it()
    assert talk.up() >= {GWEN, NIA}
    talk.put_down(GWEN)
    talk.pass_by(4)
    assert talk.is_over() == "completed"


def test_nobody_comes_where_there_is_no_room(
    booth: Booth, api: Api, units: UnitFactory, carys: Person
) -> None:
    nia = api(make_person(units, carys.organisation_id, Role.COORDINATOR, "Nia"))
    path = f"/sessions/{booth.session}/supervise"
    for state in ("in hand", "rings"):
        refused = nia.post(path, json={"mode": "listen"})
        assert (refused.status_code, "goes through us" in refused.json["detail"]) == (409, True), state
        if state == "in hand":
            booth.ring()
            booth.place()
    (listed,) = nia.get(f"/campaigns/{booth.campaign_id}/sessions").json["data"]
    assert (listed["rings"], listed["joinable"], listed["speaking_since"]) == (True, False, None)


def test_the_pages_lead_through_it(talk: Talk, app: Flask, vic: Person) -> None:
    (listed,) = talk.nia.get(f"/campaigns/{talk.booth.campaign_id}/sessions").json["data"]
    assert (listed["line"], listed["joinable"]) == ("none", True)
    assert listed["speaking_since"] == talk.booth.call(talk.call)["answered_at"] is not None
    board = Reader(app.test_client())
    board.sign_in(talk.nia_token)
    page = board.open(f"/campaigns/{talk.booth.campaign_id}/shifts")
    assert {"supervise-listen", "supervise-whisper", "supervise-take_over"} <= set(page.buttons)
    volunteers = Reader(app.test_client())
    volunteers.sign_in(vic.token)
    seconds = int(page.tests["speaks"]["data-counts"])
    assert f'data-timer="{seconds}"' in volunteers.open("/call").html, "one clock"
    board.press("supervise-take_over")
    talk.pass_by(1)
    talk.booth.place()
    talk.pass_by(8)
    assert talk.hears(GWEN) == {NIA}
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    page = reader.open("/call")
    assert "Nia" in page.words["supervised"]
    assert f'data-shown="{reader.client.get("/call/line").text}"' in page.html
    reader.press("leave-it")
    talk.pass_by(4)
    assert talk.up() == {GWEN, NIA}
    assert reader.open("/call") is not None
    assert reader.state == "wrap_up"
    page = board.open(f"/campaigns/{talk.booth.campaign_id}/shifts")
    assert "talks on" in page.text


def test_whoever_was_frightened_reads_one_story_while_the_coordinator_talks_on(
    talk: Talk, app: Flask, vic: Person
) -> None:
    shifts = f"/campaigns/{talk.booth.campaign_id}/shifts"
    talk.come("take_over")
    board, reader = Reader(app.test_client()), Reader(app.test_client())
    board.sign_in(talk.nia_token)
    reader.sign_in(vic.token)
    page = reader.open("/call")
    assert "You needn’t say or press anything" in page.words["nothing-to-ask"]
    assert not {"reached", "continue", "hold", "transfer-ring"} & set(page.buttons)
    page = reader.press("frightened")
    talk.pass_by(4)
    assert talk.up() == {GWEN, NIA}
    for _ in range(2):
        assert "Nia talks on with them, without you." in page.words["kind-words"]
        assert "They never saw your number." in page.words["kind-words"]
        assert "hang up" not in page.text.lower()
        assert "supervised" not in page.words
        page = reader.open("/call")
    words = board.open(shifts).words["taken-over"]
    assert "on the line" in words
    assert "entered for now: didn’t want to talk" in words.lower()
    talk.put_down(GWEN)
    talk.is_over()
    page = reader.open("/call")
    assert "You did right" in page.text
    assert "talks on" not in page.text
    assert "hang up" not in page.text.lower()
    reader.press("resume")
    assert "kind-words" not in reader.page.words
    assert "kind-words" not in reader.open("/call").words


def test_whoever_was_frightened_before_the_coordinator_is_there_reads_that_we_hang_up(
    talk: Talk, app: Flask, vic: Person
) -> None:
    assert talk.nia.post(talk.path, json={"mode": "take_over"}).status_code == 202
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    reader.open("/call")
    page = reader.press("frightened")
    for _ in range(2):
        assert "We hang up for you." in page.words["kind-words"]
        assert "talks on" not in page.text
        page = reader.open("/call")
    talk.pass_by(4)
    assert GWEN not in talk.up(), "as the page says"
