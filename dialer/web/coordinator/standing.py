"""What coordinators enter of a person's vote, or take back, on their page."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final
from zoneinfo import ZoneInfo

from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.pledge import SUPPORTS, VOTING_METHODS
from dialer.services.gotv.pledges import NewPledge, put_pledge
from dialer.services.gotv.standing import mark_voted, standing_of, take_back
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.contacts import person_page
from dialer.web.coordinator.forms import Answer, chosen_id, faults_of, go, said, same_names
from dialer.web.desk import context
from dialer.web.guard import allow

_YES_NO: Final = {"yes": True, "no": False}
_FIELDS: Final = ("support", "voting_method", "planned_at", "needs_lift", "id_ready", "campaign_id")


@coordinator.post("/contacts/<uuid:contact_id>/pledge")
@allow(Permission.PLEDGE_RECORD)
def record_pledge(contact_id: uuid.UUID) -> Answer:
    """Record what somebody told us; what is left as it is says nothing."""
    ctx = context()
    try:
        put_pledge(ctx, contact_id, _pledge(standing_of(ctx, contact_id).timezone))
    except ValidationFailed as error:
        return person_page(ctx, contact_id, faults_of(error, same_names(*_FIELDS))), 422
    return go("coordinator.contact", gettext("Saved in the pledge table."), contact_id=contact_id)


@coordinator.post("/contacts/<uuid:contact_id>/voted")
@allow(Permission.TURNOUT_RECORD)
def record_vote(contact_id: uuid.UUID) -> Answer:
    """Record that they have voted."""
    ctx = context()
    try:
        zone = standing_of(ctx, contact_id).timezone
        mark_voted(ctx, contact_id, at=_moment("voted_at", zone))
    except ValidationFailed as error:
        return person_page(ctx, contact_id, faults_of(error, same_names("voted_at"))), 422
    words = gettext("Saved. They are off the lists that remind people to vote.")
    return go("coordinator.contact", words, contact_id=contact_id)


@coordinator.post("/contacts/<uuid:contact_id>/evidence/<uuid:evidence_id>/undo")
@allow(Permission.PLEDGE_RECORD)
def take_evidence_back(contact_id: uuid.UUID, evidence_id: uuid.UUID) -> Answer:
    """Take back one thing that was recorded of them."""
    try:
        take_back(context(), contact_id, evidence_id)
    except Conflict:
        words = gettext("This goes with what it came from: change that call, file or text instead.")
        return go("coordinator.contact", words, "bad", contact_id=contact_id)
    return go("coordinator.contact", gettext("Taken back."), contact_id=contact_id)


def _pledge(zone: str) -> NewPledge:
    campaign_id = chosen_id("campaign_id")
    if campaign_id is None:
        raise ValidationFailed.at("/campaign_id", gettext("Choose the campaign in which you learned it."))
    method = said("voting_method")
    pledge = NewPledge(
        campaign_id,
        support=int(said("support")) if said("support") in {str(one) for one in SUPPORTS} else None,
        voting_method=method if method in VOTING_METHODS else None,
        planned_at=_moment("planned_at", zone),
        needs_lift=_YES_NO.get(said("needs_lift")),
        id_ready=_YES_NO.get(said("id_ready")),
    )
    if pledge.says_nothing:
        raise ValidationFailed.at("/support", gettext("Choose what they told us."))
    return pledge


def _moment(name: str, zone: str) -> dt.datetime | None:
    """A moment on the clocks of the election; None where the field is empty."""
    if not said(name):
        return None
    try:
        wall = dt.datetime.fromisoformat(said(name)).replace(tzinfo=ZoneInfo(zone))
        return wall.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValidationFailed.at(f"/{name}", gettext("Give a day and a time.")) from None
