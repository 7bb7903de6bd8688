"""Where uploaded lists lie until they are in: in the data folder, under names of our own."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from dialer.domain.errors import Unavailable

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A full disk, a quota that is used up, a file longer than the disk or the process may hold."""

_PIECE: Final = 1 << 20


def stored_file(data_dir: Path, stored_as: str) -> Path:
    """The path of a stored upload."""
    return data_dir / "imports" / stored_as


def rows_file(upload: Path) -> Path:
    """The path of a workbook's rows, once they are written out."""
    return upload.with_suffix(".rows")


def store_upload(data_dir: Path, organisation_id: uuid.UUID, upload: IO[bytes]) -> str:
    """Stream an upload to disk and name the file, first after whose it is; what can't be written whole leaves
    nothing.

    `Unavailable` where the disk is full.
    """
    stored_as = f"{organisation_id.hex}.{uuid.uuid4().hex}.upload"
    path = stored_file(data_dir, stored_as)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with room_needed(), discarded_on_error(path), path.open("xb") as file:
        while piece := upload.read(_PIECE):
            file.write(piece)
    return stored_as


def upload_again(data_dir: Path, stored_as: str) -> str:
    """Have a stored upload under another name of its own too, which is discarded on its own.

    `FileNotFoundError` once it is gone, `Unavailable` where the disk is full.
    """
    again = f"{stored_as.split('.', maxsplit=1)[0]}.{uuid.uuid4().hex}.upload"
    path, other = stored_file(data_dir, stored_as), stored_file(data_dir, again)
    try:
        os.link(path, other)
    except FileNotFoundError:
        raise
    except OSError:  # not every kind of disk lets a file have two names
        with room_needed(), discarded_on_error(other):
            shutil.copyfile(path, other)
    return again


def discard_upload(data_dir: Path, stored_as: str) -> None:
    """Remove a stored upload: what was taken from it is in the database, the rest is nobody's business."""
    path = stored_file(data_dir, stored_as)
    for left in (path, *path.parent.glob(f"{path.stem}.*")):
        left.unlink(missing_ok=True)


def uploads_before(data_dir: Path, organisation_id: uuid.UUID, moment: dt.datetime) -> set[str]:
    """The names under which an organisation's uploads are stored of which a file was last written before."""
    found = set()
    for path in stored_file(data_dir, "").glob(f"{organisation_id.hex}.*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < moment.timestamp():
                found.add(".".join([*path.name.split(".")[:2], "upload"]))
    return found


@contextlib.contextmanager
def room_needed() -> Iterator[None]:
    """Say `Unavailable` of a disk that turns out to be full within the block."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise Unavailable("There is no room left on the disk. Nothing was brought in.") from error


@contextlib.contextmanager
def discarded_on_error(path: Path) -> Iterator[None]:
    """Remove the file again when the block fails."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
