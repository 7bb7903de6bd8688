"""On which processors the web's processes run."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import cast

import pytest
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from dialer.cli.serve import Seats
from dialer.processes import own_processors, stay_on


def _started(seats: Seats, arbiter: Arbiter, age: int) -> Worker:
    worker = cast("Worker", SimpleNamespace(age=age))
    seats.give(arbiter, worker)
    arbiter.WORKERS[age] = worker
    return worker


def _seat(seats: Seats, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> int:
    taken: list[int] = []
    monkeypatch.setattr("dialer.cli.serve.stay_on", taken.append)
    seats.take(worker)
    return taken[0]


def test_processes_are_spread_evenly_and_one_takes_the_place_of_one_that_went(
    monkeypatch: pytest.MonkeyPatch,
):
    seats, arbiter = Seats([3, 5]), cast("Arbiter", SimpleNamespace(WORKERS={}))
    workers = [_started(seats, arbiter, age) for age in range(1, 5)]
    assert sorted(_seat(seats, worker, monkeypatch) for worker in workers) == [3, 3, 5, 5]
    gone = arbiter.WORKERS.pop(2)
    where = _seat(seats, gone, monkeypatch)
    assert _seat(seats, _started(seats, arbiter, 5), monkeypatch) == where


def test_where_the_system_names_no_processors_a_process_runs_anywhere():
    arbiter = cast("Arbiter", SimpleNamespace(WORKERS={}))
    seats, before = Seats([]), own_processors()
    seats.take(_started(seats, arbiter, 1))
    assert own_processors() == before


@pytest.mark.skipif(not own_processors(), reason="the system doesn't say which processors are ours")
def test_a_process_stays_on_one_processor_of_its_own():
    child = os.fork()
    if child == 0:
        last = own_processors()[-1]
        stay_on(last)
        os._exit(0 if own_processors() == [last] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
