"""Where finished exports lie: in the data folder, under names of our own, for nobody but this user."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path


def export_file(data_dir: Path, stored_as: str) -> Path:
    """The path of a finished file."""
    return data_dir / "exports" / stored_as


def new_file(data_dir: Path, export_id: uuid.UUID, lease: uuid.UUID, of: str) -> Path:
    """The path that one run writes to; it is no other run's."""
    path = export_file(data_dir, f"{export_id.hex}.{lease.hex}.{of}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def discard_files(data_dir: Path, export_id: uuid.UUID) -> None:
    """Remove whatever any run has written for an export."""
    for path in export_file(data_dir, "").glob(f"{export_id.hex}.*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)  # somebody else may be at it
        else:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Write beside a file: it takes that name when it is whole, and nothing is left of it else."""
    part = path.with_name(f"{path.name}.part")
    part.touch(mode=0o600)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
