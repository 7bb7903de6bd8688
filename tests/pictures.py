"""Pictures as files: small, with and without what cameras and editors write beside them."""

from __future__ import annotations

import struct
import zlib

EXIF = b"Exif\0\0"


def png(width: int = 3, height: int = 2, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG file, grey, with more chunks before its image."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(min(width, 9)) for _ in range(min(height, 9))))
    chunks = [(b"IHDR", head), *more, (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(inside)) + name + inside + struct.pack(">I", zlib.crc32(name + inside))
        for name, inside in chunks
    )


def segment(marker: int, inside: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(inside) + 2) + inside


def exif(order: str, orientation: int, secret: bytes = b"51.4816N") -> bytes:
    """What a camera writes: which way up, and something that nobody should be told."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    entries = struct.pack(f"{order}HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    return segment(0xE1, EXIF + head + entries + secret)


def jpeg(*told: bytes, width: int = 40, height: int = 30) -> bytes:
    """A JPEG file in outline, with these segments first."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\x34\xff\0\x56"
    return (
        b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + b"".join(told) + frame + scan + b"\xff\xd9"
    )


def gif(width: int = 5, height: int = 4) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b",\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;"
