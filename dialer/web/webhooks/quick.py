"""The short way in for statuses of texts, of which hundreds a second come: they don't need all that pages do.

It takes only what the door itself would let in, by the door's own rules (`signed`, the deed's permission),
and leaves everything else to it: what nobody signed, what isn't plainly written, what can't be kept.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs

from flask import Flask

from dialer.services.accounts.organisations import system_actor
from dialer.services.messaging.callbacks import was_seen
from dialer.services.messaging.carrier_events import StatusOfText, record_statuses
from dialer.web.desk import Desk, context_at
from dialer.web.signed import is_signed
from dialer.web.webhooks.away import UNSAID
from dialer.web.webhooks.blueprint import storable, webhooks
from dialer.web.webhooks.messages import APPLY, status_told
from dialer.web.webhooks.nudging import ask_for
from dialer.web.webhooks.together import Together

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH: Final = f"{webhooks.url_prefix}/messages/status"
FORM: Final = "application/x-www-form-urlencoded"
LONGEST: Final = 16 * 1024
"""The carrier's forms have a few hundred bytes."""

_HEADERS: Final = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]


class _Status(NamedTuple):
    organisation_id: uuid.UUID
    told: StatusOfText


class QuickStatuses:
    """Stands before the application. Those that come at once are kept together."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner
        self._together = Together(self._keep)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == PATH and self._is_kept(environ):
            start_response("204 NO CONTENT", _HEADERS)
            return ()
        return self._inner(environ, start_response)

    def _is_kept(self, environ: WSGIEnvironment) -> bool:
        if environ["REQUEST_METHOD"] != "POST" or self._app.extensions.get(UNSAID):
            return False
        form = _form(environ)
        status = None if form is None else self._status(environ, form)
        return status is not None and self._together.keep(status)

    def _status(self, environ: WSGIEnvironment, form: Mapping[str, list[str]]) -> _Status | None:
        asked_for = str(environ.get("RAW_URI", ""))
        if not is_signed(self._desk, asked_for, form, environ.get("HTTP_X_TWILIO_SIGNATURE")):
            return None
        query = parse_qs(str(environ["QUERY_STRING"]))
        organisation_id = _id(query.get("o", ()))
        if organisation_id is None or not was_seen(organisation_id):
            return None
        params = storable((name, values[0]) for name, values in form.items())
        return _Status(organisation_id, status_told(params, next(iter(query.get("m", ())), None)))

    def _keep(self, statuses: Sequence[_Status]) -> None:
        for organisation_id in dict.fromkeys(status.organisation_id for status in statuses):
            told = [status.told for status in statuses if status.organisation_id == organisation_id]
            ctx = context_at(self._desk, system_actor(organisation_id), self._desk.clock())
            if record_statuses(ctx, told):
                ask_for(ctx, APPLY, self._app)

    @property
    def _desk(self) -> Desk:
        desk: Desk = self._app.extensions["dialer"]
        return desk


def _form(environ: WSGIEnvironment) -> dict[str, list[str]] | None:
    """The form, where it is short and plain; it can be read once more."""
    length = str(environ.get("CONTENT_LENGTH", ""))
    kind = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    if kind != FORM or not length.isdecimal() or int(length) > LONGEST:
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:  # not a form as the carrier writes it
        return None


def _id(values: Sequence[str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(next(iter(values), ""))
    except ValueError:
        return None
