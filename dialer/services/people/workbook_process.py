"""A process that reads one workbook for another: what strangers packed is unpacked here, within bounds.

Run as `python -m dialer.services.people.workbook_process` by `import_workbooks`, with one request of JSON on
its input. It answers in lines of JSON: how far it is, and last `done`, `refused` (in words) or `failed` (an
errno). When whoever started it is gone, however it ended, its next line finds no reader and it ends.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from dialer.domain.importing.encoding import NotText
from dialer.domain.importing.workbook.containers import workbook_format
from dialer.domain.importing.workbook.parts import Parts
from dialer.domain.importing.workbook.picking import Wishes, pick
from dialer.domain.importing.workbook.sheet import SheetRow, Workbook
from dialer.domain.importing.workbook.xlsx import Xlsx
from dialer.domain.importing.workbook.xml import DamagedWorkbook

MEMORY: Final = 280 << 20
"""Bytes of memory that a workbook may take (`RLIMIT_DATA`): what needs more is refused."""

TOO_LARGE: Final = "a workbook too large to be read whole. Save its sheet as XLSX or as CSV (UTF-8)"
_EACH_S: Final = 1.0
_NICER: Final = 10
"""By so much this comes after the pages and the calls."""

_telling: Final = threading.Lock()
_ROWS_NAMED: Final = 10


def serve() -> None:
    """Answer the one request."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    request = json.load(sys.stdin)
    wishes = Wishes(**{**request["wishes"], "today": dt.date.fromisoformat(request["wishes"]["today"])})
    try:
        stream = Path(request["path"]).open("rb")  # noqa: SIM115 - open to the end, another thread looks at it
        _tell(done=_DEEDS[request["deed"]](stream, request, wishes))
    except (DamagedWorkbook, NotText) as what:
        _tell(refused=str(what))
    except MemoryError:
        _tell(refused=TOO_LARGE)
    except BrokenPipeError:
        os._exit(1)  # nobody is there to hear it
    except OSError as error:
        _tell(failed=error.errno)


def _tell(**line: Any) -> None:
    with _telling:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def _opened(stream: BinaryIO, path: str, store: BinaryIO, wishes: Wishes) -> Workbook:
    kind = workbook_format(stream)
    if kind == "xlsx":
        return Xlsx(stream, store, day_first=wishes.day_first, newest=wishes.today)
    if kind != "xls":
        Parts(stream).check(MEMORY)
    from dialer.domain.importing.workbook.other import OtherWorkbook  # noqa: PLC0415 - most lists need it not

    return OtherWorkbook(Path(path), kind)


def _look(stream: BinaryIO, request: dict[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Choose the sheet and give its head."""
    with _store(request) as store:
        workbook = _opened(stream, request["path"], store, wishes)
        picked = pick(workbook, wishes)
        return {
            "format": workbook.format,
            "sheet": picked.sheet,
            "sheets": [sheet.name for sheet in workbook.sheets if not sheet.hidden],
            "hidden_sheets": [sheet.name for sheet in workbook.sheets if sheet.hidden],
            "left_out": picked.left_out,
            "whole": picked.whole,
            "hidden_rows": len(picked.hidden_rows),
            "hidden_named": picked.hidden_rows[:_ROWS_NAMED],
            "records": [(record.row, record.cells) for record in picked.records],
        }


def _convert(stream: BinaryIO, request: dict[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Write a sheet as delimited text, one record for each of its rows; whole or not at all."""
    target = Path(request["to"])
    os.nice(_NICER)
    threading.Thread(target=_tell_progress, args=(stream,), daemon=True).start()
    with _store(request) as store, target.open("x", encoding="utf-8", newline="") as file:
        workbook = _opened(stream, request["path"], store, wishes)
        rows = workbook.rows(wishes.sheet or "")
        writer = csv.writer(file)  # which quotes a carriage return too, as long as it ends lines with one
        hidden = _write(writer, rows, request["width"], include=wishes.hidden_rows)
        file.flush()
        os.fsync(file.fileno())
    return {**workbook.seen, "hidden_rows": len(hidden), "hidden_named": hidden[:_ROWS_NAMED]}


def _tell_progress(stream: BinaryIO) -> None:
    """Tell each second how much of the file was read: whoever waits keeps its claim by it."""
    size = os.fstat(stream.fileno()).st_size
    while True:
        try:
            _tell(progress=min(1.0, stream.tell() / size))
        except BrokenPipeError:  # nobody is there to hear it
            os._exit(1)
        time.sleep(_EACH_S)


def _write(writer: Any, rows: Iterator[SheetRow], width: int, *, include: bool) -> list[int]:
    """Write the rows, those without content as empty lines; returns the numbers of the hidden ones."""
    hidden, at = [], 0
    for row in rows:
        if row.hidden:
            hidden.append(row.row)
            if not include:
                continue
        for _ in range(row.row - at - 1):
            writer.writerow(())
        writer.writerow([*row.cells, *[""] * (width - len(row.cells))])
        at = row.row
    return hidden


def _store(request: dict[str, Any]) -> BinaryIO:
    folder = Path(request["path"]).parent
    return cast("BinaryIO", tempfile.TemporaryFile(dir=folder))


_DEEDS: Final = {"look": _look, "convert": _convert}

if __name__ == "__main__":
    serve()
