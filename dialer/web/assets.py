"""Sheets, scripts and pictures are fetched by a fingerprint, so that browsers keep them until they change."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask


def fingerprint(folder: Path) -> str:
    """A short name for what the folder holds now."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def install_assets(app: Flask) -> None:
    """Add `?v=…` to every address that `url_for("static", …)` makes."""
    mark = fingerprint(Path(str(app.static_folder)))

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", mark)
