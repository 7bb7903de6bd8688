"""Records of delimited text (CSV and its cousins), one at a time in bounded memory."""

import csv
import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, starmap
from typing import BinaryIO, Final, NamedTuple

from dialer.domain.importing.issues import Reason

MAX_COLUMNS: Final = 512
MAX_CELL: Final = 32_767
_MAX_LINE: Final = 1 << 20
_BATCH: Final = 1024
_LINE_ENDS: Final = "\r\n"
_LOST: Final = re.compile(r"[\ud800-\udfff\ufffd\0]")

csv.field_size_limit(2 * _MAX_LINE)


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How a delimited file is written. `sep_line`: it begins with a line `sep=;`.

    `of_sheet`: it is a workbook's sheet, written by us with one record for each of its rows, so that a
    row's number is its line as well.
    """

    encoding: str
    delimiter: str
    sep_line: bool = False
    of_sheet: bool = False


SHEET_FORM: Final = TextFormat("utf-8", ",", of_sheet=True)
"""How we write a workbook's sheet."""


class Record(NamedTuple):
    """One row of a file. `row` counts records and `line` lines of the file, both from 1.

    `fault` says what kept it from being read as it should. A record that can't even be split into
    cells is not `split`: its one cell is then its text.
    """

    row: int
    line: int
    cells: list[str]
    fault: Reason | None = None
    split: bool = True


class _Raw(NamedTuple):
    line: int
    text: str
    fault: Reason | None = None


def has_lost_letters(text: str) -> bool:
    """Tell whether bytes of this text could not be read as letters."""
    if text.isascii():
        return "\0" in text
    try:
        text.encode()  # fails at half of a letter, in a fiftieth of the time that looking for one takes
    except UnicodeEncodeError:
        return True
    return "\0" in text or "\ufffd" in text


def show_lost_letters(text: str) -> str:
    """Put the sign for an unreadable letter where one is: text that any database takes."""
    return _LOST.sub("\ufffd", text) if has_lost_letters(text) else text


def open_text(stream: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """Open bytes as text: unreadable ones stay visible as lone surrogates, and line ends are kept."""
    stream.seek(0)
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    return io.TextIOWrapper(stream, encoding, errors=errors, newline="")


def _lines(text: io.TextIOWrapper) -> Iterator[_Raw]:
    number = 0
    while line := text.readline(_MAX_LINE):
        number += 1
        if len(line) < _MAX_LINE or line[-1] in _LINE_ENDS:
            yield _Raw(number, line)
            continue
        while (rest := text.readline(_MAX_LINE)) and rest[-1] not in _LINE_ENDS:
            pass
        yield _Raw(number, line[:MAX_CELL], Reason.VALUE_TOO_LONG)


class _Quotes:
    """Where quoted cells begin and end, for one delimiter. Only a quote at the start of a cell opens one."""

    def __init__(self, delimiter: str) -> None:
        edge = re.escape(delimiter)
        cell = rf' *+(?:"(?:[^"]|"")*+"[^{edge}\r\n]*+|(?!")[^{edge}\r\n]*+)'
        strict = rf' *+(?:"(?:[^"]|"")*+" *+|(?!")[^{edge}\r\n]*+)'
        self.loose = re.compile(rf"{cell}(?:{edge}{cell})*+[\r\n]*")
        self.strict = re.compile(rf"{strict}(?:{edge}{strict})*+[\r\n]*")

    def closed(self, text: str) -> bool:
        return self.loose.fullmatch(text) is not None


def _records(lines: Iterator[_Raw], quotes: _Quotes) -> Iterator[_Raw]:
    """Join the lines of each record: a quoted cell may hold line breaks.

    A quote that nothing closes within the bounds of a cell, or whose end isn't followed by the end
    of the cell, breaks its own line only: that line is reported and reading goes on after it.
    """
    pending: list[_Raw] = []
    while True:
        raw = pending.pop(0) if pending else next(lines, None)
        if raw is None:
            return
        if raw.fault or '"' not in raw.text or quotes.closed(raw.text):
            yield raw
            continue
        taken = _gather(raw, pending, lines, quotes)
        if taken:
            yield _Raw(raw.line, raw.text + "".join(part.text for part in pending[:taken]))
            del pending[:taken]
        else:
            yield raw._replace(fault=Reason.UNDECODABLE)


def _gather(first: _Raw, pending: list[_Raw], lines: Iterator[_Raw], quotes: _Quotes) -> int:
    """Count how many lines after `first` close its quote (0: none does), reading ahead into `pending`."""
    text, taken = first.text, 0
    while len(text) <= len(first.text) + MAX_CELL:
        if taken == len(pending):
            following = next(lines, None)
            if following is None:
                return 0
            pending.append(following)
        text += pending[taken].text
        taken += 1
        if '"' in pending[taken - 1].text and quotes.closed(text):
            return taken if quotes.strict.fullmatch(text) else 0
    return 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a file from row `start` on, not split into cells yet: little to hand to another process.

    `faults` are of the rows at those places among them that can't be split.
    """

    start: int
    lines: list[int]
    texts: list[str]
    faults: dict[int, Reason]
    form: TextFormat

    @property
    def end(self) -> int:
        """The first row after them."""
        return self.start + len(self.texts)

    def split(self) -> list[Record]:
        """Split each into its cells."""
        texts = self.texts
        if self.faults:
            texts = ["" if place in self.faults else text for place, text in enumerate(texts)]
        lines = range(self.start, self.end) if self.form.of_sheet else self.lines
        split = csv.reader(texts, delimiter=self.form.delimiter, skipinitialspace=True)
        rows = list(split)
        widest = max(map(len, rows), default=0)
        records = list(starmap(Record, zip(range(self.start, self.end), lines, rows, strict=True)))
        if self.faults or widest > MAX_COLUMNS or has_lost_letters("".join(texts)):
            return list(map(self._judged, records))
        return records

    def _judged(self, record: Record) -> Record:
        place = record.row - self.start
        text = self.texts[place]
        if fault := self.faults.get(place):
            return record._replace(cells=[text.rstrip(_LINE_ENDS)], fault=fault, split=False)
        return record._replace(cells=record.cells[:MAX_COLUMNS], fault=_fault_of(text, record.cells))


def _fault_of(text: str, cells: list[str]) -> Reason | None:
    if len(cells) > MAX_COLUMNS:
        return Reason.LONG_ROW
    return Reason.UNDECODABLE if has_lost_letters(text) else None


def read_rows(stream: BinaryIO, form: TextFormat, start: int = 1, count: int = _BATCH) -> Generator[Rows]:
    """Read the rows of a file from row `start` on, so many at a time, without splitting them.

    No more than a cell's bound of text is held for a quote that is never closed, and no more than
    a mebibyte for a line that never ends.
    """
    text = open_text(stream, form.encoding)
    start = max(start, 1 + form.sep_line)
    try:
        raws = islice(_records(_lines(text), _Quotes(form.delimiter)), start - 1, None)
        while batch := list(islice(raws, count)):
            lines, texts, faults = zip(*batch, strict=True)
            bad = {place: fault for place, fault in enumerate(faults) if fault}
            rows = Rows(start, list(lines), list(texts), bad, form)
            yield rows
            start = rows.end
    finally:
        text.detach()  # the stream is the caller's to close


def read_records(stream: BinaryIO, form: TextFormat) -> Generator[Record]:
    """Read every record of a file, blank ones too, from the start."""
    with closing(read_rows(stream, form)) as everything:
        for rows in everything:
            yield from rows.split()
