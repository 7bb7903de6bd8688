"""Sounds as files: silence in what telephones, browsers and studios write."""

from __future__ import annotations

import io
import struct
import wave


def wav(seconds: float = 2.0, rate: int = 8000, channels: int = 1, width: int = 2) -> bytes:
    """A WAV file as Python writes it."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(round(seconds * rate) * channels * width))
    return held.getvalue()


def ulaw(seconds: float = 2.0) -> bytes:
    """WAV as exchanges keep it: µ-law, with a chunk before the sound."""
    inside = bytes(round(seconds * 8000))
    form = struct.pack("<HHIIHHH", 7, 1, 8000, 8000, 1, 8, 0)
    chunks = [(b"fmt ", form), (b"fact", struct.pack("<I", len(inside))), (b"data", inside)]
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(data)) + data for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mp3(seconds: float = 2.0, *, tag: int = 0) -> bytes:
    """MPEG 1 layer III at 128 kbit/s and 44.1 kHz, behind an ID3 tag of so many bytes."""
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    head = b"ID3\x04\x00\x00" + bytes([0, 0, tag >> 7, tag & 127]) + bytes(tag) if tag else b""
    return head + frame * round(seconds * 44_100 / 1152)
