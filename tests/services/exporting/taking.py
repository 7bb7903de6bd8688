"""Take tables away within a test, as the worker does."""

from __future__ import annotations

import csv
import io
import json
import uuid
from pathlib import Path
from typing import Any

from dialer.services.context import Context
from dialer.services.exporting.exports import start_export, take_export
from dialer.services.exporting.run import run_export
from dialer.services.exporting.tables import Wanted


def take(ctx: Context, kind: str = "contacts", of: str = "csv", **within: Any) -> Path:
    """Export a table to its end; the file."""
    view = start_export(ctx, Wanted(kind, **within), of)
    run_export(ctx, view.id, lambda: ctx.now)
    return file_of(ctx, view.id)


def file_of(ctx: Context, export_id: uuid.UUID) -> Path:
    """Where the file of a finished export lies."""
    with take_export(ctx, export_id)[1] as file:
        return Path(file.name)


def rows_of(path: Path) -> list[dict[str, str]]:
    """A file of CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def objects_of(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines as what they hold."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
