"""Where the texts of a blast stand and may be next, and what a worker holds of them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from sqlalchemy import select

from dialer.carrier.port import SendOutcome
from dialer.domain.message import EVIDENT, FOLLOWS, sources_of
from dialer.services.context import Context
from dialer.store.models.messaging import Message
from dialer.store.queries.message_claims import Claimed
from dialer.store.queries.message_gate import Judged


@dataclass
class Worker:
    """One process: what it has claimed, what passed the gate, and what the carrier answered."""

    holder: uuid.UUID = field(default_factory=uuid.uuid4)
    claimed: list[Claimed] = field(default_factory=list)
    passed: list[Judged] = field(default_factory=list)
    passed_at: dt.datetime | None = None
    answered: list[tuple[Judged, SendOutcome]] = field(default_factory=list)

    def holds_anything(self) -> bool:
        return bool(self.claimed or self.passed or self.answered)


@dataclass(frozen=True)
class Row:
    """A text as it stands."""

    state: str
    skip_reason: str | None
    sid: str | None
    number: str | None
    attempts: int
    put_back: int


def rows_of(ctx: Context, blast_id: uuid.UUID) -> dict[uuid.UUID, Row]:
    """All texts of a blast."""
    with ctx.unit() as unit:
        return {
            one.id: Row(one.state, one.skip_reason, one.carrier_sid, one.number, one.attempts, one.put_back)
            for one in unit.session.scalars(select(Message).where(Message.blast_id == blast_id))
        }


def reachable(old: Row) -> set[str]:
    """Where a text may be after one deed more: by what we decide, and by what the carrier's word proves.

    Who was left out as the second on a number follows when the first can't have it.
    """
    found, edge = {old.state}, {old.state}
    while edge:
        by_word = {proven for state in edge for proven in EVIDENT if state in sources_of(proven)}
        edge = ({state for one in edge for state in FOLLOWS.get(one, ())} | by_word) - found
        found |= edge
    return found | ({"queued"} if old.skip_reason == "duplicate_number" else set())
