"""The figures of blasts and campaigns, moved in the transaction that moves the messages (design §2, law 9).

Scope `blast` has a figure for each state and each `skipped_REASON` of its own messages; scope `campaign`
has `message_STATE` over everything that was sent for it, tests and single texts included.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dialer.store.queries import counters
from dialer.store.queries.counters import Key
from dialer.store.session import UnitOfWork

BLAST: Final = "blast"
SKIPPED: Final = "skipped"
BOUNCED: Final = "bounced_"
"""Begins the figures of how many emails of a blast did not arrive, by why (`BOUNCE_KINDS`)."""


@dataclass(frozen=True, slots=True)
class Move:
    """An outbound message that went from one state to another (`before` None: it is new).

    The skip reasons are those of the row before and after; they count where the state is `skipped`.
    """

    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    purpose: str | None
    before: str | None
    after: str
    reason_before: str | None = None
    reason_after: str | None = None
    texts: int = 1
    """How many went that way."""


def count_moves(unit: UnitOfWork, moves: Iterable[Move]) -> None:
    """Let the figures follow these moves when the unit of work commits."""
    deltas: Counter[Key] = Counter()
    for move in moves:
        _add(deltas, move, move.before, move.reason_before, -move.texts)
        _add(deltas, move, move.after, move.reason_after, move.texts)
    counters.bump_all(unit, deltas)


def count_bounces(
    unit: UnitOfWork, bounced: Iterable[tuple[uuid.UUID | None, str | None, str | None]]
) -> None:
    """Count emails that did not arrive, by blast, purpose and why; texts have no such reason."""
    deltas: Counter[Key] = Counter()
    for blast_id, purpose, kind in bounced:
        if blast_id is not None and purpose == BLAST and kind is not None:
            deltas["blast", blast_id, f"{BOUNCED}{kind}"] += 1
    counters.bump_all(unit, deltas)


def _add(deltas: Counter[Key], move: Move, state: str | None, reason: str | None, by: int) -> None:
    if state is None:
        return
    if move.campaign_id is not None:
        deltas["campaign", move.campaign_id, f"message_{state}"] += by
    if move.blast_id is None or move.purpose != BLAST:
        return
    deltas["blast", move.blast_id, state] += by
    if state == SKIPPED and reason is not None:
        deltas["blast", move.blast_id, f"skipped_{reason}"] += by
