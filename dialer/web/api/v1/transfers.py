"""`/transfers`: people who are put through to somebody else, and to whom volunteers may put them."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.transfer import LABEL_MAX, NUMBERS_MAX, TRANSFER_REASONS, TRANSFER_STATES, TransferNumber
from dialer.services.calling import transfer_choices
from dialer.services.calling import transfers as deeds
from dialer.services.calling.transfer_choices import Choices
from dialer.services.calling.views import TransferView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

transfers = Resource("transfers", "People who are put through to somebody else")


class TransferFieldsSchema(Schema):
    """To whom: a `phone` that the campaign lists (any that may be rung, for who runs it), the `account_id` of
    a colleague, or a step of the script (`node`). With `warm` the volunteer speaks with them first: as the
    step says, else so.
    """

    phone = Text(max_length=40, allow_none=True, load_default=None)
    account_id = Id(allow_none=True, load_default=None)
    node = Text(max_length=100, allow_none=True, load_default=None)
    warm = Flag(allow_none=True, load_default=None)


class TransferSchema(Schema):
    """Somebody who is put through. `call_id` is the third party's call; `talked_s` how long the two talked
    without the volunteer, once that is over.
    """

    id = Id(required=True)
    assignment_id = Id(required=True)
    session_id = Id(required=True)
    call_id = Id(required=True)
    label = Text(required=True)
    to_account_id = Id(allow_none=True, required=True)
    node = Text(allow_none=True, required=True)
    warm = Flag(required=True)
    state = Choice(*TRANSFER_STATES, required=True)
    reason = Choice(*TRANSFER_REASONS, allow_none=True, required=True)
    started_at = Instant(required=True)
    answered_at = Instant(allow_none=True, required=True)
    completed_at = Instant(allow_none=True, required=True)
    ended_at = Instant(allow_none=True, required=True)
    talked_s = Whole(allow_none=True, required=True)


class TransfersQuery(PageQuery):
    """Which of them."""

    campaign_id = Id()
    state = Choice(*TRANSFER_STATES)


class TransferNumberSchema(Schema):
    """A number, and what it is called."""

    label = Text(max_length=LABEL_MAX, required=True)
    phone = Text(max_length=40, required=True)


class TransferNumbersSchema(Schema):
    """The numbers that a campaign's volunteers may have rung."""

    numbers = fields.List(
        fields.Nested(TransferNumberSchema), required=True, validate=validate.Length(max=NUMBERS_MAX)
    )


class ColleagueSchema(Schema):
    """Somebody who runs the campaign and can be rung."""

    account_id = Id(required=True)
    name = Text(required=True)


class ChoicesSchema(TransferNumbersSchema):
    """Whom the person in hand can be put through to."""

    people = fields.List(fields.Nested(ColleagueSchema), required=True)


@transfers.route("/assignments/<assignment_id>/transfer", methods=["POST"])
@allow(Permission.CALL_PLACE)
@transfers.arguments(TransferFieldsSchema)
@transfers.response(201, TransferSchema)
def begin(body: dict[str, Any], assignment_id: str) -> tuple[TransferView, int, dict[str, str]]:
    """Put whoever I talk with on hold, and have somebody else rung for them. Asked again: the same one."""
    made = deeds.begin_transfer(context(), path_id(assignment_id), **body)
    return made, 201, {"Location": url_for("transfers.Transfer", transfer_id=made.id)}


@transfers.route("/assignments/<assignment_id>/transfer-choices")
class TransferChoices(MethodView):
    """Whom they can be put through to."""

    @allow(Permission.CALL_PLACE)
    @transfers.response(200, ChoicesSchema)
    def get(self, assignment_id: str) -> Choices:
        """The campaign's numbers, and those who run it."""
        return transfer_choices.transfer_choices(context(), path_id(assignment_id))


@transfers.route("/transfers")
class Transfers(MethodView):
    """What came of it."""

    @allow(Permission.CALL_READ)
    @transfers.arguments(TransfersQuery, location="query")
    @transfers.response(200, paged(TransferSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Who was put through in my campaigns, and what came of it, oldest first."""
        page = page_of(query)
        return show_page(deeds.list_transfers(context(), page, **query))


@transfers.route("/transfers/<transfer_id>")
class Transfer(MethodView):
    """One transfer."""

    @allow(Permission.CALL_PLACE)
    @transfers.response(200, TransferSchema)
    def get(self, transfer_id: str) -> TransferView:
        """A transfer as it stands."""
        return deeds.get_transfer(context(), path_id(transfer_id))


@transfers.route("/transfers/<transfer_id>/complete", methods=["POST"])
@allow(Permission.CALL_PLACE)
@transfers.response(200, TransferSchema)
def complete(transfer_id: str) -> TransferView:
    """Let the two go on without me; I finish up. The same again: no change."""
    return deeds.complete_transfer(context(), path_id(transfer_id))


@transfers.route("/transfers/<transfer_id>/cancel", methods=["POST"])
@allow(Permission.CALL_PLACE)
@transfers.response(200, TransferSchema)
def cancel(transfer_id: str) -> TransferView:
    """Call it off: whoever was rung is hung up, and I am back with whom I talked with."""
    return deeds.cancel_transfer(context(), path_id(transfer_id))


@transfers.route("/campaigns/<campaign_id>/transfer-numbers")
class TransferNumbers(MethodView):
    """The numbers that volunteers may have rung."""

    @allow(Permission.CAMPAIGN_READ)
    @transfers.response(200, TransferNumbersSchema)
    def get(self, campaign_id: str) -> dict[str, object]:
        """The numbers that a campaign's volunteers can put people through to."""
        return {"numbers": transfer_choices.transfer_numbers(context(), path_id(campaign_id))}

    @allow(Permission.CAMPAIGN_MANAGE)
    @transfers.arguments(TransferNumbersSchema)
    @transfers.response(200, TransferNumbersSchema)
    def put(self, body: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """Put another list in its place. Numbers at a higher rate, or in another country, are refused."""
        wanted = [TransferNumber(**one) for one in body["numbers"]]
        return {"numbers": transfer_choices.set_transfer_numbers(context(), path_id(campaign_id), wanted)}
