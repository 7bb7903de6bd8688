"""A file is looked at before anything comes in: its columns, its sheet, its letters, its first rows."""

from __future__ import annotations

import io
import uuid

import pytest
from sqlalchemy import func, select

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.store.models.imports import Import
from dialer.store.models.people import Contact
from tests.conftest import SetClock
from tests.services.people.importing import bring_in
from tests.web.coordinator.conftest import PEOPLE
from tests.web.reader import Page, Reader
from tests.workbooks import xlsx


def test_a_file_is_looked_at_before_anything_comes_in(new_list: Reader, ctx: Context) -> None:
    page = new_list.press("upload-send", file=(io.BytesIO(PEOPLE.encode()), "people.csv"))
    assert "Bring in 4 rows" in page.words["import-start"]
    assert "UTF-8" in page.words["import-encoding"]
    assert "commas" in page.words["import-delimiter"]
    assert page.tests["first-faults"]["data-value"] == "3"
    assert "Number damaged by a spreadsheet" in page.text
    form = next(form for form in page.forms if form.action.endswith("/mapping"))
    looked = new_list.press("import-look", **{"column-1": "ignore", "column-2": "email"})
    assert looked.tests["first-faults"]["data-value"] == "3"
    assert "not an email" in looked.text
    with ctx.unit() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Contact)) == 0
        assert (
            unit.session.get_one(Import, (unit.organisation_id, uuid.UUID(form.action.split("/")[2]))).state
            == "needs_mapping"
        )


def trials(ctx: Context) -> list[Import]:
    """The trials that there are, the newest last."""
    with ctx.unit() as unit:
        return list(
            unit.session.scalars(select(Import).where(Import.trial_of.is_not(None)).order_by(Import.id))
        )


@pytest.mark.slow
def test_what_it_would_bring_is_counted_while_one_looks(new_list: Reader, ctx: Context) -> None:
    page = new_list.press("upload-send", file=(io.BytesIO(PEOPLE.encode()), "people.csv"))
    assert page.tests["trial"]["data-state"] == "queued"
    asked = page.tests["trial"]["hx-get"]
    (first,) = trials(ctx)
    run_import(ctx, first.id, lambda: ctx.now)
    told = new_list.open(asked).tests
    assert {
        name: told[f"trial-{name}"]["data-value"] for name in ("created", "updated", "rejected", "faults")
    } == {
        "created": "2",
        "updated": "0",
        "rejected": "2",
        "faults": "3",
    }
    assert "hx-get" not in told["trial"]
    page = new_list.open(asked.removesuffix("/trial"))
    assert page.tests["trial"]["data-state"] == "completed"
    page = new_list.press("import-look", **{"column-1": "ignore", "column-2": "email"})
    (second,) = trials(ctx)
    assert (second.id != first.id, page.tests["trial"]["data-state"]) == (True, "queued")
    assert len(list((ctx.data_dir / "imports").iterdir())) == 2
    new_list.press("import-look", **{"column-2": "elector_number", "register": "Vale 2026"})
    (third,) = trials(ctx)
    assert third.options["register"] == "Vale 2026"
    new_list.open(asked.removesuffix("/trial"))
    new_list.press("import-start")
    assert trials(ctx) == []
    assert len(list((ctx.data_dir / "imports").iterdir())) == 1


def test_a_trial_is_shown_and_brought_in_by_one_button(new_list: Reader, ctx: Context) -> None:
    address = next(form.action for form in new_list.page.forms if form.action.endswith("/imports"))
    list_id = uuid.UUID(address.split("/")[2])
    tried = bring_in(ctx, PEOPLE, list_id, dry_run=True)
    page = new_list.open(f"/imports/{tried.id}")
    assert "Only tried" in page.text
    assert "import-undo" not in page.tests
    assert "mend-all" not in page.tests
    new_list.press("import-apply")
    page = new_list.open(f"/imports/{tried.id}")
    assert "It was brought in since" in page.text
    page = new_list.open(f"/lists/{list_id}")
    assert "file-tried" in page.tests


@pytest.mark.slow
def test_what_was_chosen_before_is_said_and_forgotten(new_list: Reader) -> None:
    address = next(form.action for form in new_list.page.forms if form.action.endswith("/imports"))
    odd = b"Name,Zap\nOwen Hughes,07700 900124\n"
    new_list.press("upload-send", file=(io.BytesIO(odd), "odd.csv"))
    new_list.press("import-start", **{"column-0": "last_name", "column-1": "phone"})
    new_list.open(address.removesuffix("/imports"))
    page = new_list.press("upload-send", file=(io.BytesIO(odd), "odd.csv"))
    assert "You chose these columns" in page.words["mapping-remembered"]
    page = new_list.press("mapping-forget")
    assert "mapping-remembered" not in page.tests
    assert "only by what it holds" in page.text


def test_letters_that_are_not_utf8_are_shown(new_list: Reader) -> None:
    old = PEOPLE.replace(",", ";").encode("cp1252")
    page = new_list.press("upload-send", file=(io.BytesIO(old), "old.csv"))
    assert "Windows-1252" in page.words["import-encoding"]
    assert "semicolons" in page.words["import-delimiter"]
    assert "look whether names such as Siân are right" in page.words["import-warning"]
    assert "Siân Prydderch" in page.text


@pytest.mark.slow
def test_another_sheet_is_chosen(new_list: Reader) -> None:
    first = [["Name", "Phone"], ["Owen Hughes", "07700 900124"]]
    second = [["Surname", "Mobile", "Email"], ["Rees", "07700 900125", "nia@example.org"]]
    page = new_list.press("upload-send", file=(io.BytesIO(xlsx({"May": first, "June": second})), "two.xlsx"))
    assert "sheet “May”" in page.words["import-facts"]
    page = new_list.press("sheet-show", sheet="June")
    assert "sheet “June”" in page.words["import-facts"]
    assert "nia@example.org" in page.text


def test_what_is_not_taken_is_named(new_list: Reader) -> None:
    bare = b"Owen,07700 900124\nNia,07700 900125\nSian,07700 900126\n"
    page = new_list.press("upload-send", file=(io.BytesIO(bare), "bare.csv"))
    assert page.words["left-out"] == "One column is left out: Column 1."
    assert "it has no name" in page.text
    assert "import-warning" not in page.tests
    page = new_list.press("import-look", **{"column-0": "first_name"})
    assert "left-out" not in page.tests


HEAD = "Elector Number Prefix,Elector Number,Forename,Surname,Address,PostCode\n"


@pytest.mark.slow
def test_next_years_register_is_known_by_name_and_address(
    new_list: Reader, ctx: Context, clock: SetClock
) -> None:
    address = next(form.action for form in new_list.page.forms if form.action.endswith("/imports"))

    def bring(rows: str, register: str) -> Page:
        new_list.open(address.removesuffix("/imports"))
        page = new_list.press("upload-send", file=(io.BytesIO((HEAD + rows).encode()), "register.csv"))
        asked.append(page.tests["register"]["value"])
        page = new_list.press("import-start", register=register)
        path = next(form.action for form in page.forms if form.action.endswith("/cancel"))
        run_import(ctx, uuid.UUID(path.split("/")[2]), clock)
        return new_list.open(path.removesuffix("/cancel"))

    asked: list[str | None] = []
    sian, tom = "Sian,Rees,1 High Street,MV3 1QT\n", "Tom,Price,2 High Street,MV3 1QT\n"
    page = bring(f"KA1,1,{sian}KA1,2,{tom}", "Marsh Vale, December 2025")
    assert page.tests["stat-created"]["data-value"] == "2"
    page = bring(f"KA1,2,{sian}KA1,3,{tom}", "Marsh Vale, December 2026")
    assert page.tests["stat-updated"]["data-value"] == "2"
    assert asked == ["", "Marsh Vale, December 2025"]


def test_an_opt_out_of_the_open_register_is_asked_about(new_list: Reader, ctx: Context) -> None:
    register = f"{HEAD.strip()},Opt Out\nKA1,1,Siân,Jones,1 High Street,KA1 1AA,Y\n"
    page = new_list.press("upload-send", file=(io.BytesIO(register.encode()), "register.csv"))
    assert "“Opt Out” is taken as a no to every contact" in page.words["open-register"]
    assert "import-warning" not in page.tests
    page = new_list.press("open-register-keep")
    assert "open-register" not in page.tests
    new_list.press("import-start")
    with ctx.unit() as unit:
        brought = unit.session.scalars(select(Import).where(Import.trial_of.is_(None))).one()
    assert brought.mapping["Opt Out"] == "custom.Opt Out"
    assert "open_register" not in {warning["code"] for warning in brought.warnings}


@pytest.mark.parametrize(
    "file",
    [f"{HEAD.strip()},Do not contact\nKA1,1,Siân,Jones,,,Y\n", "Name,Phone,Opt out\nNia,07700900124,Y\n"],
)
def test_another_no_is_plain(new_list: Reader, file: str) -> None:
    page = new_list.press("upload-send", file=(io.BytesIO(file.encode()), "people.csv"))
    assert "open-register" not in page.tests
