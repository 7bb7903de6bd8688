"""The dialler: who leads, whom it takes from the line, what stands in its way, and what it gives back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, insert, literal, select, update

from dialer.carrier.port import CarrierCall, NotAccepted, Refused, Unknown
from dialer.domain.carrier_action import Action
from dialer.domain.errors import Unavailable
from dialer.domain.limit import Limit, Taken
from dialer.domain.pacing_meter import ANSWERED, STARTED, Meter
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.call_looks import due_calls, look_after
from dialer.services.calling.dial_handing import Leading, to_the_wire
from dialer.services.calling.dial_tick import campaigns_to_lead, tick
from dialer.services.calling.next_contact import NobodyNow, next_assignment
from dialer.services.calling.pacing_events import note
from dialer.services.calling.pacing_view import campaigns_without_pacer, pacing_of
from dialer.services.calling.placing import place_next
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Assignment, Campaign, Hold, Shift
from dialer.store.models.calls import Call
from dialer.store.models.pacing import PacerLease, PacingEvent
from dialer.store.models.people import Suppression
from dialer.store.models.queue import QueueEntry
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.examples import cases
from tests.hang_ups import calls_queue
from tests.people import Person
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.services.calling.dialled import Bank
from workers import jobs
from workers.runtime import install

OURS = landline(900)
GWEN, HUW, IFAN = (Voter(name, [landline(index)]) for index, name in enumerate(("Gwen", "Huw", "Ifan")))
SIAN = Voter("Siân", [landline(10), mobile(10)])


@pytest.fixture
def system(context_of, carys: Person, organisation_id: uuid.UUID) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(organisation_id))


@pytest.fixture
def bank(ctx: Context, settings: Settings, units: UnitFactory, clock: SetClock, system: Any) -> Bank:
    people = [dataclasses.replace(one, id=new_id()) for one in (GWEN, HUW, IFAN)]
    made = running_campaign(
        ctx, people, caller_ids=["+442079460100", OURS], dialing_mode="progressive", kind="gotv"
    )
    return Bank(settings, units, clock, system, made.id)


def waits(bank: Bank, *numbers: str) -> None:
    line = bank.line()
    assert {number for number, (state, _) in line.items() if state == "waiting"} == set(numbers)


def test_one_line_is_rung_for_each_volunteer_who_waits(bank: Bank) -> None:
    bank.on_line("Vic"), bank.on_line("Wyn")
    bank.on_line("Xan", "paused")
    pacer = bank.pacer()
    bank.second(pacer)
    assert [call.to for call in bank.carrier.asked] == [landline(0), landline(1)]
    first = bank.calls()[0]
    assert (first.mode, first.state, first.dial_state, first.fence) == ("dialled", "queued", "dialled", 1)
    assert first.caller_id == OURS, "same area first"
    assert first.why["turn"] == "fresh"
    assert first.why["free"] == first.why["asked"] == 2
    assert first.why["gate"] == {
        "suppressed": False,
        "dead": False,
        "country_allowed": True,
        "zones": [],
    }
    assert [(one.state, one.shift_id, one.account_id) for one in bank.assignments()] == [
        ("dialling", None, None)
    ] * 2
    bank.second(pacer)
    assert len(bank.carrier.asked) == 2, "both volunteers have a line"
    waits(bank, landline(2))


def test_a_policy_goes_on_in_another_process_as_it_was(bank: Bank) -> None:
    bank.on_line("Vic")
    one, other = bank.pacer(), bank.pacer()
    bank.second(one)
    bank.second(other)
    assert len(bank.carrier.asked) == 1, "while one leads, the other only looks"
    bank.second(other, 3)
    assert len(bank.carrier.asked) == 1, "whoever takes over knows of the line that rings"
    with bank.system().unit() as unit:
        lease = unit.session.scalars(select(PacerLease)).one()
        assert (lease.holder, lease.fence) == (other.holder, 2)
        assert unit.session.scalars(select(PacingEvent)).all() == []
    bank.change(update(PacerLease).values(state={}))
    bank.second(other)
    assert len(bank.carrier.asked) == 1, "and so does one that has lost what was kept, from the rows"


def test_what_is_committed_while_a_policy_begins_is_heard_once(bank: Bank, engine: Engine) -> None:
    bank.on_line("Vic")
    pacer = bank.pacer()
    bank.second(pacer)
    bank.change(update(PacerLease).values(state={}))
    [call] = bank.calls()
    answered = update(Call).values(answered_at=bank.clock.now, state="in_progress")
    taken: list[str] = []

    def meanwhile(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "DELETE FROM pacing_event" in statement and not taken:
            taken.append(statement)
            with bank.system().unit() as unit:
                unit.session.execute(answered)
                note(unit, bank.campaign_id, "call_answered", bank.clock.now, call_id=call.id)

    event.listen(engine, "after_cursor_execute", meanwhile)
    for _ in range(2):
        bank.second(pacer)
    event.remove(engine, "after_cursor_execute", meanwhile)
    with bank.system().unit() as unit:
        meter = Meter.from_state(unit.session.scalars(select(PacerLease)).one().state["meter"])
    counts = [sum(hour[what] for hour in meter.hours.values()) for what in (STARTED, ANSWERED)]
    assert counts == [1, 1]


def test_what_waits_to_be_rung_is_nobody_elses_to_place(bank: Bank) -> None:
    bank.on_line("Vic")
    turn = tick(bank.system(), bank.campaign_id, "pacer")
    assert turn is not None
    assert len(turn.call_ids) == 1
    assert not place_next(bank.system(), bank.carrier, bank.buckets)
    assert [call.state for call in bank.calls()] == ["queued"]


def test_a_campaign_that_is_no_longer_dialled_rings_nobody_more(bank: Bank) -> None:
    bank.on_line("Vic")
    pacer = bank.pacer()
    bank.second(pacer)
    rung = len(bank.carrier.asked)
    bank.change(update(Campaign).values(dialing_mode="preview"))
    pacer.looked_at = bank.at + 10  # it is ticked before it is looked for again
    bank.second(pacer)
    assert len(bank.carrier.asked) == rung
    assert pacer.due == {}


def test_a_campaign_that_fails_does_not_hold_up_another(
    bank: Bank, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.on_line("Vic")
    other = running_campaign(ctx, [Voter("Nia", [landline(50)])], dialing_mode="progressive")
    dataclasses.replace(bank, campaign_id=other.id).on_line("Wyn")
    ticked: list[uuid.UUID] = []

    def breaks(ctx: Context, campaign_id: uuid.UUID, holder: str, held_up: Any) -> Any:
        ticked.append(campaign_id)
        if campaign_id == other.id:
            raise Unavailable
        return tick(ctx, campaign_id, holder, held_up)

    monkeypatch.setattr("workers.pacer.dial_tick.tick", breaks)
    pacer = bank.pacer()
    bank.second(pacer)
    bank.second(pacer)
    assert len(bank.carrier.asked) == 1
    assert ticked.count(other.id) == 1, "it is left alone for a while"
    assert ticked.count(bank.campaign_id) == 2


def test_whoever_wakes_with_an_old_fence_rings_nobody(bank: Bank) -> None:
    bank.on_line("Vic")
    old = tick(bank.system(), bank.campaign_id, "old")
    assert old is not None
    bank.clock.forward(seconds=3.5)
    new = bank.pacer()
    bank.second(new)
    leading = Leading(bank.campaign_id, "old", old.fence)
    assert to_the_wire(bank.system(), leading, old.call_ids, float("inf")) == []
    assert tick(bank.system(), bank.campaign_id, "old") is None
    given_up, rung = bank.calls()
    assert (given_up.state, given_up.end_reason) == ("canceled", "too_late")
    assert (rung.number, rung.fence, rung.why["turn"]) == (given_up.number, 2, "expired")
    assert [one.state for one in bank.assignments()] == ["expired", "dialling"]


def test_what_finds_no_token_in_time_is_given_back_and_due_at_once(bank: Bank) -> None:
    class Empty:
        def take(self, limits: list[Limit], costs: list[int], **_: object) -> Taken:
            return Taken(0, 0.1)

    bank.on_line("Vic")
    bank.buckets = Empty()
    pacer = bank.pacer()
    bank.second(pacer)
    assert [call.dial_state for call in bank.calls()] == ["waiting"]
    bank.second(pacer, 2)
    assert [call.dial_state for call in bank.calls()] == ["waiting"], "one volunteer, one number"
    bank.second(pacer, 2)
    assert [(call.state, call.number) for call in bank.calls()] == [
        ("canceled", landline(0)),
        ("queued", landline(0)),
    ]
    assert not bank.carrier.asked


def test_a_household_is_rung_once_and_a_person_on_one_number(ctx: Context, bank: Bank) -> None:
    shared = [Voter("Ann", [landline(20), mobile(20)]), Voter("Bob", [landline(20)])]
    made = running_campaign(ctx, [*shared, SIAN], caller_ids=[OURS], dialing_mode="progressive")
    bank.campaign_id = made.id
    for name in ("Vic", "Wyn", "Xan", "Yma"):
        bank.on_line(name)
    bank.second(bank.pacer())
    assert sorted(call.to for call in bank.carrier.asked) == sorted([landline(10), landline(20)])
    [home] = [one for one in bank.assignments() if one.number == landline(20)]
    assert len(home.household_ids) == 1
    with ctx.unit() as unit:
        assert len(unit.session.scalars(select(Hold)).all()) == 2 + 3


def test_nobody_is_rung_whom_another_campaign_has_in_hand(ctx: Context, bank: Bank) -> None:
    first = bank.campaign_id
    bank.on_line("Vic")
    bank.second(bank.pacer())
    again = running_campaign(
        ctx, [Voter("Gwen", [landline(0)])], caller_ids=[OURS], dialing_mode="predictive"
    )
    bank.campaign_id = again.id
    bank.on_line("Wyn")
    bank.second(bank.pacer())
    assert len(bank.carrier.asked) == 1
    assert pacing_of(ctx.at(bank.clock.now), again.id).still == "nobody_due"
    assert pacing_of(ctx.at(bank.clock.now), first).ringing == 1


def test_nobody_is_taken_from_the_line_whose_last_call_isnt_over(ctx: Context, bank: Bank) -> None:
    """Though nobody holds them any more: a result came in mid-call, and the carrier hasn't hung up yet."""
    bank.on_line("Vic")
    bank.second(bank.pacer())
    bank.change(delete(Hold))
    other, by_hand = (
        running_campaign(ctx, [Voter("Gwen", [landline(0)])], caller_ids=[OURS], dialing_mode=mode)
        for mode in ("predictive", "preview")
    )
    session = start_session(ctx, by_hand.id)
    bank.campaign_id = other.id
    bank.on_line("Wyn")
    bank.second(bank.pacer())
    assert len(bank.carrier.asked) == 1
    assert isinstance(next_assignment(ctx, session.id), NobodyNow)
    bank.change(update(Call).values(state="completed", ended_at=ctx.now))
    assert isinstance(next_assignment(ctx, session.id), AssignmentView)


LEAVES = {
    "a no": ("out", "suppressed"),
    "abandoned three days ago, not quite": ("waiting", None),
    "abroad": ("out", "country"),
}


@pytest.mark.parametrize("why", cases(LEAVES, quick=1))
def test_who_may_not_be_rung_leaves_the_line(bank: Bank, ctx: Context, why: str) -> None:
    number = landline(0)
    of = {"organisation_id": ctx.organisation_id, "id": new_id()}
    with ctx.unit() as unit:
        if why == "a no":
            unit.session.add(
                Suppression(
                    **of, number=number, reason="opt_out", channel="voice", source="call", created_at=ctx.now
                )
            )
        elif why.startswith("abandoned"):
            ended = ctx.now - dt.timedelta(hours=71)
            call = Call(**of, direction="outbound", mode="dialled", number=number, caller_id=OURS)
            call.state, call.ended_at, call.created_at, call.deadline_at = "abandoned", ended, ended, ended
            call.charged_legs = []
            unit.session.add(call)
        else:
            number = "+12135550123"
            made = running_campaign(
                ctx, [Voter("Kay", [number])], caller_ids=[OURS], dialing_mode="progressive"
            )
            bank.campaign_id = made.id
    bank.on_line("Vic")
    bank.second(bank.pacer())
    assert number not in {call.to for call in bank.carrier.asked}
    assert bank.line()[number] == LEAVES[why]


def test_a_no_between_claim_and_wire_is_obeyed(bank: Bank) -> None:
    bank.on_line("Vic")
    ctx = bank.system()
    turn = tick(ctx, bank.campaign_id, "me")
    assert turn is not None
    bank.change(update(Organisation).values(paused_at=ctx.now))
    assert to_the_wire(ctx, Leading(bank.campaign_id, "me", turn.fence), turn.call_ids, float("inf")) == []
    [call] = bank.calls()
    assert (call.state, call.end_reason) == ("canceled", "all_paused")
    waits(bank, landline(0), landline(1), landline(2))
    assert campaigns_to_lead(ctx, "me") == [bank.campaign_id], "it is heard all the same"


def test_nobody_is_rung_once_the_last_volunteer_has_gone(bank: Bank) -> None:
    bank.on_line("Vic")
    ctx = bank.system()
    turn = tick(ctx, bank.campaign_id, "me")
    assert turn is not None
    bank.change(update(Shift).values(state="paused"))
    assert to_the_wire(ctx, Leading(bank.campaign_id, "me", turn.fence), turn.call_ids, float("inf")) == []
    assert bank.calls()[0].end_reason == "nobody_on_line"


STILL: dict[str, Callable[[Bank], Any]] = {
    "all_paused": lambda bank: update(Organisation).values(paused_at=bank.clock.now),
    "campaign_paused": lambda _: update(Campaign).values(state="paused"),
    "cost_cap": lambda _: update(Campaign).values(cost_cap=1, spent=1),
    "quiet_hours": lambda _: update(Campaign).values(quiet_start=dt.time(12), quiet_end=dt.time(11)),
    "no_caller_id": lambda _: update(Campaign).values(caller_ids=[]),
    "nobody_on_line": lambda _: delete(Assignment),
    "nobody_due": lambda _: delete(QueueEntry),
    "passed_over": lambda bank: insert(Suppression).from_select(
        ["organisation_id", "id", "number", "reason", "channel", "source", "created_at"],
        select(
            QueueEntry.organisation_id,
            QueueEntry.id,
            QueueEntry.number,
            *map(literal, ("opt_out", "voice", "call", bank.clock.now)),
        ),
    ),
}


@pytest.mark.parametrize("why", cases(STILL, quick=2))
def test_why_nobody_is_rung_is_said(bank: Bank, ctx: Context, why: str) -> None:
    bank.on_line("Vic", "paused" if why == "nobody_on_line" else "ready")
    bank.change(STILL[why](bank))
    bank.second(bank.pacer())
    assert not bank.carrier.asked
    assert pacing_of(ctx.at(bank.clock.now), bank.campaign_id).still == why


def test_that_no_pacer_runs_is_said(bank: Bank, ctx: Context) -> None:
    bank.on_line("Vic")
    assert campaigns_without_pacer(bank.system()) == 1
    bank.second(bank.pacer())
    assert campaigns_without_pacer(bank.system()) == 0
    bank.clock.forward(seconds=11)
    assert pacing_of(ctx.at(bank.clock.now), bank.campaign_id).still == "no_pacer"


OUTCOMES = {
    "not taken": (NotAccepted("too_many_requests", 2.0), "canceled", "not_taken"),
    "refused for our sake": (Refused(21210, "no", Action.CONFIGURATION), "canceled", "refused"),
    "nobody has it": (Refused(21211, "no", Action.RETIRE_NUMBER), "failed", "bad_number"),
    "nobody knows": (Unknown("timeout"), "queued", None),
}


@pytest.mark.parametrize("what", cases(OUTCOMES, quick=2))
def test_what_the_carrier_says_of_a_dial(bank: Bank, ctx: Context, what: str) -> None:
    outcome, state, reason = OUTCOMES[what]
    bank.carrier.answer = outcome
    bank.on_line("Vic")
    pacer = bank.pacer()
    bank.second(pacer)
    call = bank.calls()[0]
    assert (call.state, call.end_reason) == (state, reason)
    assert call.contact_rung_at is None
    bank.second(pacer)
    held_up = {"not taken": "carrier_busy", "refused for our sake": "carrier_refuses"}.get(what)
    if held_up:
        assert len(bank.carrier.asked) == 1, "the carrier is left alone for a while"
        assert pacing_of(ctx.at(bank.clock.now), bank.campaign_id).still == held_up


def test_what_stands_in_the_carriers_queue_is_cancelled(bank: Bank) -> None:
    bank.on_line("Vic")
    pacer = bank.pacer()
    bank.second(pacer)
    [call] = bank.calls()
    bank.carrier.has = _at_carrier(call, "queued")
    bank.second(pacer, 9)
    assert due_calls(bank.system()) == []
    bank.second(pacer, 2)
    for call_id in due_calls(bank.system()):
        look_after(bank.system(), bank.carrier, call_id)  # type: ignore[arg-type]
    assert bank.carrier.ended == [call.carrier_sid]
    bank.carrier.has = _at_carrier(call, "canceled")
    bank.clock.forward(seconds=5)
    for call_id in due_calls(bank.system()):
        look_after(bank.system(), bank.carrier, call_id)  # type: ignore[arg-type]
    assert bank.calls()[0].state == "canceled"


def _at_carrier(call: Call, status: str) -> CarrierCall:
    assert call.carrier_sid
    assert call.number
    unknown = dict.fromkeys(
        ("duration_s", "answered_by", "price", "currency", "created_at", "started_at", "ended_at")
    )
    return CarrierCall(
        call.carrier_sid,
        None,
        call.number,
        call.caller_id,
        status,
        "outbound-api",
        **unknown,  # type: ignore[arg-type]
    )


def test_looks_at_calls_give_way_to_what_is_more_urgent(
    bank: Bank, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank.on_line("Vic"), bank.on_line("Wyn")
    pacer = bank.pacer()
    bank.second(pacer)
    bank.change(update(Call).values(deadline_at=bank.clock.now))
    monkeypatch.setattr(jobs, "RUN_S", 0.0)
    install(pacer.runtime)
    jobs.look_after_calls(str(ctx.organisation_id))
    install(None)
    assert len(due_calls(bank.system())) == 2, "its time was over at once"
    assert [job.func_name for job in calls_queue(ctx).get_jobs()] == ["workers.jobs.look_after_calls"]
