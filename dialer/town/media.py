"""The carrier's API for what came with a text (2010-04-01, version 2.6.7).

What went with a text of ours is what was fetched. A PNG of the town is a hill under the sky, a JPEG and a GIF
one dot; what is no picture is a line of words.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web

from dialer.town.api import VERSION, RefusedError, answer, customers, not_found
from dialer.town.book import Text
from dialer.town.delivery import Delivery
from dialer.town.listing import page_of
from dialer.town.telling import media_sid
from dialer.town.town import Town

MOST: Final = 10
WIDTH: Final = 96
HEIGHT: Final = 64
_SKY: Final = b"\x8c\xbe\xeb"
_HILL: Final = b"\x3c\x82\x46"
_GIF: Final = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_JPEG: Final = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP////////////////////////////////////////////////////////////"
    "//////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxD/2Q=="
)


class Media:
    """What came with texts."""

    def __init__(self, town: Town, delivery: Delivery) -> None:
        self._town = town
        self._delivery = delivery

    def routes(self) -> Iterable[web.RouteDef]:
        """Twilio's paths: with `.json` what is known of it, without the thing itself."""
        guard = customers(self._town.account)
        of_text = f"/{VERSION}/Accounts/{{account}}/Messages/{{sid}}/Media"
        return [
            web.get(f"{of_text}.json", guard(self._list)),
            web.get(f"{of_text}/{{media}}", guard(self._fetch)),
            web.delete(f"{of_text}/{{media}}.json", guard(self._delete)),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        self._may_fail("list_error")
        text = self._text(request)
        found = [self._shown(text, nth) for nth, kind in enumerate(text.media) if kind]
        return answer(page_of(request, "media_list", found, size=MOST, number=0))

    async def _fetch(self, request: web.Request) -> web.Response:
        self._may_fail("fetch_error")
        text = self._text(request)
        nth = self._nth(request, text)
        kind = text.media[nth]
        kept = self._delivery.gallery.data(text.pictures[nth]) if text.pictures else None
        return web.Response(body=kept or thing(kind), headers={"Content-Type": kind})

    async def _delete(self, request: web.Request) -> web.Response:
        self._may_fail("fetch_error")
        text = self._text(request)
        self._delivery.forget_media(text, self._nth(request, text))
        return web.Response(status=204)

    def _may_fail(self, fault: str) -> None:
        if self._town.dice.happens(fault):
            raise RefusedError(20500, 500)

    def _text(self, request: web.Request) -> Text:
        text = self._delivery.book.by_sid.get(request.match_info["sid"])
        if text is None:
            raise not_found(request)
        return text

    def _nth(self, request: web.Request, text: Text) -> int:
        names = {media_sid(text.sid, nth): nth for nth, kind in enumerate(text.media) if kind}
        nth = names.get(request.match_info["media"])
        if nth is None:
            raise not_found(request)
        return nth

    def _shown(self, text: Text, nth: int) -> dict[str, Any]:
        account, sid = self._town.config.account_sid, media_sid(text.sid, nth)
        return {
            "account_sid": account,
            "content_type": text.media[nth],
            "parent_sid": text.sid,
            "sid": sid,
            "uri": f"/{VERSION}/Accounts/{account}/Messages/{text.sid}/Media/{sid}.json",
        }


def thing(kind: str) -> bytes:
    """The bytes of something of this kind."""
    if kind == "image/png":
        return _hill()
    found = {"image/jpeg": _JPEG, "image/gif": _GIF}.get(kind)
    return base64.b64decode(found) if found else f"Something of the kind {kind}\n".encode()


def _hill() -> bytes:
    rows = (b"\0" + (_SKY if row < HEIGHT * 2 // 3 else _HILL) * WIDTH for row in range(HEIGHT))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(inside)) + name + inside + struct.pack(">I", zlib.crc32(name + inside))
        for name, inside in chunks
    )
