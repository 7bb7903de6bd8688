"""One question to the carrier and its answer, with the four ways in which it can fail told apart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from twilio.rest import Client

from dialer.carrier.http import NoAnswerError, NoConnectionError
from dialer.carrier.transport import NoAddressError

ANSWER_WITHIN_S: Final = 10.0
"""How long an answer is waited for: well below the 30 s after which a send that nobody reported is taken to
be of a lost worker.
"""

NO_CONTENT: Final = 204
"""How the carrier says that something was done that leaves nothing to show."""

Payload = Mapping[str, Any]


class Failed(Exception):  # noqa: N818 - it says what happened
    """There is no usable answer. `reason` is a word of ours; nothing of the request is in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotReached(Failed):
    """No connection (refused, no such host, TLS): the carrier has not heard of it."""


class Lost(Failed):
    """It was sent, or may have been, and no readable answer came: nobody knows."""


class Answered(Failed):
    """The carrier, or something in between, said something else than yes.

    `code` and `detail` are there when it was in the carrier's own form.
    """

    def __init__(self, status: int, code: int | None, detail: str, retry_after_s: float | None) -> None:
        super().__init__(f"http_{status}")
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s


async def ask(client: Client, method: str, url: str, **form: Any) -> Payload:
    """Send one request and read its answer, a JSON object. Raises `Failed`; never sends it twice.

    Errors of the layers below are not chained: their texts quote URLs with numbers in them.
    """
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            response = await client.request_async(method, url, **form)
    except (NoAddressError, NoConnectionError):
        raise NotReached("unreachable") from None
    except TimeoutError:
        raise Lost("timeout") from None
    except NoAnswerError:
        raise Lost("connection_lost") from None
    except UnicodeDecodeError:
        raise Lost("unreadable") from None
    if response.status_code == NO_CONTENT:
        return {}
    payload = _object(response.text)
    if not 200 <= response.status_code < 300:
        raise _answered(response.status_code, payload, response.headers)
    if payload is None:
        raise Lost("unreadable")
    return payload


def _answered(status: int, payload: Payload | None, headers: Mapping[str, str]) -> Answered:
    said = payload or {}
    code = said.get("code")
    is_code = isinstance(code, int) and not isinstance(code, bool)
    return Answered(status, code if is_code else None, str(said.get("message", "")), retry_after(headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How many seconds to wait, as the answer says: a number of them, or an instant against its own date."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):  # no date, or only one of the two with a zone
        return None
    return max(wait.total_seconds(), 0.0)


def _object(text: str) -> Payload | None:
    try:
        payload = json.loads(text)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None
