"""Answers that are files for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from flask import Response, request

_PIECE: Final = 1 << 16


def wants_csv() -> bool:
    """Whether the client would rather have CSV than JSON."""
    return request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv"


def csv_response(lines: Iterable[str], filename: str) -> Response:
    """Lines of CSV as a file, sent as they are made."""
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def private_file(path: Path, filename: str, media_type: str, *, before: bytes = b"") -> Response:
    """A file of ours, sent piece by piece and kept by nobody on the way; `before` goes in front of it."""
    size = len(before) + path.stat().st_size
    response = Response(_pieces(path.open("rb"), before), mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Content-Length"] = str(size)
    response.headers["Cache-Control"] = "no-store"
    return response


def _pieces(file: BinaryIO, before: bytes) -> Iterator[bytes]:
    with file:
        yield before
        while piece := file.read(_PIECE):
            yield piece
