"""Tellers' sheets on their pages: made, keyed line by line or pasted, looked at beside their photograph."""

from __future__ import annotations

import io
import uuid

import pytest

from dialer.domain.errors import InvalidTransition, NotFound
from dialer.services.context import Context
from dialer.services.gotv.teller_sheets import list_sheets, undo_sheet
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.paging import Page
from tests.pictures import png
from tests.services.gotv.electors import make_electors
from tests.web.reader import Reader


@pytest.fixture
def sheet(desk: Reader, ctx: Context) -> Reader:
    """A sheet of AA, on whose register three people stand."""
    make_electors(ctx, "AA-1", "AA-2", "AA-3")
    desk.open("/turnout/sheets")
    page = desk.press(
        "sheet-make", polling_district="AA", station="Village Hall", from_at="08:00", to_at="10:00"
    )
    assert "8 am to 10 am" in page.text
    return desk


def test_numbers_are_keyed_one_after_the_other_and_a_bad_one_is_kept_at_its_line(sheet: Reader) -> None:
    assert "One person is marked as voted." in sheet.press("sheet-key", numbers="1").words["flash"]
    assert "One was marked before." in sheet.press("sheet-key", numbers="AA-1").words["flash"]
    assert "Kept for you to look at: 77." in sheet.press("sheet-key", numbers="AA 2, 77").words["flash"]
    page = sheet.page
    assert "Nobody has this number" in page.words["sheet-lines"]
    assert page.tests["sheet-counts"]["data-counted"] == "2"
    assert page.tests["sheet-counts"]["data-waiting"] == "1"
    assert sheet.press("sheet-key", numbers=" ").status == 422


def test_a_block_is_pasted_and_a_line_taken_back(sheet: Reader) -> None:
    assert "3 people" in sheet.press("sheet-key-all", numbers="1\n2\n3").words["flash"]
    assert "Taken back." in sheet.press("line-undo").words["flash"]
    assert sheet.page.tests["sheet-counts"]["data-counted"] == "2"


def test_a_whole_sheet_is_taken_back_with_a_reason(sheet: Reader) -> None:
    sheet.press("sheet-key-all", numbers="1\n2")
    sheet.open(sheet.page.tests["sheet-undo"]["href"])
    assert "All 2 marks keyed from it go" in sheet.page.text
    assert sheet.press("confirm", reason="").status == 422
    assert "2 marks are taken back." in sheet.press("confirm", reason="Last year’s").words["flash"]
    page = sheet.open(sheet.page.tests["sheet"]["href"])
    assert "sheet-key" not in page.buttons


def test_a_line_is_taken_back_from_its_own_sheet_alone(sheet: Reader) -> None:
    sheet.press("sheet-key-all", numbers="1\n2")
    form = next(form for form in sheet.page.forms if "/lines/" in form.action)
    parts = form.action.split("/")
    parts[parts.index("sheets") + 1] = str(uuid.uuid4())
    assert sheet.client.post("/".join(parts), data=form.fields).status_code == 404
    assert sheet.client.post(form.action, data=form.fields).status_code == 303


def test_numbers_keyed_while_a_colleague_takes_the_sheet_back_count_for_nobody(
    sheet: Reader, ctx: Context
) -> None:
    sheet.press("sheet-key-all", numbers="1")
    (found,) = list_sheets(ctx, Page(5)).items
    undo_sheet(ctx, found.id, reason="Last year’s")
    late = [NewMark("2", found.to_at, "teller", "AA")]
    with pytest.raises(InvalidTransition):
        mark_turnout(ctx, late, found.election_id, sheet_id=found.id)
    with pytest.raises(NotFound):
        mark_turnout(ctx, late, found.election_id, sheet_id=uuid.uuid4())
    assert sheet.open("/turnout").tests["stat-voted"]["data-value"] == "0"


def test_a_photograph_is_shown_beside_the_field_and_to_nobody_else(desk: Reader, phone: Reader) -> None:
    form = desk.open("/turnout/sheets").forms[-1]
    fields = {"polling_district": "AA", "from_at": "08:00", "to_at": "10:00"}
    token = {"csrf_token": form.fields["csrf_token"]}
    for file, status in ((png(), 303), (b"no picture", 422)):
        sent = {**fields, **token, "photo": (io.BytesIO(file), "sheet.png")}
        answer = desk.client.post("/turnout/sheets", data=sent)
        assert answer.status_code == status
        if status == 303:
            made = answer.headers["Location"]
    photo = desk.open(made).tests["photo"]["src"]
    shown = desk.client.get(photo)
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/png", "private, no-store")
    assert phone.client.get(photo).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {"polling_district": "", "from_at": "08:00", "to_at": "10:00"},
        {"polling_district": "AA", "from_at": "10:00", "to_at": "08:00"},
        {"polling_district": "AA", "from_at": "soon", "to_at": "08:00"},
    ],
)
def test_a_sheet_needs_a_place_and_a_span(desk: Reader, fields: dict[str, str]) -> None:
    desk.open("/turnout/sheets")
    assert desk.press("sheet-make", **fields).status == 422
