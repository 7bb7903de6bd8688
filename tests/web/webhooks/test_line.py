"""A volunteer's own line, through the town: rung, dialled in, lost and back, given up; no phantoms."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select, update

from dialer.carrier.port import Carrier, OutboundCall
from dialer.domain.line import identity_of, room_of
from dialer.services.calling import call_urls
from dialer.services.calling.call_looks import due_calls, look_after
from dialer.services.calling.line_joining import lock_shift
from dialer.services.calling.line_keeping import pause_unseen
from dialer.services.calling.lines import ring_volunteer
from dialer.services.calling.making_way import make_way
from dialer.services.calling.placing import place_next
from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.models.pacing import PacingEvent
from dialer.store.models.people import Suppression
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.dialled import Room
from tests.hang_ups import do_hang_ups
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.towns import PUBLIC_URL, Town
from tests.web.reader import Reader
from tests.web.webhooks.conftest import Signer
from tests.web.webhooks.test_ring_me import Always

VIC = mobile(500)
GWEN = landline(123)
OURS = landline(900)
ANSWER = "/webhooks/twilio/voice/answer"
STATUS = "/webhooks/twilio/voice/status"
CLIENT = "/webhooks/twilio/voice/client"
INBOUND = "/webhooks/twilio/voice/inbound"

Api = Callable[[Person], Caller]


@dataclass
class Desk:
    """Vic, who is to wait for people whom a campaign dials, and the town."""

    vic: Caller
    town: Town
    clock: SetClock
    carrier: Carrier
    system: Callable[[], Context]
    units: UnitFactory
    signer: Signer
    campaign_id: uuid.UUID
    session_id: str = ""

    def sit_down(self, **body: object) -> dict[str, object]:
        answer = self.vic.post(f"/campaigns/{self.campaign_id}/sessions", json=body)
        assert answer.status_code == 201, answer.text
        self.session_id = answer.json["id"]
        return answer.json

    def join(self) -> None:
        """By phone, until the line is open."""
        self.sit_down(via="phone")
        self.get_through()
        assert self.line() == "open"

    def get_through(self) -> None:
        place_next(self.system(), self.carrier, Always())
        self.advance(10)

    def ask_for_line(self, **body: object) -> int:
        return self.vic.post(f"/sessions/{self.session_id}/line", json=body).status_code

    def session(self) -> dict[str, object]:
        return self.vic.get(f"/sessions/{self.session_id}").json

    def line(self) -> object:
        return self.session()["line"]["state"]

    def stands(self) -> tuple[object, object, object]:
        now = self.session()
        return now["state"], now["pause_reason"], now["line"] and now["line"]["state"]

    def advance(self, seconds: float) -> None:
        self.town.advance(seconds)
        self.clock.forward(seconds=seconds)

    def wait(self, seconds: int) -> None:
        """The same second by second, for what goes by both clocks."""
        for _ in range(seconds):
            self.advance(1)

    def look(self) -> None:
        """What the jobs do that hang up, and ask the carrier."""
        do_hang_ups(self.system(), self.carrier)
        for call_id in due_calls(self.system()):
            look_after(self.system(), self.carrier, call_id)

    def events(self) -> list[str]:
        """What the pacing policy is to hear."""
        with self.units.read() as unit:
            return list(unit.session.scalars(select(PacingEvent.kind).order_by(PacingEvent.id)))

    def calls(self) -> list[Call]:
        with self.units.read() as unit:
            return list(unit.session.scalars(select(Call).where(Call.mode == "line").order_by(Call.id)))

    def up(self) -> list[str]:
        """Who is on the phone in the town."""
        return [call["person"] for call in self.town.calls() if call["status"] == "in-progress"]


@pytest.fixture
def gwen() -> Voter:
    return Voter("Gwen", [GWEN])


@pytest.fixture
def campaign_id(ctx: Context, units: UnitFactory, vic: Person, gwen: Voter) -> uuid.UUID:
    made = running_campaign(ctx, [gwen], caller_ids=[OURS], dialing_mode="progressive")
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
    town.person(VIC, phone="answers", ring_s=3, talk_s=3000, patience_s=3000)
    town.account(voice_url=f"{PUBLIC_URL}{INBOUND}")
    return Street(town, clock, carrier, system, units)


@pytest.fixture
def caller(api: Api, vic: Person, told: None) -> Caller:
    """Vic, once the town's webhooks come to the app."""
    return api(vic)


@pytest.fixture
def desk(caller: Caller, street: Street, signer: Signer, campaign_id: uuid.UUID) -> Desk:
    return Desk(caller, signer=signer, campaign_id=campaign_id, **vars(street))


def test_the_volunteer_is_rung_and_waits_in_their_room(desk: Desk) -> None:
    began = desk.sit_down(via="phone")
    assert (began["state"], began["line"]["state"], began["line"]["numbers"]) == ("ready", "ringing", [OURS])
    assert desk.events() == [], "nobody can be put through yet"
    desk.get_through()
    assert desk.stands() == ("ready", None, "open")
    assert desk.events() == ["volunteer_ready"]
    desk.advance(120)
    (leg,) = desk.town.calls()
    assert (leg["person"], leg["from"], leg["status"]) == (VIC, OURS, "in-progress")
    assert desk.town.troubles() == []
    assert desk.ask_for_line(via="phone", phone=VIC) == 202, "and nothing new is rung"
    assert len(desk.calls()) == 1


def test_an_unconfirmed_phone_is_not_rung_and_nothing_begins(desk: Desk) -> None:
    refused = desk.vic.post(
        f"/campaigns/{desk.campaign_id}/sessions", json={"via": "phone", "phone": mobile(501)}
    )
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (409, "conflict")
    desk.sit_down(via="browser")
    assert desk.stands() == ("ready", None, "none")
    assert desk.ask_for_line(via="phone", phone=mobile(501)) == 409
    assert desk.ask_for_line(via="phone") == 202


def test_whoever_calls_from_their_own_phone_is_handed_people_as_ever(desk: Desk) -> None:
    assert desk.sit_down(via="own_phone")["line"] is None
    assert desk.vic.post(f"/sessions/{desk.session_id}/next").json["contact"]["phone"] == GWEN
    assert desk.events() == []


def test_while_all_is_paused_nobody_is_rung(desk: Desk, api: Api, carys: Person) -> None:
    desk.sit_down(via="phone")
    api(carys).post("/pause-all", json={"reason": "The script is wrong"})
    desk.get_through()
    assert desk.town.calls() == []
    assert desk.stands() == ("paused", "line_not_answered", "none")
    assert desk.ask_for_line(via="phone") == 409


@pytest.mark.parametrize("phone", ["no_answer", "machine"])
def test_a_phone_that_is_not_picked_up_pauses_and_can_be_rung_again(desk: Desk, phone: str) -> None:
    desk.town.person(VIC, phone=phone)
    desk.sit_down(via="phone")
    desk.get_through()
    desk.advance(60)
    assert desk.stands() == ("paused", "line_not_answered", "none")
    assert "volunteer_ready" not in desk.events()
    desk.town.person(VIC, phone="answers", ring_s=3, talk_s=3000)
    assert desk.ask_for_line() == 202
    desk.get_through()
    assert desk.stands() == ("ready", None, "open")


def test_a_lost_line_pauses_and_comes_back(desk: Desk) -> None:
    desk.join()
    desk.town.put_down(desk.town.calls()[0]["sid"])
    desk.advance(1)
    assert desk.stands() == ("paused", "line_lost", "none")
    assert desk.ask_for_line() == 202
    desk.get_through()
    assert desk.stands() == ("ready", None, "open")
    assert desk.events() == ["volunteer_ready", "volunteer_left", "volunteer_ready"]
    assert [call.state for call in desk.calls()] == ["completed", "in_progress"]


def test_ones_own_pause_outlasts_the_line(desk: Desk) -> None:
    desk.join()
    desk.vic.post(f"/sessions/{desk.session_id}/pause")
    desk.town.put_down(desk.town.calls()[0]["sid"])
    desk.advance(1)
    desk.ask_for_line()
    desk.get_through()
    assert desk.stands() == ("paused", None, "open")
    desk.vic.post(f"/sessions/{desk.session_id}/resume")
    assert desk.events()[-1] == "volunteer_ready"


def test_the_end_of_the_shift_ends_the_line(desk: Desk) -> None:
    desk.join()
    desk.vic.post(f"/sessions/{desk.session_id}/end")
    assert desk.events()[-1] == "volunteer_left"
    desk.look()
    desk.advance(5)
    desk.look()
    assert desk.up() == []
    (call,) = desk.calls()
    assert (call.state, call.end_reason) == ("completed", "shift_over")


def test_the_end_of_the_shift_withdraws_what_was_not_placed(desk: Desk) -> None:
    desk.sit_down(via="phone")
    desk.vic.post(f"/sessions/{desk.session_id}/end")
    assert not place_next(desk.system(), desk.carrier, Always())
    assert desk.town.calls() == []
    assert desk.calls()[0].end_reason == "shift_over"


@pytest.mark.slow
def test_a_second_session_takes_the_line_along(desk: Desk) -> None:
    desk.join()
    pin = desk.session()["line"]["pin"]
    began = desk.sit_down(via="phone")
    assert (began["state"], began["line"]) == ("ready", {"state": "open", "pin": pin, "numbers": [OURS]})
    assert desk.events() == ["volunteer_ready", "volunteer_left", "volunteer_ready"]
    desk.look()
    assert desk.up() == [VIC]
    assert len(desk.town.calls()) == 1
    desk.sit_down(via="own_phone")
    desk.look()
    desk.advance(1)
    assert desk.up() == [], "who takes people by hand needs no line"


def test_a_line_whose_end_nobody_told_is_found_out(desk: Desk) -> None:
    desk.join()
    desk.town.faults(lost_callback=1.0)
    desk.town.put_down(desk.town.calls()[0]["sid"])
    desk.advance(70)
    desk.look()
    assert desk.stands()[0] == "paused"
    assert desk.stands()[2] == "none"


def test_a_line_that_nobody_told_of_is_found_open(desk: Desk) -> None:
    desk.town.faults(lost_callback=1.0)
    desk.sit_down(via="phone")
    desk.get_through()
    desk.look()
    assert desk.stands() == ("ready", None, "open")


@pytest.mark.slow
def test_nobody_is_put_through_to_whoever_is_not_seen(desk: Desk) -> None:
    desk.join()
    desk.vic.post(f"/sessions/{desk.session_id}/heartbeat")
    desk.advance(299)
    desk.look()
    pause_unseen(desk.system())
    assert desk.stands()[0] == "ready"
    desk.look()  # the carrier says that they are on the line, which isn't to say that they are there
    desk.advance(1)
    pause_unseen(desk.system())
    assert desk.stands() == ("paused", "unseen", "open"), "a line that is only there is no sign"
    desk.advance(60)
    desk.look()
    assert desk.stands() == ("paused", "unseen", "open")
    desk.look()
    assert desk.stands() == ("paused", "unseen", "open")
    desk.vic.post(f"/sessions/{desk.session_id}/resume")
    assert desk.stands() == ("ready", None, "open")
    desk.advance(900)
    pause_unseen(desk.system())
    desk.look()
    desk.advance(1)
    assert desk.up() == []
    assert desk.stands() == ("paused", "unseen", "none")


@pytest.mark.slow
def test_who_walked_away_while_writing_up_is_hung_up_too(desk: Desk, vic: Person) -> None:
    """Their lease may last a day: what they have in hand stays theirs, their line doesn't."""
    desk.join()
    with desk.units.begin(vic.organisation_id) as unit:
        shift = lock_shift(unit, uuid.UUID(desk.session_id))
        assert shift is not None
        move(unit, shift, desk.clock.now, "wrap_up")
    desk.advance(880)
    pause_unseen(desk.system())
    assert desk.stands() == ("wrap_up", None, "open")
    desk.advance(20)
    pause_unseen(desk.system())
    desk.look()
    desk.advance(1)
    assert desk.up() == []
    assert desk.stands() == ("wrap_up", None, "none")


@pytest.mark.slow
def test_nobody_waits_in_two_campaigns(desk: Desk, ctx: Context, vic: Person) -> None:
    desk.join()
    people = [Voter("Huw", [landline(1)]), Voter("Ifan", [landline(2)])]
    other = running_campaign(ctx, people, caller_ids=[OURS])
    join_campaign(desk.units, vic, other.id)
    by_hand = desk.vic.post(f"/campaigns/{other.id}/sessions", json={}).json["id"]
    assert desk.stands() == ("paused", "elsewhere", "open")
    assert desk.events()[-1] == "volunteer_paused"
    desk.vic.post(f"/sessions/{desk.session_id}/resume")
    assert desk.stands() == ("ready", None, "open"), "so they say themselves"
    assert desk.vic.post(f"/sessions/{by_hand}/next").status_code == 200
    assert desk.stands() == ("paused", "elsewhere", "open")


@pytest.mark.slow
def test_of_two_lines_asked_for_at_once_one_is_given(
    desk: Desk, ctx: Context, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    other = running_campaign(
        ctx, [Voter("Huw", [landline(1)])], caller_ids=[OURS], dialing_mode="progressive"
    )
    join_campaign(desk.units, vic, other.id)
    sessions = [
        desk.vic.post(f"/campaigns/{one}/sessions", json={"via": "browser"}).json["id"]
        for one in (desk.campaign_id, other.id)
    ]
    with ThreadPoolExecutor(1) as pool:
        with desk.units.begin(vic.organisation_id) as unit:
            first = lock_shift(unit, uuid.UUID(sessions[0]))
            campaign = unit.session.get(Campaign, (vic.organisation_id, desk.campaign_id))
            assert first is not None
            assert campaign is not None
            ring_volunteer(context_of(vic), unit, campaign, first, None)
            line = {"via": "phone"}
            second = pool.submit(desk.vic.post, f"/sessions/{sessions[1]}/line", json=line)
            wait([second], timeout=0.5)
        assert second.result().status_code == 202
    with desk.units.read() as unit:
        states = unit.session.scalars(select(Shift.line_state).order_by(Shift.id)).all()
    assert states == ["none", "ringing"]


# --- dialling in


def dial_in(desk: Desk, keys: str, number: str = mobile(555)) -> str:
    """Ring the line, press star and type this; the call's name."""
    sid = desk.town.ring_in(number, OURS, digits=f"*{keys}")
    desk.advance(120)
    return sid


def wrong_pin(desk: Desk) -> str:
    right = desk.session()["line"]["pin"]
    return "1" + right[1:] if right[0] != "1" else "2" + right[1:]


def noes(units: UnitFactory) -> list[str | None]:
    with units.read() as unit:
        return list(unit.session.scalars(select(Suppression.number)))


def test_who_rings_in_with_the_pin_is_on_the_line(desk: Desk) -> None:
    pin = desk.sit_down(via="browser")["line"]["pin"]
    assert desk.stands() == ("ready", None, "none")
    sid = dial_in(desk, pin)
    assert desk.stands() == ("ready", None, "open")
    (call,) = desk.calls()
    assert (call.carrier_sid, call.number, call.contact_id, call.shift_id) == (
        sid,
        None,
        None,
        uuid.UUID(desk.session_id),
    )
    desk.town.put_down(sid)
    desk.advance(70)
    desk.look()
    assert desk.stands() == ("paused", "line_lost", "none")
    assert desk.town.troubles() == []


@pytest.mark.slow
def test_ringing_in_again_takes_the_line_over(desk: Desk) -> None:
    desk.join()
    desk.town.person(mobile(555), phone="answers", talk_s=3000, patience_s=3000)
    dial_in(desk, desk.session()["line"]["pin"])
    desk.advance(5)
    desk.look()
    desk.advance(5)
    desk.look()
    assert desk.up() == [mobile(555)], "the leg before is hung up"
    assert [call.end_reason for call in desk.calls()] == ["line_moved", None]
    assert desk.stands() == ("ready", None, "open")
    assert desk.town.troubles() == []


def test_wrong_pins_are_few_and_the_key_that_stops_calls_works_still(desk: Desk) -> None:
    desk.sit_down(via="browser")
    right, wrong = desk.session()["line"]["pin"], wrong_pin(desk)
    dial_in(desk, f"{wrong * 3}*{right}9")
    assert desk.line() == "none", "the fourth isn't looked at, though it is right"
    assert noes(desk.units) == [mobile(555)]
    dial_in(desk, right, number=mobile(556))
    assert desk.line() == "open"


def test_the_key_that_stops_calls_works_where_a_pin_is_asked_for(desk: Desk) -> None:
    desk.sit_down(via="browser")
    dial_in(desk, "9")
    assert noes(desk.units) == [mobile(555)]


@pytest.mark.slow
def test_a_number_has_six_wrong_pins_an_hour(desk: Desk) -> None:
    desk.sit_down(via="browser")
    right, wrong = desk.session()["line"]["pin"], wrong_pin(desk)
    for _ in range(2):
        dial_in(desk, wrong * 3)
    dial_in(desk, right)
    assert desk.line() == "none"
    desk.clock.forward(hours=1)
    desk.vic.post(f"/sessions/{desk.session_id}/heartbeat")
    dial_in(desk, right)
    assert desk.line() == "open"


def test_without_volunteers_nobody_hears_of_pins(desk: Desk, signer: Signer) -> None:
    ringing = {"CallSid": "CA" + "1" * 32, "From": GWEN, "To": OURS}
    assert "press star" not in signer.post(INBOUND, ringing).text
    desk.sit_down(via="browser")
    assert "press star" in signer.post(INBOUND, ringing).text
    hidden = signer.post(INBOUND, ringing | {"CallSid": "CA" + "2" * 32, "From": "anonymous"}).text
    assert "press star" in hidden
    assert "press 9" not in hidden


# --- the browser's leg, and what the carrier may do wrong


def test_the_browser_of_a_session_opens_its_line(desk: Desk, organisation_id: uuid.UUID) -> None:
    desk.sit_down(via="browser")
    sid = "CA" + "3" * 32
    caller = f"client:{identity_of(organisation_id, uuid.UUID(desk.session_id))}"
    opened = {"CallSid": sid, "From": caller, "To": "", "CallStatus": "ringing"}
    first = desk.signer.post(CLIENT, opened).text
    assert f">{room_of(desk.vic.person.id)}</Conference>" in first
    assert desk.signer.post(CLIENT, opened).text == first, "told again, it is the same"
    (call,) = desk.calls()
    of_room = f"{STATUS}?o={organisation_id}&c={call.id}&leg=room"
    desk.signer.post(of_room, {"StatusCallbackEvent": "participant-join", "CallSid": sid})
    assert desk.stands() == ("ready", None, "open")
    again = desk.signer.post(CLIENT, opened | {"CallSid": "CA" + "4" * 32}).text
    assert "<Conference" in again, "after a reload another leg comes into the same room"
    assert len(desk.calls()) == 2
    desk.vic.post(f"/sessions/{desk.session_id}/end")
    assert "<Hangup" in desk.signer.post(CLIENT, opened | {"CallSid": "CA" + "5" * 32}).text


def test_a_browser_calls_with_its_token_and_comes_back_after_a_reload(desk: Desk) -> None:
    desk.sit_down(via="browser")
    given = desk.vic.post(f"/sessions/{desk.session_id}/token")
    assert given.status_code == 200
    assert dt.datetime.fromisoformat(given.json["expires_at"]) < desk.clock.now + dt.timedelta(hours=1)
    sid = desk.town.connect(given.json["token"])
    desk.advance(10)
    assert desk.stands() == ("ready", None, "open")
    desk.town.put_down(sid)
    desk.advance(70)
    desk.look()
    assert desk.stands() == ("paused", "line_lost", "none")
    desk.town.connect(given.json["token"])
    desk.advance(10)
    assert desk.stands() == ("ready", None, "open")
    assert {room["name"] for room in desk.town.conferences()} == {room_of(desk.vic.person.id)}
    assert desk.town.troubles() == []


def test_who_may_not_be_on_a_line_gets_no_token(desk: Desk, api: Api, mallory: Person, carys: Person) -> None:
    desk.sit_down(via="browser")
    token = f"/sessions/{desk.session_id}/token"
    assert api(mallory).post(token).status_code == 404
    assert api(carys).post(token).status_code == 403, "whoever has it speaks as Vic"
    seen = api(carys).get(f"/sessions/{desk.session_id}").json["line"]
    assert seen["pin"] is None
    assert len(desk.session()["line"]["pin"]) == 6
    api(carys).patch(f"/campaigns/{desk.campaign_id}", json={"dialing_mode": "preview"})
    given = desk.vic.post(f"/sessions/{desk.session_id}/token").json["token"]
    desk.town.connect(given)
    desk.advance(10)
    assert desk.calls() == [], "where nobody is dialled it opens no line"
    assert desk.ask_for_line(via="phone") == 409
    desk.vic.post(f"/sessions/{desk.session_id}/end")
    assert desk.vic.post(f"/sessions/{desk.session_id}/token").status_code == 409


@pytest.mark.parametrize(
    "caller", ["client:somebody", f"client:{identity_of(uuid.UUID(int=1), uuid.UUID(int=2))}"]
)
def test_no_other_browser_opens_a_line(desk: Desk, caller: str) -> None:
    opened = {"CallSid": "CA" + "3" * 32, "From": caller, "To": ""}
    answer = desk.signer.post(CLIENT, opened)
    assert (answer.status_code, "<Conference" in answer.text) == (200, False)


def test_a_second_call_made_of_one_request_is_not_let_in(desk: Desk, organisation_id: uuid.UUID) -> None:
    desk.join()
    (call,) = desk.calls()
    of_line = f"{ANSWER}?o={organisation_id}&c={call.id}&leg=line"
    assert "<Hangup" in desk.signer.post(of_line, {"CallSid": "CA" + "6" * 32}).text
    wait = desk.signer.post(f"{of_line}&then=wait", {"CallSid": "CA" + "6" * 32})
    assert wait.status_code == 200
    left = desk.signer.post(
        f"{of_line}&then=left&times=1", {"CallSid": call.carrier_sid, "CallStatus": "in-progress"}
    )
    assert "<Conference" in left.text, "it was the room that ended: they go back"
    assert desk.line() == "ringing", "until then nobody is put through"
    desk.advance(5)
    desk.look()
    assert desk.line() == "open", "the carrier says that they are there"


def test_a_late_word_of_the_room_opens_no_line_that_is_over(desk: Desk, organisation_id: uuid.UUID) -> None:
    desk.join()
    (call,) = desk.calls()
    desk.town.put_down(call.carrier_sid)
    desk.advance(1)
    of_room = f"{STATUS}?o={organisation_id}&c={call.id}&leg=room"
    desk.signer.post(of_room, {"StatusCallbackEvent": "participant-join", "CallSid": call.carrier_sid})
    assert desk.stands() == ("paused", "line_lost", "none")


# --- with somebody on the line


def ring_gwen(desk: Desk, gwen: Voter) -> Call:
    """What the dialler does; ten seconds later."""
    room = Room(desk.units, desk.vic.person.organisation_id, desk.campaign_id, desk.system)
    call_id = room.dial(gwen)
    ctx = desk.system()
    answer, status = call_urls.answer(ctx, call_id), call_urls.status(ctx, call_id, "contact")
    desk.carrier.place_call(OutboundCall(call_id, GWEN, OURS, answer, status))
    desk.advance(10)
    return room.call(call_id)


@pytest.mark.slow
def test_whoever_loses_the_line_in_a_talk_comes_back_to_whom_they_talk_with(desk: Desk, gwen: Voter) -> None:
    desk.town.person(GWEN, phone="answers", ring_s=3, talk_s=600, patience_s=20)
    desk.join()
    ring_gwen(desk, gwen)
    assert desk.stands() == ("in_call", None, "open")
    desk.town.put_down(desk.town.calls()[0]["sid"])
    desk.advance(0.5)
    assert desk.stands()[2] == "none"
    assert desk.ask_for_line() == 202
    place_next(desk.system(), desk.carrier, Always())
    desk.wait(12)
    assert desk.stands() == ("in_call", None, "open")
    assert len(desk.up()) == 2
    desk.town.put_down(desk.town.calls()[1]["sid"])
    desk.advance(2)
    assert desk.stands() == ("wrap_up", None, "open")
    session = desk.session()
    desk.vic.post(f"/assignments/{session['assignment_id']}/result", json={"disposition": "contacted"})
    assert desk.stands() == ("ready", None, "open")
    assert desk.town.troubles() == []


def stays(desk: Desk) -> list[tuple[str, int]]:
    """Who is in a room, or was, and in how many."""
    found = [stay["call_sid"] for room in desk.town.conferences() for stay in room["stays"]]
    return [(sid, found.count(sid)) for sid in dict.fromkeys(found)]


@pytest.mark.slow
def test_a_newer_tab_takes_the_talk_over_without_a_gap(desk: Desk, gwen: Voter) -> None:
    desk.town.person(GWEN, phone="answers", ring_s=3, talk_s=600, patience_s=20)
    desk.sit_down(via="browser")
    token = desk.vic.post(f"/sessions/{desk.session_id}/token").json["token"]
    older = desk.town.connect(token)
    desk.advance(5)
    ring_gwen(desk, gwen)
    newer = desk.town.connect(token)
    desk.advance(1)
    assert desk.stands() == ("in_call", None, "open")
    assert len(desk.up()) == 3, "the older leg stays until the newer is in the room"
    make_way(desk.system(), desk.carrier, desk.calls()[0].id)
    desk.advance(3)
    desk.look()
    (room,) = desk.town.conferences()
    (talk,) = (call for call in desk.town.calls() if call["to"] == GWEN)
    assert stays(desk) == [(older, 1), (talk["sid"], 1), (newer, 1)], "nobody was thrown out"
    assert [call.end_reason for call in desk.calls()] == ["line_moved", None]
    kinds = {each["kind"] for each in talk["sounds"]}
    assert kinds <= {"people", "beep"}, "and nobody heard silence"
    desk.town.put_down(newer)
    desk.advance(1)
    assert desk.town.conferences()[0]["ended_by"] == newer, "with the one that is there the room ends as ever"
    assert room["status"] == "in-progress"


def test_after_a_reload_the_leg_that_comes_isnt_hung_up_with_the_one_that_went(desk: Desk) -> None:
    desk.sit_down(via="browser")
    token = desk.vic.post(f"/sessions/{desk.session_id}/token").json["token"]
    went = desk.town.connect(token)
    desk.advance(5)
    desk.town.put_down(went)
    desk.advance(0.1)
    came = desk.town.connect(token)
    desk.advance(3)
    desk.look()
    desk.advance(3)
    assert [call["sid"] for call in desk.town.calls() if call["status"] == "in-progress"] == [came]
    assert desk.stands() == ("ready", None, "open")


@pytest.mark.slow
def test_where_another_phone_is_not_picked_up_the_talk_stays_on_the_line_that_was(
    desk: Desk, gwen: Voter
) -> None:
    desk.town.person(GWEN, phone="answers", ring_s=3, talk_s=600, patience_s=20)
    desk.sit_down(via="browser")
    token = desk.vic.post(f"/sessions/{desk.session_id}/token").json["token"]
    desk.town.connect(token)
    desk.advance(5)
    ring_gwen(desk, gwen)
    desk.town.person(VIC, phone="no_answer")
    assert desk.ask_for_line(via="phone") == 202
    place_next(desk.system(), desk.carrier, Always())
    desk.wait(30)
    desk.look()
    assert desk.stands() == ("in_call", None, "open")
    assert [room["status"] for room in desk.town.conferences()] == ["in-progress"]
    assert len(desk.up()) == 2
    desk.vic.post(f"/sessions/{desk.session_id}/end")
    desk.look()
    desk.wait(5)
    desk.look()
    assert desk.up() == []


@pytest.mark.slow
def test_whose_line_went_in_a_talk_is_paused_after_it(desk: Desk, gwen: Voter) -> None:
    desk.town.person(GWEN, phone="answers", ring_s=3, talk_s=600, patience_s=20)
    desk.join()
    ring_gwen(desk, gwen)
    desk.town.put_down(desk.town.calls()[0]["sid"])
    desk.wait(30)
    assert desk.up() == [], "nobody is left alone in the room"
    assert desk.stands() == ("wrap_up", None, "none")
    assignment = desk.session()["assignment_id"]
    desk.vic.post(f"/assignments/{assignment}/result", json={"disposition": "contacted"})
    assert desk.stands() == ("paused", "line_lost", "none")


# --- on the call screen, without a script


@pytest.fixture
def reader(desk: Desk, app: Flask, vic: Person) -> Reader:
    """Vic's browser."""
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    return reader


def test_the_screen_leads_onto_the_line_and_back(desk: Desk, reader: Reader) -> None:
    page = reader.press("next")
    assert "Ring my phone" in page.text, "it asks how to join, and begins nothing"
    assert "07700 900500" in page.text
    page = reader.press("call-ring-me")
    assert (reader.state, "We’re ringing your phone" in page.text) == ("waiting", True)
    before = reader.client.get("/call/line").text
    desk.get_through()
    assert reader.client.get("/call/line").text != before
    page = reader.open("/call")
    assert (reader.state, "Nobody can be rung just now" in page.text) == ("waiting", True), "no pacer is here"
    reader.press("pause")
    assert reader.state == "paused"
    reader.press("resume")
    assert reader.state == "waiting"
    desk.town.put_down(desk.town.calls()[0]["sid"])
    desk.advance(1)
    page = reader.open("/call")
    assert (reader.state, "Your line was lost" in page.text) == ("paused", True)
    assert "press star and type" in page.words["dial-in"]
    reader.press("call-ring-me")
    desk.get_through()
    reader.open("/call")
    assert reader.state == "waiting"
    assert "Your shift is over" in reader.press("end-shift").text
    desk.look()
    desk.advance(5)
    assert desk.up() == []


@pytest.mark.slow
def test_the_screen_tells_how_to_ring_in_and_lets_people_be_rung_by_hand(desk: Desk, reader: Reader) -> None:
    reader.press("next")
    page = reader.press("call-dial-in")
    pin = re.search(r"PIN: (\d{3}) (\d{3})$", page.words["dial-in"])
    assert pin is not None
    dial_in(desk, pin[1] + pin[2])
    reader.open("/call")
    assert reader.state == "waiting"
    reader.press("end-shift")
    reader.open("/call")
    reader.press("next")
    reader.press("call-own")
    assert reader.state == "ringing", "somebody is in hand, to be rung from one's own phone"


@pytest.mark.slow
def test_whose_phone_is_not_known_yet_is_asked_for_it(desk: Desk, reader: Reader) -> None:
    with desk.units.begin(desk.vic.person.organisation_id) as unit:
        unit.session.execute(update(Account).values(phone_confirmed_at=None))
    reader.press("next")
    assert "Which phone is yours?" in reader.press("call-ring-me").text
    assert reader.open("/call/join?campaign=nonsense").status == 404


def test_the_screen_speaks_welsh(desk: Desk, app: Flask, vic: Person) -> None:
    reader = Reader(app.test_client(), "cy")
    reader.sign_in(vic.token)
    assert "Ffoniwch fy ffôn" in reader.press("next").text
