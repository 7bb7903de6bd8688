"""The next chunk of an import read and staged, while the one before is merged.

A chunk is staged on a connection of its own, in the transaction that will merge it, and holds nothing that
anybody waits for until then: the table that it fills is seen by nobody else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from dialer.services.context import Context
from dialer.services.people.import_batches import Batch
from dialer.store.queries.import_stage import stage
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Staged:
    """A chunk in its staging table, and the unit of work that sees that; whoever takes it ends the unit."""

    batch: Batch
    unit: UnitOfWork


def staged_ahead(ctx: Context, batches: Iterator[Batch]) -> Generator[Staged]:
    """Stage batch after batch, each while the one before is in the caller's hands."""
    with ThreadPoolExecutor(1, "staging") as thread:
        coming = thread.submit(_stage_next, ctx, batches)
        try:
            while staged := coming.result():
                coming = thread.submit(_stage_next, ctx, batches)
                yield staged
        finally:
            _leave(coming)


def _stage_next(ctx: Context, batches: Iterator[Batch]) -> Staged | None:
    batch = next(batches, None)
    if batch is None:
        return None
    with contextlib.ExitStack() as stack:
        unit = stack.enter_context(ctx.unit())
        stage(unit.session, batch.lines)
        stack.pop_all()  # the unit goes on
    return Staged(batch, unit)


def _leave(coming: Future[Staged | None]) -> None:
    """Take back what nobody is going to merge. Why it wasn't staged, if so, matters to nobody either."""
    if coming.exception() is None and (staged := coming.result()):
        staged.unit.session.close()
