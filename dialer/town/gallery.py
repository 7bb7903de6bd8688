"""Pictures that go with texts: fetched from the installation as the carrier fetches them, and kept once each.

Only what lies under the installation's own address is asked for; the town contacts nobody else. Codes are
those of twilio.com/docs/api/errors: 11200 (HTTP retrieval failure), 12300 (invalid Content-Type), 11751
(media exceeds the size limit).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dialer.town.town import Town
from dialer.town.webhooks import Found

SIZE_MOST: Final = 5 * 1024 * 1024
"""Bytes of all that goes with one text (twilio.com/docs/messaging/guides/accepted-mime-types)."""
NOT_FETCHED: Final = 11200
NO_PICTURE: Final = 12300
TOO_LARGE: Final = 11751
_BEGINNINGS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/jpg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
"""What the carrier fully supports, and how such a file begins: the two must agree."""


def kind_of(data: bytes) -> str:
    """What something in the gallery is."""
    return next((kind for kind, beginnings in _BEGINNINGS.items() if data.startswith(beginnings)), "")


class NotFetchedError(Exception):
    """It can't go with the text; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class Picture:
    """Something that was fetched: what it is, and its name in the gallery."""

    kind: str
    name: str
    size: int


class Gallery:
    """All pictures that went with texts, as files named after what is in them."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._folder = town.config.folder / "pictures"
        self._fresh: dict[str, tuple[float, Picture]] = {}

    def forget(self) -> None:
        """Begin anew."""
        self._fresh = {}
        shutil.rmtree(self._folder, ignore_errors=True)

    async def fetch_all(self, urls: Sequence[str]) -> list[Picture]:
        """Have everything that goes with a text. Raises NotFetchedError."""
        found = [await self.fetch(url) for url in urls]
        if sum(one.size for one in found) > SIZE_MOST:
            raise NotFetchedError(TOO_LARGE)
        return found

    async def fetch(self, url: str) -> Picture:
        """Have what lies at an address; for as long as it may be kept it isn't asked for again. Raises
        NotFetchedError.
        """
        known = self._fresh.get(url)
        if known is not None and known[0] > self._town.clock.reading():
            return known[1]
        if not url.startswith(f"{self._town.terms.public_url}/"):
            raise NotFetchedError(NOT_FETCHED)
        found = await self._town.webhooks.fetch(url, SIZE_MOST)
        picture = self._kept(found)
        self._fresh[url] = (self._town.clock.reading() + found.fresh_s, picture)
        return picture

    def data(self, name: str) -> bytes | None:
        """A picture's bytes; None where there is none of that name."""
        path = self._folder / name
        return path.read_bytes() if name.isalnum() and path.is_file() else None

    def _kept(self, found: Found) -> Picture:
        if found.status != 200:
            raise NotFetchedError(NOT_FETCHED)
        if len(found.data) > SIZE_MOST:
            raise NotFetchedError(TOO_LARGE)
        if not found.data.startswith(_BEGINNINGS.get(found.content_type, ())):
            raise NotFetchedError(NO_PICTURE)
        name = hashlib.blake2b(found.data, digest_size=16).hexdigest()
        path = self._folder / name
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            half = Path(f"{path}.half")
            half.write_bytes(found.data)
            half.replace(path)
        return Picture(found.content_type, name, len(found.data))
