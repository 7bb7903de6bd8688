"""A canvass at the desk: walks cut, a sheet to print, and keyed when it is back."""

from __future__ import annotations

import pytest

from dialer.services.context import Context
from dialer.services.gotv.canvass import NewCanvass, cut_walks, get_sheet
from dialer.services.gotv.canvass_keying import key_sheet
from dialer.services.gotv.door_results import door_totals
from dialer.store.models.people import Contact
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


@pytest.fixture
def street(ctx: Context, bank: PhoneBank) -> PhoneBank:
    """The bank’s people, each at a door of their own, but Siân’s household at one."""
    with ctx.unit() as unit:
        for nth, name in enumerate(("Siân", "Gwyn", "Owen", "Maja"), start=1):
            person = unit.session.get_one(Contact, (ctx.organisation_id, bank.people[name]))
            person.address = "14 High Street" if nth <= 2 else f"{nth} High Street"
    return bank


def test_walks_are_cut_printed_and_keyed(desk: Reader, street: PhoneBank, ctx: Context) -> None:
    path = f"/campaigns/{street.campaign_id}/canvass"
    desk.open(f"/campaigns/{street.campaign_id}")
    assert "canvass" in desk.page.tests
    desk.open(path)
    page = desk.press("cut-walks")
    assert "One walk is cut." in page.text
    assert "High Street" not in page.text, "lists of people stand on sheets alone"
    assert "nobody left" in desk.press("cut-walks").text
    keying = next(one for one in desk.page.html.split('"') if one.endswith("/keying"))
    printed = desk.open(keying.removesuffix("/keying"))
    assert "Owen Hughes" in printed.words["canvass-sheet"]
    assert "07700" not in printed.text
    desk.open(keying)
    page = desk.press("key-sheet", **{"code-1": "1P", "code-2": "??", "walked_at": "2026-05-06T18:30"})
    assert (page.status, page.words["noted"].startswith("One line is noted.")) == (422, True)
    assert page.forms[-1].fields["code-2"] == "??"
    page = desk.press("key-sheet", **{"code-2": "n"})
    assert "One line is noted." in page.text
    assert page.words["walks"].count("2") >= 1
    totals = door_totals(ctx, street.campaign_id)
    assert totals.by_outcome == {"contacted": 1, "not_in": 1}


@pytest.mark.parametrize(("field", "value"), [("doors_most", "0"), ("doors_most", "many")])
def test_what_is_no_canvass_is_said_at_its_field(
    desk: Reader, street: PhoneBank, field: str, value: str
) -> None:
    desk.open(f"/campaigns/{street.campaign_id}/canvass")
    page = desk.press("cut-walks", **{field: value})
    assert page.status == 422
    assert f"{field}-error" in page.html


def test_a_time_that_is_none_is_said_and_what_was_keyed_is_kept(desk: Reader, street: PhoneBank) -> None:
    desk.open(f"/campaigns/{street.campaign_id}/canvass")
    desk.press("cut-walks")
    keying = next(one for one in desk.page.html.split('"') if one.endswith("/keying"))
    desk.open(keying)
    page = desk.press("key-sheet", **{"code-1": "3", "walked_at": "yesterday"})
    assert (page.status, page.forms[-1].fields["code-1"]) == (422, "3")


def test_a_page_that_was_opened_earlier_undoes_nothing_that_a_colleague_put_right(
    desk: Reader, street: PhoneBank, ctx: Context
) -> None:
    walk = cut_walks(ctx, street.campaign_id, NewCanvass())[0]
    key_sheet(ctx, walk.id, {1: "1", 2: "N"})
    desk.open(f"/canvass-walks/{walk.id}/keying")
    key_sheet(ctx, walk.id, {1: "5"})

    def noted() -> list[str | None]:
        return [line.code for line in get_sheet(ctx, walk.id).lines[:3]]

    page = desk.press("key-sheet", **{"code-2": "X", "walked_at": "yesterday"})
    assert page.status == 422
    assert [page.forms[-1].fields[f"code-{line}"] for line in (1, 2)] == ["5", "X"]
    assert noted() == ["5", "N", None]
    page = desk.press("key-sheet", **{"code-3": "T", "walked_at": ""})
    assert "2 lines are noted." in page.text
    assert noted() == ["5", "X", "T"]
