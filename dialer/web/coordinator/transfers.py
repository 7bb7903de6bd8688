"""To whom a campaign's volunteers may put people through, and what came of it so far."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from flask import render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.domain.phone import written
from dialer.domain.transfer import NUMBERS_MAX, TRANSFER_STATES, TransferNumber
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.transfer_choices import set_transfer_numbers, transfer_numbers
from dialer.services.calling.transfers import transfer_counts
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, Faults, faults_of, go, said
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.rule_words import N_

CAME_OF_IT: Final[Mapping[str, str]] = {
    "ringing": N_("Being rung now"),
    "talking": N_("A volunteer speaks with them now"),
    "completed": N_("Put through"),
    "cancelled": N_("Called off, or the person hung up"),
    "failed": N_("Not reached"),
}
EMPTY_ROWS: Final = 3


@coordinator.get("/campaigns/<uuid:campaign_id>/putting-through")
@allow(Permission.CAMPAIGN_MANAGE)
def putting_through(campaign_id: uuid.UUID) -> str:
    """The list, and the form that changes it."""
    listed = transfer_numbers(context(), campaign_id)
    return _page(campaign_id, [(one.label, written(one.phone)) for one in listed])


@coordinator.post("/campaigns/<uuid:campaign_id>/putting-through")
@allow(Permission.CAMPAIGN_MANAGE)
def save_putting_through(campaign_id: uuid.UUID) -> Answer:
    """Set the list that the form says; rows left empty are none."""
    sent = [(said(f"label-{at}"), said(f"phone-{at}")) for at in range(NUMBERS_MAX)]
    rows = [one for one in sent if any(one)]
    try:
        set_transfer_numbers(context(), campaign_id, [TransferNumber(*one) for one in rows])
    except ValidationFailed as error:
        return _page(campaign_id, rows, faults_of(error, _field_at)), 422
    return go("coordinator.putting_through", gettext("Saved."), campaign_id=campaign_id)


def _field_at(pointer: str) -> str:
    """`/numbers/2/phone` is the field `phone-2`."""
    _, _, at, name = pointer.split("/")
    return f"{name}-{at}"


def _page(campaign_id: uuid.UUID, rows: Sequence[tuple[str, str]], errors: Faults | None = None) -> str:
    counts = transfer_counts(context(), campaign_id)
    return render_template(
        "coordinator/transfers.html",
        campaign=get_campaign(context(), campaign_id),
        rows=[*rows, *[("", "")] * EMPTY_ROWS][:NUMBERS_MAX],
        errors=errors or {},
        counts=[(gettext(CAME_OF_IT[one]), counts[one]) for one in TRANSFER_STATES if one in counts],
    )
