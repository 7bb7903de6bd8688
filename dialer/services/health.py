"""Whether this installation can do its work (contract §1, `/readyz`)."""

from __future__ import annotations

import functools
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from dialer.domain.errors import RuleBroken
from dialer.services.context import JobQueue, Units
from dialer.store.migrate import current_revision, expected_revision

OK, DOWN, BEHIND = "ok", "down", "behind"


def readiness(units: Units, queue: JobQueue) -> dict[str, str]:
    """Each check by name: `ok`, `down`, or for migrations `behind`. All ok is ready."""
    migrations = _state_of_schema(units)
    return {
        "database": DOWN if migrations == DOWN else OK,
        "queue": OK if queue.is_up() else DOWN,
        "migrations": migrations,
        "workers": OK if queue.workers_alive() else DOWN,
    }


def _state_of_schema(units: Units) -> str:
    try:
        return OK if current_revision(units.engine) == _expected() else BEHIND
    except (SQLAlchemyError, RuleBroken):
        return DOWN


_expected: Callable[[], str] = functools.cache(expected_revision)
