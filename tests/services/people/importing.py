"""Bring lists in within a test, as the worker does."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Any

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.services.people.import_wishes import ImportOptions
from dialer.services.people.imports import get_import, start_import
from dialer.services.people.lists import create_list
from dialer.services.people.views import ImportView


def new_list(ctx: Context, **fields: Any) -> uuid.UUID:
    """An empty list."""
    return create_list(ctx, {"name": "Doorstep", **fields}).id


def bring_in(
    ctx: Context, source: Path | str | bytes, list_id: uuid.UUID | None = None, **options: Any
) -> ImportView:
    """Import a file, or a text, to its end."""
    data = source.read_bytes() if isinstance(source, Path) else source
    upload = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    chosen: ImportOptions = {**options}  # type: ignore[typeddict-item]
    view = start_import(ctx, list_id or new_list(ctx), upload, "list.csv", chosen)
    run_import(ctx, view.id, lambda: ctx.now)
    return get_import(ctx, view.id)
