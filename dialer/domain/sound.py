"""Sounds that are played on the phone: what a file is and how long it lasts, by its own header.

A file's name and what its sender says of it count for nothing. WAV and MP3 are what the carrier plays and
browsers make (twilio.com/docs/voice/twiml/play).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

SIZE_MOST: Final = 3 * 1024 * 1024
"""Bytes: a minute and a half of WAV in telephone quality has half of it."""
SECONDS_LEAST: Final = 1.0
SECONDS_MOST: Final = 90.0
WAV: Final = "audio/wav"
MP3: Final = "audio/mpeg"

_PCM, _ALAW, _ULAW, _EXTENSIBLE = 1, 6, 7, 0xFFFE
_WAV_CODES: Final = {_PCM: (8, 16, 24), _ALAW: (8,), _ULAW: (8,)}
_RATES: Final = range(8_000, 48_001)
_MP3_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_MP3_KBIT: Final = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_WHOLE_SHARE: Final = 0.9
"""Share of a file that must be frames for it to be MP3: what else there is are tags."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a file is, and how long it lasts."""

    content_type: str
    seconds: float


class NoSoundError(ValueError):
    """It can't be played; the message says why, to whoever sent it."""


def read_sound(data: bytes) -> Sound:
    """What a file is. Raises NoSoundError for one that can't be played, is cut off, too short or too long."""
    if len(data) > SIZE_MOST:
        raise NoSoundError(f"The file may have {SIZE_MOST // 1024**2} MiB at most.")
    found = _wav(data) if data[:4] == b"RIFF" else _mp3(data)
    if found.seconds < SECONDS_LEAST:
        raise NoSoundError("It lasts less than a second.")
    if found.seconds > SECONDS_MOST:
        raise NoSoundError(f"It lasts {found.seconds:.0f} seconds. Make it {SECONDS_MOST:.0f} at most.")
    return found


def _wav(data: bytes) -> Sound:
    chunks = dict(_chunks(data))
    if data[8:12] != b"WAVE" or b"fmt " not in chunks or b"data" not in chunks:
        raise NoSoundError("The file starts like WAV, but has no sound in it.")
    return Sound(WAV, len(chunks[b"data"]) / _bytes_a_second(chunks[b"fmt "]))


def _bytes_a_second(form: bytes) -> int:
    """How much of the sound is a second, as the header says and its own figures bear out."""
    if len(form) < 16:
        raise NoSoundError("The header of the WAV file is cut off.")
    code, channels, rate, a_second, block, bits = struct.unpack("<HHIIHH", form[:16])
    if code == _EXTENSIBLE and len(form) >= 26:
        (code,) = struct.unpack("<H", form[24:26])
    if bits not in _WAV_CODES.get(code, ()) or channels not in (1, 2) or rate not in _RATES:
        raise NoSoundError("WAV must be PCM, A-law or µ-law, with one or two channels, 8,000 to 48,000 Hz.")
    if block != channels * bits // 8 or a_second != rate * block:
        raise NoSoundError("The header of the WAV file contradicts itself.")
    return int(a_second)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        inside = data[at + 8 : at + 8 + size]
        if len(inside) < size:
            raise NoSoundError("The WAV file is cut off.")
        yield name, inside
        at += 8 + size + size % 2


def _mp3(data: bytes) -> Sound:
    at = begin = _after_tag(data)
    seconds, frames = 0.0, 0
    while (frame := _frame(data[at : at + 4])) is not None and at + frame[0] <= len(data):
        at, seconds, frames = at + frame[0], seconds + frame[1], frames + 1
    if frames < 2 or at - begin < _WHOLE_SHARE * (len(data) - begin):
        raise NoSoundError("This is neither WAV nor MP3, or it is damaged.")
    return Sound(MP3, seconds)


def _after_tag(data: bytes) -> int:
    """Where the sound begins behind an ID3 tag, whose size has seven bits a byte."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    first, second, third, fourth = data[6:10]
    return 10 + (first << 21 | second << 14 | third << 7 | fourth)


def _frame(header: bytes) -> tuple[int, float] | None:
    """Bytes and seconds of a frame of layer III by its first four bytes; None for what is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, kbit, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or kbit in (0, 15) or rate == 3:
        return None
    hertz = _MP3_RATES[version][rate]
    samples = 1152 if version == 3 else 576
    bits = _MP3_KBIT[3 if version == 3 else 2][kbit] * 1000
    return samples * bits // (8 * hertz) + (header[2] >> 1 & 1), samples / hertz
