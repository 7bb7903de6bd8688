"""A coordinator listens, whispers and takes over, through the town: who heard whom, and who is left alone."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from dialer.domain.access import Role
from dialer.domain.line import room_of
from dialer.services.calling.call_evidence import hold_call
from dialer.services.calling.dialled_ends import Ended, part
from dialer.services.calling.placing import place_next
from dialer.services.calling.room_settling import keep_rooms, settle_room
from dialer.services.calling.sounds import add_sound
from dialer.services.calling.supervising import keep_supervisions
from dialer.services.calling.supervisor_joining import move_out
from dialer.store.models.accounts import Account
from dialer.store.models.supervising import Supervision
from dialer.store.session import UnitFactory
from tests.conftest import Caller
from tests.hang_ups import calls_queue, do_hang_ups
from tests.people import Person, make_person
from tests.phone_bank import landline, mobile
from tests.sounds import wav
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_town import (  # noqa: F401 -- fixtures
    VIC,
    Evening,
    callers,
    campaign_id,
    evening,
    pacer,
)
from tests.web.webhooks.test_ring_me import Always

GWEN = landline(100)
NIA = mobile(700)

pytestmark = pytest.mark.slow


@dataclass
class Desk:
    """Vic talks with Gwen on his line; Nia, a coordinator, has a phone of her own."""

    evening: Evening
    nia: Caller
    carys: Caller
    path: str
    nia_token: str

    def come(self, mode: str = "listen") -> Any:
        """Ask for it, until Nia's phone is in the room and all is settled."""
        answer = self.nia.post(self.path, json={"mode": mode})
        assert answer.status_code == 202, answer.text
        self.get_through()
        return answer.json

    def get_through(self) -> None:
        place_next(self.evening.system(), self.carrier, Always())
        self.pass_by(8)

    def turn(self, **change: str) -> Any:
        answer = self.nia.patch(self.path, json=change)
        self.work()
        return answer

    @property
    def carrier(self) -> Any:
        return self.evening.pacer.runtime.carrier

    def work(self) -> None:
        """What workers do with the jobs about rooms, in their order."""
        ctx = self.evening.system()
        for job in calls_queue(ctx).get_jobs():
            name = job.func_name.rpartition(".")[2]
            if name in {"settle_room", "move_taken_over"}:
                job.delete()
                deed = settle_room if name == "settle_room" else move_out
                deed(ctx, self.carrier, uuid.UUID(job.args[1]))
        do_hang_ups(ctx, self.carrier)
        self.evening.town.advance(0.2)

    def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            self.work()
            self.evening.pass_by(1)
        self.work()

    def session(self) -> Any:
        return self.evening.vic.get(f"/sessions/{self.evening.session}").json

    def supervision(self) -> Any:
        return self.session()["supervision"]

    def leg(self, person: str) -> Any:
        return [call for call in self.evening.town.calls() if call["to"] == person][-1]

    def hears(self, person: str) -> set[str]:
        """Whom somebody hears now; nobody in silence."""
        (last,) = [each for each in self.leg(person)["sounds"] if each["kind"] != "beep"][-1:]
        if last["kind"] != "people":
            return {last["kind"]} - {"silence"}
        names = {self.leg(one)["sid"]: one for one in (VIC, GWEN, NIA) if self.is_rung(one)}
        return {names[sid] for sid in last["what"].split(",")}

    def is_rung(self, person: str) -> bool:
        return any(call["to"] == person for call in self.evening.town.calls())

    def ever_heard(self, person: str, other: str) -> bool:
        sid = self.leg(other)["sid"]
        return any(sid in each["what"] for each in self.leg(person)["sounds"] if each["kind"] == "people")

    def said_to(self, person: str) -> str:
        return " ".join(each["what"] for each in self.leg(person)["sounds"] if each["kind"] == "say")

    def is_up(self, person: str) -> bool:
        return bool(self.leg(person)["status"] == "in-progress")

    def longest_silence_of_gwen(self) -> float:
        verdict = self.evening.town.verdict(VIC, NIA)
        return float(verdict["longest_silence_s"]["most"])


@pytest.fixture
def desk(evening: Evening, api: Callable[[Person], Caller], units: UnitFactory, carys: Person) -> Desk:  # noqa: F811
    nia = make_person(units, carys.organisation_id, Role.COORDINATOR, "Nia")
    with units.begin(nia.organisation_id) as unit:
        own = {"phone": NIA, "phone_confirmed_at": evening.clock.now}
        unit.session.execute(update(Account).where(Account.id == nia.id).values(own))
    evening.town.person(NIA, phone="answers", ring_s=2, talk_s=3000, patience_s=3000)
    evening.town.person(GWEN, phone="answers", ring_s=2, talk_s=900, patience_s=900)
    evening.sit_down()
    return Desk(evening, api(nia), evening.coordinator, f"/sessions/{evening.session}/supervise", nia.token)


@pytest.fixture
def talk(desk: Desk) -> Desk:
    desk.evening.until("in_call")
    desk.pass_by(2)
    assert (desk.hears(GWEN), desk.hears(VIC)) == ({VIC}, {GWEN})
    return desk


def test_whoever_listens_hears_both_and_is_heard_by_nobody(talk: Desk) -> None:
    asked = talk.come()
    assert (asked["mode"], asked["name"], asked["joined_at"]) == ("listen", "Nia", None)
    assert talk.hears(NIA) == {VIC, GWEN}
    assert (talk.hears(GWEN), talk.hears(VIC)) == ({VIC}, {GWEN})
    shown = talk.supervision()
    assert (shown["name"], shown["mode"]) == ("Nia", "listen")
    assert shown["joined_at"] is not None
    again = talk.nia.post(talk.path, json={"mode": "listen"})
    assert (again.status_code, again.json["id"]) == (202, asked["id"]), "pressed twice"
    assert talk.nia.delete(talk.path).status_code == 204
    talk.pass_by(3)
    assert not talk.is_up(NIA)
    assert talk.supervision() is None
    assert (talk.hears(GWEN), talk.hears(VIC)) == ({VIC}, {GWEN})
    assert not talk.ever_heard(GWEN, NIA)
    assert not talk.ever_heard(VIC, NIA)
    assert talk.longest_silence_of_gwen() < 1
    assert [each for each in talk.leg(GWEN)["sounds"] if each["kind"] == "beep"][1:] == []
    assert talk.evening.town.troubles() == []


def test_a_whisper_is_heard_by_the_volunteer_alone(talk: Desk) -> None:
    talk.come("whisper")
    assert talk.hears(VIC) == {GWEN, NIA}
    assert talk.hears(GWEN) == {VIC}
    assert talk.hears(NIA) == {VIC, GWEN}
    talk.turn(mode="listen")
    assert talk.hears(VIC) == {GWEN}
    talk.turn(mode="whisper")
    assert talk.hears(VIC) == {GWEN, NIA}
    talk.evening.town.put_down(talk.leg(GWEN)["sid"])
    talk.pass_by(2)
    assert talk.hears(VIC) == {NIA}, "and they can talk it over"
    assert not talk.ever_heard(GWEN, NIA)
    assert talk.evening.town.troubles() == []


def test_taken_over_the_volunteer_is_muted_and_hears(talk: Desk) -> None:
    talk.come()
    assert talk.turn(mode="take_over").json["mode"] == "take_over"
    assert talk.hears(GWEN) == {NIA}
    assert talk.hears(VIC) == {NIA, GWEN}
    assert talk.turn(mode="listen").status_code == 200
    assert (talk.hears(GWEN), talk.hears(NIA)) == ({VIC}, {VIC, GWEN})
    talk.turn(mode="take_over")
    talk.evening.town.put_down(talk.leg(GWEN)["sid"])
    talk.pass_by(2)
    assert talk.supervision()["mode"] == "whisper", "nobody is left to be heard by"
    given = talk.session()["assignment_id"]
    talk.evening.vic.post(f"/assignments/{given}/result", json={"disposition": "contacted"})
    talk.evening.town.person(landline(101), phone="answers", ring_s=2, talk_s=900, patience_s=900)
    talk.evening.until("in_call")
    talk.pass_by(2)
    sid = talk.leg(NIA)["sid"]
    assert not any(sid in each["what"] for each in talk.leg(landline(101))["sounds"]), "not by the next one"
    assert talk.longest_silence_of_gwen() < 1
    assert talk.evening.town.troubles() == []


@pytest.mark.parametrize("how", ["asks", "is let go", "hangs up", "goes home", "records", "skips"])
def test_a_talk_that_was_taken_over_goes_on_without_the_volunteer(talk: Desk, how: str) -> None:
    given = talk.session()["assignment_id"]
    talk.come("take_over")
    assert talk.hears(GWEN) == {NIA}
    if how == "asks":
        for _ in range(2):
            assert talk.evening.vic.post(f"/sessions/{talk.evening.session}/leave-it").status_code == 200
    elif how == "is let go":
        assert talk.turn(volunteer="away").json["volunteer"] == "away"
    elif how == "hangs up":
        talk.evening.town.put_down(talk.leg(VIC)["sid"])
    elif how == "goes home":
        talk.evening.vic.post(f"/sessions/{talk.evening.session}/end")
    else:
        deed, body = ("result", {"disposition": "contacted"}) if how == "records" else ("skip", {})
        assert talk.evening.vic.post(f"/assignments/{given}/{deed}", json=body).status_code == 200
    talk.pass_by(4)
    assert (talk.hears(GWEN), talk.hears(NIA)) == ({NIA}, {GWEN})
    state = {"goes home": "ended", "records": "ready", "skips": "ready"}.get(how, "wrap_up")
    assert talk.session()["state"] == state
    assert talk.turn(mode="listen").status_code == 409, "they are out of the volunteer's room"
    said = talk.evening.vic.post(f"/assignments/{given}/result", json={"disposition": "contacted"})
    assert said.status_code == 200, said.text
    talk.pass_by(3)
    assert (talk.hears(GWEN), talk.hears(NIA)) == ({NIA}, {GWEN}), "a result hangs nobody up"
    talk.evening.town.put_down(talk.leg(NIA)["sid"])
    talk.pass_by(3)
    assert "We have hung up on our side." in talk.said_to(GWEN)
    talk.pass_by(6)
    assert not talk.is_up(GWEN)
    assert talk.longest_silence_of_gwen() < 2
    assert talk.evening.town.verdict(VIC, NIA)["joined_to_two"] == []
    assert talk.evening.town.troubles() == []


def test_a_talk_that_was_taken_over_is_not_the_volunteers_to_end(talk: Desk) -> None:
    """A coordinator's words aren't cut off by a message, nor by a third party."""
    given = talk.session()["assignment_id"]
    talk.come("take_over")
    office = {"numbers": [{"label": "The office", "phone": landline(800)}]}
    talk.carys.put(f"/campaigns/{talk.evening.campaign_id}/transfer-numbers", json=office)
    refused = talk.evening.vic.post(f"/assignments/{given}/transfer", json={"phone": landline(800)})
    assert (refused.status_code, "taken over" in refused.json["detail"]) == (409, True)
    sound = add_sound(talk.evening.ctx, io.BytesIO(wav(1.0)), "Thursday")[0]
    settings = {"machine_detection": True, "voicemail": str(sound.id), "lawful": True}
    talk.carys.patch(f"/campaigns/{talk.evening.campaign_id}/answering-machines", json=settings)
    refused = talk.evening.vic.post(f"/assignments/{given}/leave-message")
    assert (refused.status_code, "taken over" in refused.json["detail"]) == (409, True)
    assert talk.hears(GWEN) == {NIA}


def test_whoever_leaves_the_room_leaves_the_volunteer_to_the_next(talk: Desk) -> None:
    """However it came that they left while a coordinator speaks: the next one hears the volunteer."""
    talk.come("take_over")
    with talk.evening.ctx.unit() as unit:
        held = hold_call(talk.evening.ctx, unit, talk.evening.calls()[0].id)
        assert held is not None
        assert held.assignment is not None
        part(Ended(talk.evening.ctx, unit, held.call, held.assignment, held.shift))
    assert talk.supervision()["mode"] == "whisper"


def test_the_volunteer_is_put_through_to_the_next_while_the_talk_goes_on(talk: Desk) -> None:
    given = talk.session()["assignment_id"]
    talk.evening.town.person(landline(101), phone="answers", ring_s=2, talk_s=900, patience_s=900)
    talk.come("take_over")
    talk.evening.vic.post(f"/sessions/{talk.evening.session}/leave-it")
    talk.pass_by(4)
    talk.evening.vic.post(f"/assignments/{given}/result", json={"disposition": "contacted"})
    for _ in range(20):
        if talk.session()["state"] == "in_call":
            break
        talk.pass_by(1)
    talk.pass_by(2)
    assert talk.hears(GWEN) == {NIA}
    assert talk.leg(landline(101))["sounds"][-1]["what"] == talk.leg(VIC)["sid"]
    talk.evening.town.put_down(talk.leg(GWEN)["sid"])
    talk.pass_by(3)
    assert not talk.is_up(NIA), "nobody is left to talk with"
    assert talk.supervision() is None
    assert talk.leg(landline(101))["sounds"][-1]["what"] == talk.leg(VIC)["sid"]
    assert talk.evening.town.verdict(VIC, NIA)["joined_to_two"] == []


def test_whoever_has_taken_over_is_cut_off_and_the_volunteer_has_the_talk_again(talk: Desk) -> None:
    talk.come("take_over")
    talk.evening.town.put_down(talk.leg(NIA)["sid"])
    talk.pass_by(5)
    assert (talk.hears(GWEN), talk.hears(VIC)) == ({VIC}, {GWEN})
    assert talk.supervision() is None
    assert "One moment, please." in talk.said_to(GWEN)
    assert talk.longest_silence_of_gwen() < 2


def test_cut_off_in_a_room_of_their_own_nobody_is_left_in_silence_though_nothing_is_told(talk: Desk) -> None:
    talk.come("take_over")
    talk.evening.vic.post(f"/sessions/{talk.evening.session}/leave-it")
    talk.pass_by(4)
    talk.evening.town.faults(lost_callback=1.0)
    talk.evening.town.put_down(talk.leg(NIA)["sid"])
    talk.pass_by(12)
    assert "We have hung up on our side." in talk.said_to(GWEN)
    assert not talk.is_up(GWEN)
    assert talk.longest_silence_of_gwen() < 2


def test_a_volunteer_whose_line_is_lost_is_listened_to_no_more(talk: Desk) -> None:
    talk.come()
    talk.evening.town.put_down(talk.leg(VIC)["sid"])
    talk.pass_by(4)
    assert not talk.is_up(NIA)
    assert talk.supervision() is None
    assert not talk.ever_heard(GWEN, NIA)
    with talk.evening.ctx.unit() as unit:
        assert list(unit.session.scalars(select(Supervision.end_reason))) == ["line_lost"]


def test_the_end_of_the_shift_ends_it(talk: Desk) -> None:
    talk.come("whisper")
    talk.evening.vic.post(f"/sessions/{talk.evening.session}/end")
    talk.pass_by(4)
    assert not talk.is_up(NIA)
    assert talk.nia.patch(talk.path, json={"mode": "listen"}).status_code == 409


def test_one_at_a_time_and_only_who_may(desk: Desk, api, units: UnitFactory, vic: Person) -> None:
    assert desk.evening.vic.post(desk.path, json={"mode": "listen"}).status_code == 403
    organiser = make_person(units, vic.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=())
    assert api(organiser).post(desk.path, json={"mode": "listen"}).status_code == 403
    refused = desk.nia.post(desk.path, json={"mode": "take_over"})
    assert (refused.status_code, refused.json["detail"]) == (409, "Nobody is on the line with them now.")
    assert desk.carys.post(desk.path, json={"mode": "listen"}).status_code == 409, "without a phone of hers"
    assert desk.nia.post(desk.path, json={"mode": "shout"}).status_code == 422
    assert desk.nia.patch(desk.path, json={"mode": "whisper"}).status_code == 404
    desk.come()
    refused = desk.carys.post(desk.path, json={"mode": "listen", "via": "browser"})
    assert refused.json["detail"] == "Somebody else is with them already."
    assert desk.carys.patch(desk.path, json={"mode": "whisper"}).status_code == 409
    desk.evening.until("in_call")
    desk.pass_by(2)
    assert desk.hears(GWEN) == {VIC}, "who came before the call isn't heard in it"
    assert desk.hears(NIA) == {VIC, GWEN}


def test_a_machine_that_answers_for_the_coordinator_is_not_let_in(talk: Desk) -> None:
    talk.evening.town.person(NIA, phone="machine")
    talk.come()
    talk.pass_by(10)
    assert talk.supervision() is None
    assert (talk.hears(GWEN), talk.hears(VIC)) == ({VIC}, {GWEN})


def test_what_the_carrier_was_not_asked_in_time_is_asked_later(talk: Desk) -> None:
    talk.come()
    talk.evening.town.faults(list_error=1.0)
    talk.turn(mode="whisper")
    assert talk.hears(VIC) == {GWEN}
    talk.evening.town.faults()
    talk.pass_by(3)
    keep_rooms(talk.evening.system())
    talk.work()
    assert talk.hears(VIC) == {GWEN, NIA}
    assert not talk.ever_heard(GWEN, NIA)


def test_a_browser_opens_its_own_leg_or_nobody_comes(talk: Desk) -> None:
    town = talk.evening.town
    asked = talk.nia.post(talk.path, json={"mode": "whisper", "via": "browser"}).json
    given = talk.nia.post(f"{talk.path}/token").json
    assert given["identity"].startswith("supervisor_")
    sid = town.connect(given["token"])
    talk.pass_by(3)
    leg = next(call for call in town.calls() if call["sid"] == sid)
    assert leg["sounds"][-1]["kind"] == "people"
    assert talk.supervision()["joined_at"] is not None
    heard = talk.leg(VIC)["sounds"][-1]["what"]
    assert sid in heard
    assert sid not in talk.leg(GWEN)["sounds"][-1]["what"]
    talk.nia.delete(talk.path)
    again = talk.nia.post(talk.path, json={"mode": "listen", "via": "browser"}).json
    assert again["id"] != asked["id"]
    talk.pass_by(61)
    keep_supervisions(talk.evening.system())
    assert talk.supervision() is None, "the browser never came"
    assert town.troubles() == []


def come_by_browser(talk: Desk, mode: str) -> tuple[str, str]:
    """Nia's browser is in the room: the token it has, and its leg."""
    talk.nia.post(talk.path, json={"mode": mode, "via": "browser"})
    token = talk.nia.post(f"{talk.path}/token").json["token"]
    older = talk.evening.town.connect(token)
    talk.pass_by(4)
    return token, older


def leg_of(talk: Desk, sid: str) -> Any:
    return next(call for call in talk.evening.town.calls() if call["sid"] == sid)


def what_gwen_heard(talk: Desk) -> set[str]:
    return {each["kind"] for each in talk.leg(GWEN)["sounds"]} - {"beep"}


@pytest.mark.parametrize("mode", ["listen", "whisper", "take_over"])
def test_a_newer_tab_of_a_coordinator_takes_their_place_without_a_gap(talk: Desk, mode: str) -> None:
    town = talk.evening.town
    token, older = come_by_browser(talk, mode)
    before = talk.session()["talk"]
    newer = town.connect(token)
    town.advance(0.5)
    assert [leg_of(talk, sid)["status"] for sid in (older, newer)] == ["in-progress"] * 2
    talk.pass_by(5)
    assert [leg_of(talk, sid)["status"] for sid in (older, newer)] == ["completed", "in-progress"]
    assert talk.is_up(GWEN)
    assert talk.is_up(VIC)
    assert what_gwen_heard(talk) <= {"people"}, "nobody was left alone for a moment"
    heard = {one: newer in talk.leg(one)["sounds"][-1]["what"] for one in (VIC, GWEN)}
    assert heard == {VIC: mode != "listen", GWEN: mode == "take_over"}
    now = talk.supervision()
    assert (now["mode"], talk.session()["talk"]) == (mode, before)
    assert now["joined_at"] is not None
    town.put_down(newer)
    talk.pass_by(8)
    assert talk.supervision() is None, "with the tab that is there it ends as ever"
    assert town.troubles() == []


def test_a_tab_that_goes_before_it_has_come_changes_nothing(talk: Desk) -> None:
    town = talk.evening.town
    token, older = come_by_browser(talk, "take_over")
    newer = town.connect(token)
    town.advance(0.1)
    town.put_down(newer)
    talk.pass_by(6)
    assert [leg_of(talk, sid)["status"] for sid in (older, newer)] == ["in-progress", "completed"]
    assert older in talk.leg(GWEN)["sounds"][-1]["what"]
    assert talk.supervision()["mode"] == "take_over"
    assert what_gwen_heard(talk) <= {"people"}
    talk.nia.delete(talk.path)
    talk.pass_by(4)
    assert leg_of(talk, older)["status"] == "completed"


def test_in_a_room_of_their_own_a_newer_tab_keeps_the_talk_too(talk: Desk) -> None:
    town = talk.evening.town
    token, older = come_by_browser(talk, "take_over")
    talk.turn(volunteer="away")
    talk.pass_by(6)
    assert older in talk.leg(GWEN)["sounds"][-1]["what"]
    newer = town.connect(token)
    talk.pass_by(6)
    assert [leg_of(talk, sid)["status"] for sid in (older, newer)] == ["completed", "in-progress"]
    assert newer in talk.leg(GWEN)["sounds"][-1]["what"]
    now = talk.supervision()
    assert (now["mode"], now["volunteer"]) == ("take_over", "away")
    talk.nia.delete(talk.path)
    talk.pass_by(5)
    assert not talk.is_up(GWEN)
    assert talk.is_up(VIC)
    assert town.troubles() == []


def test_both_tabs_go_when_the_coordinator_leaves_in_between(talk: Desk) -> None:
    town = talk.evening.town
    token, older = come_by_browser(talk, "take_over")
    newer = town.connect(token)
    town.advance(0.5)
    talk.nia.delete(talk.path)
    talk.pass_by(5)
    assert [leg_of(talk, sid)["status"] for sid in (older, newer)] == ["completed"] * 2
    assert talk.supervision() is None


def test_a_coordinator_comes_by_browser_and_says_what_came_of_the_talk(
    talk: Desk, app, vic: Person, carys: Person
) -> None:
    shifts = f"/campaigns/{talk.evening.campaign_id}/shifts"
    board, other = Reader(app.test_client()), Reader(app.test_client())
    board.sign_in(talk.nia_token, to="/healthz")
    other.sign_in(carys.token, to="/healthz")
    other.open(shifts)
    assert "Which phone is yours?" in other.press("supervise-listen").text, (
        "nobody rings a phone that isn’t hers"
    )
    board.open(shifts)
    assert "You come by this browser." in board.press("desk-phone-other").words["desk-phone"]
    assert "This browser joins them" in board.press("supervise-listen").words["flash"]
    key = board.open(shifts).html.split('name="csrf_token" value="')[1].split('"')[0]
    given = {"csrf_token": key}
    token = board.client.post(f"/shifts/{talk.evening.session}/supervise/token", data=given).json["token"]
    sid = board.client.post("/shifts/desk-phone/legs", data={**given, "token": token}).json["sid"]
    talk.pass_by(3)
    assert board.client.get(f"/shifts/desk-phone/legs/{sid}").json["hears"] == "people"
    assert other.client.get(f"/shifts/desk-phone/legs/{sid}").status_code == 404
    assert f'id="desk-phone" data-session="{talk.evening.session}"' in board.open(shifts).html
    board.press("supervise-take_over")
    talk.work()
    talk.evening.town.put_down(sid)
    again = board.client.post("/shifts/desk-phone/legs", data={**given, "token": token}).json["sid"]
    talk.pass_by(5)
    assert again in talk.leg(GWEN)["sounds"][-1]["what"], "after a reload they are heard as before"
    page = board.open(shifts)
    assert "on the line" in page.words["taken-over"]
    form = page.tests["say-result"]["href"]
    assert "You took this over" in board.open(form).text
    assert "Say what happened" in board.press("save").text
    page = board.press("save", disposition="contacted", outcome="reached")
    assert "Saved: what came of your talk with Person 0 Jones." in page.words["flash"]
    assert "we talked" in page.words["taken-over"].lower()
    talk.pass_by(4)
    assert talk.is_up(GWEN), "the talk itself goes on"
    assert "save" in board.open(form).buttons, "it can be put right"
    assert other.client.get(form).status_code == 404, "by whoever took it over"
    board.open(shifts)
    board.press("supervise-leave")
    talk.pass_by(4)
    assert not talk.is_up(GWEN)
    assert talk.evening.town.troubles() == []


def test_the_volunteer_reads_who_is_there_and_can_leave_it_to_them(talk: Desk, app, vic: Person) -> None:
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    reader.open("/call")
    before = reader.client.get("/call/line").text
    board = Reader(app.test_client())
    board.sign_in(talk.nia_token, to="/healthz")
    board.open(f"/campaigns/{talk.evening.campaign_id}/shifts")
    assert "They read that you listen." in board.press("supervise-listen").words["flash"]
    talk.get_through()
    assert "Nia listens" in board.open(f"/campaigns/{talk.evening.campaign_id}/shifts").text
    assert reader.client.get("/call/line").text != before, "the page is told to move"
    page = reader.open("/call")
    assert "Nia is listening, to help." in page.words["supervised"]
    assert "leave-it" not in page.buttons
    board.press("supervise-take_over")
    talk.work()
    page = reader.open("/call")
    assert "Nia has taken over." in page.words["supervised"]
    assert "Nia is speaking to" in page.words["status"]
    assert not {"mute", "hold", "reached", "continue"} & set(page.buttons), "there is nothing to press"
    assert "nothing-to-ask" in page.words
    reader.press("leave-it")
    talk.pass_by(4)
    assert "Nia talks on" in board.open(f"/campaigns/{talk.evening.campaign_id}/shifts").text
    page = reader.open("/call")
    assert "Nia talks on with them." in page.words["supervised"]
    assert "Nia says what comes of the talk." in page.words["goes-on"]
    assert talk.evening.town.conferences(room_of(vic.id))[-1]["status"] != "completed"
    assert "A coordinator may listen in to help." in talk.said_to(VIC)
