"""A rest of two minutes that ends by itself, and what is said to whoever waits while nobody can be rung."""

# ruff: noqa: F811 -- fixtures of other tests

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update

from dialer.domain.shift import REST
from dialer.services.calling.line_keeping import end_rests
from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.pacing import PacerLease
from tests.conftest import Caller
from tests.people import Person
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures
from tests.web.webhooks.test_dialled_page import reader  # noqa: F401 -- fixture


def saved(exchange: Exchange, reader: Reader) -> None:
    call_id = exchange.dial()
    exchange.answers(call_id)
    exchange.ends(call_id, CallDuration="40")
    reader.open("/call")
    reader.press("save", disposition="contacted")


def test_two_minutes_rest_end_by_themselves_with_the_page_closed(exchange: Exchange, reader: Reader) -> None:
    saved(exchange, reader)
    page = reader.press("rest")
    assert reader.state == "paused"
    assert "You’re having a rest" in page.text
    assert 'data-until="120"' in page.html
    shift_id = exchange.room.made[0]
    assert exchange.room.shift(shift_id).rests_until == exchange.clock.now + REST
    exchange.clock.forward(seconds=119)
    assert end_rests(exchange.room.system()) == 0
    meanwhile = exchange.dial(1)
    assert "Just a moment" in exchange.answers(meanwhile, 1), "nobody is put through"
    exchange.ends(meanwhile, 1)
    exchange.clock.forward(seconds=1)
    assert end_rests(exchange.room.system()) == 1
    after = exchange.room.shift(shift_id)
    assert (after.state, after.ready_since, after.rests_until) == ("ready", exchange.clock.now, None)
    assert exchange.room.heard()[-1] == "volunteer_ready", "the pacing hears that they are back"
    reader.open("/call")
    assert reader.state == "waiting", "not back at what they saved before"
    assert end_rests(exchange.room.system()) == 0
    assert "<Conference" in exchange.answers(exchange.dial(2), 2)


def test_carry_on_ends_a_rest_and_a_pause_has_no_end(
    exchange: Exchange, api: Callable[[Person], Caller]
) -> None:
    vic, path = api(exchange.people[0]), f"/sessions/{exchange.sit_down()}"
    assert vic.post(f"{path}/pause", json={"for_s": 0}).status_code == 422
    resting = vic.post(f"{path}/pause", json={"for_s": 90}).json
    assert dt.datetime.fromisoformat(resting["rests_until"]) == exchange.clock.now + dt.timedelta(seconds=90)
    back = vic.post(f"{path}/resume").json
    assert (back["state"], back["rests_until"]) == ("ready", None)
    vic.post(f"{path}/pause", json={"for_s": 90})
    assert vic.post(f"{path}/pause").json["rests_until"] is None, "a pause pressed in a rest has no end"
    exchange.clock.forward(minutes=3)
    assert end_rests(exchange.room.system()) == 0


def test_a_rest_asked_for_in_a_talk_begins_after_it(
    exchange: Exchange, api: Callable[[Person], Caller]
) -> None:
    vic, shift_id, call_id = api(exchange.people[0]), exchange.sit_down(), exchange.dial()
    exchange.answers(call_id)
    vic.post(f"/sessions/{shift_id}/pause", json={"for_s": 120})
    exchange.clock.forward(minutes=4)
    assert end_rests(exchange.room.system()) == 0
    exchange.ends(call_id, CallDuration="240")
    given = vic.post(f"/sessions/{shift_id}/next").json
    vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    assert exchange.room.shift(shift_id).rests_until == exchange.clock.now + REST
    exchange.clock.forward(minutes=2)
    assert end_rests(exchange.room.system()) == 1
    assert exchange.room.shift(shift_id).state == "ready"


def test_whose_line_was_lost_in_a_rest_is_told_so_at_its_end(exchange: Exchange, reader: Reader) -> None:
    saved(exchange, reader)
    reader.press("rest")
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        shift = unit.session.merge(exchange.room.shift(exchange.room.made[0]))
        move(unit, shift, exchange.clock.now, line="none")
    exchange.clock.forward(minutes=2)
    assert end_rests(exchange.room.system()) == 1
    after = exchange.room.shift(exchange.room.made[0])
    assert (after.pause_reason, after.rests_until) == ("line_lost", None)
    assert end_rests(exchange.room.system()) == 0, "it is over, and holds up nobody else's"
    assert "Your line was lost" in reader.open("/call").text


def _pause_all(ctx: Context, _: Exchange) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Organisation).values(paused_at=ctx.now))


def _pause_campaign(ctx: Context, _: Exchange) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Campaign).values(state="paused"))


def _night(ctx: Context, _: Exchange) -> None:
    with ctx.unit() as unit:
        now = ctx.now.astimezone(dt.UTC)
        begins = now.replace(minute=0, second=0, microsecond=0).time()
        ends = (now + dt.timedelta(hours=2)).replace(minute=0, second=0, microsecond=0).time()
        unit.session.execute(update(Campaign).values(timezone="UTC", quiet_start=begins, quiet_end=ends))


def said(still: str) -> Callable[[Context, Exchange], None]:
    def says(ctx: Context, exchange: Exchange) -> None:
        with ctx.unit() as unit:
            key = (unit.organisation_id, exchange.room.campaign_id)
            lease = unit.session.get_one(PacerLease, key)
            lease.figures = lease.figures | {"still": still}

    return says


def _no_pacer(_: Context, exchange: Exchange) -> None:
    exchange.clock.forward(seconds=11)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (_pause_all, "Your coordinator has paused the calls"),
        (_pause_campaign, "Your coordinator has paused the calls"),
        (_night, "Calling starts again at"),
        (said("passed_over"), "Passing over numbers that can’t be rung"),
        (said("nobody_due"), "Everybody has been rung or is resting"),
        (said("no_speaker"), "Everybody who is left speaks another language"),
        (said("carrier_refuses"), "Nobody can be rung just now"),
        (_no_pacer, "Nobody can be rung just now"),
        (said("enough"), "Next call soon"),
    ],
)
def test_whoever_waits_reads_why_nobody_comes(
    exchange: Exchange,
    reader: Reader,
    ctx: Context,
    happens: Callable[[Context, Exchange], None],
    words: str,
) -> None:
    assert "Next call soon" in reader.open("/call").text
    before = reader.client.get("/call/line").text
    happens(ctx, exchange)
    page = reader.open("/call")
    assert words in page.text
    assert reader.state == "waiting"
    is_held_up = words != "Next call soon"
    assert ("Next call soon" in page.text) != is_held_up
    assert (reader.client.get("/call/line").text != before) == is_held_up, "the page is shown anew by itself"
    assert f'data-shown="{reader.client.get("/call/line").text}"' in page.html


def test_while_the_last_phones_ring_somebody_may_still_answer(
    exchange: Exchange, reader: Reader, ctx: Context
) -> None:
    said("nobody_due")(ctx, exchange)
    exchange.dial()
    assert "Next call soon" in reader.open("/call").text
