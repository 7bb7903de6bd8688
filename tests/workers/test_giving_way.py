"""Long work gives way: what is short doesn't wait for its end, and it comes to its end all the same."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import redis

from dialer import queueing
from dialer.carrier.making import carrier_of
from dialer.queueing import RedisJobQueue
from dialer.services.calling import recording_work
from dialer.services.context import Context
from dialer.services.exporting.exports import get_export, start_export
from dialer.services.exporting.tables import Wanted
from dialer.services.people import import_reading, import_undo_run, suppression_run
from dialer.services.people.import_undo import undo_import
from dialer.services.people.imports import get_import, start_import
from dialer.services.people.suppression_imports import start_suppression_import
from dialer.settings import Settings
from tests.carriers import Unmetered
from tests.hang_ups import calls_queue
from tests.services.people.importing import new_list
from workers import runs
from workers.jobs import mind_recordings
from workers.main import Worker
from workers.runtime import Runtime, install

ROWS = 60
Work = Callable[[int], None]


@pytest.fixture
def runtime(settings: Settings, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A worker's tools, with chunks of 20 rows and turns that are over after one of them."""
    monkeypatch.setattr(import_reading, "BATCH_ROWS", 20)
    monkeypatch.setattr(suppression_run, "CHUNK_ROWS", 20)
    monkeypatch.setattr(import_undo_run, "AT_ONCE", 20)
    monkeypatch.setattr(runs, "RUN_S", 0.0)
    monkeypatch.setattr(runs, "TURN_S", 0.0)
    settings = replace(settings, data_dir=ctx.data_dir)
    made = Runtime(settings, ctx.units, ctx.jobs, carrier_of(settings), Unmetered(), lambda: ctx.now)
    install(made)
    yield made
    install(None)


@pytest.fixture
def work(runtime: Runtime, queue_client: redis.Redis) -> Work:
    """Have a worker do so many jobs, or as many as wait."""
    worker = Worker(list(queueing.QUEUES), connection=queue_client, serializer=queueing.serializer)

    def do(jobs: int) -> None:
        worker.work(burst=True, max_jobs=jobs, logging_level="WARNING")

    return do


def a_list() -> io.BytesIO:
    rows = "".join(f"Voter {nth},Jones,07700 900{nth:03}\n" for nth in range(ROWS))
    return io.BytesIO(f"First name,Surname,Phone\n{rows}".encode())


def started(ctx: Context, _work: Work | None = None) -> uuid.UUID:
    return start_import(ctx, new_list(ctx), a_list(), "list.csv", {}).id


def barring(ctx: Context, _work: Work) -> uuid.UUID:
    return start_suppression_import(ctx, a_list(), "tps.csv", {"reason": "tps"}).id


def undoing(ctx: Context, work: Work) -> uuid.UUID:
    import_id = started(ctx)
    work(9)
    return undo_import(ctx, import_id).id


@pytest.mark.parametrize(
    ("long_work", "meanwhile", "at_last"),
    [(started, "running", "completed"), (barring, "running", "completed"), (undoing, "undoing", "undone")],
)
def test_an_export_waits_for_a_chunk_and_not_for_the_end(
    ctx: Context, work: Work, long_work: Callable[[Context, Work], uuid.UUID], meanwhile: str, at_last: str
) -> None:
    import_id = long_work(ctx, work)
    export = start_export(ctx, Wanted("contacts"), "csv")
    work(1)
    assert (get_import(ctx, import_id).state, get_export(ctx, export.id).state) == (meanwhile, "queued")
    work(1)
    assert (get_import(ctx, import_id).state, get_export(ctx, export.id).state) == (meanwhile, "completed")
    work(9)
    over = get_import(ctx, import_id)
    assert (over.state, over.counts.rows, over.counts.rejected) == (at_last, ROWS, 0)


def test_two_long_ones_take_turns_and_bring_in_each_row_once(ctx: Context, work: Work) -> None:
    one, other = started(ctx), started(ctx)
    work(2)
    assert [get_import(ctx, each).counts.rows for each in (one, other)] == [20, 20]
    work(9)
    counts = [get_import(ctx, each).counts for each in (one, other)]
    assert [(count.rows, count.created + count.unchanged) for count in counts] == [(ROWS, ROWS)] * 2
    assert sum(count.created for count in counts) == ROWS


@pytest.mark.parametrize(("workers", "rows"), [(1, 20), (2, ROWS)])
def test_calls_come_between_two_chunks_where_no_worker_is_kept_free_for_them(
    ctx: Context, runtime: Runtime, queue_client: redis.Redis, workers: int, rows: int
) -> None:
    install(replace(runtime, settings=replace(runtime.settings, workers=workers)))
    import_id = started(ctx)
    ctx.jobs.enqueue(queueing.CALLS, "workers.jobs.place_calls", str(ctx.organisation_id))
    one = Worker([queueing.IMPORTS], connection=queue_client, serializer=queueing.serializer)
    one.work(burst=True, max_jobs=1, logging_level="WARNING")
    assert get_import(ctx, import_id).counts.rows == rows


def test_an_import_among_texts_without_end_has_its_turns(ctx: Context, runtime: Runtime, work: Work) -> None:
    install(replace(runtime, settings=replace(runtime.settings, workers=1)))
    import_id = started(ctx)
    for name in ("settle_messages", "send_messages", "look_after_calls"):
        ctx.jobs.enqueue(queueing.MESSAGES, f"workers.jobs.{name}", str(ctx.organisation_id))
    work(4)
    assert get_import(ctx, import_id).counts.rows == 40
    assert runtime.jobs.anything_waits([queueing.MESSAGES])


def test_work_on_recordings_lets_calls_go_first_and_is_asked_for_again(
    ctx: Context, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(replace(runtime, settings=replace(runtime.settings, workers=1)))
    monkeypatch.setattr(recording_work, "due_short", lambda _: [uuid.uuid4()])
    mind_recordings(str(ctx.organisation_id))
    assert not runtime.jobs.anything_waits([queueing.CALLS])
    ctx.jobs.enqueue(queueing.CALLS, "workers.jobs.place_calls", str(ctx.organisation_id))
    mind_recordings(str(ctx.organisation_id))
    waits = [job.func_name.rpartition(".")[2] for job in calls_queue(ctx).get_jobs()]
    assert waits == ["place_calls", "mind_recordings"]


def test_with_the_queue_away_nobody_waits() -> None:
    nowhere = RedisJobQueue(queueing.connect("redis://127.0.0.1:1/0"))
    assert not nowhere.anything_waits(queueing.QUEUES)
