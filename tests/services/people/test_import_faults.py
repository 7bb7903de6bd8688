"""What an import does when others come in between: killed readers, other imports, full disks."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dialer.domain.errors import Unavailable
from dialer.services.context import Context
from dialer.services.people import import_batches, import_chunk, import_processes, import_reading
from dialer.services.people.import_ahead import Half, Part
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_claims import LEASE
from dialer.services.people.import_plan import Plan
from dialer.services.people.import_run import resume_imports, run_import
from dialer.services.people.imports import get_import, start_import
from dialer.services.people.lists import change_list
from dialer.services.people.suppression_imports import start_suppression_import
from dialer.services.people.suppression_run import run_suppression_import
from dialer.services.people.views import ImportView
from dialer.store.session import UnitFactory
from tests.full_disk import files_end_at
from tests.services.people.importing import bring_in, new_list
from tests.workbooks import xlsx

HEADER = "First name,Surname,Phone\n"
LITTLE = 100_000


def people(*numbers: int) -> str:
    return HEADER + "".join(f"Voter {nth},Jones,07700 900{nth:03}\n" for nth in numbers)


def started(ctx: Context, rows: str) -> ImportView:
    return start_import(ctx, new_list(ctx), io.BytesIO(rows.encode()), "list.csv", {})


def count(ctx: Context, what: str) -> int:
    with ctx.unit() as unit:
        return int(unit.session.scalar(text(f"SELECT count(*) FROM {what}")) or 0)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_reading, "BATCH_ROWS", 20)


@pytest.mark.slow
def test_a_reading_process_that_is_killed_is_replaced(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, small_chunks: None
) -> None:
    monkeypatch.setattr(import_reading, "_LARGE", 0)
    begun: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*args: Any, **kwargs: Any) -> subprocess.Popen[bytes]:
        begun.append(popen(*args, **kwargs))
        if len(begun) == 1:
            os.kill(begun[0].pid, signal.SIGKILL)
        return begun[-1]

    monkeypatch.setattr(import_processes.subprocess, "Popen", start)
    counts = bring_in(ctx, people(*range(200))).counts
    assert (counts.rows, counts.created) == (200, 200)
    assert len(begun) > 1
    assert all(process.wait(10) is not None for process in begun)


@pytest.mark.slow
@pytest.mark.parametrize("halved_from", [2, 2_000])
def test_two_imports_of_the_same_people_at_once_make_each_once(
    ctx: Context, small_chunks: None, monkeypatch: pytest.MonkeyPatch, halved_from: int
) -> None:
    monkeypatch.setattr(import_batches, "WORTH_HALVING", halved_from)
    views = [started(ctx, people(*range(200))), started(ctx, people(*range(199, 99, -1), *range(200, 300)))]
    together = threading.Barrier(len(views))

    def run(view: ImportView) -> ImportView:
        together.wait()
        run_import(ctx, view.id, lambda: ctx.now)
        return get_import(ctx, view.id)

    with ThreadPoolExecutor(len(views)) as threads:
        over = list(threads.map(run, views))
    assert [view.state for view in over] == ["completed", "completed"]
    assert count(ctx, "contact") == 300
    assert count(ctx, "contact_phone") == 300
    assert count(ctx, "list_member") == 400
    assert sum(view.counts.created for view in over) == 300
    assert sum(view.counts.unchanged for view in over) == 100


class HaltedError(Exception):
    """The end of a run, as sudden as in a test it may be."""


@pytest.mark.parametrize("known", [(), range(5, 45)])
def test_a_run_that_ends_between_the_halves_of_a_chunk_is_gone_on_with(
    ctx: Context, small_chunks: None, monkeypatch: pytest.MonkeyPatch, known: Sequence[int]
) -> None:
    bring_in(ctx, people(99, *known))
    view = started(ctx, people(*range(50)))
    list_id = view.list_id
    assert list_id
    settle, halted = import_chunk._settle, set[int]()

    def ends_at_each_second_half(plan: Plan, batch: Batch, half: Half, *rest: Any) -> int:
        if half.part is Part.SECOND and batch.start not in halted:
            halted.add(batch.start)
            raise HaltedError
        return settle(plan, batch, half, *rest)

    monkeypatch.setattr(import_batches, "WORTH_HALVING", 2)
    monkeypatch.setattr(import_chunk, "_settle", ends_at_each_second_half)
    rows, now = [], ctx.now
    while (seen := get_import(ctx, view.id)).state in {"queued", "running"}:
        now += 2 * LEASE
        with contextlib.suppress(HaltedError):
            run_import(ctx.at(now), view.id, lambda at=now: at)
        change_list(ctx, list_id, {"default_region": "US"})  # in which none of them is a number
        rows.append(get_import(ctx, view.id).counts.rows)
    assert (seen.state, rows) == ("completed", [10, 30, 45, 50])
    assert (seen.counts.created, seen.counts.unchanged) == (50 - len(known), len(known))
    assert (count(ctx, "contact"), count(ctx, "list_member")) == (51, 51 + len(known))


@pytest.mark.parametrize("other_size", [7, 35])
def test_what_is_left_of_a_half_doesnt_hang_on_how_rows_are_split_by_now(
    ctx: Context, small_chunks: None, monkeypatch: pytest.MonkeyPatch, other_size: int
) -> None:
    view = started(ctx, people(*range(50)))
    settle = import_chunk._settle

    def ends_at_a_second_half(plan: Plan, batch: Batch, half: Half, *rest: Any) -> int:
        if half.part is Part.SECOND:
            raise HaltedError
        return settle(plan, batch, half, *rest)

    with monkeypatch.context() as older:
        older.setattr(import_batches, "WORTH_HALVING", 2)
        older.setattr(import_chunk, "_settle", ends_at_a_second_half)
        with pytest.raises(HaltedError):
            run_import(ctx, view.id, lambda: ctx.now)
    assert get_import(ctx, view.id).counts.rows == 10
    monkeypatch.setattr(import_batches, "WORTH_HALVING", 4)
    monkeypatch.setattr(import_reading, "BATCH_ROWS", other_size)
    now = ctx.now + 2 * LEASE
    run_import(ctx.at(now), view.id, lambda: now)
    over = get_import(ctx, view.id)
    assert (over.state, over.counts.rows, over.counts.created) == ("completed", 50, 50)
    assert (count(ctx, "contact"), count(ctx, "list_member")) == (50, 50)


@pytest.fixture
def full_disk(ctx: Context) -> Iterator[None]:
    """A database that has no room for a 50th person, and says so as PostgreSQL says it."""
    with ctx.unit() as unit:
        unit.session.execute(
            text(
                """
                CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF (SELECT count(*) FROM contact) > 50 THEN
                        RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100';
                    END IF;
                    RETURN NULL;
                END $$;
                CREATE TRIGGER no_room AFTER INSERT ON contact EXECUTE FUNCTION no_room();
                ALTER TABLE contact ENABLE ALWAYS TRIGGER no_room;
                """
            )
        )
    yield
    make_room(ctx)


def make_room(ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("DROP FUNCTION IF EXISTS no_room() CASCADE"))


def test_with_a_full_disk_an_import_says_so_and_goes_on_when_there_is_room(
    ctx: Context, small_chunks: None, full_disk: None
) -> None:
    view = started(ctx, people(*range(100)))
    with pytest.raises(Unavailable):
        run_import(ctx, view.id, lambda: ctx.now)
    waits = get_import(ctx, view.id)
    assert (waits.state, waits.counts.rows) == ("running", 40)
    assert waits.error
    assert "disk is full" in str(waits.error["detail"])
    make_room(ctx)
    assert resume_imports(ctx) == 1
    run_import(ctx, view.id, lambda: ctx.now)
    over = get_import(ctx, view.id)
    assert (over.state, over.counts.created, over.error) == ("completed", 100, None)


def test_an_upload_that_finds_the_disk_full_leaves_nothing(ctx: Context) -> None:
    with files_end_at(LITTLE), pytest.raises(Unavailable, match="no room left"):
        started(ctx, "x" * 2 * LITTLE)
    assert list(Path(ctx.data_dir, "imports").iterdir()) == []
    assert count(ctx, "import") == 0


@pytest.mark.slow
@pytest.mark.parametrize("bars", [False, True])
def test_a_workbook_that_finds_the_disk_full_waits_and_leaves_nothing_half_written(
    ctx: Context, bars: bool
) -> None:
    rows = [[f"Voter {nth}", "Jones " * 50, f"07700 900{nth:03}"] for nth in range(500)]
    book = io.BytesIO(xlsx({"People": [["First name", "Surname", "Phone"], *rows]}))
    if bars:
        view, run = (
            start_suppression_import(ctx, book, "list.xlsx", {"reason": "tps"}),
            run_suppression_import,
        )
    else:
        view, run = start_import(ctx, new_list(ctx), book, "list.xlsx", {}), run_import
    with files_end_at(LITTLE), pytest.raises(Unavailable):
        run(ctx, view.id, lambda: ctx.now)
    waits = get_import(ctx, view.id)
    assert (waits.state, waits.counts.rows) == ("running", 0)
    assert waits.error
    assert "disk is full" in str(waits.error["detail"])
    assert [path.suffix for path in Path(ctx.data_dir, "imports").iterdir()] == [".upload"]
    run(ctx, view.id, lambda: ctx.now)
    over = get_import(ctx, view.id)
    assert (over.state, over.counts.created, over.error) == ("completed", 500, None)


def end_session(ctx: Context, backend: Any) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})


def test_a_database_that_goes_away_is_waited_for(ctx: Context, small_chunks: None) -> None:
    view = started(ctx, people(*range(100)))
    units, lost = ctx.units, []

    class Losing(UnitFactory):
        def begin(self, organisation_id: Any, *, by_keys: bool = False) -> Any:
            unit = super().begin(organisation_id, by_keys=by_keys)
            lost.append(unit)
            if len(lost) == 4:
                end_session(ctx, unit.session.scalar(text("SELECT pg_backend_pid()")))
            return unit

    with pytest.raises(Unavailable):
        run_import(replace(ctx, units=Losing(units.engine)), view.id, lambda: ctx.now)
    waits = get_import(ctx, view.id)
    assert waits.error
    assert "goes on by itself" in str(waits.error["detail"])
    run_import(ctx, view.id, lambda: ctx.now)
    assert get_import(ctx, view.id).counts.created == 100
