"""Answers that are files for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, request


def wants_csv() -> bool:
    """Whether the client would rather have CSV than JSON."""
    return request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv"


def csv_response(lines: Iterable[str], filename: str) -> Response:
    """Lines of CSV as a file, sent as they are made."""
    response = Response(lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
