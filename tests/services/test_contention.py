"""A deed that PostgreSQL undid for another's sake is done once more; any other failure is not."""

from __future__ import annotations

import pytest
from psycopg.errors import DeadlockDetected, QueryCanceled
from sqlalchemy.exc import OperationalError

from dialer.services.contention import TRIES, again_after_deadlock


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
