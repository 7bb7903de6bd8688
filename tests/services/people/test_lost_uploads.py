"""Files of uploads that nothing leads to any more are taken away, and no others."""

from __future__ import annotations

import datetime as dt
import io
import os
from pathlib import Path

from dialer.services.context import Context
from dialer.services.people.import_files import store_upload
from dialer.services.people.imports import start_import
from dialer.services.people.lists import delete_list
from dialer.services.people.lost_uploads import discard_lost_uploads
from tests.services.people.importing import new_list

ROWS = b"First name,Phone\nAnn,07700900001\n"


def _files(ctx: Context) -> list[Path]:
    return sorted((ctx.data_dir / "imports").iterdir())


def _aged(ctx: Context, hours: int) -> None:
    moment = (ctx.now - dt.timedelta(hours=hours)).timestamp()
    for path in _files(ctx):
        os.utime(path, (moment, moment))


def test_an_upload_whose_process_was_killed_goes_after_a_day(ctx: Context) -> None:
    stored_as = store_upload(ctx.data_dir, ctx.organisation_id, io.BytesIO(ROWS))
    (ctx.data_dir / "imports" / stored_as).with_suffix(".rows").touch()
    _aged(ctx, 23)
    assert discard_lost_uploads(ctx) == 0
    _aged(ctx, 25)
    assert discard_lost_uploads(ctx) == 1
    assert _files(ctx) == []


def test_one_that_an_import_waits_for_stays_until_its_list_is_gone(ctx: Context) -> None:
    list_id = new_list(ctx)
    start_import(ctx, list_id, io.BytesIO(ROWS), "list.csv", {})
    _aged(ctx, 1000)
    assert discard_lost_uploads(ctx) == 0
    delete_list(ctx, list_id)
    assert discard_lost_uploads(ctx) == 1
    assert _files(ctx) == []
