"""Short private folders for unix sockets, whose paths the kernel limits to 107 bytes."""

import os
import shutil
import tempfile
from pathlib import Path

from dialer.processes import User
from dialer.settings.keeping import write_private

PREFIX = "dialer-"
COMMON = "/tmp"  # noqa: S108 -- mkdtemp makes a private folder in it
LONGEST = 60


def make_socket_folder(owner: User | None, note: Path) -> Path:
    """A new folder of mode 0700 in a short place; `owner` is the user whose server will listen there.

    Its path is kept in `note`, by which the next start takes away the folder of a run that was killed.
    """
    if note.exists():
        remove_socket_folder(Path(note.read_text(encoding="utf-8")), note)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_short_place(owner)))
    if owner is not None:
        os.chown(folder, owner.uid, owner.gid)
    write_private(note, str(folder))
    return folder


def remove_socket_folder(folder: Path, note: Path) -> None:
    """Take away a folder that `make_socket_folder` made, in this run or an earlier one, and its note."""
    if folder.name.startswith(PREFIX) and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    note.unlink(missing_ok=True)


def _short_place(owner: User | None) -> str | None:
    """The session's own folder, else the common temporary one; another user reaches only the latter."""
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    places = [own, COMMON] if own and owner is None else [COMMON]
    usable = (place for place in places if len(place) < LONGEST and os.access(place, os.W_OK | os.X_OK))
    return next(usable, None)
