"""By what a list is known again: its headers, in order, however they are written."""

import hashlib
from collections.abc import Sequence
from typing import Final

from dialer.domain.importing.header import REPORT_COLUMNS, clean_header
from dialer.domain.importing.vocabulary import squash

_BETWEEN: Final = "\x1f"


def headers_key(headers: Sequence[str]) -> str | None:
    """Name the lists that have these headers in this order; case, accents, spaces and punctuation aside.

    What our own report adds behind a list's columns doesn't count: mended rows go by the mapping of the
    list that they are from. None where there is no header with a letter or a figure in it.
    """
    own = list(map(clean_header, headers))
    if tuple(map(str.casefold, own[-len(REPORT_COLUMNS) :])) == REPORT_COLUMNS:
        own = own[: -len(REPORT_COLUMNS)]
    folded = list(map(squash, own))
    if not any(folded):
        return None
    return hashlib.sha256(_BETWEEN.join(folded).encode()).hexdigest()
