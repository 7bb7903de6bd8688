"""What a campaign does about answering machines, with what the law says of recorded messages."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask import render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.answering_machine import DROP_REST
from dialer.domain.errors import ValidationFailed
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.machine_settings import (
    MachineFields,
    MachineSettings,
    change_machine_settings,
    machine_settings,
)
from dialer.services.calling.sounds import list_sounds
from dialer.services.context import Context
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    chosen_id,
    everything,
    faults_of,
    go,
    same_names,
    ticked,
)
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.security import plays_and_records


@coordinator.get("/campaigns/<uuid:campaign_id>/answering-machines")
@allow(Permission.CAMPAIGN_MANAGE)
def answering_machines(campaign_id: uuid.UUID) -> str:
    """The two switches, and who answers for the message."""
    found = machine_settings(context(), campaign_id)
    values = {"machine_detection": found.machine_detection, "voicemail": str(found.voicemail or "")}
    return _page(found, values)


@coordinator.post("/campaigns/<uuid:campaign_id>/answering-machines")
@allow(Permission.CAMPAIGN_MANAGE)
def save_answering_machines(campaign_id: uuid.UUID) -> Answer:
    """Set what the form says."""
    ctx = context()
    fields = MachineFields(
        machine_detection=ticked("machine_detection"),
        voicemail=chosen_id("voicemail"),
        lawful=ticked("lawful"),
    )
    try:
        change_machine_settings(ctx, campaign_id, fields)
    except ValidationFailed as error:
        faults = {name: gettext(words) for name, words in faults_of(error, _FIELD_AT).items()}
        values = {**fields, "voicemail": str(fields["voicemail"] or "")}
        return _page(machine_settings(ctx, campaign_id), values, faults), 422
    return go("coordinator.answering_machines", gettext("Saved."), campaign_id=campaign_id)


_FIELD_AT = same_names("voicemail", "lawful")


def _page(found: MachineSettings, values: dict[str, Any], errors: Faults | None = None) -> str:
    ctx = context()
    plays_and_records()
    return render_template(
        "coordinator/machines.html",
        campaign=get_campaign(ctx, found.campaign_id),
        found=found,
        confirmed_at=dt.datetime.fromisoformat(found.confirmed_at) if found.confirmed_at else None,
        values=values,
        sounds=_choices(ctx, found),
        rest_days=DROP_REST.days,
        errors=errors or {},
    )


def _choices(ctx: Context, found: MachineSettings) -> list[tuple[str, str]]:
    """The sounds on offer, and the one in use."""
    named = {str(one.id): one.name for one in everything(lambda page: list_sounds(ctx, page))}
    if found.voicemail and found.voicemail_name:
        named.setdefault(str(found.voicemail), found.voicemail_name)
    return [("", gettext("No message")), *named.items()]
