"""Whether a campaign's calls are recorded, and for how long recordings are kept."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final, TypedDict

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign
from dialer.store.queries import recordings
from dialer.store.session import UnitOfWork

SAY_LAWFUL: Final = (
    "Say that it is lawful where you call: whoever is recorded is told first, and political opinions are "
    "special category data, so you need a reason and a written assessment."
)


class RecordingFields(TypedDict, total=False):
    """What may be set; what is left out stays."""

    recording: bool
    retention_days: int
    lawful_use: bool


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """How a campaign records, who said that it is lawful and when, and what it keeps now."""

    campaign_id: uuid.UUID
    recording: bool
    retention_days: int
    lawful_use_by: uuid.UUID | None
    lawful_use_by_name: str | None
    lawful_use_at: dt.datetime | None
    kept: int
    kept_bytes: int


def recording_settings(ctx: Context, campaign_id: uuid.UUID) -> RecordingSettings:
    """How a campaign records."""
    with ctx.unit() as unit:
        return _view(unit, reach_campaign(ctx, unit, campaign_id, Permission.RECORDING_READ))


def change_recording(ctx: Context, campaign_id: uuid.UUID, fields: RecordingFields) -> RecordingSettings:
    """Change the fields given. Recording is switched on only with `lawful_use`, kept with who said so. It
    holds from the next call on; fewer days hold at once for what is kept, more days too.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.RECORDING_MANAGE)
        unit.session.refresh(campaign, with_for_update={"key_share": True})
        before = _chosen(campaign)
        _switch(ctx, campaign, fields)
        campaign.recording_days = fields.get("retention_days", campaign.recording_days)
        if _chosen(campaign) != before:
            changes = {"before": before, "after": _chosen(campaign)}
            ctx.audit(unit, "campaign.recording", "campaign", campaign.id, changes)
        unit.session.flush()
        return _view(unit, campaign)


def _switch(ctx: Context, campaign: Campaign, fields: RecordingFields) -> None:
    wanted = fields.get("recording", campaign.recording)
    if wanted and not campaign.recording:
        if not fields.get("lawful_use"):
            raise ValidationFailed.at("/lawful_use", SAY_LAWFUL)
        campaign.recording_lawful_by, campaign.recording_lawful_at = ctx.actor.account_id, ctx.now
    campaign.recording = wanted


def _chosen(campaign: Campaign) -> dict[str, object]:
    return {"recording": campaign.recording, "retention_days": campaign.recording_days}


def _view(unit: UnitOfWork, campaign: Campaign) -> RecordingSettings:
    kept, size = recordings.counted(unit, campaign.id)
    by = campaign.recording_lawful_by
    return RecordingSettings(
        campaign_id=campaign.id,
        recording=campaign.recording,
        retention_days=campaign.recording_days,
        lawful_use_by=by,
        lawful_use_by_name=unit.session.get_one(Account, (unit.organisation_id, by)).name if by else None,
        lawful_use_at=campaign.recording_lawful_at,
        kept=kept,
        kept_bytes=size,
    )
