"""The town's webhooks, signed as the carrier signs them, into the app."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from dialer.carrier.making import carrier_of
from dialer.carrier.port import Carrier, OutboundMessage, SendOutcome
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.messaging.callbacks import message_status_url
from dialer.services.messaging.carrier_events import apply_statuses
from dialer.settings import Settings
from dialer.store.models import new_id
from dialer.store.models.messaging import Message
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, Town

SENDER = "+447700900001"

Params = dict[str, str | list[str]]


@pytest.fixture
def settings(settings: Settings, town: Town) -> Settings:
    """Settings with the town as the carrier."""
    town.orderly()
    return dataclasses.replace(
        settings,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_api_key_sid=ACCOUNT_SID.replace("AC", "SK"),
        twilio_api_key_secret=AUTH_TOKEN,
        twilio_app_sid=ACCOUNT_SID.replace("AC", "AP"),
        twilio_api_base_url=town.url,
        public_url=PUBLIC_URL,
    )


@pytest.fixture
def carrier(settings: Settings) -> Iterator[Carrier]:
    carrier = carrier_of(settings)
    yield carrier
    carrier.close()


@dataclass
class Post:
    """Texts on their way, as the job that sends leaves them, and what is told of them."""

    units: UnitFactory
    organisation_id: uuid.UUID
    carrier: Carrier
    context: Callable[[], Context]
    sent: dict[uuid.UUID, OutboundMessage] = field(default_factory=dict)

    def text(self, number: str, state: str = "sending", **fields: object) -> uuid.UUID:
        """A row on the wire."""
        message = Message(
            organisation_id=self.organisation_id,
            id=new_id(),
            direction="outbound",
            number=number,
            sender=SENDER,
            body="Vote tomorrow. Reply STOP to opt out",
            encoding="gsm7",
            segments=1,
            state=state,
            created_at=self.context().now,
            **{"purpose": "single", "attempts": 1, **fields},
        )
        with self.units.begin(self.organisation_id) as unit:
            unit.session.add(message)
        return message.id

    def hand_over(self, *message_ids: uuid.UUID) -> list[SendOutcome]:
        """Give them to the carrier; what it answers is lost on the way to the rows."""
        ctx = self.context()
        rows = [self.row(each) for each in message_ids]
        return self.carrier.send_messages(
            [
                OutboundMessage(row.id, str(row.number), SENDER, row.body, message_status_url(ctx, row.id))
                for row in rows
            ]
        )

    def row(self, message_id: uuid.UUID) -> Message:
        with self.units.begin(self.organisation_id) as unit:
            return unit.session.get_one(Message, (self.organisation_id, message_id))

    def change(self, message_id: uuid.UUID, **values: object) -> None:
        """Bring a row where a test begins."""
        with self.units.begin(self.organisation_id) as unit:
            of_it = (Message.organisation_id == self.organisation_id, Message.id == message_id)
            unit.session.execute(update(Message).where(*of_it).values(**values))

    def apply(self) -> int:
        """What the job does."""
        return apply_statuses(self.context(), self.carrier)


@pytest.fixture
def system(context_of, carys, organisation_id: uuid.UUID) -> Callable[[], Context]:
    """The system's own hand, at the clock's moment."""
    return lambda: context_of(carys).as_actor(system_actor(organisation_id))


@pytest.fixture
def post(
    units: UnitFactory, organisation_id: uuid.UUID, carrier: Carrier, system: Callable[[], Context]
) -> Post:
    return Post(units, organisation_id, carrier, system)


@pytest.fixture
def told(town: Town, app: Flask) -> Iterator[None]:
    """The town's webhooks come to the app."""
    with town.served_by(app):
        yield


@dataclass
class Signer:
    """Posts webhooks by hand, signed."""

    client: FlaskClient
    token: str = AUTH_TOKEN
    base: str = PUBLIC_URL

    def post(
        self,
        path: str,
        params: dict[str, str | list[str]],
        *,
        signature: str | None = None,
        **options: object,
    ) -> TestResponse:
        """`signature` overrides the right one; an empty one sends none."""
        form = MultiDict({"AccountSid": ACCOUNT_SID, **params})
        right = RequestValidator(self.token).compute_signature(self.base + path, form)
        headers = {"X-Twilio-Signature": right if signature is None else signature}
        if signature == "":
            headers = {}
        return self.client.post(path, data=form, headers=headers, **options)


@pytest.fixture
def signer(client: FlaskClient) -> Signer:
    return Signer(client)


@pytest.fixture
def clock() -> SetClock:
    """Noon in the town as well."""
    return SetClock()
