"""Rows with something wrong are put right on the page and brought in once, whoever presses how often."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.store.models.imports import Import
from dialer.store.models.people import Contact
from tests.conftest import SetClock
from tests.web.coordinator.conftest import PEOPLE
from tests.web.reader import Reader


def _run_mending(ctx: Context, clock: SetClock) -> None:
    with ctx.unit() as unit:
        waiting = unit.session.scalars(select(Import.id).where(Import.state == "queued")).all()
    for import_id in waiting:
        run_import(ctx, import_id, clock)


def _people(ctx: Context) -> int:
    with ctx.unit() as unit:
        return unit.session.scalar(select(func.count()).select_from(Contact)) or 0


def test_a_row_is_mended_once(
    desk: Reader, new_list: Reader, bring_in, ctx: Context, clock: SetClock
) -> None:
    page = bring_in(PEOPLE)
    path = next(form.action for form in page.forms if form.action.endswith("/mend"))
    form = dict(next(form for form in page.forms if form.action == path).fields)
    page = desk.press("mend-3", **{"cell-3-1": "07700 900124"})
    assert "One row is brought in again." in page.words["flash"]
    assert page.words["mended-3"] == "Being brought in"
    late = {**form, "cell-3-1": "07700 900199", "line": "3", "keep": ""}
    again = desk.client.post(path, data=late, follow_redirects=True)
    assert "Somebody put that right before." in again.text
    _run_mending(ctx, clock)
    assert _people(ctx) == 3
    assert desk.open(path.removesuffix("/mend")).words["mended-3"] == "Mended"


@pytest.mark.slow
def test_what_is_still_wrong_is_said_and_the_rest_goes(
    desk: Reader, new_list: Reader, bring_in, ctx: Context, clock: SetClock
) -> None:
    bring_in(PEOPLE)
    page = desk.press("mend-all", **{"cell-3-1": "07700 9001", "cell-4-2": "nasima@example.org", "keep": ""})
    assert page.status == 422
    assert "Row 3: Not a phone number" in page.words["flash"]
    assert 'value="07700 9001"' in page.html
    assert page.words["mended-4"] == "Being brought in"
    _run_mending(ctx, clock)
    assert _people(ctx) == 2  # Nasima was there without her email
    assert desk.press("mend-5").status == 422


def test_a_row_is_called_by_the_number_that_the_page_shows(desk: Reader, new_list: Reader, bring_in) -> None:
    page = bring_in('Name,Phone,Address\nAnn,07700 900001,"1 High St\nBryn"\nBob,n/a,\n')
    assert page.words["mend-4"] == "Bring row 3 in again"
    assert "Row 3: " in desk.press("mend-4", **{"cell-4-1": "0770"}).words["flash"]


def test_a_file_that_mends_another_says_so_on_the_list(desk: Reader, new_list: Reader, bring_in) -> None:
    page = bring_in(PEOPLE)
    address = next(form.action for form in page.forms if form.action.endswith("/imports"))
    desk.press("mend-3", **{"cell-3-1": "07700 900124"})
    assert desk.open(address.removesuffix("/imports")).words["file-mends"] == "Mends rows"
