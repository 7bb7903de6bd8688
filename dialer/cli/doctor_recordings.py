"""What `dialer doctor` finds of recordings: whether they can be kept, and how much room they take."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dialer.services.calling.vault import FOLDER

MIB: Final = 1024 * 1024


def check_folder(data_dir: Path) -> Iterator[tuple[bool, str, str]]:
    """Whether it is as it should be, what was found, and the remedy. Before the first recording there is no
    folder.
    """
    folder = data_dir / FOLDER
    if not folder.is_dir():
        yield True, "none yet", ""
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        count, size = _room(folder)
    except OSError as error:
        remedy = f"make {folder} and all in it readable and writable for this user alone"
        yield False, str(error.strerror), remedy
        return
    yield True, f"{count:,} files, {size // MIB:,} MiB in {folder}", ""


def _room(folder: Path) -> tuple[int, int]:
    count = size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            count, size = count + 1, size + (Path(place) / name).stat().st_size
    return count, size
