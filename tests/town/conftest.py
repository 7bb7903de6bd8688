"""What tests of the town share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.towns import PUBLIC_URL, Town

US = "+447700900900"
GWEN = "+447700900123"
STATUS_URL = f"{PUBLIC_URL}/webhooks/twilio/messages/status"

Send = Callable[..., MessageInstance]


@pytest.fixture
def client(town: Town) -> Client:
    """The official client."""
    return town.client()


@pytest.fixture
def send(client: Client) -> Send:
    """Send a text to Gwen, or whatever else is said."""

    def send(**fields: Any) -> MessageInstance:
        usual = {"to": GWEN, "from_": US, "body": "Hello", "status_callback": f"{STATUS_URL}?m=1"}
        return client.messages.create(**{**usual, **fields})

    return send
