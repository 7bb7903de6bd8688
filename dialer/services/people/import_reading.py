"""Read a stored list in batches of rows, on several processors when it is large."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from dialer.domain.importing.delimited import TextFormat, read_rows
from dialer.domain.importing.row import RowRules
from dialer.services.people.import_batches import Batch, Chunk, ChunkReader
from dialer.services.people.import_plan import HalfLeft
from dialer.services.people.import_processes import ReadingProcesses

BATCH_ROWS: Final = 20_000
"""Rows of one chunk; the same after a restart, so that repetitions are judged the same. What is left of a
chunk that is half in is stored with the import, and may be of another size.
"""

_OBJECTS: Final = 100_000
_LARGE: Final = 4 * 1024 * 1024
_AHEAD: Final = 3


def read_chunks(
    path: Path, form: TextFormat, start: int, rows: int = BATCH_ROWS, half: HalfLeft | None = None
) -> Generator[Chunk]:
    """Read the records of a list from row `start` on, so many at a time; first what is left of a chunk whose
    first `half` is in, however many rows it has.
    """
    if half and half.rows:
        begun = half.through - max(start, 1 + form.sep_line)
        with closing(read_chunks(path, form, start, begun)) as chunks:
            yield replace(next(chunks), left=half.rows)
        start = half.through
    size = path.stat().st_size
    with path.open("rb") as stream, closing(read_rows(stream, form, start, rows)) as everything:
        for batch in everything:
            yield Chunk(batch, start, min(1.0, stream.tell() / size))
            start = batch.end


def _prepare_in_parallel(chunks: Iterator[Chunk], rules: RowRules) -> Generator[Batch]:
    """Keep a few batches under way and give them back in order."""
    with ReadingProcesses(rules, os.cpu_count() or 2) as readers:
        under_way: deque[tuple[Chunk, Future[Batch]]] = deque()
        for chunk in chunks:
            under_way.append((chunk, readers.submit(chunk)))
            if len(under_way) > _AHEAD:
                yield _with_rows(*under_way.popleft())
        while under_way:
            yield _with_rows(*under_way.popleft())


def _with_rows(chunk: Chunk, future: Future[Batch]) -> Batch:
    return replace(future.result(), chunk=chunk)


@contextmanager
def cycles_sought_rarely() -> Iterator[None]:
    """Have Python look for garbage that refers to itself less often: rows are none, and there are many."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def read_batches(
    path: Path, form: TextFormat, rules: RowRules, start: int, half: HalfLeft | None = None
) -> Generator[Batch]:
    """Read a list from row `start` on, in bounded memory; a large one on all processors."""
    chunks = read_chunks(path, form, start, BATCH_ROWS, half)
    if path.stat().st_size >= _LARGE:
        return _prepare_in_parallel(chunks, rules)
    reader = ChunkReader(rules)
    return (reader.read(chunk) for chunk in chunks)
