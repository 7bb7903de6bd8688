"""Somebody frightens a volunteer on their own line: the call is over, and nobody new is put through."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import Caller
from tests.hang_ups import END_CALL, calls_queue
from tests.people import Person
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures


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
