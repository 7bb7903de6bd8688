"""The next chunk of an import read and staged, while the one before is merged.

A chunk is staged on a connection of its own, in the transaction that will merge it, and holds nothing that
anybody waits for until then: the table that it fills is seen by nobody else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto

from dialer.services.context import Context
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_plan import Plan
from dialer.store.queries.import_stage import stage
from dialer.store.session import UnitOfWork


class Part(Enum):
    """Which rows of a chunk are merged in one transaction."""

    WHOLE = auto()
    FIRST = auto()
    SECOND = auto()


@dataclass(frozen=True, slots=True)
class Half:
    """Rows in their staging table, and the unit of work that sees that; whoever takes it ends the unit."""

    part: Part
    unit: UnitOfWork


@dataclass(frozen=True, slots=True)
class Staged:
    """A chunk that is staged: as a whole, as two halves, or only the second where the first is in."""

    batch: Batch
    halves: tuple[Half, ...]


def staged_ahead(ctx: Context, plan: Plan, batches: Iterator[Batch]) -> Generator[Staged]:
    """Stage batch after batch, each while the one before is in the caller's hands."""
    with ThreadPoolExecutor(1, "staging") as thread:
        coming = thread.submit(_stage_next, ctx, plan, batches)
        try:
            while staged := coming.result():
                coming = thread.submit(_stage_next, ctx, plan, batches)
                yield staged
        finally:
            _leave(coming)


def _stage_next(ctx: Context, plan: Plan, batches: Iterator[Batch]) -> Staged | None:
    batch = next(batches, None)
    if batch is None:
        return None
    with contextlib.ExitStack() as stack:
        halves = []
        for part, lines in _parts(plan, batch):
            unit = stack.enter_context(ctx.unit())
            stage(unit.session, lines)
            halves.append(Half(part, unit))
        stack.pop_all()  # the units go on
    return Staged(batch, tuple(halves))


def _parts(plan: Plan, batch: Batch) -> list[tuple[Part, bytes]]:
    if batch.chunk.left:
        return [(Part.SECOND, batch.lines)]
    if not batch.second:
        return [(Part.WHOLE, batch.lines)]
    second = (Part.SECOND, batch.second)
    was_split = plan.half and (batch.start, batch.end) == (plan.start, plan.half.through)
    return [second] if was_split else [(Part.FIRST, batch.lines), second]


def _leave(coming: Future[Staged | None]) -> None:
    """Take back what nobody is going to merge. Why it wasn't staged, if so, matters to nobody either."""
    if coming.exception() is None and (staged := coming.result()):
        for half in staged.halves:
            half.unit.session.close()
