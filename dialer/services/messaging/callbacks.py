"""The addresses that we give the carrier, and whom they are about when it calls them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from dialer.services.context import Context, Units
from dialer.store.models.accounts import Organisation
from dialer.store.models.messaging import Sender

WEBHOOKS: Final = "/webhooks/twilio"

_SEEN: Final[set[uuid.UUID]] = set()
"""Organisations that this process has seen: none is ever deleted, and callbacks come by the thousand."""


def message_status_url(ctx: Context, message_id: uuid.UUID) -> str:
    """Where the carrier tells what becomes of a text. It names the text, so that a callback proves the send
    even when the answer to it was lost.
    """
    base = ctx.public_url.rstrip("/")
    return f"{base}{WEBHOOKS}/messages/status?o={ctx.organisation_id}&m={message_id}"


def organisation_told(units: Units, named: str | None, our_numbers: Sequence[str]) -> uuid.UUID | None:
    """The organisation that something the carrier tells is about: the one named in our own address, else the
    one whose sender it is, else the oldest, since the account is ours. None in an empty database.
    """
    named_id = _id(named or "")
    if was_seen(named_id):
        return named_id
    numbers = [number for number in our_numbers if number]
    with units.read() as unit:
        found = unit.session.scalar(select(Organisation.id).where(Organisation.id == named_id))
        if found is not None:
            _SEEN.add(found)
        elif numbers:
            owner = select(Sender.organisation_id).where(Sender.address.in_(numbers))
            found = unit.session.scalar(owner.order_by(Sender.id).limit(1))
        if found is None:
            found = unit.session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
        return found


def was_seen(organisation_id: uuid.UUID) -> bool:
    """Whether it is an organisation that this process has seen."""
    return organisation_id in _SEEN


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
