"""The coordinator's emergency levers: pause all, and take back one volunteer's work (contract §3)."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.services.calling import pause_all as switch
from dialer.services.calling.corrections import void_results
from dialer.services.calling.views import VoidView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Flag, Instant, Text, Whole, path_id
from dialer.web.desk import context
from dialer.web.guard import allow

steering = Resource("steering", "Pause everything; take back what one volunteer recorded")


class PauseSchema(Schema):
    """Why everything stops."""

    reason = Text(required=True, blank=False, max_length=500)


class PausedSchema(Schema):
    """Whether everything is paused."""

    paused = Flag(required=True)


class VoidRequestSchema(Schema):
    """Since when, and why."""

    since = Instant(allow_none=True, load_default=None)
    reason = Text(required=True, blank=False, max_length=500)


class VoidSchema(Schema):
    """How much was taken back."""

    results = Whole(required=True)
    opt_outs = Whole(required=True)


@steering.route("/pause-all", methods=["POST"])
@allow(Permission.ORGANISATION_PAUSE)
@steering.arguments(PauseSchema)
@steering.response(200, PausedSchema)
def pause(body: dict[str, Any]) -> dict[str, bool]:
    """Hand out nobody anywhere; conversations under way end normally."""
    switch.pause_all(context(), body["reason"])
    return {"paused": True}


@steering.route("/resume-all", methods=["POST"])
@allow(Permission.ORGANISATION_PAUSE)
@steering.response(200, PausedSchema)
def resume() -> dict[str, bool]:
    """Let everything go on that was not paused for itself."""
    switch.resume_all(context())
    return {"paused": False}


@steering.route("/volunteers/<volunteer_id>/void", methods=["POST"])
@allow(Permission.VOLUNTEER_VOID)
@steering.arguments(VoidRequestSchema)
@steering.response(200, VoidSchema)
def void(body: dict[str, Any], volunteer_id: str) -> VoidView:
    """Take back what this volunteer recorded, opt-outs too."""
    return void_results(context(), path_id(volunteer_id), **body)
