"""Workbooks among the uploads: looked at, and written out as delimited text that an import can read.

Both are done by a process of its own (`workbook_process`), with a bound on its memory and none of our
connections. The text lies beside the upload and is gone with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from dialer.domain.errors import UnreadableFile
from dialer.domain.importing.workbook.picking import Wishes
from dialer.logs import get_logger
from dialer.services.people.import_files import discarded_on_error, rows_file
from dialer.services.people.workbook_process import TOO_LARGE

log = get_logger(__name__)

_COMMAND: Final = (sys.executable, "-m", "dialer.services.people.workbook_process")
_LOOK_S: Final = 20.0
_TRIES: Final = 3


class _KilledError(Exception):
    """The process was killed before it answered."""


def look_at_workbook(path: Path, wishes: Wishes) -> dict[str, Any]:
    """The sheet that has people in it, and its head. `UnreadableFile` says what was seen instead."""
    with _started({"deed": "look", "path": str(path)}, wishes) as process:
        try:
            answer, _ = process.communicate(timeout=_LOOK_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise refusal(TOO_LARGE) from None
    if process.returncode:
        raise _ended_badly(process.returncode)
    return _result(json.loads(answer))


def _ended_badly(code: int) -> UnreadableFile:
    """Why a process gave no answer: a signal ends one that asks for too much, anything else is a fault."""
    log.warning("workbook not read", code=code)
    return refusal(TOO_LARGE if code < 0 else "a damaged workbook")


def write_rows(path: Path, wishes: Wishes, width: int, moved: Callable[[float], None]) -> dict[str, Any]:
    """Write the chosen sheet's rows beside the upload; returns what was seen on the way.

    They get their name by `keep_rows`. `moved` hears how far it is, and stops it by raising. A process that
    is killed is started anew; one that ends by itself time and again needs more memory than it may have.
    """
    for left_over in _parts(path):
        left_over.unlink(missing_ok=True)
    for _ in range(_TRIES):
        part = rows_file(path).with_suffix(f".{uuid.uuid4().hex}.part")
        request = {"deed": "convert", "path": str(path), "to": str(part), "width": width}
        with contextlib.suppress(_KilledError), discarded_on_error(part):
            return {**_converted(request, wishes, moved), "part": part}
    raise refusal(TOO_LARGE)


def keep_rows(path: Path, part: Path) -> bool:
    """Give the written rows their name: from now on they are what is read. False: somebody else did."""
    try:
        part.replace(rows_file(path))
    except FileNotFoundError:
        return False
    return True


def _parts(path: Path) -> Iterator[Path]:
    return rows_file(path).parent.glob(f"{rows_file(path).stem}.*.part")


def _converted(request: dict[str, Any], wishes: Wishes, moved: Callable[[float], None]) -> dict[str, Any]:
    with _started(request, wishes) as process:
        try:
            for line in process.stdout or ():
                told = json.loads(line)
                if "progress" in told:
                    moved(told["progress"])
                else:
                    return _result(told)
        except ValueError:
            log.warning("workbook process killed within a line")
        finally:
            process.kill()
    if process.returncode == -signal.SIGKILL:
        raise _KilledError
    raise _ended_badly(process.returncode)


def _started(request: dict[str, Any], wishes: Wishes) -> subprocess.Popen[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - our own program, no shell
        _COMMAND, stdin=pipe, stdout=pipe, stderr=none, env=environ, text=True
    )
    stdin: IO[str] | None = process.stdin
    if stdin is not None:
        with stdin:
            json.dump({**request, "wishes": {**asdict(wishes), "today": wishes.today.isoformat()}}, stdin)
        process.stdin = None
    return process


def _result(told: dict[str, Any]) -> dict[str, Any]:
    if "refused" in told:
        raise refusal(told["refused"])
    if "failed" in told:
        raise OSError(told["failed"], os.strerror(told["failed"]))
    done: dict[str, Any] = told["done"]
    return done


def refusal(what: str) -> UnreadableFile:
    """The refusal of a file, with what was seen."""
    seen, _, advice = what.partition(". ")
    words = f"This looks like {seen}. {advice or 'Save the list as CSV (UTF-8)'} and try again."
    return UnreadableFile(f"{words} Nothing was brought in.")
