"""`/campaigns/{id}/recycling`: people called anew, seen first."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.campaign import RETRY_MOST_S
from dialer.domain.recycling import RECYCLABLE, TRIED_MOST
from dialer.services.calling.recycling import RecyclingView, preview_recycling, recycle
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

recycling = Resource("recycling", "People called anew in a campaign that was done with them")


class RecyclingPreviewSchema(Schema):
    """Whom to call anew: by last outcome; whose last try is `quiet_for_s` ago (else the campaign's
    `retry_after_s`); who was tried fewer than `tried_max` times in all (else twice its `max_attempts`).
    """

    dispositions = fields.List(Choice(*RECYCLABLE), required=True, metadata={"maxItems": len(RECYCLABLE)})
    quiet_for_s = Whole(least=0, most=RETRY_MOST_S)
    tried_max = Whole(least=1, most=TRIED_MOST)


class RecyclingSchema(RecyclingPreviewSchema):
    """The same, with how many numbers somebody saw come back."""

    expected_numbers = Whole(least=0, required=True)


class RecycledSchema(Schema):
    """Numbers that come back by the last outcome, and that stay by why."""

    numbers = Whole(required=True)
    back = fields.Dict(keys=Text(), values=Whole(), required=True)
    stays = fields.Dict(keys=Text(), values=Whole(), required=True)
    quiet_for_s = Whole(required=True)
    tried_max = Whole(required=True)


@recycling.route("/campaigns/<campaign_id>/recycling/preview", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@recycling.arguments(RecyclingPreviewSchema)
@recycling.response(200, RecycledSchema)
def preview(body: dict[str, Any], campaign_id: str) -> dict[str, object]:
    """Who would come back, and why the others don't; nothing changes."""
    return _shown(preview_recycling(context(), path_id(campaign_id), **body))


@recycling.route("/campaigns/<campaign_id>/recycling", methods=["POST"])
@allow(Permission.CAMPAIGN_MANAGE)
@recycling.arguments(RecyclingSchema)
@recycling.response(200, RecycledSchema)
def run(body: dict[str, Any], campaign_id: str) -> dict[str, object]:
    """Let them wait again, if they are still as many as expected; else 409 with how many they are."""
    return _shown(recycle(context(), path_id(campaign_id), **body))


def _shown(found: RecyclingView) -> dict[str, object]:
    return {
        "numbers": found.numbers,
        "back": found.back,
        "stays": found.stays,
        "quiet_for_s": found.wish.quiet_for_s,
        "tried_max": found.wish.tried_max,
    }
