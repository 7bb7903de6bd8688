"""A workbook's dates and times as their formats show them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dialer.domain.importing.values import read_date
from dialer.domain.importing.workbook.number_format import NumberFormat, Token, plain

_DAY_S: Final = 86_400
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LAST: Final = Decimal(2_958_466)
"""The day after 31 December 9999, from 1900."""

_ELAPSED_S: Final = {"h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class Calendar:
    """From when a workbook counts its days, and how its readers write and understand dates."""

    from_1904: bool
    day_first: bool
    newest: dt.date

    def instant(self, serial: Decimal) -> dt.datetime | None:
        """The date and time on the wall of a serial number, to the millisecond; None where there is none.

        Counted from 1900 the days before March are one off: Lotus 1-2-3 took 1900 for a leap year, and
        Excel keeps to it (its 29 February 1900 never was).
        """
        if not 0 <= serial < _LAST:
            return None
        if self.from_1904:
            start = dt.datetime(1904, 1, 1, tzinfo=dt.UTC)
        elif serial >= 61:
            start = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
        elif serial >= 60:
            return None
        else:
            start = dt.datetime(1899, 12, 31, tzinfo=dt.UTC)
        ms = int((serial * _DAY_S * 1000).quantize(Decimal(1), ROUND_HALF_UP))
        return start + dt.timedelta(milliseconds=ms)

    def show(self, serial: Decimal, form: NumberFormat) -> str:
        """Write a date as its format does; where that would be read as another day, as year-month-day."""
        at = self.instant(serial)
        if at is None:
            return plain(serial)
        tokens = _minutes_told_apart(form.sections[0].tokens)
        shown = "".join(_pieces(tokens, at, serial)).strip()
        if not any(token.kind == "date" and token.text[0] in "yd" for token in tokens):
            return shown
        if read_date(shown, day_first=self.day_first, newest=self.newest) == at.date():
            return shown
        return f"{at:%Y-%m-%d}" if at.time() == dt.time() else f"{at:%Y-%m-%d %H:%M:%S}"


def _minutes_told_apart(tokens: tuple[Token, ...]) -> list[Token]:
    """Name minutes apart from months: they stand behind hours or before seconds."""
    told = list(tokens)
    places = [index for index, token in enumerate(tokens) if token.kind in {"date", "elapsed"}]
    for before, index, behind in zip([None, *places], places, [*places[1:], None], strict=False):
        if tokens[index].kind != "date" or tokens[index].text[0] != "m" or len(tokens[index].text) > 2:
            continue
        after_hours = before is not None and tokens[before].text[0] == "h"
        before_seconds = behind is not None and tokens[behind].text[0] == "s"
        if after_hours or before_seconds:
            told[index] = Token("minutes", tokens[index].text)
    return told


def _pieces(tokens: list[Token], at: dt.datetime, serial: Decimal) -> Iterator[str]:
    halves = any(token.kind == "half" for token in tokens)
    for kind, text in tokens:
        if kind == "date":
            yield _date_piece(text, at, halves=halves)
        elif kind == "minutes":
            yield f"{at.minute:0{len(text)}}"
        elif kind == "elapsed":
            seconds = int((serial * _DAY_S).quantize(Decimal(1), ROUND_HALF_UP))
            yield f"{seconds // _ELAPSED_S[text[0]]:0{len(text)}}"
        elif kind == "half":
            name = "AM" if at.hour < 12 else "PM"
            yield name if len(text) > len("A/P") else name[0]
        elif kind == "place":
            yield f"{at.microsecond:06}"[0]
        else:
            yield text


def _date_piece(text: str, at: dt.datetime, *, halves: bool) -> str:
    what, length = text[0], len(text)
    if what == "y":
        return f"{at.year:04}" if length > 2 else f"{at.year % 100:02}"
    if what == "m" and length > 2:
        name = _MONTHS[at.month - 1]
        return {3: name[:3], 4: name}.get(length, name[0])
    if what == "d" and length > 2:
        name = _DAYS[at.weekday()]
        return name[:3] if length == 3 else name
    hour = (at.hour % 12 or 12) if halves else at.hour
    number = {"m": at.month, "d": at.day, "h": hour, "s": at.second}[what]
    return f"{number:0{min(length, 2)}}"
