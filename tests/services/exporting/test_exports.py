"""Exports: written whole or not at all, by whoever is there, and gone after their day."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from dialer.domain.errors import InvalidTransition, NotFound
from dialer.services.context import Context
from dialer.services.exporting import run, writing
from dialer.services.exporting.exports import get_export, start_export, take_export
from dialer.services.exporting.run import expire_exports, resume_exports, run_export
from dialer.services.exporting.tables import Wanted
from dialer.services.people.no_contact import add_opt_out
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.exports import Export
from tests.full_disk import files_end_at
from tests.services.exporting.taking import file_of, rows_of, take
from tests.services.people.importing import bring_in

PEOPLE = """First name,Surname,Phone,Email,Shoe size
Siân,Hughes,07700 900123 / 01632 960001,sian@example.org,5
=cmd,Smith,07700 900124,,
"""


@pytest.fixture
def list_id(ctx: Context) -> uuid.UUID:
    """A list with two people."""
    return bring_in(ctx, PEOPLE).list_id


def test_people_come_out_with_a_column_for_each_number_and_each_field_of_their_own(
    ctx: Context, list_id: uuid.UUID
) -> None:
    sian, smith = sorted(rows_of(take(ctx)), key=lambda row: row["last_name"])
    assert (sian["phone"], sian["phone_2"]) == ("+447700900123", "+441632960001")
    assert sian["custom.Shoe size"] == "5"
    assert smith["first_name"] == "'=cmd"


def test_whoever_is_out_is_marked_apart_from_whose_number_is(ctx: Context, list_id: uuid.UUID) -> None:
    (sian,) = (row for row in rows_of(take(ctx)) if row["last_name"] == "Hughes")
    add_opt_out(ctx, uuid.UUID(sian["dialer_id"]), channel="email")
    add_suppression(ctx, NewSuppression(number="+447700900124", channels=("voice",), reason="tps"))
    sian, smith = sorted(rows_of(take(ctx)), key=lambda row: row["last_name"])
    assert (sian["do_not_email"], sian["suppressed_email"], sian["do_not_call"]) == ("yes", "opt_out", "")
    assert (smith["do_not_call"], smith["suppressed_call"]) == ("", "tps")


def test_a_list_and_nobody_else(ctx: Context, list_id: uuid.UUID) -> None:
    other = bring_in(ctx, "First name,Phone\nMair,07700 900200\n").list_id
    assert [row["first_name"] for row in rows_of(take(ctx, list_id=other))] == ["Mair"]


def test_a_workbook_holds_texts_only_and_goes_on_in_a_second_sheet(
    ctx: Context, list_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SHEET_ROWS", 1)
    book = openpyxl.load_workbook(take(ctx, of="xlsx"))
    assert book.sheetnames == ["contacts", "contacts 2"]
    for sheet in book:
        rows = list(sheet.values)
        assert len(rows) == 2
        assert all(cell is None or isinstance(cell, str) for row in rows for cell in row)


def test_a_text_that_no_cell_holds_is_left_out_and_said(
    ctx: Context, list_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SHEET_CELL", 17)
    view = start_export(ctx, Wanted("contacts", list_id=list_id), "xlsx")
    run_export(ctx, view.id, lambda: ctx.now)
    (warning,) = get_export(ctx, view.id).warnings
    assert warning["code"] == "too_long"
    assert warning["count"] > 0


def test_every_export_and_every_download_is_in_the_audit_log(ctx: Context, list_id: uuid.UUID) -> None:
    take(ctx, "contacts", "jsonl", list_id=list_id)
    with ctx.unit() as unit:
        entries = unit.session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "export")).all()
    assert {entry.action for entry in entries} == {"contacts.exported", "export.downloaded"}
    assert all(entry.changes["list_id"] == str(list_id) for entry in entries)


# --- ends -------------------------------------------------------------------------------------------


def test_a_run_that_died_is_started_again_and_leaves_nothing(ctx: Context, list_id: uuid.UUID) -> None:
    view = start_export(ctx, Wanted("contacts"), "csv")
    folder = ctx.data_dir / "exports"

    class KilledError(Exception):
        """The worker is gone in the middle of it."""

    def die(*_: object) -> tuple[int, int]:
        raise KilledError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run, "write_table", die)
        with pytest.raises(KilledError):
            run_export(ctx, view.id, lambda: ctx.now)
    (folder / f"{view.id.hex}.dead.csv.part").touch()  # SIGKILL cleans nothing up
    assert resume_exports(ctx) == 0, "it is believed to be at work"
    later = ctx.at(ctx.now + dt.timedelta(minutes=1))
    assert resume_exports(later) == 1
    run_export(later, view.id, lambda: later.now)
    assert get_export(ctx, view.id).rows == 2
    assert len(list(folder.iterdir())) == 1


def test_rows_of_a_workbook_whose_run_died_do_not_stay(
    ctx: Context, list_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = start_export(ctx, Wanted("contacts"), "xlsx")
    folder = ctx.data_dir / "exports"
    left: list[str] = []

    def look(*_: object) -> None:
        left.extend(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    monkeypatch.setattr(writing, "_TELL_EVERY", 1)
    write = run.write_table
    monkeypatch.setattr(run, "write_table", lambda *given: write(*given[:4], look))
    run_export(ctx, view.id, lambda: ctx.now)
    assert all(path.startswith(view.id.hex) for path in left), "or nobody would know whose they are"
    (folder / f"{view.id.hex}.dead.xlsx.part.rows").mkdir()  # SIGKILL cleans nothing up
    (folder / f"{view.id.hex}.dead.xlsx.part.rows" / "tmp").touch()
    expire_exports(ctx.at(ctx.now + dt.timedelta(hours=24)))
    assert list(folder.iterdir()) == []


def test_a_large_workbook_may_be_packed_in_silence(ctx: Context, list_id: uuid.UUID) -> None:
    view = start_export(ctx, Wanted("contacts"), "xlsx")
    clock = iter(ctx.now + dt.timedelta(seconds=3 * nth) for nth in range(100))
    left: list[int] = []

    def silent(*given: object) -> tuple[int, int]:
        moved: Any = given[-1]
        moved(500_000)
        left.append(resume_exports(ctx.at(ctx.now + dt.timedelta(seconds=90))))
        return writing.write_table(*given)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run, "write_table", silent)
        run_export(ctx, view.id, lambda: next(clock))
    assert left == [0], "it is believed to be at work"
    assert get_export(ctx, view.id).state == "completed"


def test_a_run_that_was_overtaken_leaves_nothing(ctx: Context, list_id: uuid.UUID) -> None:
    view = start_export(ctx, Wanted("contacts"), "csv")
    write = run.write_table

    def overtaken(*arguments: object) -> tuple[int, int]:
        done = write(*arguments)  # type: ignore[arg-type]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(run, "write_table", write)
            later = ctx.at(ctx.now + dt.timedelta(minutes=1))
            run_export(later, view.id, lambda: later.now)
        return done

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run, "write_table", overtaken)
        run_export(ctx, view.id, lambda: ctx.now)
    assert get_export(ctx, view.id).state == "completed"
    assert len(list((ctx.data_dir / "exports").iterdir())) == 1
    assert len(rows_of(file_of(ctx, view.id))) == 2


@pytest.mark.parametrize("of", ["csv", "xlsx", "jsonl"])
def test_no_room_left_is_said_in_words(ctx: Context, list_id: uuid.UUID, of: str) -> None:
    view = start_export(ctx, Wanted("contacts"), of)
    with files_end_at(100):
        run_export(ctx, view.id, lambda: ctx.now)
    failed = get_export(ctx, view.id)
    assert failed.state == "failed"
    assert "no room" in (failed.error or "")
    assert list((ctx.data_dir / "exports").iterdir()) == []
    with pytest.raises(InvalidTransition):
        take_export(ctx, view.id)


def test_after_a_day_the_file_goes_and_the_row_says_so(ctx: Context, list_id: uuid.UUID) -> None:
    path = take(ctx)
    whole = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert expire_exports(ctx.at(ctx.now + dt.timedelta(hours=23))) == 0
    with ctx.unit() as unit:
        export_id = unit.session.scalars(select(Export.id)).one()
    with take_export(ctx, export_id)[1] as begun:
        assert expire_exports(ctx.at(ctx.now + dt.timedelta(hours=24))) == 1
        assert begun.read() == whole, "whoever had begun to take it"
    assert not path.exists()
    with ctx.unit() as unit:
        (row,) = unit.session.scalars(select(Export)).all()
    assert row.state == "expired"
    with pytest.raises(NotFound):
        take_export(ctx, row.id)
