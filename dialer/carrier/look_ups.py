"""Kinds of lines through Twilio's Lookup v2: the `LookUps` of `look_up_port.py`.

Source: twilio.com/docs/lookup/v2-api/line-type-intelligence (types, error codes, that each request for
a valid number is charged) and the carrier's OpenAPI description of Lookup v2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol
from urllib.parse import quote

from dialer.carrier.errors import UNKNOWN_NAME, action_of
from dialer.carrier.exchange import Answered, Failed, Lost, NotReached, Payload
from dialer.carrier.look_up_port import ASKED_AT_ONCE, LineFound, LineNotFound
from dialer.carrier.outcomes import carrier_error
from dialer.carrier.reading import said, whole
from dialer.domain.carrier_action import PAUSES

LOOKUPS: Final = "https://lookups.twilio.com"
FIELDS: Final = "line_type_intelligence"
NOT_TOLD: Final = "unknown"
"""The carrier's word for a line of which it knows nothing."""
LONGEST_WORD: Final = 200
_NOT_FOR_US: Final = frozenset({401, 402, 403})


class Line(Protocol):
    """What is needed of the client, within its loop."""

    async def ask(self, url: str) -> Any:
        """Ask for something at a whole address. Raises `Failed`."""


Read = Callable[[Callable[[Line], Awaitable[Any]]], Any]
"""Has something done in that loop, and waits for it."""


class TwilioLookUps:
    """Those of one account."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def line_types(self, numbers: Sequence[str]) -> list[LineFound | LineNotFound]:
        """See `LookUps`."""

        async def ask_all(line: Line) -> list[LineFound | LineNotFound]:
            room = asyncio.Semaphore(ASKED_AT_ONCE)

            async def one(number: str) -> LineFound | LineNotFound:
                async with room:
                    return await _line_type(line, number)

            return await asyncio.gather(*map(one, numbers))

        found: list[LineFound | LineNotFound] = self._read(ask_all) if numbers else []
        return found


async def _line_type(line: Line, number: str) -> LineFound | LineNotFound:
    try:
        where = f"{LOOKUPS}/v2/PhoneNumbers/{quote(number, safe='')}?Fields={FIELDS}"
        return _found(number, await line.ask(where))
    except Failed as error:
        if isinstance(error, Answered) and error.code == UNKNOWN_NAME:
            return LineFound(number, valid=False, type=None, network=None, error_code=error.code)
        why = carrier_error(error)
        # a refusal isn't charged, nor what was never heard; what was lost on the way may have been
        asked = not isinstance(error, NotReached) and not _is_refusal(error)
        about_us = why.permanent and _is_about_us(error)
        return LineNotFound(
            number,
            why.reason,
            asked,
            permanent=about_us,
            refused=why.permanent and not about_us,
            code=why.code,
            retry_after_s=why.retry_after_s,
        )


def _is_refusal(error: Failed) -> bool:
    return isinstance(error, Answered) and 400 <= error.status < 500


def _is_about_us(error: Failed) -> bool:
    """Whether the account or its rights are refused, and not one number of many."""
    if not isinstance(error, Answered) or error.code is None:
        return False
    return error.status in _NOT_FOR_US or action_of(error.code) in PAUSES


def _found(number: str, payload: Payload) -> LineFound:
    """What an answer tells; of one that is odd, less. Raises `Lost` where it isn't about this number."""
    is_valid = payload.get("valid")
    if not isinstance(is_valid, bool) or (is_valid and payload.get("phone_number") != number):
        raise Lost("unreadable")
    told = payload.get(FIELDS)
    told = told if isinstance(told, dict) else {}
    kind = said(told, "type")
    return LineFound(
        number,
        is_valid,
        None if kind in {"", NOT_TOLD} else kind[:LONGEST_WORD],
        said(told, "carrier_name")[:LONGEST_WORD] or None,
        whole(told.get("error_code")),
    )
