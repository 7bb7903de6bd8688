"""Which letters a file's bytes stand for: by BOM, else UTF-8, else Windows-1252; never by language."""

import codecs
import re
from dataclasses import dataclass, field
from typing import BinaryIO, Final

_CHUNK: Final = 1 << 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_KINDS: Final = (
    (b"PK\x03\x04", "a spreadsheet or an archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document with layout"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
)
_ODD_CONTROL: Final = re.compile(rb"[\x01-\x08\x0e-\x19\x1b-\x1f\x7f]")
_ODD_SHARE_MAX: Final = 0.01
_HIGH: Final = re.compile(r"[\x80-\ud7ff\ue000-\U0010ffff]")
_LOST: Final = re.compile(r"[\udc80-\udcff]")
_NO_LETTER: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd\ufffe\uffff]")
_HALF_EMPTY: Final = 0.4


class NotText(ValueError):  # noqa: N818 - the name says what it is
    """The bytes are no text; the message says what they are instead."""


@dataclass(slots=True)
class _Tally:
    """What has been seen of a file so far."""

    size: int = 0
    odd: int = 0
    high: int = 0
    lost: int = 0
    line: int = 1
    decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("surrogateescape")
    )

    def add(self, chunk: bytes, final: bool) -> None:
        nul = chunk.find(b"\0")
        if nul >= 0:
            if chunk.count(b"\0") > len(chunk) * _HALF_EMPTY:
                raise NotText("a UTF-16 file without its mark (BOM)")
            line = self.line + chunk[:nul].count(b"\n")
            raise NotText(f"a file with a NUL byte on line {line}")
        self.size += len(chunk)
        self.line += chunk.count(b"\n")
        self.odd += len(_ODD_CONTROL.findall(chunk))
        text = self.decoder.decode(chunk, final)
        if not text.isascii():
            self.lost += len(_LOST.findall(text))
            self.high += len(_HIGH.findall(text))

    def encoding(self) -> str:
        if not self.size:
            raise NotText("an empty file")
        if self.odd > self.size * _ODD_SHARE_MAX:
            raise NotText("a file of bytes that are no letters")
        # A UTF-8 file with a few broken letters stays UTF-8, and its broken rows are reported;
        # one whose every accented letter breaks was never UTF-8.
        return "utf-8" if self.high >= self.lost else "cp1252"


def _refuse_other_kinds(head: bytes) -> None:
    start = head.lstrip().lower()
    for mark, kind in _OTHER_KINDS:
        if start.startswith(mark.lower()):
            raise NotText(kind)


def detect_encoding(stream: BinaryIO, within: int | None = None) -> str:
    """Read a file in bounded memory and name its encoding: `utf-8`, `utf-8-sig`, `utf-16`, `cp1252`.

    All of it counts, or its first `within` bytes. Raises NotText for an empty file, NUL bytes, UTF-16
    without its BOM, and files that are something else.
    """
    stream.seek(0)
    head = stream.read(_CHUNK)
    bom, name = next(((bom, name) for bom, name in _BOMS if head.startswith(bom)), (b"", ""))
    if name == "utf-32":
        raise NotText("a UTF-32 file")
    if name == "utf-16":
        _refuse_no_utf_16(head)
        return name
    _refuse_other_kinds(head[:256])
    found = _tally(stream, head[len(bom) :], within).encoding()
    return name or found


def _refuse_no_utf_16(head: bytes) -> None:
    """Two bytes of a mark are soon found by chance: what follows must be letters."""
    if len(head) == len(codecs.BOM_UTF16_LE):
        raise NotText("an empty file")
    text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if len(_NO_LETTER.findall(text)) > max(1, len(text) * _ODD_SHARE_MAX):
        raise NotText("a file of bytes that are no letters")


def _tally(stream: BinaryIO, chunk: bytes, within: int | None) -> _Tally:
    tally = _Tally()
    while chunk:
        following = b"" if within is not None and stream.tell() >= within else stream.read(_CHUNK)
        tally.add(chunk, final=not following and within is None)
        chunk = following
    return tally
