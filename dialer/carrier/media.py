"""Sound from the carrier, piece by piece, so that a long recording never lies in memory as a whole.

It has a client of its own: the one for the API (`http`) takes answers whole, since they are short.
"""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from dialer.carrier.exchange import Answered, Lost, NotReached

PIECE: Final = 64 * 1024
SILENT_FOR_S: Final = 15.0
"""So long we wait for the next piece."""
WITHIN_S: Final = 300.0
"""The whole has to be there by then: an hour's talk is some 15 MB."""
MOST_MOVES: Final = 3


def fetch(url: str, auth: tuple[str, str], take: Callable[[bytes], object]) -> str:
    """Hand over what is at an address of the carrier's, and say of what type it is.

    Followed to another place where the carrier keeps it (only over TLS, and our password stays here).
    Raises `Failed`, and whatever `take` does.
    """
    here = urlsplit(url)
    for _ in range(MOST_MOVES):
        headers = {"Authorization": _basic(auth)} if _origin(here) == _origin(urlsplit(url)) else {}
        with _answered(here, headers) as answer:
            if answer.status not in {301, 302, 303, 307, 308}:
                _take_all(answer, take)
                return answer.headers.get_content_type()
            here = _moved(here, answer.headers.get("Location", ""))
    raise Lost("moved_on_and_on")


@contextmanager
def _answered(place: SplitResult, headers: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    with closing(kind(place.hostname or "", place.port, timeout=SILENT_FOR_S)) as connection:
        try:
            connection.connect()
        except OSError:
            raise NotReached("unreachable") from None
        try:
            connection.request("GET", urlunsplit(("", "", place.path, place.query, "")), headers=headers)
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException):
            raise Lost("connection_lost") from None
        if answer.status >= 400:
            raise Answered(answer.status, None, "", None)
        yield answer


def _take_all(answer: http.client.HTTPResponse, take: Callable[[bytes], object]) -> None:
    """Raises `Lost` where it ends before it should."""
    until = time.monotonic() + WITHIN_S
    while piece := _piece(answer):
        if time.monotonic() > until:
            raise Lost("timeout")
        take(piece)
    if answer.length:
        raise Lost("connection_lost")


def _piece(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read(PIECE)
    except (OSError, http.client.HTTPException):
        raise Lost("connection_lost") from None


def _moved(here: SplitResult, location: str) -> SplitResult:
    there = urlsplit(urljoin(here.geturl(), location))
    if _origin(there) != _origin(here) and there.scheme != "https":
        raise Lost("moved_into_the_open")
    return there


def _origin(place: SplitResult) -> tuple[str, str]:
    return place.scheme, place.netloc


def _basic(auth: tuple[str, str]) -> str:
    return f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"
