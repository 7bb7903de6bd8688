"""Little workbooks for tests: of every kind that we read, and of those that only look like one."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import openpyxl
import xlwt

CONTENT_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
)
ODS = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(
    sheets: Mapping[str, Iterable[Sequence[Any]]], change: Callable[[openpyxl.Workbook], None] | None = None
) -> bytes:
    """An Excel workbook as openpyxl writes it; `change` may do what it likes with it before that."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def handmade(sheet: str, strings: str = "", styles: str = "", prefix: str = "") -> bytes:
    """An Excel workbook of one sheet `People` whose XML is given."""
    p = f"{prefix}:" if prefix else ""
    xmlns = f"xmlns{':' + prefix if prefix else ''}"
    parts = {
        "[Content_Types].xml": CONTENT_TYPES.decode(),
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="a" Type="{_DOCUMENT}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<{p}workbook {xmlns}="{_MAIN}" xmlns:r="{_DOCUMENT}"><{p}sheets>'
        f'<{p}sheet name="People" sheetId="1" r:id="s"/></{p}sheets></{p}workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="s" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="t" Type="{_DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="y" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<{p}worksheet {xmlns}="{_MAIN}">{sheet}</{p}worksheet>',
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>'
    return packed(parts)


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def xls(rows: Iterable[Sequence[Any]], hidden: bool = False) -> bytes:
    """An Excel 97 workbook."""
    book = xlwt.Workbook()
    if hidden:
        book.add_sheet("Old").visibility = 1
    sheet = book.add_sheet("People")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    if hidden:
        book.active_sheet = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(values: Iterable[Sequence[str | float]], rows: int = 1, columns: int = 1) -> bytes:
    """An OpenDocument spreadsheet, each of its rows and cells repeated so often."""
    times = f' table:number-columns-repeated="{columns}"'
    cells = "".join(
        f'<table:table-row table:number-rows-repeated="{rows}">'
        + "".join(_ods_cell(value, times) for value in row)
        + "</table:table-row>"
        for row in values
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="People">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed({"mimetype": ODS, "META-INF/manifest.xml": _manifest(), "content.xml": content})


def locked_ods() -> bytes:
    """An OpenDocument spreadsheet with a password."""
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    return packed({"mimetype": ODS, "META-INF/manifest.xml": _manifest(entry), "content.xml": b"\0\x11"})


def _manifest(entries: str = "") -> str:
    return f'<manifest:manifest xmlns:manifest="{_MANIFEST}">{entries}</manifest:manifest>'


def _ods_cell(value: str | float, times: str) -> str:
    kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
    start = f'<table:table-cell{times} office:value-type="{kind}">'
    return f"{start}<text:p>{value}</text:p></table:table-cell>"


def xlsb(rows: Iterable[Sequence[str | float]]) -> bytes:
    """An Excel binary workbook ([MS-XLSB]) of one sheet."""
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, 99, 0, 9)) + _record(145)
    for at, row in enumerate(rows):
        sheet += _record(0, struct.pack("<I", at) + bytes(13))
        for column, value in enumerate(row):
            place = struct.pack("<2I", column, 0)
            if isinstance(value, str):
                sheet += _record(6, place + _wide(value))
            else:
                sheet += _record(5, place + struct.pack("<d", value))
    bundle = struct.pack("<2I", 0, 1) + _wide("s") + _wide("People")
    book = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    relation = f'<Relationship Id="s" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.bin"/>'
    return packed(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_PACKAGE}">{relation}</Relationships>',
            "xl/worksheets/sheet1.bin": sheet + _record(146) + _record(130),
        }
    )


def _record(kind: int, data: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return number + bytes([len(data)]) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def compound(*names: str) -> bytes:
    """The beginning of an old office file with streams of these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[30] = 9
    header[48:52] = (1).to_bytes(4, "little")
    table = (0xFFFFFFFD).to_bytes(4, "little") + (0xFFFFFFFE).to_bytes(4, "little") * 127
    directory = b"".join(_entry(name) for name in ("Root Entry", *names)).ljust(512, b"\0")
    return bytes(header) + table + directory


def _entry(name: str) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + len(text).to_bytes(2, "little") + bytes(62)
