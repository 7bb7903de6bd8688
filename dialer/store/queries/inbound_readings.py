"""Whether the carrier's lists of texts to us have to be read before anything goes out, and who reads them.

They have to after every start of the database server: it was away, and so was whoever would have heard. That
is seen by comparing its start with the one under which they were last read, two values of one clock; and
whenever somebody says that texts may have been missed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, or_, select, update

from dialer.store.models.accounts import Organisation
from dialer.store.session import UnitOfWork

FIRST_AGAIN: Final = dt.timedelta(seconds=1)
LAST_AGAIN: Final = dt.timedelta(seconds=30)
"""A reading that fails comes again after as long as it has failed already, and within these."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What held when a reading began; what came later isn't settled by it."""

    started_at: dt.datetime
    missed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether texts to us may lie unread, and since when reading them has failed."""

    unread: bool
    failing_since: dt.datetime | None


def standing(unit: UnitOfWork) -> Standing:
    """How it stands at this moment."""
    query = select(_UNREAD, Organisation.inbound_failing_since).where(*_of_it(unit))
    unread, failing_since = unit.session.execute(query).one()
    return Standing(unread, failing_since)


def mark_missed(unit: UnitOfWork, at: dt.datetime) -> None:
    """Texts to us may have been missed until now; whoever asks for a reading needn't wait."""
    _set(unit, inbound_missed_at=at, inbound_read_again_at=None)


def may_ask(unit: UnitOfWork, now: dt.datetime, again_at: dt.datetime) -> bool:
    """Whether a reading is wanted and nobody has it in hand; who is told so has it until `again_at`."""
    free = or_(Organisation.inbound_read_again_at.is_(None), Organisation.inbound_read_again_at <= now)
    claim = update(Organisation).where(*_of_it(unit), _UNREAD, free).values(inbound_read_again_at=again_at)
    return unit.session.scalar(claim.returning(Organisation.id)) is not None


def hold(unit: UnitOfWork, until: dt.datetime) -> Seen:
    """A reading begins or goes on: until then nobody asks for another."""
    held = update(Organisation).where(*_of_it(unit)).values(inbound_read_again_at=until)
    row = unit.session.execute(
        held.returning(func.pg_postmaster_start_time(), Organisation.inbound_missed_at)
    ).one()
    return Seen(*row)


def settle(unit: UnitOfWork, seen: Seen) -> None:
    """A reading has come to its end: what it had seen at its beginning is made up for."""
    made_up = Organisation.inbound_missed_at.is_not_distinct_from(seen.missed_at)
    _set(
        unit,
        inbound_read_under=seen.started_at,
        inbound_missed_at=case((made_up, None), else_=Organisation.inbound_missed_at),
        inbound_failing_since=None,
        inbound_read_again_at=None,
    )


def postpone(unit: UnitOfWork, now: dt.datetime) -> None:
    """A reading has failed: the next is asked for later and later."""
    since = func.coalesce(Organisation.inbound_failing_since, now)
    wait = func.least(func.greatest(now - since, FIRST_AGAIN), LAST_AGAIN)
    _set(unit, inbound_failing_since=since, inbound_read_again_at=now + wait)


_UNREAD: Final = or_(
    Organisation.inbound_missed_at.is_not(None),
    Organisation.inbound_read_under.is_distinct_from(func.pg_postmaster_start_time()),
)


def _of_it(unit: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    return (Organisation.id == unit.organisation_id,)


def _set(unit: UnitOfWork, **values: Any) -> None:
    unit.session.execute(update(Organisation).where(*_of_it(unit)).values(**values))
