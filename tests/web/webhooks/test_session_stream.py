"""The volunteer's own stream: whom they are joined with is on the screen at once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models.calling import Shift
from dialer.store.session import UnitFactory
from tests import texting
from tests.conftest import Caller, SetClock
from tests.live import Event, Stream, live_beside
from tests.people import Person
from tests.web.served import served
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures

IN_TIME_S = 0.3
"""On our side, from the carrier's request on (the aim of the dialled modes)."""
SLACK = 4
"""Other tests run beside this one."""


def next_of(stream: Stream) -> Event:
    event = stream.event()
    assert event is not None
    return event


@pytest.mark.slow
def test_an_answer_is_on_the_screen_at_once(
    exchange: Exchange,  # noqa: F811
    settings: Settings,
    units: UnitFactory,
    ctx: Context,
    clock: SetClock,
) -> None:
    shift_id, vic = exchange.sit_down(0), exchange.people[0]
    call_id = exchange.dial()
    headers = {"Authorization": f"Bearer {vic.token}"}
    with served(exchange.app) as site, live_beside(settings, units, lambda: texting.system(ctx).at(clock())):
        stream = Stream(site, f"/api/v1/sessions/{shift_id}/stream", headers)
        assert stream.head()[0] == 200
        first = next_of(stream)
        assert (first.name, first.data["state"]) == ("session", "ready")
        began = time.monotonic()
        exchange.answers(call_id)
        came = {"session": first}
        while came["session"].data["state"] != "in_call" or not came.keys() >= {"assignment", "call"}:
            event = next_of(stream)
            came[event.name] = event
        assert came["assignment"].data["contact"]["first_name"] == "Person 0"
        assert came["call"].data["state"] == "in_progress"
        assert max(one.at for one in came.values()) - began < IN_TIME_S * SLACK
        exchange.ends(call_id, CallDuration="5")
        assert {next_of(stream).name for _ in range(2)} == {"session", "call"}
        stream.socket.close()


@pytest.mark.slow
def test_why_nobody_comes_is_on_the_screen_at_once(
    exchange: Exchange,  # noqa: F811
    settings: Settings,
    units: UnitFactory,
    ctx: Context,
    *,
    api: Callable[[Person], Caller],
    carys: Person,
) -> None:
    shift_id, vic = exchange.sit_down(0), exchange.people[0]
    headers = {"Authorization": f"Bearer {vic.token}"}
    with units.begin(vic.organisation_id) as unit:
        unit.session.execute(update(Shift).where(Shift.id == shift_id).values(pin="123456"))
    watching = live_beside(settings, units, lambda: texting.system(ctx).at(exchange.clock()))
    with served(exchange.app) as site, watching:
        stream = Stream(site, f"/api/v1/sessions/{shift_id}/stream", headers)
        assert stream.head()[0] == 200
        assert next_of(stream).data["standstill"] == "no_pacer"
        began = time.monotonic()
        assert api(carys).post(f"/campaigns/{exchange.room.campaign_id}/pause").status_code == 200
        while (event := next_of(stream)).data.get("standstill") != "campaign_paused":
            assert event.name == "session"
        assert event.at - began < 2 * SLACK, "long before the next look of its own"
        stream.socket.close()
    assert api(vic).get(f"/sessions/{shift_id}").json["standstill"] == "campaign_paused"


def test_a_stream_is_its_volunteers_alone(
    exchange: Exchange,  # noqa: F811
    api: Callable[[Person], Caller],
    mallory: Person,
    app: Flask,
) -> None:
    shift_id = exchange.sit_down(0)
    path = f"/sessions/{shift_id}/stream"
    assert api(mallory).get(path).status_code == 404
    assert api(exchange.people[1]).get(path).status_code == 404
    assert app.test_client().get(f"/api/v1{path}").status_code == 401
