"""A deed that PostgreSQL undid for another's sake is done once more; any other failure is not."""

from __future__ import annotations

import contextlib
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg.errors import DeadlockDetected, QueryCanceled
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from dialer.services.contention import TRIES, again_after_deadlock
from dialer.store.session import UnitFactory


class Deed:
    """Fails so many times, then brings something."""

    def __init__(self, failures: int, cause: Exception) -> None:
        self.left, self.cause, self.calls = failures, cause, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise OperationalError("UPDATE", {}, self.cause)
        return "done"


def test_a_deadlock_is_tried_again() -> None:
    deed = Deed(TRIES - 1, DeadlockDetected())

    assert again_after_deadlock(deed.__call__)() == "done"
    assert deed.calls == TRIES


def test_not_for_ever() -> None:
    with pytest.raises(OperationalError):
        again_after_deadlock(Deed(TRIES, DeadlockDetected()).__call__)()


def test_nothing_else_is_tried_again() -> None:
    deed = Deed(1, QueryCanceled())

    with pytest.raises(OperationalError):
        again_after_deadlock(deed.__call__)()
    assert deed.calls == 1


def test_two_that_hold_what_the_other_wants_both_get_through(units: UnitFactory, organisation_id: uuid.UUID):
    together = threading.Barrier(2)

    def hold(keys: tuple[int, int]) -> None:
        @again_after_deadlock
        def deed() -> None:
            with units.begin(organisation_id) as unit:
                unit.session.execute(select(func.pg_advisory_xact_lock(keys[0])))
                with contextlib.suppress(threading.BrokenBarrierError):
                    together.wait(timeout=5)  # the second time round nobody is waited for
                together.abort()
                unit.session.execute(select(func.pg_advisory_xact_lock(keys[1])))

        deed()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(hold, [(71, 72), (72, 71)])) == [None, None]
