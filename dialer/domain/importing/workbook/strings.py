"""The texts that a workbook's cells share, by number, in bounded memory."""

import re
from array import array
from typing import BinaryIO, Final
from xml.parsers import expat

from dialer.domain.importing.delimited import MAX_CELL
from dialer.domain.importing.workbook.xml import (
    PIECE,
    Attributes,
    DamagedWorkbook,
    check_depth,
    hardened,
    local,
)

_REMEMBERED: Final = 20_000
_SHORT: Final = 200
_MOST: Final = 8_000_000
"""So many different texts are eight bytes each in memory; a list of a million people has about five."""

_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Put back the characters that a workbook writes by number (`_x000D_`)."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)


class SharedStrings:
    """Texts by number, read from their part only as far as they are asked for.

    They lie in `store`, a file of our own, so that memory doesn't grow with them but by their places.
    """

    def __init__(self, part: BinaryIO | None, store: BinaryIO) -> None:
        self._part = part
        self._store = store
        self._places = array("Q", [0])
        self._recent: dict[int, str] = {}
        self._text: list[str] = []
        self._length = 0
        self._others = 0
        self._parser = hardened()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._wanted = False
        self._aside = False

    def get(self, number: int) -> str:
        """The text of that number. Raises DamagedWorkbook where there is none."""
        text = self._recent.get(number)
        if text is None:
            text = self._read(number)
            if len(text) <= _SHORT:
                if len(self._recent) >= _REMEMBERED:
                    self._recent.clear()
                self._recent[number] = text
        return text

    def _read(self, number: int) -> str:
        while number >= len(self._places) - 1:
            self._read_on()
        if number < 0:
            raise DamagedWorkbook("a damaged workbook")
        start, end = self._places[number], self._places[number + 1]
        self._store.seek(start)
        return unescape(self._store.read(end - start).decode())

    def _read_on(self) -> None:
        piece = self._part.read(PIECE) if self._part else b""
        if not piece:
            raise DamagedWorkbook("a damaged workbook: a text is missing")
        self._store.seek(self._places[-1])
        try:
            self._parser.Parse(piece)
        except expat.ExpatError as error:
            raise DamagedWorkbook("a damaged workbook") from error

    def _start(self, name: str, _attributes: Attributes) -> None:
        if ":" in name:
            name = local(name)
        if name == "rPh":  # how to pronounce it, beside the text
            self._aside = True
        elif name == "t":
            self._wanted = not self._aside
        elif name != "si":
            self._others += 1
            check_depth(self._others)

    def _end(self, name: str) -> None:
        if ":" in name:
            name = local(name)
        if name == "t":
            self._wanted = False
        elif name == "rPh":
            self._aside = False
        elif name == "si":
            self._keep("".join(self._text)[: MAX_CELL + 1])
            self._text.clear()
            self._length = 0
        else:
            self._others -= 1

    def _data(self, text: str) -> None:
        if self._wanted and self._length <= MAX_CELL:
            self._text.append(text)
            self._length += len(text)

    def _keep(self, text: str) -> None:
        if len(self._places) > _MOST:
            raise DamagedWorkbook("a workbook with too many different texts. Save its sheet as CSV (UTF-8)")
        written = self._store.write(text.encode())
        self._places.append(self._places[-1] + written)
