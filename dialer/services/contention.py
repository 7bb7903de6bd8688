"""Deeds that may meet others over the same rows in another order."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

from dialer.domain.errors import Unavailable
from dialer.store.session import MetOutOfOrder

Given = ParamSpec("Given")
Brought = TypeVar("Brought")

TRIES: Final = 4


def again_after_deadlock(deed: Callable[Given, Brought]) -> Callable[Given, Brought]:
    """Do a deed once more when PostgreSQL undid it to let another one through, or it gave way by itself.

    Locks are taken in one order wherever that can be, so this is rare; but people share numbers and
    numbers share campaigns, so it can't be ruled out. A deed has one unit of work, so nothing is half done.
    """

    @wraps(deed)
    def done(*args: Given.args, **kwargs: Given.kwargs) -> Brought:
        for _ in range(TRIES - 1):
            try:
                return deed(*args, **kwargs)
            except (OperationalError, Unavailable) as error:
                if not _is_deadlock(error):
                    raise
        return deed(*args, **kwargs)

    return done


def _is_deadlock(error: BaseException | None) -> bool:
    """Whether it gave way, or PostgreSQL chose it to; a unit of work says so as `Unavailable` from it."""
    if isinstance(error, MetOutOfOrder):
        return True
    if isinstance(error, Unavailable):
        error = error.__cause__
    return isinstance(error, OperationalError) and isinstance(error.orig, DeadlockDetected)
