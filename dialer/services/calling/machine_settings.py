"""What a campaign does about answering machines, told and changed. Both parts are off by default."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TypedDict

from dialer.domain.access import Permission
from dialer.domain.answering_machine import MachineRules, rules_of, stored_rules
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign
from dialer.store.models.sounds import Sound
from dialer.store.session import UnitOfWork


class MachineFields(TypedDict, total=False):
    """What may be set; what is left out stays. `lawful` is said anew for each message."""

    machine_detection: bool
    voicemail: uuid.UUID | None
    lawful: bool


@dataclass(frozen=True, slots=True)
class MachineSettings:
    """A campaign's settings; who said that the message is lawful, and when."""

    campaign_id: uuid.UUID
    machine_detection: bool
    voicemail: uuid.UUID | None
    voicemail_name: str | None
    confirmed_by: uuid.UUID | None
    confirmed_by_name: str | None
    confirmed_at: str | None


NOT_LAWFUL = "Confirm first that everybody on the lists has agreed to recorded calls from you."
NO_SOUND = "There is no such sound, or it isn’t offered any more."


def machine_settings(ctx: Context, campaign_id: uuid.UUID) -> MachineSettings:
    """What a campaign does about answering machines."""
    with ctx.unit() as unit:
        return _view(unit, reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ))


def change_machine_settings(ctx: Context, campaign_id: uuid.UUID, fields: MachineFields) -> MachineSettings:
    """Change the fields given. A message is switched on only by somebody who confirms, with it, that it is
    lawful (`ValidationFailed`); that is kept with who and when, for as long as the message is on.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        unit.session.refresh(campaign, with_for_update={"key_share": True})
        before = rules_of(campaign.answering_machines)
        after = replace(before, detects=fields.get("machine_detection", before.detects))
        if "voicemail" in fields:
            after = _with_message(ctx, unit, after, fields)
        campaign.answering_machines = stored_rules(after)
        changes: dict[str, object] = {"machine_detection": after.detects, "voicemail": after.sound_id}
        if after.confirmed_at != before.confirmed_at:
            changes["lawful"] = after.confirmed_at is not None
        ctx.audit(unit, "campaign.answering_machines", "campaign", campaign.id, changes)
        return _view(unit, campaign)


def _with_message(ctx: Context, unit: UnitOfWork, rules: MachineRules, fields: MachineFields) -> MachineRules:
    wanted = fields["voicemail"]
    if wanted is None:
        return MachineRules(detects=rules.detects)
    if str(wanted) == rules.sound_id:
        return rules
    faults = []
    sound = unit.session.get(Sound, (unit.organisation_id, wanted))
    if sound is None or sound.retired_at is not None:
        faults.append(FieldError("/voicemail", NO_SOUND))
    if not fields.get("lawful"):
        faults.append(FieldError("/lawful", NOT_LAWFUL))
    if faults:
        raise ValidationFailed(errors=faults)
    by = str(ctx.actor.account_id) if ctx.actor.account_id else None
    return MachineRules(rules.detects, str(wanted), by, ctx.now.isoformat())


def _view(unit: UnitOfWork, campaign: Campaign) -> MachineSettings:
    rules = rules_of(campaign.answering_machines)
    sound_id = uuid.UUID(rules.sound_id) if rules.sound_id else None
    by = uuid.UUID(rules.confirmed_by) if rules.confirmed_by else None
    sound = unit.session.get_one(Sound, (unit.organisation_id, sound_id)) if sound_id else None
    return MachineSettings(
        campaign_id=campaign.id,
        machine_detection=rules.detects,
        voicemail=sound_id,
        voicemail_name=sound.name if sound else None,
        confirmed_by=by,
        confirmed_by_name=unit.session.get_one(Account, (unit.organisation_id, by)).name if by else None,
        confirmed_at=rules.confirmed_at,
    )
