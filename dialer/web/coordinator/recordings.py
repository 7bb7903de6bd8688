"""A campaign's recordings: whether there are any, for how long, and what can be heard."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import Response, render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.domain.recording import DAYS_LEAST, DAYS_MOST
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.recording_access import (
    RecordingView,
    delete_recording,
    get_recording,
    list_recordings,
)
from dialer.services.calling.recording_settings import (
    RecordingSettings,
    change_recording,
    recording_settings,
)
from dialer.services.paging import Page
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    same_names,
    ticked,
    whole_number,
)
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.recorded import sound_of
from dialer.web.rule_words import N_
from dialer.web.security import plays_and_records

_STATES: Final[Mapping[str, str]] = {
    "wanted": N_("Begins in a moment"),
    "recording": N_("The call goes on"),
    "fetching": N_("On its way to us"),
    "kept": N_("Kept"),
    "deleted": N_("Deleted"),
    "lost": N_("Nothing to be heard"),
}
_WHY: Final[Mapping[str, str]] = {
    "objection": N_("The person didn’t want it."),
    "by_coordinator": N_("A coordinator deleted it."),
    "retention": N_("Its time was over."),
    "erased": N_("The person was erased."),
    "machine": N_("It was an answering machine."),
    "switched_off": N_("Recording was switched off before it began."),
    "not_begun": N_("Nobody was spoken with."),
    "absent": N_("It was too short."),
    "gone": N_("The carrier has lost it."),
}
_TROUBLE: Final[Mapping[str, str]] = {
    "carrier_away": N_("The carrier can’t be reached; it is tried again."),
    "not_ready": N_("The carrier hasn’t prepared it yet; it is asked again."),
    "not_audio": N_("What the carrier sent is no sound; it is asked again."),
    "disk_full": N_("The disk is full: make room, then it is fetched."),
    "not_writable": N_("The folder can’t be written to; dialer doctor says which."),
}
_FIELDS: Final = same_names("retention_days", "lawful_use")


@coordinator.get("/campaigns/<uuid:campaign_id>/recordings")
@allow(Permission.RECORDING_READ)
def recordings(campaign_id: uuid.UUID) -> str:
    """The switch, and what was recorded, newest first."""
    found = recording_settings(context(), campaign_id)
    return _page(found, found.recording, str(found.retention_days))


@coordinator.post("/campaigns/<uuid:campaign_id>/recordings")
@allow(Permission.RECORDING_MANAGE)
def save_recording(campaign_id: uuid.UUID) -> Answer:
    """Set what the form says."""
    ctx, on, days = context(), ticked("recording"), said("retention_days")
    try:
        if not DAYS_LEAST <= whole_number("retention_days") <= DAYS_MOST:
            raise ValidationFailed.at("/retention_days", _days_words())
        fields = {"recording": on, "retention_days": int(days), "lawful_use": ticked("lawful_use")}
        change_recording(ctx, campaign_id, fields)  # type: ignore[arg-type]  # each was read as what it is
    except ValidationFailed as error:
        return _page(recording_settings(ctx, campaign_id), on, days, faults_of(error, _FIELDS)), 422
    return go("coordinator.recordings", gettext("Saved."), campaign_id=campaign_id)


@coordinator.get("/recordings/<uuid:recording_id>/audio")
@allow(Permission.RECORDING_READ)
def recording_audio(recording_id: uuid.UUID) -> Response:
    """What it sounds like; each listening is audited."""
    return sound_of(context(), recording_id)


@coordinator.post("/recordings/<uuid:recording_id>/delete")
@allow(Permission.RECORDING_MANAGE)
def drop_recording(recording_id: uuid.UUID) -> Answer:
    """Delete it for good, with a reason."""
    ctx, reason = context(), said("reason")
    campaign_id = get_recording(ctx, recording_id).campaign_id
    if not reason or len(reason) > 500:
        tell(gettext("Say why, in a few words."), "bad")
        return go("coordinator.recordings", campaign_id=campaign_id)
    delete_recording(ctx, recording_id, reason)
    return go("coordinator.recordings", gettext("It is deleted."), campaign_id=campaign_id)


def _page(found: RecordingSettings, on: bool, days: str, errors: Faults | None = None) -> str:
    plays_and_records()
    ctx = context()
    page: Page = page_asked()
    rows = list_recordings(ctx, page, campaign_id=found.campaign_id)
    return render_template(
        "coordinator/recordings.html",
        campaign=get_campaign(ctx, found.campaign_id),
        found=found,
        on=on,
        days=days,
        days_words=_days_words(),
        rows=[(one, _words(one)) for one in rows.items],
        more=next_address(rows, "coordinator.recordings", campaign_id=found.campaign_id),
        first=not asked("after"),
        errors=errors or {},
    )


def _days_words() -> str:
    return str(gettext("From %(least)s to %(most)s days.", least=DAYS_LEAST, most=DAYS_MOST))


def _words(one: RecordingView) -> str:
    """Where it stands, and why."""
    more = _WHY.get(one.why or "") or _TROUBLE.get(one.trouble or "")
    state = f"{gettext(_STATES[one.state])}."
    return f"{state} {gettext(more)}" if more else state
