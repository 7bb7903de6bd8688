"""Pictures in texts: what a file is by its own header, and what of it may be shown to everybody.

A file's name and what its sender says of it count for nothing. A photograph tells where it was taken and with
what (Exif): that is left out, but for which way up it is.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

SIZE_MOST: Final = 500 * 1024
"""Bytes: a phone on a weak network still shows it at once."""
SIDE_MOST: Final = 5_000
"""Pixels: more is no picture for a phone, but memory for whoever opens it."""
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
GIF: Final = "image/gif"

_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs"}
    | {b"acTL", b"fcTL", b"fdAT", b"bKGD"}
)
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_TOLD: Final = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE}) - {0xE2}
"""Segments that tell of a picture; what it looks like needs JFIF, its colours (ICC) and Adobe's."""
_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
_MARKER: Final = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])")
"""Within a scan FF00 is a byte of it, and FFD0 to FFD7 only restart it."""
_MANY: Final = b"MPF\0"
"""The list of the pictures behind the first (CIPA DC-007)."""
_GIF_IMAGE: Final = 0x2C
_GIF_MORE: Final = 0x21
_GIF_CONTROL: Final = 0xF9
_GIF_END: Final = 0x3B
_EXIF: Final = b"Exif\0\0"
_ORIENTATION: Final = 0x0112


class NoPictureError(ValueError):
    """It can't be shown; the message says why, to whoever sent it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file is, how large, and its bytes as they may be shown."""

    content_type: str
    width: int
    height: int
    data: bytes = field(repr=False)


def read_picture(data: bytes, size_most: int = SIZE_MOST) -> Picture:
    """What a file is. Raises NoPictureError for one that is no picture, is cut off or too large."""
    if len(data) > size_most:
        raise NoPictureError(f"The file may have {size_most // 1024} kB at most.")
    try:
        found = _read(data)
    except (IndexError, struct.error):
        raise NoPictureError("The picture is cut off.") from None
    if not (1 <= found.width <= SIDE_MOST and 1 <= found.height <= SIDE_MOST):
        raise NoPictureError(f"Each side may have {SIDE_MOST:,} pixels at most.")
    return found


def _read(data: bytes) -> Picture:
    if data.startswith(_PNG_HEAD):
        return _png(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return _gif(data)
    raise NoPictureError("This is neither JPEG, PNG nor GIF.")


def _png(data: bytes) -> Picture:
    chunks = list(_chunks(data))
    names = [name for name, _ in chunks]
    if names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"] or b"IDAT" not in names:
        raise NoPictureError("The picture is cut off, or damaged.")
    width, height = struct.unpack(">II", chunks[0][1][:8])
    kept = (_chunk(name, inside) for name, inside in chunks if name in _PNG_KEPT)
    return Picture(PNG, width, height, _PNG_HEAD + b"".join(kept))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG_HEAD)
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        inside = data[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", data[at + 8 + size : at + 12 + size])
        if check != zlib.crc32(name + inside):
            raise NoPictureError("The picture is damaged.")
        yield name, inside
        if name == b"IEND":
            return
        at += 12 + size


def _chunk(name: bytes, inside: bytes) -> bytes:
    return struct.pack(">I", len(inside)) + name + inside + struct.pack(">I", zlib.crc32(name + inside))


def _jpeg(data: bytes) -> Picture:
    kept, sides, is_told = [b"\xff\xd8"], (0, 0), False
    for marker, inside, scan in _segments(data):
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", inside[1:5])
            sides = (width, height)
        if marker == 0xE1 and inside.startswith(_EXIF):
            kept.append(b"" if is_told else _upright(inside[len(_EXIF) :]))
            is_told = True
        elif marker not in _JPEG_TOLD and not (marker == 0xE2 and inside.startswith(_MANY)):
            kept.append(_segment(marker, inside) + scan)
    if sides == (0, 0):
        raise NoPictureError("The picture is damaged.")
    return Picture(JPEG, *sides, b"".join([*kept, b"\xff\xd9"]))


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each segment's marker, its inside, and the image's own data behind it where it starts a scan, up to the
    end of the first image. What stands behind that are previews and other takes, each with what a camera
    tells of it: nobody is shown those.
    """
    at = 2
    while (marker := data[at + 1]) != _END_OF_IMAGE or data[at] != 0xFF:
        if data[at] != 0xFF:
            raise NoPictureError("The picture is damaged.")
        if marker == 0xFF:  # a byte that only fills
            at += 1
            continue
        (size,) = struct.unpack(">H", data[at + 2 : at + 4])
        inside = data[at + 4 : at + 2 + size]
        if size < 2 or len(inside) != size - 2:
            raise NoPictureError("The picture is cut off.")
        at += 2 + size
        ends = _end_of_scan(data, at) if marker == _START_OF_SCAN else at
        yield marker, inside, data[at:ends]
        at = ends


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the data of a scan end: at the first marker that isn't a part of them."""
    found = _MARKER.search(data, at)
    if found is None:
        raise NoPictureError("The picture is cut off.")
    return found.start()


def _segment(marker: int, inside: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(inside) + 2) + inside


def _upright(told: bytes) -> bytes:
    """An Exif segment that says nothing but which way up the picture is; empty where it stands as it is."""
    order = {b"II": "<", b"MM": ">"}.get(told[:2])
    if order is None:
        return b""
    (at,) = struct.unpack(f"{order}I", told[4:8])
    (count,) = struct.unpack(f"{order}H", told[at : at + 2])
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, _, value = struct.unpack(f"{order}HHIH", told[entry : entry + 10])
        if (tag, kind) == (_ORIENTATION, 3) and 2 <= value <= 8:
            entry_of_it = struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, value, 0, 0)
            return _segment(0xE1, _EXIF + b"MM\0*" + struct.pack(">I", 8) + entry_of_it)
    return b""


def _gif(data: bytes) -> Picture:
    """Its images, and how often they are shown (NETSCAPE2.0); comments and what else programs write go."""
    width, height = struct.unpack("<HH", data[6:10])
    at = 13 + _colours(data[10])
    kept = [data[:at]]
    while data[at] != _GIF_END:
        begin, at = at, _end_of_block(data, at)
        block = data[begin:at]
        if block[0] == _GIF_IMAGE or block[1] == _GIF_CONTROL or block[2:14] == b"\x0bNETSCAPE2.0":
            kept.append(block)
    return Picture(GIF, width, height, b"".join([*kept, b";"]))


def _end_of_block(data: bytes, at: int) -> int:
    """Where an image or an extension ends: behind its last piece, which is empty."""
    if data[at] == _GIF_IMAGE:
        at += 11 + _colours(data[at + 9])
    elif data[at] == _GIF_MORE:
        at += 2
    else:
        raise NoPictureError("The picture is damaged.")
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _colours(packed: int) -> int:
    """Bytes of the table of colours that a GIF's flags tell of."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0
