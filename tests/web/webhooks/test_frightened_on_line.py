"""Somebody frightens a volunteer on their own line: the call is over, and nobody new is put through."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from dialer.store.models.conversations import Avoidance
from tests.conftest import Caller
from tests.hang_ups import END_CALL, calls_queue
from tests.people import Person
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures
from tests.web.webhooks.test_dialled_page import reader  # noqa: F401 -- fixture


def test_the_call_is_over_and_nobody_new_comes(
    exchange: Exchange,  # noqa: F811
    api: Callable[[Person], Caller],
) -> None:
    vic, shift_id, call_id = api(exchange.people[0]), exchange.sit_down(0), exchange.dial()
    exchange.answers(call_id)
    given = vic.post(f"/sessions/{shift_id}/next").json
    assert vic.post(f"/assignments/{given['id']}/frightened").status_code == 204
    ended = [
        job.args[1:] for job in calls_queue(exchange.room.system()).get_jobs() if job.func_name == END_CALL
    ]
    assert [exchange.room.call(call_id).carrier_sid] in [list(sids) for sids in ended]
    exchange.ends(call_id, CallDuration="9")
    shift = exchange.room.shift(shift_id)
    assert (shift.state, shift.line_state) == ("paused", "open"), "they carry on when they like"
    assert exchange.room.results() == [("refused", exchange.people[0].id)]
    assert "Just a moment" in exchange.answers(exchange.dial(1), 1)


def test_said_of_an_earlier_one_whoever_is_on_the_line_now_stays(
    exchange: Exchange,  # noqa: F811
    api: Callable[[Person], Caller],
) -> None:
    vic, shift_id = api(exchange.people[0]), exchange.sit_down(0)
    calls = [exchange.dial(0)]
    exchange.answers(calls[0])
    earlier = vic.post(f"/sessions/{shift_id}/next").json["id"]
    exchange.ends(calls[0], CallDuration="9")
    done = vic.post(f"/assignments/{earlier}/result", json={"disposition": "contacted"})
    assert done.status_code == 200, done.text
    calls.append(exchange.dial(1))
    assert "<Conference" in exchange.answers(calls[1], 1)
    now = vic.post(f"/sessions/{shift_id}/next").json
    calls_queue(exchange.room.system()).empty()

    assert vic.post(f"/assignments/{earlier}/frightened").status_code == 204
    assert not [job for job in calls_queue(exchange.room.system()).get_jobs() if job.func_name == END_CALL]
    call, shift = exchange.room.call(calls[1]), exchange.room.shift(shift_id)
    assert (call.state, call.shift_id) == ("in_progress", shift_id), "the talk goes on"
    assert exchange.room.assignment(calls[1]).state == "open"
    assert (shift.state, shift.line_state, shift.rests_until) == ("paused", "open", None)
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        (row,) = unit.session.scalars(select(Avoidance))
    assert (row.number, row.until) == (exchange.voters[0].numbers[0], None)
    told = vic.get(f"/sessions/{shift_id}").json
    assert (told["state"], told["talk"]["muted"]) == ("paused", False)
    assert vic.post(f"/sessions/{shift_id}/mute", json={"on": True}).json["talk"]["muted"] is True

    exchange.ends(calls[1], 1, CallDuration="30")
    said = vic.post(f"/assignments/{now['id']}/result", json={"disposition": "contacted"})
    assert said.status_code == 200, said.text
    assert exchange.room.shift(shift_id).state == "paused", "as after a pause that they pressed themselves"
    assert "Just a moment" in exchange.answers(exchange.dial(2), 2)
    assert sorted(exchange.room.results()) == [("contacted", exchange.people[0].id)] * 2
    assert vic.post(f"/sessions/{shift_id}/resume").json["state"] in {"ready", "in_call"}


def test_the_kind_words_give_way_once_a_coordinator_lets_people_be_put_through_again(
    exchange: Exchange,  # noqa: F811
    reader: Reader,  # noqa: F811
    api: Callable[[Person], Caller],
    carys: Person,
) -> None:
    first, shift_id = exchange.dial(), exchange.room.made[0]
    exchange.answers(first)
    reader.open("/call")
    reader.press("frightened")
    exchange.ends(first, CallDuration="9")
    page, stands_for = reader.open("/call"), reader.client.get("/call/line").text
    assert "We hang up for you." in page.words["kind-words"]
    assert f'data-shown="{stands_for}"' in page.html
    assert 'data-stream="/call/stream"' in page.html, "it is told at once"
    assert api(carys).post(f"/sessions/{shift_id}/resume").json["state"] == "ready"
    assert reader.client.get("/call/line").text != stands_for
    second = exchange.dial(1)
    assert "<Conference" in exchange.answers(second, 1)
    page = reader.open("/call")
    assert ("kind-words" in page.words, page.words["contact-name"]) == (False, "Person 1")
    reader.press("pause")
    exchange.ends(second, 1, CallDuration="30")
    reader.open("/call")
    page = reader.press("save", disposition="contacted")
    assert ("kind-words" in page.words, reader.state) == (False, "paused"), "a pause like any other"
