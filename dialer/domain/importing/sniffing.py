"""How a delimited file is written: its encoding and what stands between its cells."""

import csv
import io
import re
from collections import Counter
from typing import BinaryIO, Final

from dialer.domain.importing.delimited import TextFormat, open_text
from dialer.domain.importing.encoding import detect_encoding

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAYABLE: Final = frozenset(",;|:^~#")
_LINE_END: Final = re.compile(r"[\r\n]")
_SAMPLE: Final = 64 * 1024
_ROWS: Final = 300


def _widths(sample: str, delimiter: str) -> Counter[int]:
    try:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
        return Counter(len(row) for row, _ in zip(rows, range(_ROWS), strict=False) if any(row))
    except csv.Error:
        return Counter()


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """Rate a delimiter: by the share of rows that agree on a width, then by that width."""
    widths = _widths(sample, delimiter)
    several = Counter({width: count for width, count in widths.items() if width > 1})
    if not several:
        return (0.0, 0)
    width, count = several.most_common(1)[0]
    return (round(count / sum(widths.values()), 1), width)


def sniff_delimiter(sample: str) -> tuple[str, bool]:
    """Tell what stands between cells, and whether a leading `sep=` line says so. One column: a comma."""
    first, *_ = _LINE_END.split(sample, maxsplit=1)
    said = first.strip().strip('"')
    if said.lower().startswith("sep=") and said[len("sep=") :] in _SAYABLE:
        return said[-1], True
    if first.rstrip("\r\n").lower().lstrip('"').startswith("sep=\t"):
        return "\t", True
    return max(_DELIMITERS, key=lambda delimiter: _score(sample, delimiter)), False


def sniff(stream: BinaryIO, within: int | None = None) -> TextFormat:
    """Examine a whole file once, in bounded memory, or its first `within` bytes alone.

    Raises NotText when it is no text.
    """
    encoding = detect_encoding(stream, within)
    text = open_text(stream, encoding)
    sample = text.read(_SAMPLE)
    text.detach()
    delimiter, sep_line = sniff_delimiter(sample)
    return TextFormat(encoding, delimiter, sep_line)
