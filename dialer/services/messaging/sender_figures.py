"""The figures of senders, moved in the transaction that moves their texts (design §2, law 9)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dialer.domain.message import EVIDENT
from dialer.services.context import Context
from dialer.store.queries import counters
from dialer.store.queries.sender_hours import INBOUND, KEPT, Place, forget_before, place_of
from dialer.store.session import UnitOfWork

WITH_CODE = frozenset({"undelivered", "failed"})


@dataclass(frozen=True, slots=True)
class Tried:
    """Texts that were on the wire at `tried_at` and went from one state to another; `code` is the carrier's
    for the one they are in now.
    """

    sender: str | None = field(repr=False)
    campaign_id: uuid.UUID | None
    tried_at: dt.datetime
    before: str
    after: str
    code: int | None = None
    texts: int = 1


def count_tried(unit: UnitOfWork, tried: Iterable[Tried]) -> None:
    """Let the figures of their senders follow these texts when the unit of work commits."""
    counters.bump_senders(unit, (one for each in tried for one in _changes(each)))


def count_inbound(unit: UnitOfWork, sender: str, at: dt.datetime, klass: str) -> None:
    """Count a text to one of our numbers."""
    counters.bump_senders(unit, [(place_of(sender, None, at, f"{INBOUND}{klass}"), 1)])


def forget_old_hours(ctx: Context) -> None:
    """Let go of hours that are over for long."""
    with ctx.unit() as unit:
        forget_before(unit, ctx.now - KEPT)


def _changes(one: Tried) -> Iterator[tuple[Place, int]]:
    """Only `sent` is followed by anything, and it has no code."""
    if one.sender is None:
        return
    if one.before in EVIDENT:
        yield place_of(one.sender, one.campaign_id, one.tried_at, one.before), -one.texts
    if one.after in EVIDENT:
        code = one.code if one.after in WITH_CODE else None
        yield place_of(one.sender, one.campaign_id, one.tried_at, one.after, code), one.texts
