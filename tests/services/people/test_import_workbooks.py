"""A workbook's rows on their way out of it: whatever is killed, they come out once and the same."""

from __future__ import annotations

import datetime as dt
import io
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.domain.errors import UnreadableFile
from dialer.domain.importing.workbook.picking import Wishes
from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.services.people.import_workbooks import look_at_workbook, write_rows
from dialer.services.people.imports import cancel_import, get_import, start_import
from tests.services.people.importing import bring_in, new_list
from tests.workbooks import handmade, ods, xlsx

PEOPLE = 1_800
WISHES = Wishes(region="GB", today=dt.date(2026, 11, 22), sheet="People")


def a_list() -> bytes:
    """People of whom every three hundredth row is hidden."""
    rows = [("Name", "Mobile"), *((f"Ann {row}", 7700900000 + row % 1000) for row in range(2, PEOPLE + 2))]
    cells = '<c t="inlineStr"><is><t>{}</t></is></c>'
    return handmade(
        "<sheetData>"
        + "".join(
            f'<row r="{at}" hidden="{int(at % 300 == 0)}">' + "".join(map(cells.format, row)) + "</row>"
            for at, row in enumerate(rows, start=1)
        )
        + "</sheetData>"
    )


def children() -> list[int]:
    """The reading processes that we have; without xdist the database's is a child of ours as well."""
    ours = map(int, Path("/proc/thread-self/children").read_text().split())
    return [pid for pid in ours if b"workbook_process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.slow
def test_a_killed_process_starts_again(tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    path.write_bytes(a_list())
    (tmp_path / "x.left-over.part").touch()
    killed = []

    def kill_once(_share: float) -> None:
        if not killed:
            killed.extend(children())
            os.kill(killed[0], signal.SIGKILL)

    seen = write_rows(path, WISHES, 2, kill_once)
    assert len(killed) == 1
    assert (seen["hidden_rows"], seen["hidden_named"]) == (6, [300, 600, 900, 1200, 1500, 1800])
    lines = seen["part"].read_text().splitlines()
    assert (len(lines), lines[0], lines[1], lines[299]) == (PEOPLE + 1, "Name,Mobile", "Ann 2,7700900002", "")
    assert sorted(tmp_path.iterdir()) == sorted([path, seen["part"]])


@pytest.mark.slow
def test_one_that_is_killed_time_and_again_asks_for_too_much(tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    path.write_bytes(a_list())

    def kill(_share: float) -> None:
        os.kill(children()[0], signal.SIGKILL)

    with pytest.raises(UnreadableFile, match="too large to be read whole"):
        write_rows(path, WISHES, 2, kill)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_a_workbook_that_needs_more_memory_than_it_may_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    path.write_bytes(ods([["x"]], rows=1_000_000, columns=100))
    with pytest.raises(UnreadableFile, match="too large to be read whole"):
        look_at_workbook(path, WISHES)


def test_whose_starter_is_gone_ends(tmp_path: Path) -> None:
    path = tmp_path / "x.upload"
    path.write_bytes(a_list())
    process = subprocess.Popen(
        [sys.executable, "-m", "dialer.services.people.workbook_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    assert process.stdout
    process.stdout.close()
    wishes = b'{"region": "GB", "today": "2026-11-22", "sheet": "People"}'
    target = str(tmp_path / "rows").encode()
    process.stdin.write(
        b'{"deed": "convert", "path": "%s", "to": "%s", "width": 2, "wishes": %s}'
        % (str(path).encode(), target, wishes)
    )
    process.stdin.close()
    assert process.wait(30) == 1


class _KilledError(BaseException):
    """The worker's end."""


@pytest.mark.slow
def test_an_import_whose_worker_dies_meanwhile_goes_on_with_the_same_counts(ctx: Context) -> None:
    expected = bring_in(ctx, a_list(), new_list(ctx, register="Poole"))
    started = start_import(ctx, new_list(ctx), io.BytesIO(a_list()), "list.xlsx", {})
    asked = 0

    def dies() -> dt.datetime:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise _KilledError
        return ctx.now

    with pytest.raises(_KilledError):
        run_import(ctx, started.id, dies)
    assert get_import(ctx, started.id).state == "running"
    later = replace(ctx, now=ctx.now + dt.timedelta(minutes=1))
    run_import(later, started.id, lambda: later.now)
    done = get_import(ctx, started.id)
    assert (done.state, done.counts.rows) == ("completed", PEOPLE - 6)
    assert replace(done.counts, created=0, unchanged=0) == replace(expected.counts, created=0, unchanged=0)
    assert done.counts.unchanged == expected.counts.created
    assert [w["code"] for w in done.warnings] == [w["code"] for w in expected.warnings]


@pytest.mark.slow
def test_a_cancelled_import_stops_writing_rows(ctx: Context) -> None:
    started = start_import(ctx, new_list(ctx), io.BytesIO(xlsx({"P": [["Name", "Mobile"]]})), "x.xlsx", {})

    def cancelled() -> dt.datetime:
        cancel_import(ctx, started.id)
        return ctx.now

    run_import(ctx, started.id, cancelled)
    assert get_import(ctx, started.id).state == "cancelled"
    assert not list((ctx.data_dir / "imports").glob("*"))
