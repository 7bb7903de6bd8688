"""What the doors do while the database is away, for what the carrier tells but once.

It repeats a webhook only where it could not connect, not one that was answered 503
(twilio.com/docs/usage/webhooks/webhooks-connection-overrides). A text is on its list, so word is left that
somebody reads that. A key pressed on the line is on no list: there the carrier is told to ask again, for as
long as anybody would hold.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode

from flask import Response, current_app, request

from dialer.domain.errors import Unavailable
from dialer.logs import get_logger
from dialer.web.desk import desk
from dialer.web.webhooks import spoken
from dialer.web.webhooks.blueprint import told, twiml, webhooks

AGAIN_AFTER_S: Final = 3
TIMES: Final = 10
KEY: Final = "key"
"""In an address that is asked again: the key that was pressed, since the carrier says it but once."""

_TIMES: Final = "again"
UNSAID: Final = "dialer.webhooks.unsaid"
"""Where an application keeps that word is still to be left."""
_TEXTS: Final = "webhooks.message_inbound"

log = get_logger(__name__)


@webhooks.after_request
def leave_word(response: Response) -> Response:
    """Where a text to us was not taken in, have the carrier's lists read as soon as the database is back.
    Word that can't be left either, since the queue's server is away too, is left with the next request.
    """
    missed = request.endpoint == _TEXTS and response.status_code >= 500
    if missed or current_app.extensions.get(UNSAID):
        current_app.extensions[UNSAID] = not desk().jobs.note_missed_texts()
    return response


def held(view: Callable[[], Response]) -> Callable[[], Response]:
    """Keep a caller on the line while the database is away, and do it all again with the same key."""

    @functools.wraps(view)
    def hold() -> Response:
        try:
            return view()
        except Unavailable:
            log.warning("a caller is held, since the database is away")
            return _ask_again()

    return hold


def pressed_key() -> str:
    """The key that somebody pressed, now or before they were held."""
    return told().get("Digits") or request.args.get(KEY, "")


def _ask_again() -> Response:
    times = request.args.get(_TIMES, 0, type=int) + 1
    if times > TIMES:
        return twiml(spoken.document(spoken.say_in_both(spoken.RING_AGAIN), spoken.hang_up()))
    words = spoken.say_in_both(spoken.ONE_MOMENT) if times == 1 else ""
    wait = spoken.element("Pause", length=AGAIN_AFTER_S)
    return twiml(spoken.document(words, wait, spoken.redirect(_address(times))))


def _address(times: int) -> str:
    """This request's own address, with what the carrier won't say again."""
    query = {**request.args.to_dict(), _TIMES: str(times)}
    if key := pressed_key()[:1]:
        query[KEY] = key
    return f"{desk().settings.public_url.rstrip('/')}{request.path}?{urlencode(query)}"
