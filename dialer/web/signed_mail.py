"""That a request comes from whoever carries our email: signed by a secret that only they and we have.

Our own form signs the moment and the body, as our outgoing webhooks do (contract §12): `Dialer-Signature:
t=UNIX,v1=HEX`, HMAC-SHA256 of `t.body`. Where the query says whom a letter was delivered to, that is signed
too: `v2` is HMAC-SHA256 of `t`, each `to`, an empty line and the body, a line each.

Mailgun signs a moment and a token of its own (documentation.mailgun.com, “Securing Webhooks”), and nothing of
what it reports: so a token counts for one report alone (`services.messaging.relay_tokens`). What the reports
are about is proven by the names in them. Amazon signs by certificate (`carrier.sns`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from flask import Request, g
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge, ServiceUnavailable

from dialer.domain.errors import BadSignature
from dialer.domain.incoming_letter import SIZE_MOST
from dialer.services.context import NoSns
from dialer.web.desk import desk

SIGNATURE: Final = "Dialer-Signature"
LONGEST: Final = SIZE_MOST + 64 * 1024
RELAYS_LONGEST: Final = 512 * 1024
"""Of what has to be read before its signature is found: relays post reports, never whole letters."""
OLDEST: Final = dt.timedelta(minutes=5)
MAILGUN_OLDEST: Final = dt.timedelta(days=1)
"""It repeats what it couldn't deliver for eight hours."""

_SIGNED: Final = re.compile(r"t=([0-9]{1,12}),(v[12])=([0-9a-f]{64})")


class NotOurMail(BadSignature):
    """Whoever asks doesn't carry our email."""

    title = "This wasn’t signed by whoever carries our email"
    default_detail = "Check that both sides have the same secret and the right time."


def check_mail_signed(request: Request) -> None:
    """Raises `NotOurMail` for anybody else, and where no secret was set."""
    if request.content_length is None:
        raise LengthRequired
    form = (request.endpoint or "").rpartition(".")[2]
    if request.content_length > (RELAYS_LONGEST if form in _CHECKS else LONGEST):
        raise RequestEntityTooLarge
    check = _CHECKS.get(form, _is_ours)
    if not check(request):
        raise NotOurMail


def signature(secret: str, at: dt.datetime, body: bytes, to: Sequence[str] = ()) -> str:
    """The value of the header that signs a body, and whom it was delivered to, at a moment."""
    moment = str(int(at.timestamp()))
    if to:
        return f"t={moment},v2={_digest_to(secret, moment, to, body)}"
    return f"t={moment},v1={_digest(secret, moment, body)}"


def json_object(request: Request) -> Mapping[str, object]:
    """The body as a JSON object; an empty one where it is none."""
    try:
        found = json.loads(request.get_data(cache=True))
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else {}


def _is_ours(request: Request) -> bool:
    secret = desk().settings.email_webhook_secret
    found = _SIGNED.fullmatch(request.headers.get(SIGNATURE, "").replace(" ", ""))
    if not secret or found is None or not _is_recent(int(found[1]), OLDEST):
        return False
    body, to = request.get_data(cache=True), request.args.getlist("to")
    if found[2] == "v2":
        is_plain = all(one and one.isprintable() for one in to)
        return is_plain and hmac.compare_digest(_digest_to(secret, found[1], to, body), found[3])
    return not to and hmac.compare_digest(_digest(secret, found[1], body), found[3])


def _is_mailguns(request: Request) -> bool:
    key = desk().settings.email_mailgun_key
    told = json_object(request).get("signature")
    if not key or not isinstance(told, dict):
        return False
    moment, word, given = (told.get(name) for name in ("timestamp", "token", "signature"))
    if not (isinstance(moment, str) and isinstance(word, str) and isinstance(given, str)):
        return False
    if not (moment.isascii() and moment.isdigit() and len(moment) < 13):
        return False
    right = hmac.new(key.encode(), f"{moment}{word}".encode(), hashlib.sha256).hexdigest()
    return _is_recent(int(moment), MAILGUN_OLDEST) and hmac.compare_digest(right.encode(), given.encode())


def mailgun_token(request: Request) -> str:
    """The token of a request that Mailgun signed."""
    told = json_object(request).get("signature")
    return str(told.get("token", "")) if isinstance(told, dict) else ""


def _is_recent(moment: int, oldest: dt.timedelta) -> bool:
    now = cast("dt.datetime", g.now)
    return abs(now.timestamp() - moment) <= oldest.total_seconds()


def _digest_to(secret: str, moment: str, to: Sequence[str], body: bytes) -> str:
    head = "\n".join([moment, *to, "", ""]).encode()
    return hmac.new(secret.encode(), head + body, hashlib.sha256).hexdigest()


def _digest(secret: str, moment: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def _is_amazons(request: Request) -> bool:
    sns = desk().sns
    try:
        return sns is not None and sns.is_ours(json_object(request))
    except NoSns:
        raise ServiceUnavailable from None  # it comes again


_CHECKS: Final[Mapping[str, Callable[[Request], bool]]] = {"mailgun": _is_mailguns, "ses": _is_amazons}
"""By the name of the view, where another than our own form is signed there."""
