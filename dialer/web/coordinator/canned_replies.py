"""Words kept ready for those who answer a campaign's people, in English and Welsh."""

from __future__ import annotations

import uuid
from typing import Final

from flask import render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.services.calling.campaigns import get_campaign
from dialer.services.messaging.canned_replies import (
    CannedReplyFields,
    add_canned_reply,
    change_canned_reply,
    delete_canned_reply,
    get_canned_reply,
    list_canned_replies,
)
from dialer.services.paging import Page
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, Faults, asked, faults_of, go, id_of, said
from dialer.web.desk import context
from dialer.web.guard import allow

_SHOWN: Final = 200
_FIELDS: Final = {"/name": "name", "/body": "body", "/bodies/cy": "body_cy"}


@coordinator.get("/campaigns/<uuid:campaign_id>/replies")
@allow(Permission.CANNED_REPLY_READ)
def canned_replies(campaign_id: uuid.UUID) -> str:
    """A campaign's own words, and those of all campaigns."""
    return _page(campaign_id)


@coordinator.post("/campaigns/<uuid:campaign_id>/replies")
@allow(Permission.CANNED_REPLY_MANAGE)
def add_reply(campaign_id: uuid.UUID) -> Answer:
    """Keep words ready; for all campaigns where that was ticked."""
    of = None if said("for_all") else campaign_id
    try:
        add_canned_reply(context(), of, _fields({}))
    except ValidationFailed as error:
        return _page(campaign_id, faults_of(error, _FIELDS)), 422
    return go("coordinator.canned_replies", gettext("Kept."), campaign_id=campaign_id)


@coordinator.post("/campaigns/<uuid:campaign_id>/replies/<uuid:reply_id>")
@allow(Permission.CANNED_REPLY_MANAGE)
def change_reply(campaign_id: uuid.UUID, reply_id: uuid.UUID) -> Answer:
    """Change the words, or with `delete` offer them no more."""
    ctx = context()
    if said("delete"):
        return _delete(campaign_id, reply_id)
    try:
        change_canned_reply(ctx, reply_id, _fields(dict(get_canned_reply(ctx, reply_id).bodies)))
    except ValidationFailed as error:
        return _page(campaign_id, faults_of(error, _FIELDS), reply_id), 422
    return go("coordinator.canned_replies", gettext("Kept."), campaign_id=campaign_id)


def _delete(campaign_id: uuid.UUID, reply_id: uuid.UUID) -> Response:
    delete_canned_reply(context(), reply_id)
    return go("coordinator.canned_replies", gettext("Taken away."), campaign_id=campaign_id)


def _fields(bodies: dict[str, str]) -> CannedReplyFields:
    return {"name": said("name"), "body": _words("body"), "bodies": {**bodies, "cy": _words("body_cy")}}


def _words(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _page(campaign_id: uuid.UUID, errors: Faults | None = None, wrong: uuid.UUID | None = None) -> str:
    ctx = context()
    campaign = get_campaign(ctx, campaign_id)
    return render_template(
        "coordinator/canned_replies.html",
        campaign=campaign,
        own=list_canned_replies(ctx, campaign_id, Page(_SHOWN)).items,
        of_all=list_canned_replies(ctx, None, Page(_SHOWN)).items,
        may_for_all=ctx.actor.campaign_ids is None,
        typed={name: request.form.get(name, "") for name in ("name", "body", "body_cy")} if errors else {},
        wrong=wrong,
        change=id_of(asked("change")) if asked("change") else None,
        errors=errors or {},
    )
