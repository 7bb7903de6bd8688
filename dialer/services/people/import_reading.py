"""Read a stored list in batches of rows, on several processors when it is large."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from dialer.domain.importing.delimited import Record, TextFormat, read_records
from dialer.domain.importing.issues import RowIssue
from dialer.domain.importing.row import RowReader, RowRules, has_content
from dialer.domain.person import Identity
from dialer.store.queries.import_stage import stage_line

BATCH_ROWS: Final = 5_000
"""Rows of one transaction; the same after a restart, so that repetitions are judged the same."""

_LARGE: Final = 4 * 1024 * 1024
_AHEAD: Final = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows read from a list and made ready to be staged. `end` is the first row that is not in it."""

    start: int
    end: int
    progress: float
    row_count: int
    rejected_count: int
    people: list[tuple[int, Identity, str]]
    issues: list[RowIssue]
    warnings: dict[str, int]
    records: list[Record]


@dataclass(frozen=True, slots=True)
class _Chunk:
    records: list[Record]
    start: int
    progress: float


def _prepare(reader: RowReader, chunk: _Chunk) -> Batch:
    reader.warnings.clear()
    people, issues, rows, rejected = [], [], 0, 0
    for record in chunk.records:
        if not has_content(record):
            continue
        rows += 1
        person, issue = reader.read(record)
        if issue:
            issues.append(issue)
        if person is None:
            rejected += 1
            continue
        identity = person.identity(reader.rules.register, reader.rules.id_source)
        people.append((record.row, identity, stage_line(person)))
    end = chunk.records[-1].row + 1
    warnings = {code: count for code, count in reader.warnings.items() if count}
    return Batch(chunk.start, end, chunk.progress, rows, rejected, people, issues, warnings, chunk.records)


# --- in other processes -------------------------------------------------------------------------


class _Own:
    """What a reading process was started with."""

    reader: RowReader


def _start(rules: RowRules) -> None:
    _Own.reader = RowReader(rules)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End when the worker that started this process is gone, however it ended."""
    multiprocessing.connection.wait([sentinel])
    os._exit(0)


def _prepare_elsewhere(chunk: _Chunk) -> Batch:
    batch = _prepare(_Own.reader, chunk)
    return Batch(
        batch.start,
        batch.end,
        batch.progress,
        batch.row_count,
        batch.rejected_count,
        batch.people,
        batch.issues,
        batch.warnings,
        [],
    )


# --- in this process ------------------------------------------------------------------------------


def _chunks(path: Path, form: TextFormat, start: int) -> Iterator[_Chunk]:
    size = path.stat().st_size
    with path.open("rb") as stream, closing(read_records(stream, form)) as everything:
        records = (record for record in everything if record.row >= start)
        while batch := list(islice(records, BATCH_ROWS)):
            yield _Chunk(batch, start, min(1.0, stream.tell() / size))
            start = batch[-1].row + 1


@contextmanager
def _pool(rules: RowRules) -> Iterator[ProcessPoolExecutor]:
    spawn = multiprocessing.get_context("spawn")  # a fork would inherit threads and connections
    count = max(1, (os.cpu_count() or 2) - 1)
    pool = ProcessPoolExecutor(count, mp_context=spawn, initializer=_start, initargs=(rules,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare_in_parallel(chunks: Iterator[_Chunk], rules: RowRules) -> Iterator[Batch]:
    """Keep a few batches under way and give them back in order."""
    with _pool(rules) as pool:
        under_way: deque[tuple[_Chunk, Future[Batch]]] = deque()
        for chunk in chunks:
            under_way.append((chunk, pool.submit(_prepare_elsewhere, chunk)))
            if len(under_way) > _AHEAD:
                yield _with_records(*under_way.popleft())
        while under_way:
            yield _with_records(*under_way.popleft())


def _with_records(chunk: _Chunk, future: Future[Batch]) -> Batch:
    batch = future.result()
    batch.records.extend(chunk.records)
    return batch


def read_batches(path: Path, form: TextFormat, rules: RowRules, start: int) -> Iterator[Batch]:
    """Read a list from row `start` on, in bounded memory; a large one on all processors."""
    chunks = _chunks(path, form, start)
    if path.stat().st_size >= _LARGE:
        return _prepare_in_parallel(chunks, rules)
    reader = RowReader(rules)
    return (_prepare(reader, chunk) for chunk in chunks)
