"""A file dropped on a list's page by a real drag, looked at, brought in, and one of its rows mended."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.services.people.lists import create_list
from dialer.store.models.imports import Import
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, sign_in, sizes, tap
from tests.people import Person

ROWS = "Name,Phone\nSiân Prydderch,07700 900123\nOwen Hughes,4.47E+11\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file with one sound row and one to mend."""
    path = tmp_path / "people.csv"
    path.write_text(ROWS, "utf-8")
    return path


def _work(ctx: Context) -> None:
    """What a worker does of imports and trials."""
    with ctx.unit() as unit:
        waiting = unit.session.scalars(select(Import.id).where(Import.state == "queued")).all()
    for import_id in waiting:
        run_import(ctx, import_id, lambda: ctx.now)


def _drag(page: Page, path: Path, onto: str) -> None:
    """Drag a file from outside the browser over an element, and let it go there."""
    box = page.locator(onto).bounding_box()
    assert box is not None
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    dragged = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    browser = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind, **place, "data": dragged})


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_a_file_is_dropped_counted_brought_in_and_mended(
    open_browser: Open, carys: Person, ctx: Context, people: Path, size: tuple[int, int]
) -> None:
    address = f"/lists/{create_list(ctx, {'name': 'Doorstep'}).id}"
    page = open_browser(size)
    sign_in(page, carys)
    page.goto(address)
    _drag(page, people, "[data-drop]")
    page.wait_for_url("**/imports/*")
    expect(page.locator("[data-test=trial]")).to_have_attribute("data-state", "queued")
    _work(ctx)
    expect(page.locator("[data-test=trial-created]")).to_have_attribute("data-value", "1")
    expect(page.locator("[data-test=trial]")).to_have_attribute("data-state", "completed")
    assert axe_faults(page) == []
    assert sizes(page)[0] <= size[0]
    import_id = uuid.UUID(page.url.rsplit("/", 1)[1])
    tap(page, "import-start")
    page.locator("[data-test=import-progress]").wait_for()
    run_import(ctx, import_id, lambda: ctx.now)
    page.locator("[data-test=import-counts]").wait_for()
    page.locator("[data-line='3'] input").first.fill("07700 900124")
    tap(page, "mend-3")
    page.locator("[data-test=mended-3]").wait_for()
    _work(ctx)
    page.reload()
    expect(page.locator("[data-test=mended-3]")).to_have_text("Mended")
    assert axe_faults(page) == []
    page.goto(address)
    expect(page.locator("[data-test=stat-contacts]")).to_have_attribute("data-value", "2")
    expect(page.locator("[data-test=file-mends]")).to_be_visible()
    assert sizes(page)[0] <= size[0]
