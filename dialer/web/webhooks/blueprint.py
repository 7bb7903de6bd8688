"""The blueprint of all webhooks, and what they share."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from flask import Blueprint, Response, request

from dialer.domain.errors import NotFound
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.haste import hurry, take_time
from dialer.services.messaging.callbacks import organisation_told
from dialer.web.desk import context, desk

webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")

EMPTY_TWIML: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
ANSWERS_WITHIN_S: Final = 6.0
"""How long the database has for all that a webhook asks it. The carrier waits 15 s in all (error 11205), and
within these a connection of the pool may be waited for (5 s) and be made (3 s) once this time is over, and
the last statement be ended (0.4 s).
"""


@webhooks.before_request
def be_quick() -> None:
    """Better an apology than nothing: whoever is on the line hears silence until we answer."""
    hurry(ANSWERS_WITHIN_S)


@webhooks.teardown_request
def be_patient(_error: BaseException | None) -> None:
    """The thread goes on to other people's requests."""
    take_time()


def told() -> dict[str, str]:
    """The carrier's parameters as text that can be kept, the first value of each."""
    return storable(request.form.items())


def storable(form: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Parameters as text that can be kept: PostgreSQL keeps no NUL."""
    return {name: value.replace("\x00", "\ufffd") for name, value in form}


def context_of(*our_numbers: str) -> Context:
    """The system's own hand in the organisation that it is about: the one that our address names (`o`), else
    whose number it is.
    """
    organisation_id = organisation_told(desk().units, request.args.get("o"), our_numbers)
    if organisation_id is None:
        raise NotFound
    return context(system_actor(organisation_id))


def id_in_address(name: str) -> uuid.UUID | None:
    """An id of ours in the address that was called; one that isn't an id names nothing."""
    try:
        return uuid.UUID(request.args.get(name, ""))
    except ValueError:
        return None


def twiml(document: str = EMPTY_TWIML) -> Response:
    """An answer that the carrier acts upon; without a document it does nothing."""
    return Response(document, mimetype="text/xml")
