"""Take tables away within a test, as the worker does."""

from __future__ import annotations

import csv
import io
import json
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
    return take_export(ctx, view.id)[1]


def rows_of(path: Path) -> list[dict[str, str]]:
    """A file of CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def objects_of(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines as what they hold."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
