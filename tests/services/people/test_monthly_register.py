"""The monthly update of a register: who is added, changed and gone (contract §4)."""

from __future__ import annotations

import pytest

from dialer.domain.importing.register_change import Change, read_change
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people.contacts import ContactSearch, list_contacts
from dialer.services.people.lists import get_list
from dialer.services.people.suppressions import list_suppressions
from dialer.services.people.views import ImportView
from tests.services.people.importing import bring_in, new_list

HEADER = "ChangeType,ElectorNumber,ElectorForename,ElectorSurname,PropertyAddress1,Email"


def update(ctx: Context, *rows: str, **options: object) -> ImportView:
    """Bring a month's changes in."""
    mapping = {"Email": "email"}
    return bring_in(ctx, "\n".join([HEADER, *rows]) + "\n", register="2026", mapping=mapping, **options)


def counts(view: ImportView) -> tuple[int, int, int, int, int]:
    """Created, updated, unchanged, duplicates, rejected; they add up."""
    of = view.counts
    assert of.rows == of.created + of.updated + of.unchanged + of.duplicates + of.rejected
    return of.created, of.updated, of.unchanged, of.duplicates, of.rejected


def standing(ctx: Context) -> dict[str, str]:
    """Everybody's status by first name."""
    found = list_contacts(ctx, ContactSearch(), Page(limit=100)).items
    return {person.first_name or "": person.status for person in found}


def told(view: ImportView) -> dict[str, int]:
    """The import's warnings that count something."""
    return {warning["code"]: warning["count"] for warning in view.warnings}


@pytest.mark.parametrize(
    ("cell", "change"),
    [
        ("A", Change.ADDED),
        ("new", Change.ADDED),
        ("M", Change.MODIFIED),
        ("AM", Change.MODIFIED),
        ("Amended", Change.MODIFIED),
        ("d", Change.DELETED),
        ("DE", Change.DELETED),
        ("Dileu", Change.DELETED),
        ("", None),
        ("7", None),
    ],
)
def test_change_types_as_councils_write_them(cell: str, change: Change | None) -> None:
    assert read_change(cell) is change


def test_who_is_gone_from_the_register_has_moved_and_keeps_their_noes(ctx: Context) -> None:
    list_id = new_list(ctx)
    header = "Elector number,First name,Surname,Phone,Do not call"
    before = f"{header}\nKA1-1,Siân,Jones,07700900001,Y\nKA1-2,Gwyn,Prys,07700900002,\n"
    bring_in(ctx, before, list_id, register="2026")
    month = ("D,KA1-1,Siân,Jones,,", "M,KA1-2,Gwyn,Prys,2 High Street,", "A,KA1-3,Nest,Rees,,")
    done = update(ctx, *month)
    assert counts(done) == (1, 2, 0, 0, 0)
    assert told(done) == {"gone_electors": 1}
    assert standing(ctx) == {"Siân": "moved", "Gwyn": "active", "Nest": "active"}
    sian = list_contacts(ctx, ContactSearch(q="Jones"), Page()).items[0]
    assert sian.opt_outs["voice"] is not None
    assert (sian.elector_number, sian.list_ids) == ("KA1-1", [list_id])
    assert get_list(ctx, list_id).contact_count == 2
    again = update(ctx, *month)
    assert (counts(again), told(again)) == ((0, 0, 3, 0, 0), {})


def test_nobody_is_made_of_a_row_that_takes_somebody_away(ctx: Context) -> None:
    done = update(ctx, "D,KA1-1,Siân,Jones,,", "D,KA1-1,Siân,Jones,,", "Deleted,,Gwyn,Prys,,")
    assert counts(done) == (0, 0, 1, 1, 1)
    assert (standing(ctx), told(done)) == ({}, {"unknown_gone": 1})


def test_the_no_of_somebody_gone_whom_nobody_here_is_stays_with_what_they_had(ctx: Context) -> None:
    header = "ChangeType,ElectorNumber,ElectorForename,ElectorSurname,Phone,Email,Opt out"
    rows = ["D,KA1-1,Siân,Jones,07700900001,Sian@example.org,Y", "D,KA1-2,Gwyn,Prys,07700900002,,"]
    done = bring_in(ctx, "\n".join([header, *rows]) + "\n", register="2026")
    assert (standing(ctx), told(done)) == ({}, {"open_register": 1, "unknown_gone": 2})
    barred = {(one.number or one.email, *one.channels) for one in list_suppressions(ctx, Page()).items}
    assert barred == {("+447700900001", "sms", "voice"), ("sian@example.org", "email")}


def test_another_person_of_that_number_stays(ctx: Context) -> None:
    update(ctx, "A,KA1-1,Siân,Jones,,")
    assert counts(update(ctx, "D,KA1-1,Gwyn,Prys,,")) == (0, 0, 1, 0, 0)
    assert standing(ctx) == {"Siân": "active"}


def test_a_number_goes_on_to_whom_the_same_update_gives_it(ctx: Context) -> None:
    update(ctx, "A,KA1-1,Siân,Jones,,")
    done = update(ctx, "D,KA1-1,Siân,Jones,,", "A,KA1-1,Gwyn,Prys,,")
    assert counts(done) == (1, 1, 0, 0, 0)
    assert standing(ctx) == {"Siân": "moved", "Gwyn": "active"}
    assert list_contacts(ctx, ContactSearch(elector_number="KA1-1"), Page()).items[0].first_name == "Gwyn"


@pytest.mark.parametrize("rows_a_chunk", [1, 5000])
@pytest.mark.parametrize("order", [1, -1])
def test_who_moved_within_the_register_is_still_there(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, rows_a_chunk: int, order: int
) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", rows_a_chunk)
    update(ctx, "A,KA1-1,Siân,Jones,1 High Street,s@example.org")
    header = "Change type,ID,ElectorForename,ElectorSurname,Email"
    rows = ["D,7,Siân,Jones,s@example.org", "A,7,Siân,Jones,s@example.org"][::order]
    done = bring_in(ctx, "\n".join([header, *rows]) + "\n", mapping={"Email": "email"})
    assert (done.counts.created, done.counts.rejected, done.counts.rows) == (0, 0, 2)
    assert standing(ctx) == {"Siân": "active"}


@pytest.mark.slow
def test_who_comes_back_is_there_again_and_the_dead_stay_so(ctx: Context) -> None:
    update(ctx, "A,KA1-1,Siân,Jones,,", "A,KA1-2,Gwyn,Prys,,")
    bring_in(ctx, "Elector number,Deceased,Phone\nKA1-2,yes,\n", register="2026")
    update(ctx, "D,KA1-1,Siân,Jones,,", "D,KA1-2,Gwyn,Prys,,")
    assert standing(ctx) == {"Siân": "moved", "Gwyn": "deceased"}
    update(ctx, "M,KA1-1,Siân,Jones,,", "A,KA1-2,Gwyn,Prys,,")
    assert standing(ctx) == {"Siân": "moved", "Gwyn": "deceased"}
    update(ctx, "A,KA1-1,Siân,Jones,,")
    assert standing(ctx)["Siân"] == "active"


def test_with_skip_nobody_leaves_but_a_no_counts(ctx: Context) -> None:
    update(ctx, "A,KA1-1,Siân,Jones,,")
    header = "Change type,Elector number,Phone,Do not call"
    data = f"{header}\nD,KA1-1,,Y\n"
    assert counts(bring_in(ctx, data, register="2026", on_match="skip")) == (0, 0, 1, 0, 0)
    (sian,) = list_contacts(ctx, ContactSearch(), Page()).items
    assert (sian.status, sian.opt_outs["voice"] is not None) == ("active", True)


def test_a_column_of_something_else_is_no_change(ctx: Context) -> None:
    data = "Change type,First name,Phone\nheating,Siân,07700900001\nD,Gwyn,07700900002\n"
    done = bring_in(ctx, data)
    assert (done.mapping["Change type"], done.counts.created) == ("custom.Change type", 2)
    assert told(done) == {"unlike_columns": 1}


@pytest.mark.parametrize(
    ("options", "of_list", "named"),
    [({}, {}, False), ({"register": "2026"}, {}, True), ({}, {"register": "2026"}, True)],
)
def test_elector_numbers_of_a_register_that_nobody_named_are_warned_of(
    ctx: Context, options: dict[str, str], of_list: dict[str, str], named: bool
) -> None:
    mapping = {"Elector number": "elector_number"}
    view = bring_in(
        ctx, "Elector number,Surname\nAA-1,Rees\n", new_list(ctx, **of_list), **options, mapping=mapping
    )
    assert (view.counts.created, "register_unnamed" in {w["code"] for w in view.warnings}) == (1, not named)
