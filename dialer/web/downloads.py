"""Answers that are files for a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from flask import Response, request

_PIECE: Final = 1 << 16


def wants_csv() -> bool:
    """Whether the client would rather have CSV than JSON."""
    return request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv"


def wants_html() -> bool:
    """Whether the client would rather have a page to print than JSON or CSV."""
    offered = ["application/json", "text/csv", "text/html"]
    return request.accept_mimetypes.best_match(offered) == "text/html"


def csv_response(lines: Iterable[str], filename: str) -> Response:
    """Lines of CSV as a file, sent as they are made."""
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def private_file(file: BinaryIO, filename: str, media_type: str, *, before: bytes = b"") -> Response:
    """An open file of ours, sent in pieces and kept by nobody on the way; `before` goes in front of it."""
    size = len(before) + os.fstat(file.fileno()).st_size
    response = Response(_pieces(file, before), mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Content-Length"] = str(size)
    response.call_on_close(file.close)  # a HEAD reads nothing
    response.headers["Cache-Control"] = "no-store"
    return response


def _pieces(file: BinaryIO, before: bytes) -> Iterator[bytes]:
    with file:
        yield before
        while piece := file.read(_PIECE):
            yield piece
