"""The town's memory: a file of JSON lines, written before anybody is answered and read again at each start.

A line is in the hands of the operating system when `append` returns, so the town may be killed at any
instant. Of a write that was cut short the torn end is taken off at the next start.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

Record = Mapping[str, Any]

_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode: Final = json.JSONDecoder().decode


class LedgerError(Exception):
    """The ledger can't be used; the message says why."""


class Ledger:
    """Open for appending from `open` until `close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._length = 0

    def open(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Read all that was written, by kind and record, and be ready for more when that is done."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LedgerError("another town writes this ledger") from None
        with os.fdopen(os.dup(self._file), "rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break
                yield _read(line, number)
                self._length += len(line)
        os.ftruncate(self._file, self._length)

    def append(self, kind: str, record: Record) -> None:
        """Write one line. Raises OSError, with nothing written, where there is no room."""
        line = _encode([kind, record]).encode() + b"\n"
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError:
            os.ftruncate(self._file, self._length)
            raise
        self._length += len(line)

    def clear(self) -> None:
        """Begin with an empty ledger."""
        os.ftruncate(self._file, 0)
        self._length = 0

    def close(self) -> None:
        os.close(self._file)


def _read(line: bytes, number: int) -> tuple[str, dict[str, Any]]:
    try:
        kind, record = _decode(line.decode())
    except ValueError as error:
        raise LedgerError(f"line {number} of the town's ledger can't be read: {error}") from error
    return kind, record
