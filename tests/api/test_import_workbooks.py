"""Workbooks over HTTP: from upload to report, the sheet chosen, and all that only looks like a list."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from tests.conftest import Caller
from tests.people import Person
from tests.workbooks import compound, handmade, ods, packed, xls, xlsb, xlsx

HEADER = ["First name", "Surname", "Mobile", "Date of birth", "Turnout guess"]
ANN = ["Ann", "Lee", 7700900001, dt.date(1980, 5, 8), 0.75]


@pytest.fixture
def coordinator(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


@pytest.fixture
def list_id(coordinator: Caller) -> str:
    return str(coordinator.post("/lists", json={"name": "Doorstep"}).get_json()["id"])


Send = Callable[..., Any]


@pytest.fixture
def send(coordinator: Caller, list_id: str) -> Send:
    def send(data: bytes, to: str = "", **options: Any) -> Any:
        form = {"file": (io.BytesIO(data), "list.xlsx"), "options": json.dumps(options)}
        return coordinator.post(f"/lists/{list_id}/imports{to}", data=form)

    return send


@pytest.fixture
def bring_in(send: Send, coordinator: Caller, ctx: Context) -> Send:
    def bring_in(data: bytes, **options: Any) -> Any:
        answer = send(data, **options)
        assert answer.status_code == 202, answer.get_json()
        import_id = answer.get_json()["id"]
        run_import(ctx, uuid.UUID(import_id), lambda: ctx.now)
        return coordinator.get(f"/imports/{import_id}").get_json()

    return bring_in


def codes(told: Any) -> list[str]:
    return [warning["code"] for warning in told["warnings"]]


def as_shown(book: openpyxl.Workbook) -> None:
    sheet = book["People"]
    for row in range(4, sheet.max_row + 1):
        sheet.cell(row, 4).number_format = "dd/mm/yyyy"
        sheet.cell(row, 5).number_format = "0%"


@pytest.mark.slow
def test_a_workbook_with_titles_numbers_and_dates(bring_in: Send, coordinator: Caller, ctx: Context) -> None:
    rows = [
        ["Voters of Aber Marsh"],
        [],
        HEADER,
        ANN,
        ["Bob", "Roe", "4.47E+11"],
        [],
        ["Cai", "Hughes", "12345"],
    ]
    done = bring_in(xlsx({"People": rows}, as_shown))
    assert (done["state"], done["format"], done["sheet"]) == ("completed", "xlsx", "People")
    assert (done["encoding"], done["delimiter"]) == (None, None)
    counts = done["counts"]
    assert (counts["rows"], counts["created"], counts["rejected"]) == (3, 1, 2)
    (ann,) = coordinator.get("/contacts").get_json()["data"]
    assert (ann["phone"], ann["custom"]) == ("+447700900001", {"Turnout guess": "75%"})
    report = coordinator.get(f"/imports/{done['id']}/rejected").get_json()["data"]
    assert [(row["line"], row["row"], row["reason"], row["value"]) for row in report] == [
        (5, 5, "damaged_number", "4.47E+11"),
        (7, 7, "invalid_phone", "12345"),
    ]
    assert not list((ctx.data_dir / "imports").glob("*"))


@pytest.mark.slow
def test_hidden_rows_count_only_when_asked_for_and_are_named(bring_in: Send, coordinator: Caller) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["People"].row_dimensions[2].hidden = True

    data = xlsx({"People": [["Name", "Mobile"], ["Old Ann", 7700900009], ["Ann", 7700900001]]}, hide)
    skipped = bring_in(data)
    assert (skipped["counts"]["rows"], codes(skipped)) == (1, ["hidden_rows", "mended_numbers"])
    assert "2" in skipped["warnings"][0]["detail"]
    included = bring_in(data, hidden_rows="include")
    assert (included["counts"]["rows"], codes(included)[0]) == (2, "hidden_rows_included")


@pytest.mark.slow
def test_the_first_visible_sheet_with_people_is_read_and_the_rest_named(bring_in: Send, send: Send) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["Old"].sheet_state = "hidden"

    people = [["Name", "Mobile"], ["Ann", 7700900001]]
    more = [["Name", "Mobile"], ["Bob", 7700900002], ["Cai", 7700900003]]
    sheets = {
        "Old": people,
        "Read me": [["How to use this list"], ["Ring people"]],
        "June": people,
        "July": more,
    }
    data = xlsx(sheets, hide)
    preview = send(data, "/preview").get_json()
    assert (preview["sheet"], preview["sheets"]) == ("June", ["Read me", "June", "July"])
    assert codes(preview) == ["hidden_sheets", "sheets_left_out"]
    done = bring_in(data)
    assert (done["sheet"], done["counts"]["rows"]) == ("June", 1)
    assert "“Old”" in done["warnings"][0]["detail"]
    assert "“Read me”, “July”" in done["warnings"][1]["detail"]
    assert bring_in(data, sheet="July")["counts"]["rows"] == 2
    for sheet in ("Old", "Auguts"):
        refused = send(data, sheet=sheet)
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/options/sheet")


@pytest.mark.slow
def test_columns_of_a_workbook_are_chosen(send: Send, coordinator: Caller, ctx: Context) -> None:
    rows = [["Name", "Phone", "Telephone"], ["Ann", 7700900001, 1632960001]]
    started = send(xlsx({"Numbers": [["x"]], "People": rows})).get_json()
    assert (started["state"], started["question"]) == ("needs_mapping", "two_phones")
    path = f"/imports/{started['id']}"
    mapping = {"Name": "full_name", "Phone": "phone"}
    assert coordinator.post(f"{path}/mapping", json={"mapping": mapping}).get_json()["state"] == "queued"
    run_import(ctx, uuid.UUID(started["id"]), lambda: ctx.now)
    assert coordinator.get(path).get_json()["counts"]["created"] == 1
    (ann,) = coordinator.get("/contacts").get_json()["data"]
    assert [phone["number"] for phone in ann["phones"]] == ["+447700900001"]


@pytest.mark.slow
def test_empty_cells_at_the_end_of_a_row_are_no_missing_cells(bring_in: Send, coordinator: Caller) -> None:
    done = bring_in(
        xlsx({"People": [["Name", "Mobile", "Notes"], ["Ann", 7700900001], ["Bob\nRoe", 7700900002]]})
    )
    assert done["counts"]["created"] == 2
    assert coordinator.get(f"/imports/{done['id']}/rejected").get_json()["data"] == []


def test_a_preview_of_a_workbook(send: Send, ctx: Context) -> None:
    told = send(xlsx({"People": [["Voters"], [], HEADER, ANN]}, as_shown), "/preview").get_json()
    assert (told["format"], told["encoding"], told["delimiter"], told["header_row"]) == (
        "xlsx",
        None,
        None,
        3,
    )
    assert told["rows"] == [["Ann", "Lee", "7700900001", "08/05/1980", "75%"]]
    assert [column["field"] for column in told["columns"][:4]] == [
        "first_name",
        "last_name",
        "phone",
        "date_of_birth",
    ]
    assert not list((ctx.data_dir / "imports").glob("*"))


@pytest.mark.slow
def test_the_same_list_as_text_and_as_workbooks_is_the_same_people(bring_in: Send) -> None:
    rows = [["Name", "Mobile", "Postcode"], ["Ann", 7700900001, "CF10 1AA"], ["Siân", 7700900002.0, ""]]
    text = "\n".join(",".join(map(str, row)) for row in rows)
    assert bring_in(text.encode("utf-16"))["counts"]["created"] == 2
    kinds = {"xlsx": xlsx({"P": rows}), "xlsb": xlsb(rows), "xls": xls(rows, hidden=True), "ods": ods(rows)}
    for kind, data in kinds.items():
        done = bring_in(data)
        assert (done["format"], done["counts"]["unchanged"]) == (kind, 2)
        assert ("hidden_rows_unknown" in codes(done)) is (kind != "xlsx")


@pytest.mark.slow
def test_what_is_no_list_is_refused_with_what_was_seen(send: Send, ctx: Context) -> None:
    bomb = " " * (80 << 20)
    refused = {
        "a password-protected workbook": compound("EncryptionInfo", "EncryptedPackage"),
        "a damaged workbook": compound("Workbook"),
        "a Word document": packed({"[Content_Types].xml": "", "word/document.xml": ""}),
        "unpacks to 80 MiB": handmade(bomb),
        "nothing in this file": xlsx({"People": []}),
        "a picture": b"\x89PNG\r\n\x1a\n....",
    }
    for seen, data in refused.items():
        answer = send(data, "/preview" if seen == "a damaged workbook" else "")
        assert (answer.status_code, answer.get_json()["type"].rsplit("/")[-1]) == (422, "unreadable-file")
        assert seen in answer.get_json()["detail"]
    assert not list((ctx.data_dir / "imports").glob("*"))


@pytest.mark.slow
def test_a_workbook_damaged_below_its_head_brings_nothing_in(bring_in: Send, ctx: Context) -> None:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows = [("Name", "Mobile"), *[("Ann", "07700 900001")] * 9_000]
    sheet = "".join(f"<row>{cell.format(name)}{cell.format(phone)}</row>" for name, phone in rows)
    broken = '<row r="9999"><c t="s"><v>9</v></c></row>'
    done = bring_in(handmade(f"<sheetData>{sheet}{broken}</sheetData>"))
    assert (done["state"], done["counts"]["rows"]) == ("failed", 0)
    assert "a damaged workbook" in done["error"]["detail"]
    assert not list((ctx.data_dir / "imports").glob("*"))
