"""A long file, encrypted in pieces so that it is written and read as a stream, and from any place in it.

Each piece of 64 KiB is sealed by AES-256-GCM under a key that is this file's alone and was never used before.
Its place and whether it is the last stand in what is authenticated, so that pieces can be neither changed,
swapped, left out nor cut off unnoticed (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár).
"""

from __future__ import annotations

import hmac
import os
import secrets
import uuid
from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE: Final = 64 * 1024
TAG: Final = 16
NONCE: Final = 12
MAGIC: Final = b"dialer recording 1\n"
"""What every file begins with, so that a later way of sealing can be told from this one."""


class SpoiltError(Exception):
    """A file, or a key, isn't what was once written: changed, cut off, or sealed with another secret key."""


class SealedWriter:
    """Writes one file under a fresh key. `finish` writes its last piece: without it nothing can be read."""

    def __init__(self, file: BinaryIO, about: uuid.UUID) -> None:
        self.key = AESGCM.generate_key(256)
        self.size = 0
        self._file = file
        self._about = about.bytes
        self._cipher = AESGCM(self.key)
        self._waiting = bytearray()
        self._index = 0
        file.write(MAGIC)

    def write(self, data: bytes) -> None:
        """Take more of it."""
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) > PIECE:  # the last piece is known by `finish` alone
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Write what is left."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._index), piece, _place(self._about, last=last)))
        self._index += 1


class SealedReader:
    """Reads one file, from any place in it."""

    def __init__(self, file: BinaryIO, key: bytes, about: uuid.UUID, size: int) -> None:
        """`size` is how much was written. Raises SpoiltError where the file has another length."""
        self.size = size
        self._file = file
        self._about = about.bytes
        self._cipher = AESGCM(key)
        self._last = max(0, (size - 1) // PIECE)
        whole = len(MAGIC) + size + (self._last + 1) * TAG
        if file.seek(0, os.SEEK_END) != whole or file.seek(0) or file.read(len(MAGIC)) != MAGIC:
            raise SpoiltError

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        """What lies from `start` up to `stop`, piece by piece. Raises SpoiltError before it gives anything of
        a piece that isn't as it was written.
        """
        place = start
        while place < min(stop, self.size):
            index = place // PIECE
            piece = self._piece(index)
            offset = index * PIECE
            yield piece[place - offset : stop - offset]
            place = offset + PIECE

    def _piece(self, index: int) -> bytes:
        self._file.seek(len(MAGIC) + index * (PIECE + TAG))
        sealed = self._file.read(PIECE + TAG)
        try:
            place = _place(self._about, last=index == self._last)
            return self._cipher.decrypt(_nonce(index), sealed, place)
        except InvalidTag:
            raise SpoiltError from None


def wrap(secret_key: str, key: bytes, about: uuid.UUID) -> bytes:
    """A file's key as it may lie in the database: sealed by one made of the installation's secret key."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _wrapper(secret_key).encrypt(nonce, key, about.bytes)


def unwrap(secret_key: str, wrapped: bytes, about: uuid.UUID) -> bytes:
    """The key again. Raises SpoiltError where it was changed, is another's, or the secret key is another."""
    try:
        return _wrapper(secret_key).decrypt(wrapped[:NONCE], wrapped[NONCE:], about.bytes)
    except InvalidTag:
        raise SpoiltError from None


def _wrapper(secret_key: str) -> AESGCM:
    return AESGCM(hmac.digest(secret_key.encode(), b"keys of recordings", "sha256"))


def _nonce(index: int) -> bytes:
    """Counted, since the key is used for this file only."""
    return index.to_bytes(NONCE, "big")


def _place(about: bytes, *, last: bool) -> bytes:
    return about + (b"\1" if last else b"\0")
