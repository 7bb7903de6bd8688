"""What a file in a container is: a workbook of one kind or another, or something else altogether."""

import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

from dialer.domain.importing.encoding import NotText

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "a password-protected workbook. Open it, save it without its password"
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_END: Final = 0xFFFFFFFA
_DIRECTORY_MOST: Final = 256
_ENTRY: Final = 128
_SHIFTS: Final = (9, 12)  # sectors of 512 or 4,096 bytes
_IN_ZIP: Final = (
    ("word/", "a Word document"),
    ("ppt/", "a presentation"),
    ("index/document.iwa", "an Apple Numbers document. Export it as Excel or CSV"),
    ("meta-inf/manifest.mf", "a program"),
)
_IN_OLE: Final = (
    ("encryptedpackage", _LOCKED),
    ("worddocument", "a Word document"),
    ("powerpoint document", "a presentation"),
    ("__properties_version1.0", "an email saved from Outlook"),
)


def is_container(head: bytes) -> bool:
    """Tell whether a file begins as workbooks do."""
    return head.startswith((ZIP, OLE))


def workbook_format(stream: BinaryIO) -> str:
    """Name the kind of workbook: `xlsx`, `xlsb`, `ods` or `xls`. Raises NotText for what is none."""
    stream.seek(0)
    if stream.read(len(ZIP)) == ZIP:
        return _in_zip(stream)
    return _in_ole(stream)


def _in_zip(stream: BinaryIO) -> str:
    try:
        archive = zipfile.ZipFile(stream)
        names = {name.replace("\\", "/").lower() for name in archive.namelist()}
        if "mimetype" in names and archive.open("mimetype").read(len(_ODS) + 1).strip() == _ODS:
            return "ods"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, ValueError) as error:
        raise NotText("a damaged workbook or archive. Save it anew") from error
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "[content_types].xml" in names and any(name.endswith("/workbook.xml") for name in names):
        return "xlsx"
    for start, what in _IN_ZIP:
        if any(name.startswith(start) for name in names):
            raise NotText(what)
    raise NotText("an archive. Unpack it and send the list that is in it")


def _in_ole(stream: BinaryIO) -> str:
    names = {name.lower() for name in _ole_names(stream)}
    for name, what in _IN_OLE:
        if name in names:
            raise NotText(what)
    if names & {"workbook", "book"}:
        return "xls"
    raise NotText("an old office file")


def _ole_names(stream: BinaryIO) -> Iterator[str]:
    """The names in a compound file's directory ([MS-CFB] 2.6), whose sectors its table chains."""
    stream.seek(0)
    header = stream.read(512)
    if len(header) < 512 or header[30] not in _SHIFTS:
        raise NotText("a damaged old office file")
    size = 1 << header[30]
    (sector,) = struct.unpack_from("<I", header, 48)
    tables = struct.unpack_from("<109I", header, 76)
    for _ in range(_DIRECTORY_MOST):
        if sector >= _END:
            return
        yield from _entries(_sector(stream, sector, size))
        index, place = divmod(sector, size // 4)
        table = _sector(stream, tables[index], size) if index < len(tables) else b""
        if len(table) < size:
            return
        (sector,) = struct.unpack_from("<I", table, place * 4)


def _sector(stream: BinaryIO, number: int, size: int) -> bytes:
    stream.seek((number + 1) * size)
    return stream.read(size)


def _entries(sector: bytes) -> Iterator[str]:
    for at in range(0, len(sector) - _ENTRY + 1, _ENTRY):
        length = min(int.from_bytes(sector[at + 64 : at + 66], "little"), 64)
        if length > 2:
            yield sector[at : at + length - 2].decode("utf-16-le", "replace")
