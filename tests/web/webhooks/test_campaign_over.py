"""A campaign ends while people talk: nobody is cut off, what was said is saved, volunteers are thanked."""

# ruff: noqa: F811 -- fixtures of other tests

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from dialer.services.calling import sessions
from dialer.services.calling.leases import expire_assignments
from dialer.services.calling.moving import follow_all
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.queries.campaign_spending import spend
from dialer.store.session import UnitOfWork
from tests.conftest import Caller, SetClock
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures
from tests.web.webhooks.test_dialled_page import reader  # noqa: F401 -- fixture
from tests.web.webhooks.test_ring_me import (  # noqa: F401 -- fixtures
    Booth,
    booth,
    caller,
    campaign_id,
    gwen,
    street,
)

Api = Callable[[Person], Caller]
System = Callable[[], Context]


@pytest.fixture
def carys_api(api: Api, carys: Person) -> Caller:
    return api(carys)


def end(coordinator: Caller, campaign: uuid.UUID) -> None:
    assert coordinator.post(f"/campaigns/{campaign}/end").json["state"] == "ended"


def test_a_talk_goes_on_is_saved_and_then_the_shift_ends(
    exchange: Exchange, reader: Reader, carys_api: Caller
) -> None:
    resting, talking = exchange.sit_down(1, waits_s=1), exchange.room.made[0]
    call_id = exchange.dial()
    exchange.answers(call_id)
    reader.open("/call")
    end(carys_api, exchange.room.campaign_id)
    assert exchange.room.shift(resting).state == "ended", "nobody is on the phone for it"
    assert exchange.room.shift(talking).state == "in_call"
    assert exchange.room.call(call_id).state == "in_progress"
    page = reader.open("/call")
    assert reader.state == "talking"
    assert page.words["campaign-over"].startswith("The calls ")
    exchange.ends(call_id, CallDuration="40")
    follow_all(exchange.room.system())
    reader.open("/call")
    assert reader.state == "wrap_up"
    page = reader.press("save", disposition="contacted")
    assert exchange.room.results() == [("contacted", exchange.people[0].id)]
    assert "Calling for Evening calls is over, and so is your shift." in page.words["campaign-over"]
    assert page.words["saved"] == "Saved"
    follow_all(exchange.room.system())
    ended = exchange.room.shift(talking)
    assert (ended.state, ended.calls, ended.end_reason) == ("ended", 1, "campaign_over")
    assert reader.client.get("/call/line").text == "over"
    page = reader.press("undo")
    assert reader.state == "wrap_up", "what was saved last can still be put right"
    page = reader.press("save", disposition="refused")
    assert [one for one, _ in exchange.room.results()][-1] == "refused"
    assert "campaign-over" in page.words


def test_whom_the_dialler_was_ringing_still_meets_somebody(exchange: Exchange, carys_api: Caller) -> None:
    shift_id, call_id = exchange.sit_down(), exchange.dial()
    end(carys_api, exchange.room.campaign_id)
    follow_all(exchange.room.system())
    assert exchange.room.shift(shift_id).state == "ready", "they wait for who may answer"
    assert "<Conference" in exchange.answers(call_id)
    exchange.ends(call_id, CallDuration="9")
    follow_all(exchange.room.system())
    assert exchange.room.shift(shift_id).state == "wrap_up"


def test_who_begins_in_the_moment_in_which_it_ends_is_told_too(
    exchange: Exchange, api: Api, carys_api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    vic, begun = api(exchange.people[0]), sessions.new_shift

    def meanwhile(*given: Any) -> Shift:
        end(carys_api, exchange.room.campaign_id)
        return begun(*given)

    monkeypatch.setattr(sessions, "new_shift", meanwhile)
    path = f"/campaigns/{exchange.room.campaign_id}/sessions"
    shift = vic.post(path, json={"via": "browser"}).json
    assert shift["state"] == "ready"
    assert follow_all(exchange.room.system()) == 1
    after = vic.get(f"/sessions/{shift['id']}").json
    assert (after["state"], after["end_reason"]) == ("ended", "campaign_over")
    assert follow_all(exchange.room.system()) == 0


def test_it_ends_beside_a_leg_that_ends(exchange: Exchange, carys_api: Caller, ctx: Context) -> None:
    shift_id, campaign = exchange.sit_down(), exchange.room.campaign_id
    with ThreadPoolExecutor(1) as pool, ctx.unit() as unit:
        unit.session.get_one(Shift, (unit.organisation_id, shift_id), with_for_update=True)
        ending = pool.submit(end, carys_api, campaign)
        until_waited_for(unit)
        spend(unit, campaign, Decimal("0.01"), "GBP", "always")
    ending.result(timeout=10)
    assert exchange.room.shift(shift_id).state == "ended"


def until_waited_for(unit: UnitOfWork) -> None:
    """Until somebody waits for a lock that this unit of work has."""
    waits = text("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    deadline = time.monotonic() + 5
    while not unit.session.scalar(waits):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("how", ["nobody answers", "too long"])
def test_who_waits_for_the_last_calls_goes_once_they_have_rung_out(
    exchange: Exchange, carys_api: Caller, how: str
) -> None:
    shift_id, call_id = exchange.sit_down(), exchange.dial()
    end(carys_api, exchange.room.campaign_id)
    if how == "nobody answers":
        exchange.ends(call_id, status="no-answer")
    else:
        exchange.clock.forward(seconds=61)
    follow_all(exchange.room.system())
    assert exchange.room.shift(shift_id).state == "ended"


def test_nothing_is_left_open_by_a_page_that_only_says_still_here(
    exchange: Exchange, api: Api, carys_api: Caller
) -> None:
    vic, shift_id, call_id = api(exchange.people[0]), exchange.sit_down(), exchange.dial()
    exchange.answers(call_id)
    given = vic.post(f"/sessions/{shift_id}/next").json
    end(carys_api, exchange.room.campaign_id)
    exchange.ends(call_id, CallDuration="40")
    for _ in range(2):
        exchange.clock.forward(minutes=10)
        vic.post(f"/sessions/{shift_id}/heartbeat")
    expire_assignments(exchange.room.system())
    follow_all(exchange.room.system())
    assert vic.get(f"/sessions/{shift_id}").json["end_reason"] == "campaign_over"
    assert vic.get(f"/sessions/{shift_id}").json["state"] == "ended"
    late = vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"}).json
    assert (late["state"], late["late"]) == ("completed", True)


def test_two_who_were_put_through_talk_on(booth: Booth, carys_api: Caller) -> None:
    asked = booth.ring()
    booth.place()
    booth.advance(20)
    end(carys_api, booth.campaign_id)
    booth.advance(5)
    assert booth.call(asked)["state"] == "in_progress"
    assert booth.state() == "in_call"
    booth.advance(300)
    follow_all(booth.system())
    assert booth.state() == "wrap_up"
    told = booth.vic.post(f"/assignments/{booth.assignment}/result", json={"disposition": "contacted"})
    assert told.json["late"] is False
    follow_all(booth.system())
    assert booth.state() == "ended"
    assert booth.town.troubles() == []


def test_nobody_is_rung_any_more_whose_volunteer_had_not_picked_up(booth: Booth, carys_api: Caller) -> None:
    booth.ring()
    booth.place()
    booth.advance(1)
    end(carys_api, booth.campaign_id)
    booth.advance(60)
    follow_all(booth.system())
    assert booth.state() == "ended"
    assert len(booth.town.calls()) == 1


def test_on_a_phone_of_ones_own_the_person_stays_on_the_page(
    ctx: Context, carys_api: Caller, vic: Person, app: Flask
) -> None:
    made = running_campaign(ctx, [Voter("Sian", [landline(1)])])
    join_campaign(ctx.units, vic, made.id)
    browser = Reader(app.test_client())
    browser.sign_in(vic.token)
    browser.press("next")
    end(carys_api, made.id)
    page = browser.open("/call")
    assert page.words["contact-name"] == "Sian Jones"
    assert page.words["campaign-over"].startswith("The calls ")
    assert "call-own" not in page.words
    assert f'data-shown="{browser.client.get("/call/line").text}"' in page.html
    browser.press("reached")
    page = browser.press("save", disposition="contacted")
    assert "Diolch, Vic." in page.text
    assert browser.state == "saved"
    page = browser.open("/call?start=1")
    assert "No calls just now" in page.text


@dataclass
class Mover:
    """Vic has Sian in hand, on a phone of their own, and is to go on in another campaign then."""

    calls: Caller
    made: uuid.UUID
    other: uuid.UUID
    session: str
    given: str

    def shown(self, session: str | None = None) -> Any:
        return self.calls.get(f"/sessions/{session or self.session}").json


@pytest.fixture
def mover(ctx: Context, vic: Person, api: Api) -> Mover:
    made = running_campaign(ctx, [Voter("Sian", [landline(1)])])
    other = running_campaign(ctx, [Voter("Mair", [landline(2)])])
    for campaign in (made, other):
        join_campaign(ctx.units, vic, campaign.id)
    calls = api(vic)
    session = calls.post(f"/campaigns/{made.id}/sessions", json={}).json["id"]
    given = calls.post(f"/sessions/{session}/next").json["id"]
    calls.post(f"/sessions/{session}/move", json={"campaign_id": str(other.id)})
    return Mover(calls, made.id, other.id, session, given)


@pytest.mark.parametrize("said", [True, False])
def test_who_is_to_go_on_elsewhere_finishes_with_the_person_in_hand_and_goes_there(
    mover: Mover, carys_api: Caller, clock: SetClock, system: System, said: bool
) -> None:
    end(carys_api, mover.made)
    follow_all(system())
    now = mover.shown()
    assert (now["state"], now["moving_to"]) == ("assigned", str(mover.other))
    assert now["assignment_id"] == mover.given
    if said:
        answer = mover.calls.post(f"/assignments/{mover.given}/result", json={"disposition": "contacted"})
        assert answer.status_code in {200, 201}, answer.text
    else:
        clock.forward(hours=1)
        expire_assignments(system())
    follow_all(system())
    before = mover.shown()
    assert (before["state"], before["end_reason"]) == ("ended", "moved")
    after = mover.shown(before["moved_to"])
    assert (after["state"], after["campaign_id"]) == ("ready", str(mover.other))


def test_their_page_has_the_person_still_and_nothing_to_ring_with(
    mover: Mover, carys_api: Caller, vic: Person, app: Flask
) -> None:
    end(carys_api, mover.made)
    browser = Reader(app.test_client())
    browser.sign_in(vic.token)
    page = browser.open("/call")
    assert page.words["contact-name"] == "Sian Jones"
    assert "call-own" not in page.words, "nobody is rung for a campaign that is over"


def test_where_the_other_campaign_is_over_too_their_shift_ends(
    mover: Mover, carys_api: Caller, system: System
) -> None:
    for campaign in (mover.made, mover.other):
        end(carys_api, campaign)
    mover.calls.post(f"/assignments/{mover.given}/result", json={"disposition": "contacted"})
    follow_all(system())
    now = mover.shown()
    assert (now["state"], now["end_reason"], now["moved_to"]) == ("ended", "campaign_over", None)
