"""What must be true of blasts that are over, whatever was killed; the town's ledger is the judge."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row, func, select

from dialer.domain.message import OUTBOUND_STATES
from dialer.services.context import Context
from dialer.services.messaging.progress import blast_progress
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import CarrierEvent, Message
from tests.supervisor.town_ledger import Ledger

ON_ITS_WAY_S: Final = 5.0
"""How long a text that was begun before a STOP was taken may be on its way to the carrier."""
GIVEN_UP_MOST: Final = 0.004
"""Of all texts, those whose outcome stayed unknown twice and that the carrier never had: shown, not sent a
third time. One in forty tries ends so, without being accepted.
"""
SHOWN: Final = (
    Message.id,
    Message.contact_id,
    Message.state,
    Message.skip_reason,
    Message.error_code,
    (Message.attempts - Message.put_back).label("doubts"),
    Message.carrier_sid,
    Message.attempted_at,
    Message.cost,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A blast, by the word that its texts begin with, and the number of everybody that it means."""

    id: uuid.UUID
    word: str
    people: Mapping[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class Noes:
    """Numbers that aren't to be texted: from the beginning, and since somebody wrote STOP."""

    before: frozenset[str] = frozenset()
    stops: Mapping[str, float] = field(default_factory=dict)
    landlines: frozenset[str] = frozenset()

    def explain(self, number: str, reason: str, blamed: Mapping[str, set[int | None]]) -> bool:
        """Whether a number may have been skipped for this reason; `blamed` are the codes that any text to it
        ended with.
        """
        codes = blamed.get(number, set())
        match reason:
            case "opted_out":
                return number in self.before or number in self.stops or 21610 in codes
            case "not_mobile":
                return number in self.landlines or bool(codes & {21614, 30006})
            case "no_phone":
                return bool(codes & {21211, 30005})
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Court:
    """The ledger, the rows, and what was meant."""

    ctx: Context
    ledger: Ledger
    noes: Noes = field(default_factory=Noes)

    def rows(self, blast_id: uuid.UUID) -> Sequence[Row[Any]]:
        with self.ctx.unit() as unit:
            return unit.session.execute(select(*SHOWN).where(Message.blast_id == blast_id)).all()

    def has_heard_all(self, blasts: Sequence[Sent]) -> bool:
        """Whether the product knows each accepted text as the town does, and every text to us."""
        self.ledger.read()
        if any(self.differing(self.rows(blast.id)) for blast in blasts) or self._unread():
            return False
        with self.ctx.unit() as unit:
            backlog = select(func.count()).where(CarrierEvent.applied_at.is_(None))
            return unit.session.scalar(backlog) == 0

    def _unread(self) -> set[str]:
        with self.ctx.unit() as unit:
            read = unit.session.scalars(select(Message.carrier_sid).where(Message.direction == "inbound"))
            return {entry.sid for entry in self.ledger.inbound()} - set(read)

    def differing(self, rows: Sequence[Row[Any]]) -> list[str]:
        """Texts of which the town knows something else than the product."""
        entries = self.ledger.entries
        return [
            f"{row.id} is {row.state}, the town says {entries[row.carrier_sid].status}"
            for row in rows
            if row.carrier_sid is not None and row.state != entries[row.carrier_sid].status
        ]

    def judge(self, blasts: Sequence[Sent]) -> None:
        """All of it. Raises AssertionError at the first thing that isn't so."""
        rows = {blast.word: self.rows(blast.id) for blast in blasts}
        blamed: defaultdict[str, set[int | None]] = defaultdict(set)
        for blast in blasts:
            for row in rows[blast.word]:
                blamed[blast.people[row.contact_id]].add(row.error_code)
        given_up = 0
        for blast in blasts:
            given_up += self._judge_blast(blast, rows[blast.word], blamed)
        assert given_up <= GIVEN_UP_MOST * sum(len(blast.people) for blast in blasts) + 3, given_up
        self._judge_stops(rows)
        self._judge_spending()

    def _judge_blast(
        self, blast: Sent, rows: Sequence[Row[Any]], blamed: Mapping[str, set[int | None]]
    ) -> int:
        texted = self.ledger.texted(blast.word)
        assert {number: times for number, times in texted.items() if times > 1} == {}, "texted twice"
        assert set(texted) <= set(blast.people.values()), "texted who wasn't meant"
        assert set(texted) & self.noes.before == set(), "texted after their no"
        assert self.differing(rows) == []
        assert sorted(row.contact_id for row in rows) == sorted(blast.people), "somebody has no row, or two"
        by_number = defaultdict(list)
        for row in rows:
            by_number[blast.people[row.contact_id]].append(row)
        given_up = 0
        for number, found in by_number.items():
            given_up += self._judge_number(number, found, texted[number], blamed)
        self._judge_figures(blast, rows)
        return given_up

    def _judge_number(
        self, number: str, rows: Sequence[Row[Any]], times: int, blamed: Mapping[str, set[int | None]]
    ) -> int:
        """Exactly one of its rows stands for it, accepted or with a reason; whether it was given up."""
        standing = [row for row in rows if row.state != "skipped"]
        for row in rows:
            if row.state == "skipped" and not (standing and row.skip_reason == "duplicate_number"):
                assert self.noes.explain(number, row.skip_reason, blamed), (number, row)
        if not standing:
            assert not times, (number, rows)
            return 0
        [row] = standing
        if times:
            entry = self.ledger.entries[row.carrier_sid]
            assert (entry.number, entry.error_code) == (number, row.error_code), row
            return 0
        assert row.carrier_sid is None, row
        if row.state == "failed":
            assert row.error_code is not None, row
            return 0
        assert (row.state, row.doubts) == ("unknown", 2), ("never texted, and nobody is told", row)
        return 1

    def _judge_figures(self, blast: Sent, rows: Sequence[Row[Any]]) -> None:
        progress = blast_progress(self.ctx, blast.id)
        states = Counter(row.state for row in rows)
        assert progress.state == "completed"
        assert progress.counts == {state: states[state] for state in OUTBOUND_STATES}
        assert progress.total == len(blast.people) == sum(progress.counts.values())
        assert (
            progress.skipped_by.items() >= Counter(row.skip_reason for row in rows if row.skip_reason).items()
        )
        assert progress.spent == sum((row.cost for row in rows if row.cost is not None), Decimal(0))
        assert progress.accepted == sum(row.carrier_sid is not None for row in rows)

    def _judge_stops(self, rows: Mapping[str, Sequence[Row[Any]]]) -> None:
        """Nobody was begun to be texted once their STOP was taken."""
        began = {row.carrier_sid: row.attempted_at for found in rows.values() for row in found}
        for entry in self.ledger.ours():
            stopped_at = self.noes.stops.get(entry.number)
            if stopped_at is not None and entry.sid in began and entry.at > stopped_at:
                late = (entry, stopped_at, began[entry.sid])
                assert began[entry.sid].timestamp() <= stopped_at, ("texted after their STOP", late)
                assert entry.at <= stopped_at + ON_ITS_WAY_S, ("texted long after their STOP", late)

    def _judge_spending(self) -> None:
        with self.ctx.unit() as unit:
            cost = func.coalesce(func.sum(Message.cost), 0)
            for campaign in unit.session.scalars(select(Campaign)):
                summed = unit.session.scalar(select(cost).where(Message.campaign_id == campaign.id))
                assert campaign.spent == summed
