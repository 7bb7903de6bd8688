"""A stub to be told what to answer, and the real client that talks to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from dialer.carrier.port import OutboundCall, OutboundMessage
from dialer.carrier.twilio import TwilioCarrier
from tests.carrier.stub import Stub

ACCOUNT = "AC" + "a" * 32
TOKEN = "a-token-for-tests"


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    stub.start()
    yield stub
    stub.stop()


@pytest.fixture
def wire(stub: Stub) -> Iterator[TwilioCarrier]:
    """The client, pointed at the stub."""
    carrier = TwilioCarrier(ACCOUNT, TOKEN, stub.url)
    yield carrier
    carrier.close()


def text_to(to: str = "+447700900123", **changes: object) -> OutboundMessage:
    made = {
        "id": uuid.uuid4(),
        "to": to,
        "sender": "+447700900001",
        "body": "Helô, Siân. Reply STOP to opt out",
        "status_callback": "http://localhost/webhooks/twilio/messages/status?m=1",
    }
    return OutboundMessage(**made | changes)


def call_to(to: str = "+447700900123", **changes: object) -> OutboundCall:
    made = {
        "id": uuid.uuid4(),
        "to": to,
        "caller_id": "+447700900001",
        "answer_url": "http://localhost/webhooks/twilio/voice/answer?c=1",
        "status_callback": "http://localhost/webhooks/twilio/voice/status?c=1",
    }
    return OutboundCall(**made | changes)
