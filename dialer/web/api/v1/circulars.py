"""`/circulars`: a word to all of a team, of a campaign, or who signed up for a session."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.circular import AUDIENCES, Audience
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.letter import BODY_LONGEST, SUBJECT_LONGEST
from dialer.services.organising import circulars as deeds
from dialer.services.organising.circulars import CircularView, NewCircular
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Money, Text, Whole, money, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

circulars = Resource("circulars", "A word to many of us: a team, a campaign’s volunteers, a session’s guests")


class CircularPreviewSchema(Schema):
    """What is to be said, and to whom: `audience_id` is the team’s, the campaign’s or the event’s."""

    audience = Choice(*AUDIENCES, required=True)
    audience_id = Id(required=True)
    body = Text(required=True, blank=False, max_length=BODY_LONGEST)
    subject = Text(
        load_default="",
        max_length=SUBJECT_LONGEST,
        metadata={"description": "of the letters, where some get one"},
    )


class NewCircularSchema(CircularPreviewSchema):
    """As the preview; `expected_recipients` is how many people it said."""

    expected_recipients = Whole(least=1, required=True)


class CircularCheckSchema(Schema):
    """Whom it goes to, by channel, why others get nothing, and what all of it costs."""

    name = Text(required=True)
    recipients = Whole(required=True)
    channels = fields.Dict(keys=fields.Str(), values=fields.Int(), required=True)
    left_out = fields.Dict(keys=fields.Str(), values=fields.Int(), required=True)
    cost = Money(required=True)


class NotReachedSchema(Schema):
    """Somebody who got nothing, to be rung; `volunteer_id` where it is one of us."""

    volunteer_id = Id(required=True, allow_none=True, attribute="account_id")
    name = Text(required=True)
    reason = Text(required=True)


class CircularSchema(Schema):
    """A circular and what became of it: `counts` by the state of its texts (`waiting` before one is
    written), `left_out` by why; `not_reached` are the first 100 of those who got nothing, of one circular.
    """

    id = Id(required=True)
    audience = Choice(*AUDIENCES, required=True)
    audience_id = Id(required=True)
    name = Text(required=True)
    body = Text(required=True)
    subject = Text(required=True, allow_none=True)
    total = Whole(required=True)
    counts = fields.Dict(keys=fields.Str(), values=fields.Int(), required=True)
    left_out = fields.Dict(keys=fields.Str(), values=fields.Int(), required=True)
    not_reached = fields.List(fields.Nested(NotReachedSchema), required=True)
    created_at = Instant(required=True)
    called_off_at = Instant(required=True, allow_none=True)


@circulars.route("/circulars/preview", methods=["POST"])
@allow(Permission.MESSAGE_SEND)
@circulars.arguments(CircularPreviewSchema)
@circulars.response(200, CircularCheckSchema)
def preview(given: dict[str, Any]) -> dict[str, object]:
    """Count whom it would go to and what it would cost; nothing is sent."""
    try:
        check = deeds.look_at_circular(context(), _wanted(given))
    except NotFound as error:
        raise _nobody() from error
    return {
        "name": check.name,
        "recipients": check.recipients,
        "channels": check.channels,
        "left_out": check.left_out,
        "cost": money(check.cost, check.currency),
    }


@circulars.route("/circulars")
class Circulars(MethodView):
    """All of them."""

    @allow(Permission.MESSAGE_SEND)
    @circulars.arguments(PageQuery, location="query")
    @circulars.response(200, paged(CircularSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """What was said to many, the latest first."""
        return show_page(deeds.list_circulars(context(), page_of(query)))

    @allow(Permission.MESSAGE_SEND)
    @circulars.arguments(NewCircularSchema)
    @circulars.response(201, CircularSchema)
    def post(self, given: dict[str, Any]) -> tuple[CircularView, int, dict[str, str]]:
        """Send it to each of them once, by text where their number is shown to be theirs, else by email,
        through the gate that all texts pass. 409 `audience-changed` where they aren’t as many any more.
        """
        wanted = _wanted(given, given.pop("expected_recipients"))
        try:
            made = deeds.send_circular(context(), wanted)
        except NotFound as error:
            raise _nobody() from error
        return made, 201, {"Location": url_for("circulars.Circular", circular_id=made.id)}


@circulars.route("/circulars/<circular_id>")
class Circular(MethodView):
    """One of them."""

    @allow(Permission.MESSAGE_SEND)
    @circulars.response(200, CircularSchema)
    def get(self, circular_id: str) -> CircularView:
        """How far it is, and who got nothing."""
        return deeds.get_circular(context(), path_id(circular_id))


@circulars.route("/circulars/<circular_id>/cancel", methods=["POST"])
@allow(Permission.MESSAGE_SEND)
@circulars.response(200, CircularSchema)
def cancel(circular_id: str) -> CircularView:
    """Stop what hasn’t gone; again: no change."""
    return deeds.call_off_circular(context(), path_id(circular_id))


def _wanted(given: dict[str, Any], expected: int | None = None) -> NewCircular:
    return NewCircular(
        Audience(given["audience"]), given["audience_id"], given["body"], given["subject"], expected
    )


def _nobody() -> ValidationFailed:
    return ValidationFailed.at("/audience_id", "There is no such team, campaign or event.")
