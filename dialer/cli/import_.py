"""`dialer import FILE --list NAME`: bring a list of people in, and wait for it."""

from __future__ import annotations

import argparse
import json
import time
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.clock import utc_now
from dialer.domain.access import Permission
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people.import_run import run_import
from dialer.services.people.import_wishes import ImportOptions
from dialer.services.people.imports import cancel_import, get_import, start_import
from dialer.services.people.lists import ListFields, create_list, list_lists
from dialer.services.people.views import ImportView
from dialer.settings import Settings

LOOK_EVERY_S = 0.2


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """Bring the file in, into the list of that name, which is made where there is none."""
    with system_context(settings) as ctx, options.file.open("rb") as upload:
        list_id = find_or_make_list(ctx, options)
        started = start_import(ctx, list_id, upload, options.file.name, wishes(options))
        done = wait_for(ctx, started)
        if options.dry_run and done.state == "completed":
            cancel_import(ctx, done.id)  # the file is here, and need not lie there too
        return report(done)


def wait_for(ctx: Context, view: ImportView) -> ImportView:
    """Wait until it is over. Where no worker lives, or all are busy, we do the work: it is done once."""
    while not (view.is_over or view.state == "needs_mapping"):
        run_import(replace(ctx, now=utc_now()), view.id, utc_now)
        view = get_import(ctx, view.id)
        if not view.is_over:
            time.sleep(LOOK_EVERY_S)
    return view


def report(view: ImportView) -> Outcome:
    counts = asdict(view.counts)
    data: dict[str, Any] = {"id": view.id, "list_id": view.list_id, "state": view.state, "counts": counts}
    data["dry_run"] = view.dry_run
    if view.state == "completed":
        words = " · ".join(f"{count} {name}" for name, count in counts.items())
        return Outcome(data, words + (" (only tried: nothing was changed)" if view.dry_run else ""))
    if view.state == "needs_mapping":
        detail = "nobody can tell which column is the phone: give --mapping"
    else:
        detail = str((view.error or {}).get("detail", view.state))
    return Outcome({**data, "detail": detail}, detail, failed=True)


def find_or_make_list(ctx: Context, options: argparse.Namespace) -> uuid.UUID:
    """The oldest list of that name, or a new one."""
    page: Page | None = Page(500)
    while page is not None:
        found = list_lists(ctx, page)
        for each in found.items:
            if each.name == options.list:
                return each.id
        page = Page(500, found.next) if found.next else None
    fields: ListFields = {"name": options.list}
    if options.default_region:
        fields["default_region"] = options.default_region
    return create_list(ctx, fields).id


def wishes(options: argparse.Namespace) -> ImportOptions:
    """The import's options that were given."""
    wanted: ImportOptions = {}
    if options.mapping is not None:
        wanted["mapping"] = options.mapping
    if options.default_region:
        wanted["default_region"] = options.default_region
    if options.sheet:
        wanted["sheet"] = options.sheet
    if options.dry_run:
        wanted["dry_run"] = True
    return wanted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=_file, help="a list as CSV or as a workbook")
    parser.add_argument("--list", required=True, metavar="NAME", help="the list that it goes into")
    parser.add_argument("--mapping", type=_mapping, metavar="JSON", help='such as {"Tel 2": "phone"}')
    parser.add_argument("--sheet", metavar="NAME", help="a workbook's sheet, if not the first with people")
    parser.add_argument("--dry-run", action="store_true", help="only count what it would bring")
    parser.add_argument("--default-region", metavar="GB", help="the country of numbers without a prefix")


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def _mapping(text: str) -> dict[str, str]:
    try:
        mapping: Any = json.loads(text)
    except ValueError:
        mapping = None
    if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
        raise argparse.ArgumentTypeError('an object such as {"Tel 2": "phone"} expected')
    return mapping


COMMAND = Command("import", "bring a list of people in", Permission.IMPORT_RUN, run, add_arguments)
