"""Tables taken away from the page: asked for, watched, downloaded, gone."""

from __future__ import annotations

import uuid

from dialer.services.context import Context
from dialer.services.exporting.exports import list_exports
from dialer.services.exporting.run import run_export
from dialer.services.paging import Page
from tests.conftest import SetClock
from tests.services.people.importing import bring_in
from tests.web.reader import Reader


def test_a_list_is_taken_away_without_a_script(desk: Reader, ctx: Context, clock: SetClock) -> None:
    list_id = bring_in(ctx, "First name,Phone\nSiân,07700 900123\n").list_id
    desk.open(f"/exports?kind=contacts&list_id={list_id}")
    page = desk.press("export-create")
    assert page.tests["export"]["data-state"] == "queued"
    assert 'http-equiv="refresh"' in page.html
    (one,) = list_exports(ctx, Page()).items
    assert one.list_id == list_id
    run_export(ctx, one.id, clock)
    page = desk.open("/exports")
    assert page.tests["export"]["data-state"] == "completed"
    assert 'http-equiv="refresh"' not in page.html
    file = desk.client.get(page.tests["export-file"]["href"])
    assert file.data.startswith("\ufeffdialer_id,".encode())
    assert "Siân" in file.text
    assert file.headers["Cache-Control"] == "no-store"


def test_what_cannot_be_exported_is_said_at_its_field(desk: Reader, ctx: Context) -> None:
    desk.open("/exports")
    page = desk.press("export-create", list_id=str(uuid.uuid4()))
    assert page.status == 422
    assert list_exports(ctx, Page()).items == []
