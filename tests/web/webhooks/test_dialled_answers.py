"""Somebody whom the dialler rang answers: one volunteer, at once, or a message within two seconds."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import text, update

from dialer.domain.abandonment import GREETED_FOR
from dialer.domain.line import room_of
from dialer.services.calling.assignments import skip_assignment
from dialer.services.calling.corrections import undo_result
from dialer.services.calling.leases import expire_assignments
from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.store.models.calling import Campaign, Shift
from dialer.store.session import UnitFactory
from dialer.town.voice import twiml
from dialer.town.voice.verbs import Say
from dialer.web.webhooks import blueprint, spoken
from tests.conftest import Caller, SetClock
from tests.dialled import OURS, Room
from tests.hang_ups import END_CALL, calls_queue
from tests.people import Person, join_campaign, make_person
from tests.phone_bank import Voter, landline, running_campaign
from tests.web.webhooks.conftest import Signer

ANSWER = "/webhooks/twilio/voice/answer"
STATUS = "/webhooks/twilio/voice/status"


def sid_of(index: int) -> str:
    return f"CA{index:032d}"


@dataclass
class Exchange:
    """The carrier's side of some dials, by hand."""

    room: Room
    clock: SetClock
    voters: list[Voter]
    people: list[Person]
    app: Flask

    def dial(self, index: int = 0) -> uuid.UUID:
        return self.room.dial(self.voters[index], sid_of(index))

    def answers(self, call_id: uuid.UUID, index: int = 0, then: str = "", **params: str) -> str:
        """They have answered, or were greeted: the TwiML that they get."""
        path = f"{ANSWER}?o={self.room.organisation_id}&c={call_id}{then}"
        signer = Signer(self.app.test_client())
        form = {"CallSid": sid_of(index), "From": OURS, "To": self.voters[index].numbers[0], **params}
        told = signer.post(path, {"CallStatus": "in-progress", **form})
        assert told.status_code == 200, told.text
        return told.text

    def ends(self, call_id: uuid.UUID, index: int = 0, status: str = "completed", **params: str) -> None:
        path = f"{STATUS}?o={self.room.organisation_id}&c={call_id}&leg=contact"
        form = {"CallSid": sid_of(index), "From": OURS, "CallStatus": status, **params}
        told = Signer(self.app.test_client()).post(path, form)
        assert told.status_code == 204, told.text

    def sit_down(self, who: int = 0, waits_s: float = 60) -> uuid.UUID:
        since = self.clock.now - dt.timedelta(seconds=waits_s)
        return self.room.sit_down(self.people[who].id, since)


@pytest.fixture
def people(units: UnitFactory, vic: Person) -> list[Person]:
    """Vic and Wyn, who volunteer."""
    return [vic, make_person(units, vic.organisation_id, vic.actor.role, "Wyn")]


@pytest.fixture
def exchange(
    ctx: Context, people: list[Person], system: Callable[[], Context], clock: SetClock, app: Flask
) -> Exchange:
    voters = [Voter(f"Person {index}", [landline(100 + index)]) for index in range(4)]
    made = running_campaign(ctx, voters, caller_ids=[OURS], dialing_mode="predictive")
    for person in people:
        join_campaign(ctx.units, person, made.id)
    room = Room(ctx.units, ctx.organisation_id, made.id, system)
    return Exchange(room, clock, voters, people, app)


def test_whoever_waits_longest_is_joined_at_once(exchange: Exchange) -> None:
    later = exchange.sit_down(0, waits_s=10)
    longest = exchange.sit_down(1, waits_s=20)
    call_id = exchange.dial()
    heard = exchange.answers(call_id)
    assert f">{room_of(exchange.people[1].id)}</Conference>" in heard
    assert 'endConferenceOnExit="false"' in heard
    assert "<Say" not in heard
    assert twiml.read(heard).verbs
    call, assignment = exchange.room.call(call_id), exchange.room.assignment(call_id)
    assert (call.state, call.shift_id, call.joined_at) == ("in_progress", longest, exchange.clock.now)
    assert (assignment.state, assignment.shift_id) == ("open", longest)
    assert exchange.room.shift(longest).state == "in_call"
    assert exchange.room.shift(later).state == "ready"
    assert exchange.room.heard()[-2:] == ["call_answered:unknown", "call_connected"]
    assert exchange.answers(call_id) == heard, "asked again, it answers the same"
    assert exchange.room.shift(later).state == "ready"


def test_nobody_waits_in_silence_for_a_database_that_stands_still(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = exchange.dial()
    held_up = exchange.room.units.begin(exchange.room.organisation_id)
    with held_up as unit, monkeypatch.context() as sooner:
        sooner.setattr(blueprint, "ANSWERS_WITHIN_S", 0.5)
        unit.session.execute(text("LOCK TABLE call IN ACCESS EXCLUSIVE MODE"))
        began = time.monotonic()
        heard = exchange.answers(call_id)
        assert time.monotonic() - began < 5
    assert "Something on our side" in heard
    assert "Just a moment" in exchange.answers(call_id), "the thread isn’t in a hurry for good"


def test_who_promised_to_call_back_comes_before_who_waits_longest(exchange: Exchange) -> None:
    exchange.sit_down(0, waits_s=60)
    promiser = exchange.sit_down(1, waits_s=1)
    calls = [exchange.dial(index) for index in range(2)]
    exchange.room.promise([landline(100), landline(101)], exchange.people[1].id)
    with ThreadPoolExecutor(2) as pool:
        heard = list(pool.map(exchange.answers, calls, range(2)))
    assert all("<Conference" in each for each in heard), "of two at once the other gets who waits longest"
    assert promiser in {exchange.room.call(each).shift_id for each in calls}
    assert "Just a moment" in exchange.answers(exchange.dial(2), 2)


def test_whom_they_frightened_is_never_joined_with_them(exchange: Exchange) -> None:
    exchange.sit_down(0, waits_s=60)
    other = exchange.sit_down(1, waits_s=1)
    exchange.room.frighten(exchange.people[0].id, number=landline(100))
    exchange.room.promise([landline(100)], exchange.people[0].id)
    frightening = exchange.dial()
    assert "<Conference" in exchange.answers(frightening)
    assert exchange.room.call(frightening).shift_id == other


@pytest.mark.parametrize("by_number", [True, False])
def test_only_whom_they_frightened_is_free(exchange: Exchange, by_number: bool) -> None:
    frightening, later = exchange.dial(0), exchange.dial(1)
    spared = {"number": landline(100)} if by_number else {"contact_id": exchange.voters[0].id}
    exchange.room.frighten(exchange.people[0].id, **spared)
    of_vic = exchange.sit_down(0, waits_s=60)
    assert "Just a moment" in exchange.answers(frightening, 0)
    assert "<Conference" in exchange.answers(later, 1), "nobody else waits behind them"
    exchange.clock.forward(seconds=2)
    assert "Common Ground" in exchange.answers(frightening, 0), "as where nobody is free"
    assert exchange.room.call(frightening).state == "abandoned"
    assert exchange.room.call(later).shift_id == of_vic


@pytest.mark.parametrize(("match", "joined"), [("prefer", [1, 0]), ("off", [0, 1]), ("only", [1, None])])
def test_who_speaks_their_language_comes_before_who_waits_longest(
    exchange: Exchange, match: str, joined: list[int | None]
) -> None:
    shifts = [exchange.sit_down(0, waits_s=60), exchange.sit_down(1, waits_s=1)]
    exchange.room.speak([voter.id for voter in exchange.voters], exchange.people[1].id, "cy", match)
    calls = [exchange.dial(index) for index in range(2)]
    for index, call_id in enumerate(calls):
        exchange.answers(call_id, index)
    expected = [None if who is None else shifts[who] for who in joined]
    assert [exchange.room.call(each).shift_id for each in calls] == expected


@pytest.mark.parametrize("recorded", [True, False])
def test_who_was_greeted_is_not_kept_longer_to_be_told_that_it_is_recorded(
    exchange: Exchange, ctx: Context, recorded: bool
) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Campaign).values(recording=True))
    if recorded:
        exchange.sit_down(0)
    call_id = exchange.dial()
    heard = exchange.answers(call_id)
    if not recorded:
        assert "Just a moment" in heard
        exchange.clock.forward(seconds=1.4)
        exchange.sit_down(0)
        heard = exchange.answers(call_id)
    assert "<Conference" in heard
    assert ("This call is recorded" in heard) is recorded
    assert exchange.answers(call_id) == heard


def test_two_answers_at_once_never_get_one_volunteer(exchange: Exchange) -> None:
    exchange.sit_down(0)
    calls = [exchange.dial(index) for index in range(4)]
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(exchange.answers, calls, range(4)))
    assert sum("<Conference" in each for each in heard) == 1
    assert sum("Just a moment" in each for each in heard) == 3
    joined = [call for call in map(exchange.room.call, calls) if call.joined_at]
    assert len(joined) == 1


def test_nobody_comes_into_a_room_in_which_the_shift_before_still_talks(exchange: Exchange) -> None:
    before, first, second = exchange.sit_down(), exchange.dial(), exchange.dial(1)
    assert "<Conference" in exchange.answers(first)
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        shift = unit.session.get_one(Shift, (exchange.room.organisation_id, before))
        move(unit, shift, exchange.clock.now, "ended")
    exchange.sit_down()
    assert "Just a moment" in exchange.answers(second, 1), "the room is the same"
    exchange.ends(first)
    assert "<Conference" in exchange.answers(second, 1, then="&greeted=1")


def test_answers_of_two_campaigns_at_once_never_get_one_room(exchange: Exchange, ctx: Context) -> None:
    voters = [Voter("Somebody else", [landline(150)])]
    made = running_campaign(ctx, voters, caller_ids=[OURS], dialing_mode="predictive")
    join_campaign(ctx.units, exchange.people[0], made.id)
    room = Room(ctx.units, ctx.organisation_id, made.id, exchange.room.system)
    other = Exchange(room, exchange.clock, [exchange.voters[0], *voters], exchange.people, exchange.app)
    for each in (exchange, other):
        each.sit_down()
    asked = [(exchange, exchange.dial(), 0), (other, other.dial(1), 1)]
    with ThreadPoolExecutor(2) as pool:
        heard = list(pool.map(lambda one: one[0].answers(one[1], one[2]), asked))
    assert sum("<Conference" in each for each in heard) == 1


def test_one_answer_told_twice_at_once_takes_one_volunteer(exchange: Exchange) -> None:
    shifts = [exchange.sit_down(0), exchange.sit_down(1)]
    call_id = exchange.dial()
    with ThreadPoolExecutor(4) as pool:
        heard = list(pool.map(lambda _: exchange.answers(call_id), range(4)))
    assert len(set(heard)) == 1
    assert sorted(exchange.room.shift(one).state for one in shifts) == ["in_call", "ready"]
    assert exchange.room.heard().count("call_connected") == 1


def test_nobody_free_is_greeted_and_put_through_to_who_comes_in_time(exchange: Exchange) -> None:
    call_id = exchange.dial()
    heard = exchange.answers(call_id)
    assert "Just a moment" in heard
    assert "</Redirect>" in heard
    exchange.clock.forward(seconds=1.5)
    exchange.sit_down(0, waits_s=0)
    assert "<Conference" in exchange.answers(call_id)


def test_who_was_greeted_comes_before_who_answers_later(exchange: Exchange) -> None:
    first, second = exchange.dial(0), exchange.dial(1)
    exchange.answers(first, 0)
    exchange.clock.forward(seconds=1)
    exchange.sit_down(0, waits_s=0)
    assert "Just a moment" in exchange.answers(second, 1), "the volunteer is the first one's"
    exchange.clock.forward(seconds=0.5)
    assert "<Conference" in exchange.answers(first, 0)


def test_nobody_in_time_hears_who_called_and_rests(exchange: Exchange) -> None:
    call_id = exchange.dial()
    exchange.answers(call_id)
    exchange.clock.forward(seconds=2)
    heard = exchange.answers(call_id)
    for said in ("Common Ground", "0 1 6 3 2 9 6 0 9 0 0", "press 9", "numDigits"):
        assert said in heard
    call = exchange.room.call(call_id)
    assert (call.state, call.joined_at, call.ended_at) == ("abandoned", None, exchange.clock.now)
    assert exchange.room.results() == [("abandoned", None)]
    assert exchange.room.assignment(call_id).state == "completed"
    assert exchange.room.heard()[-1] == "call_abandoned"
    exchange.sit_down(0, waits_s=0)
    assert exchange.answers(call_id) == heard, "too late, whoever comes now"
    exchange.ends(call_id, duration="9")
    assert exchange.room.call(call_id).state == "abandoned"
    assert exchange.room.heard().count("call_abandoned") == 1
    entry = exchange.room.entry(landline(100))
    assert (entry.state, entry.due_at) == ("waiting", exchange.clock.now + dt.timedelta(hours=4))


def test_the_key_in_the_message_stops_our_calls(exchange: Exchange, api, carys: Person) -> None:
    call_id = exchange.dial()
    exchange.answers(call_id)
    exchange.clock.forward(seconds=2)
    exchange.answers(call_id)
    assert "We won’t call this number again" in exchange.answers(call_id, then="&then=key", Digits="9")
    found = api(carys).get(f"/suppressions?number=%2B{landline(100)[1:]}").json["data"]
    assert [(one["reason"], one["channels"]) for one in found] == [("opt_out", ["voice"])]


@pytest.mark.parametrize(
    ("status", "recorded", "told"),
    [
        ("no-answer", [("no_answer", None)], "call_ended:no_answer"),
        ("busy", [("busy", None)], "call_ended:busy"),
        ("failed", [("no_answer", None)], "call_ended:failed"),
        ("canceled", [], "call_ended:failed"),
    ],
)
def test_what_nobody_answered_is_recorded_by_the_dialler(
    exchange: Exchange, status: str, recorded: list[tuple[str, None]], told: str
) -> None:
    call_id = exchange.dial()
    for _ in range(2):
        exchange.ends(call_id, status=status, SequenceNumber="2")
    assert exchange.room.results() == recorded
    assert exchange.room.heard() == [told]
    assert exchange.room.assignment(call_id).state == ("completed" if recorded else "expired")
    assert exchange.room.entry(landline(100)).state == "waiting"


@pytest.mark.parametrize(("code", "recorded"), [("604", "disconnected"), ("404", "no_answer")])
def test_a_number_is_out_of_use_only_where_the_network_knows(
    exchange: Exchange, code: str, recorded: str
) -> None:
    call_id = exchange.dial()
    exchange.ends(call_id, status="failed", SipResponseCode=code)
    assert exchange.room.results() == [(recorded, None)]


@pytest.mark.parametrize(
    ("lasted", "state", "recorded"), [("1", "completed", "hung_up"), ("9", "abandoned", "abandoned")]
)
def test_who_hung_up_before_anybody_spoke(exchange: Exchange, lasted: str, state: str, recorded: str) -> None:
    """Within two seconds they did so themselves; longer, and nobody of us asked, they sat in silence."""
    call_id = exchange.dial()
    exchange.ends(call_id, CallDuration=lasted)
    assert exchange.room.call(call_id).state == state
    assert exchange.room.results() == [(recorded, None)]


def test_a_talk_is_finished_up_and_then_the_next_may_come(
    exchange: Exchange, api: Callable[[Person], Caller]
) -> None:
    shift_id, vic = exchange.sit_down(0), api(exchange.people[0])
    assert vic.post(f"/sessions/{shift_id}/next").status_code == 204
    call_id = exchange.dial()
    exchange.answers(call_id)
    given = vic.post(f"/sessions/{shift_id}/next").json
    assert given["contact"]["first_name"] == "Person 0"
    session = vic.get(f"/sessions/{shift_id}").json
    assert (session["state"], session["assignment_id"]) == ("in_call", given["id"])
    exchange.ends(call_id, CallDuration="61")
    assert vic.get(f"/sessions/{shift_id}").json["state"] == "wrap_up"
    assert exchange.room.heard()[-1] == "call_ended:completed"
    assert vic.post(f"/sessions/{shift_id}/next").json["id"] == given["id"]
    exchange.clock.forward(seconds=20)
    saved = vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    assert saved.json["state"] == "completed"
    shift = exchange.room.shift(shift_id)
    assert (shift.state, shift.ready_since, shift.calls) == ("ready", exchange.clock.now, 1)
    assert exchange.room.heard()[-1] == "volunteer_ready"


def test_who_has_walked_away_from_an_open_line_gets_nobody_more(
    exchange: Exchange, api: Callable[[Person], Caller]
) -> None:
    """They were joined with somebody, and neither a result nor anything else was heard of them since."""
    shift_id, vic = exchange.sit_down(0), api(exchange.people[0])
    call_id = exchange.dial(0)
    exchange.answers(call_id)
    exchange.ends(call_id, CallDuration="8")
    exchange.clock.forward(seconds=901)
    assert expire_assignments(exchange.room.system()) == 1
    shift = exchange.room.shift(shift_id)
    assert (shift.state, shift.pause_reason, shift.line_state) == ("paused", "unseen", "open")
    assert "Just a moment" in exchange.answers(exchange.dial(1), 1)
    path = f"/assignments/{exchange.room.assignment(call_id).id}/result"
    assert vic.post(path, json={"disposition": "contacted"}).json["late"] is True
    assert exchange.room.shift(shift_id).state == "ready", "there they are"


def test_what_the_other_telephone_does_is_no_sign_of_the_volunteer(
    exchange: Exchange, api: Callable[[Person], Caller], carys: Person
) -> None:
    shift_id, call_id = exchange.sit_down(0, waits_s=240), exchange.dial()
    exchange.answers(call_id)
    exchange.clock.forward(seconds=60)
    path = f"/assignments/{exchange.room.assignment(call_id).id}/result"
    assert api(carys).post(path, json={"disposition": "no_answer"}).status_code == 200
    exchange.ends(call_id, CallDuration="60")
    shift = exchange.room.shift(shift_id)
    assert (shift.state, shift.pause_reason) == ("paused", "unseen")


def test_who_takes_a_result_back_isnt_put_through_until_there_is_another(
    exchange: Exchange, api: Callable[[Person], Caller], context_of: Callable[[Person], Context]
) -> None:
    shift_id, vic = exchange.sit_down(0), api(exchange.people[0])
    call_id = exchange.dial(0)
    exchange.answers(call_id)
    exchange.ends(call_id, CallDuration="61")
    given = vic.post(f"/sessions/{shift_id}/next").json
    vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    undo_result(context_of(exchange.people[0]), uuid.UUID(given["id"]))
    assert exchange.room.shift(shift_id).state == "wrap_up"
    assert exchange.room.heard()[-1] == "volunteer_paused"
    assert "Just a moment" in exchange.answers(exchange.dial(1), 1)
    vic.post(f"/assignments/{given['id']}/result", json={"disposition": "refused"})
    assert exchange.room.shift(shift_id).state == "ready"


def test_a_result_in_mid_call_hangs_up_before_the_next_is_joined(
    exchange: Exchange, api: Callable[[Person], Caller]
) -> None:
    shift_id, vic = exchange.sit_down(0), api(exchange.people[0])
    call_id, next_id = exchange.dial(0), exchange.dial(1)
    exchange.answers(call_id)
    given = vic.post(f"/sessions/{shift_id}/next").json
    vic.post(f"/assignments/{given['id']}/result", json={"disposition": "answering_machine"})
    assert exchange.room.shift(shift_id).state == "wrap_up", "the machine is still in the room"
    (job,) = (one for one in calls_queue(exchange.room.system()).get_jobs() if one.func_name == END_CALL)
    assert job.args[1:] == [exchange.room.call(call_id).carrier_sid]
    assert "Just a moment" in exchange.answers(next_id, 1)
    exchange.ends(call_id, CallDuration="8")
    assert exchange.room.shift(shift_id).state == "ready"
    assert exchange.room.heard()[-2:] == ["call_ended:machine", "volunteer_ready"]


def test_a_volunteer_who_ends_in_mid_call_leaves_nobody_in_silence(
    exchange: Exchange, api: Callable[[Person], Caller]
) -> None:
    shift_id = exchange.sit_down(0)
    call_id = exchange.dial()
    exchange.answers(call_id)
    assert api(exchange.people[0]).post(f"/sessions/{shift_id}/end").status_code == 200
    assert exchange.room.assignment(call_id).state == "expired"
    assert "<Gather" in exchange.answers(call_id, then="&then=back&tries=0"), "nobody is waited for"
    assert "<Hangup" in exchange.answers(call_id, then="&then=message&times=100")
    exchange.ends(call_id, CallDuration="12")
    assert exchange.room.shift(shift_id).state == "ended"
    entry = exchange.room.entry(landline(100))
    assert entry.state == "waiting"
    assert entry.due_at > exchange.clock.now, "they have just been spoken to"


def test_a_line_that_was_lost_is_waited_for(exchange: Exchange, units: UnitFactory) -> None:
    shift_id, call_id = exchange.sit_down(0), exchange.dial()
    joined = exchange.answers(call_id)
    exchange.clock.forward(seconds=60)
    with units.begin(exchange.room.organisation_id) as unit:
        move(unit, unit.session.merge(exchange.room.shift(shift_id)), exchange.clock.now, line="none")
    lost = exchange.answers(call_id, then="&then=back&tries=0")
    assert "One moment" in lost
    assert "tries=1" in lost
    with units.begin(exchange.room.organisation_id) as unit:
        move(unit, unit.session.merge(exchange.room.shift(shift_id)), exchange.clock.now, line="open")
    assert exchange.answers(call_id, then="&then=back&tries=2") == joined
    with units.begin(exchange.room.organisation_id) as unit:
        move(unit, unit.session.merge(exchange.room.shift(shift_id)), exchange.clock.now, line="none")
    assert "the line to our volunteer was lost" in exchange.answers(call_id, then="&then=back&tries=8")


def lose_line(exchange: Exchange, shift_id: uuid.UUID) -> None:
    """As when the carrier tells that the volunteer's leg is over."""
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        move(unit, unit.session.merge(exchange.room.shift(shift_id)), exchange.clock.now, line="none")


@pytest.mark.parametrize("ends", ["told", "hangs_up"])
def test_who_was_put_onto_a_dead_line_was_abandoned(exchange: Exchange, ends: str) -> None:
    """Vic's phone was gone as they came: their room was empty, or over at once."""
    shift_id, call_id = exchange.sit_down(0), exchange.dial()
    assert "<Conference" in exchange.answers(call_id)
    for times in range(4):
        exchange.clock.forward(seconds=3)
        assert "One moment" in exchange.answers(call_id, then=f"&then=alone&tries={times}")
    lose_line(exchange, shift_id)
    if ends == "told":
        heard = exchange.answers(call_id, then="&then=back&tries=8")
        for said in ("Common Ground", "0 1 6 3 2 9 6 0 9 0 0", "press 9", "numDigits"):
            assert said in heard
        assert exchange.answers(call_id, then="&then=back&tries=8") == heard
    exchange.ends(call_id, CallDuration="14")
    assert exchange.room.call(call_id).state == "abandoned"
    assert exchange.room.results() == [("abandoned", None)]
    assignment, shift = exchange.room.assignment(call_id), exchange.room.shift(shift_id)
    assert (assignment.state, assignment.shift_id, assignment.account_id) == ("completed", None, None)
    assert (shift.state, shift.calls) == ("ready", 0)
    assert exchange.room.heard()[-3:] == ["call_connected", "volunteer_left", "call_abandoned"]


@pytest.mark.parametrize(("talked_s", "state"), [(2, "abandoned"), (5, "in_progress")])
def test_a_line_that_went_as_they_came_was_none(exchange: Exchange, talked_s: int, state: str) -> None:
    shift_id, call_id = exchange.sit_down(0), exchange.dial()
    exchange.answers(call_id)
    exchange.clock.forward(seconds=talked_s)
    lose_line(exchange, shift_id)
    for tries in range(9):
        exchange.answers(call_id, then=f"&then=back&tries={tries}")
        exchange.clock.forward(seconds=2.5)
    assert exchange.room.call(call_id).state == state


def test_whoever_was_alone_first_and_then_met_somebody_was_not_abandoned(exchange: Exchange) -> None:
    shift_id, call_id = exchange.sit_down(0), exchange.dial()
    exchange.answers(call_id)
    exchange.answers(call_id, then="&then=alone&tries=0")
    exchange.clock.forward(seconds=40)
    exchange.ends(call_id, CallDuration="40")
    assert exchange.room.call(call_id).state == "completed"
    assert exchange.room.shift(shift_id).state == "wrap_up"
    assert exchange.room.heard()[-1] == "call_ended:completed"


def test_the_greeting_is_over_in_time_in_both_languages(app: Flask) -> None:
    """At some fifteen characters a second, as a voice speaks, somebody can still be put through after it."""
    with app.test_request_context():
        for language in ("en", "cy"):
            (said,) = twiml.read(spoken.document(spoken.say(spoken.HELLO_ONE_MOMENT, language))).verbs
            assert isinstance(said, Say)
            assert said.lasts_s <= GREETED_FOR.total_seconds()


def test_somebody_left_to_others_in_mid_talk_is_not_rung_again_at_once(
    exchange: Exchange, context_of: Callable[[Person], Context]
) -> None:
    exchange.sit_down()
    call_id = exchange.dial()
    exchange.answers(call_id)
    skip_assignment(context_of(exchange.people[0]), exchange.room.assignment(call_id).id)
    entry = exchange.room.entry(landline(100))
    assert (entry.state, entry.due_at) == ("waiting", exchange.clock.now + dt.timedelta(hours=4))
