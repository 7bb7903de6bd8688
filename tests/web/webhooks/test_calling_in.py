"""A volunteer becomes free while somebody hears the greeting: they are put through at once, and once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from dialer.carrier.port import Rerouting
from dialer.domain.abandonment import CALLED_IN_UNTIL
from dialer.services.calling.calling_in import call_in
from tests.carriers import AtOnceCarrier
from tests.conftest import Caller
from tests.people import Person
from tests.web.webhooks.test_dialled_answers import (  # noqa: F401 -- fixtures
    Exchange,
    exchange,
    people,
    sid_of,
)


@dataclass
class Switchboard(AtOnceCarrier):
    """A carrier that is told where calls go on."""

    sent: list[str] = field(default_factory=list)

    def redirect_call(self, sid: str, where: Rerouting) -> bool:
        assert where.url is not None
        assert "/voice/answer" in where.url
        self.sent.append(sid)
        return True


def calls_in(exchange: Exchange, carrier: Switchboard) -> list[str]:  # noqa: F811
    """What the job does; who is to ask again."""
    before = len(carrier.sent)
    call_in(exchange.room.system(), carrier, exchange.room.campaign_id)
    return carrier.sent[before:]


def test_whoever_was_greeted_first_asks_again_once(exchange: Exchange) -> None:  # noqa: F811
    carrier, calls = Switchboard(), [exchange.dial(index) for index in range(3)]
    for index, call_id in enumerate(calls):
        assert "Just a moment" in exchange.answers(call_id, index)
        exchange.clock.forward(seconds=0.1)
    assert calls_in(exchange, carrier) == [], "nobody is free"
    exchange.sit_down(0, waits_s=0)
    assert calls_in(exchange, carrier) == [sid_of(0)], "one volunteer, one person"
    assert calls_in(exchange, carrier) == [sid_of(1)], "each person once"
    joined = exchange.answers(calls[0])
    assert "<Conference" in joined
    assert exchange.answers(calls[0]) == joined, "the greeting's end, which comes besides, changes nothing"
    assert "One moment" in exchange.answers(calls[1], 1), "in vain: not abandoned before the time"
    exchange.clock.forward(seconds=1.5)
    assert "press 9" in exchange.answers(calls[1], 1)
    assert exchange.room.call(calls[1]).state == "abandoned"


def test_late_in_the_greeting_its_end_is_waited_for(exchange: Exchange) -> None:  # noqa: F811
    call_id = exchange.dial()
    exchange.answers(call_id)
    exchange.clock.now += CALLED_IN_UNTIL * 1.01
    exchange.sit_down(0, waits_s=0)
    assert calls_in(exchange, Switchboard()) == []
    assert "<Conference" in exchange.answers(call_id)


def test_who_becomes_free_has_the_greeted_asked_for(
    exchange: Exchange,  # noqa: F811
    api: Callable[[Person], Caller],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[object, ...]] = []
    shift_id, vic = exchange.sit_down(0), api(exchange.people[0])
    talks, waits = exchange.dial(0), exchange.dial(1)
    exchange.answers(talks, 0)
    given = vic.post(f"/sessions/{shift_id}/next").json
    exchange.ends(talks, 0, CallDuration="30")
    exchange.answers(waits, 1)
    jobs = type(exchange.room.system().jobs)
    monkeypatch.setattr(jobs, "enqueue", lambda _self, *job, **_: asked.append(job))
    assert (
        vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"}).status_code == 200
    )
    assert [job[1] for job in asked] == ["workers.jobs.call_in"]


@pytest.mark.slow
@pytest.mark.parametrize("_round", range(3))
def test_both_ways_at_once_put_nobody_through_twice(
    exchange: Exchange,  # noqa: F811
    _round: int,
) -> None:
    carrier, calls = Switchboard(), [exchange.dial(index) for index in range(4)]
    for index, call_id in enumerate(calls):
        exchange.answers(call_id, index)
    shifts = [exchange.sit_down(who, waits_s=0) for who in range(2)]

    def asks(index: int) -> str:
        return exchange.answers(calls[index], index)

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(calls_in, exchange, carrier) for _ in range(4)]
        heard = list(pool.map(asks, [0, 1, 2, 3, 0, 1, 2, 3]))
        for job in jobs:
            job.result()
    assert len(set(carrier.sent)) == len(carrier.sent), "nobody is interrupted twice"
    joined: list[uuid.UUID | None] = [exchange.room.call(each).shift_id for each in calls]
    assert sorted(map(str, filter(None, joined))) == sorted(map(str, shifts))
    assert sum("<Conference" in each for each in heard) >= 2
