"""What `dialer doctor` finds of the carrier: whether it answers, and whether browsers can call."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from dialer.cli.doctor_finding import START, Finding
from dialer.settings import Settings, runs_town

CARRIER_PATIENCE_S: Final = 10.0
BROWSERS_ASK: Final = "/webhooks/twilio/voice/client"
"""Where the carrier's app for calls from browsers asks what they are to hear."""


def check_carrier(settings: Settings) -> Iterator[Finding]:
    """Whether the carrier answers at its address, and knows the account."""
    if not settings.twilio_api_base_url:
        yield Finding("carrier", ok=False, detail="the simulated town doesn't run here", remedy=START)
        return
    try:
        status = _account_status(settings)
    except (OSError, http.client.HTTPException) as error:
        remedy = START if runs_town(settings) else "check DIALER_TWILIO_API_BASE_URL and the way there"
        detail = f"no answer from {settings.twilio_api_base_url} ({type(error).__name__})"
        yield Finding("carrier", ok=False, detail=detail, remedy=remedy)
        return
    remedy = "check DIALER_TWILIO_ACCOUNT_SID and DIALER_TWILIO_AUTH_TOKEN"
    known = status == http.client.OK
    detail = f"{settings.carrier}, at {settings.twilio_api_base_url}"
    said = detail if known else f"{detail}, answers {status}"
    yield Finding("carrier", ok=known, detail=said, remedy="" if known else remedy)


def check_browser_calls(settings: Settings) -> Iterator[Finding]:
    """Whether volunteers can call from the browser: wanted where any of its settings is there."""
    given = {
        "DIALER_TWILIO_API_KEY_SID": settings.twilio_api_key_sid,
        "DIALER_TWILIO_API_KEY_SECRET": settings.twilio_api_key_secret,
        "DIALER_TWILIO_APP_SID": settings.twilio_app_sid,
    }
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(given):
        yield Finding("browser calls", ok=True, detail="not set up: volunteers are rung, or ring in")
    elif missing:
        detail = f"not possible without {' and '.join(missing)}"
        yield Finding("browser calls", ok=False, detail=detail, remedy=f"set {' and '.join(missing)}")
    elif settings.carrier == "simulated":
        yield Finding("browser calls", ok=True, detail="in the simulated town")
    else:
        yield _look_at_app(settings)


def _look_at_app(settings: Settings) -> Finding:
    """Whether the TwiML App is there, and asks us what browsers are to hear."""
    wanted = f"{settings.public_url.rstrip('/')}{BROWSERS_ASK}"
    try:
        status, said = _ask_carrier(settings, f"/Applications/{settings.twilio_app_sid}.json")
    except (OSError, http.client.HTTPException) as error:
        detail = f"the TwiML App couldn't be looked at ({type(error).__name__})"
        return Finding("browser calls", ok=False, detail=detail, remedy="look at what “carrier” says")
    if status != http.client.OK:
        remedy = "check DIALER_TWILIO_APP_SID: a TwiML App of the same account"
        return Finding("browser calls", ok=False, detail=f"no TwiML App there ({status})", remedy=remedy)
    if (asks := json.loads(said).get("voice_url")) == wanted:
        return Finding("browser calls", ok=True, detail=f"by the TwiML App, which asks {wanted}")
    remedy = f"set the voice URL of the TwiML App to {wanted} (POST)"
    return Finding("browser calls", ok=False, detail=f"the TwiML App asks {asks or 'nobody'}", remedy=remedy)


def _account_status(settings: Settings) -> int:
    """The HTTP status with which the carrier answers when it is asked for our account."""
    return _ask_carrier(settings, ".json")[0]


def _ask_carrier(settings: Settings, path: str) -> tuple[int, bytes]:
    """What the carrier answers about something of our account: status and body."""
    address = urlsplit(settings.twilio_api_base_url)
    make = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = make(address.hostname or "", address.port, timeout=CARRIER_PATIENCE_S)
    account = f"{settings.twilio_account_sid}:{settings.twilio_auth_token}"
    headers = {"Authorization": f"Basic {base64.b64encode(account.encode()).decode()}"}
    with contextlib.closing(connection):
        of_account = f"{address.path}/2010-04-01/Accounts/{settings.twilio_account_sid}"
        connection.request("GET", f"{of_account}{path}", headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
