"""`/senders`: where texts come from, how fast each may send, and which are stopped."""

from __future__ import annotations

from typing import Any, Final

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.messaging_service import Flaw
from dialer.domain.own_numbers import Aim
from dialer.domain.texting import EMAIL, SENDER_KINDS
from dialer.services.messaging import sender_settings as deeds
from dialer.services.messaging.handing_over import HandOver, hand_over
from dialer.services.messaging.views import SenderView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Number, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

LEAST, MOST = 0.01, 10_000.0
"""Segments a second that may be set: one in a hundred seconds to more than any account has."""

senders = Resource("senders", "Where texts come from, and how fast each may send")

_RATE: Final[dict[str, float]] = {"least": LEAST, "most": MOST}


_PICTURES: Final = {"description": "whether pictures go with its texts (MMS); null: as its kind usually can"}


class SenderFieldsSchema(Schema):
    """What may be set: that a long code is `10dlc`, segments a second, and whether pictures go with its
    texts; null is what its kind may.
    """

    kind = Choice(*SENDER_KINDS, EMAIL)
    rate_per_s = Number(**_RATE, allow_none=True)
    pictures = Flag(allow_none=True, metadata=_PICTURES)


class NewSenderSchema(Schema):
    """A number with its country, a short code, a Messaging Service (MG…) or a name of at most 11 letters."""

    address = Text(blank=False, max_length=100, required=True)
    kind = Choice(*SENDER_KINDS, EMAIL)
    rate_per_s = Number(**_RATE, allow_none=True)
    pictures = Flag(allow_none=True, metadata=_PICTURES)


class ServiceSchema(Schema):
    """What is set for a Messaging Service at the carrier, as it was `read_at`, and in `flaws` what isn't what
    we need. `texts` says where texts to its numbers are told; null: where each number says. `texts_to`,
    `fallback_to` and `status_to` name another system that hears of texts to us, of those that we didn't take,
    and of what became of texts that aren't ours. `validity_s` is how long its texts wait at the carrier. On
    `opt_outs_answered_at`, to the day, it told last that it had answered a STOP, START or HELP itself.
    """

    read_at = Instant(required=True)
    name = Text(required=True)
    texts = Choice(*Aim, required=True, allow_none=True)
    texts_to = Text(required=True)
    fallback_to = Text(required=True)
    status_to = Text(required=True)
    sticky = Flag(required=True, allow_none=True)
    validity_s = Whole(required=True, allow_none=True)
    registered = Flag(required=True, allow_none=True)
    flaws = fields.List(Choice(*Flaw), required=True)
    opt_outs_answered_at = Instant(required=True, allow_none=True)


class SenderSchema(Schema):
    """A sender. `effective_rate_per_s` is what it keeps to, in segments a second: what is set, else what the
    numbers of its `pool` may together, else the installation's or its kind's usual rate. One that networks
    filter rests until `tries_again_at`, and from `trial_since` on sends at a tenth of that for a while.
    """

    id = Id(required=True)
    address = Text(required=True)
    kind = Choice(*SENDER_KINDS, EMAIL, required=True)
    rate_per_s = Number(required=True, allow_none=True)
    effective_rate_per_s = Number(required=True)
    pictures = Flag(required=True, allow_none=True, metadata=_PICTURES)
    pool = fields.List(Text(), required=True)
    state = Choice("active", "resting", "paused", required=True)
    pause_reason = Text(required=True, allow_none=True)
    resting_until = Instant(required=True, allow_none=True)
    tries_again_at = Instant(required=True, allow_none=True)
    trial_since = Instant(required=True, allow_none=True)
    handed_over_at = Instant(required=True, allow_none=True)
    created_at = Instant(required=True)
    service = fields.Nested(ServiceSchema, required=True, allow_none=True)


class UnusedSenderSchema(Schema):
    """One that campaigns name, and from which nothing has gone out yet."""

    address = Text(required=True)
    campaigns = fields.List(Text(), required=True)


class SendersSchema(Schema):
    """A page of those that were used or added; and, on every page, what campaigns name beside these."""

    data = fields.List(fields.Nested(SenderSchema), required=True)
    next_cursor = Text(required=True, allow_none=True)
    unused = fields.List(fields.Nested(UnusedSenderSchema), required=True)


class HandOverSchema(Schema):
    """What becomes of the texts that wait at a stopped sender. `texts` of `blasts` go to other senders, of
    them `in_conversation` to people who have written with this one; `staying` have no other, and `singles`
    (answers, texts to one person) wait for it as well.
    """

    sender_id = Id(required=True)
    texts = Whole(required=True)
    blasts = Whole(required=True)
    in_conversation = Whole(required=True)
    staying = Whole(required=True)
    singles = Whole(required=True)


@senders.route("/senders")
class Senders(MethodView):
    """All senders."""

    @allow(Permission.SENDER_READ)
    @senders.arguments(PageQuery, location="query")
    @senders.response(200, SendersSchema)
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The senders that were used or added, and those that campaigns name."""
        page = show_page(deeds.list_senders(context(), page_of(query)))
        unused = [
            {"address": one, "campaigns": names} for one, names in deeds.unused_senders(context()).items()
        ]
        return {**page, "unused": unused}

    @allow(Permission.SENDER_MANAGE)
    @senders.arguments(NewSenderSchema)
    @senders.response(201, SenderSchema)
    @senders.alt_response(200, schema=SenderSchema, description="It was known already")
    def post(self, given: dict[str, Any]) -> tuple[SenderView, int, dict[str, str]]:
        """Set what a sender may before it is first used. One that is known already is changed."""
        view, new = deeds.add_sender(context(), deeds.NewSender(**given))
        place = url_for("senders.Sender", sender_id=view.id)
        return view, 201 if new else 200, {"Location": place}


@senders.route("/senders/<sender_id>")
class Sender(MethodView):
    """One sender."""

    @allow(Permission.SENDER_READ)
    @senders.response(200, SenderSchema)
    def get(self, sender_id: str) -> SenderView:
        """One sender."""
        return deeds.get_sender(context(), path_id(sender_id))

    @allow(Permission.SENDER_MANAGE)
    @senders.arguments(SenderFieldsSchema)
    @senders.response(200, SenderSchema)
    def patch(self, given: dict[str, Any], sender_id: str) -> SenderView:
        """Change the fields given. A blast that is running keeps to it within a second."""
        return deeds.change_sender(context(), path_id(sender_id), given)


@senders.route("/senders/<sender_id>/pause", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@senders.response(200, SenderSchema)
def pause(sender_id: str) -> SenderView:
    """Let nothing go out from it until it is resumed; its texts wait."""
    return deeds.pause_sender(context(), path_id(sender_id))


@senders.route("/senders/<sender_id>/resume", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@senders.response(200, SenderSchema)
def resume(sender_id: str) -> SenderView:
    """Let it send again, whatever stopped it."""
    return deeds.resume_sender(context(), path_id(sender_id))


@senders.route("/senders/<sender_id>/hand-over", methods=["POST"])
@allow(Permission.SENDER_MANAGE)
@senders.response(202, HandOverSchema)
def hand_over_texts(sender_id: str) -> HandOver:
    """Let the other senders of its blasts send what waits at a stopped one, until it is resumed. Each text
    goes to the sender that its person knows, where the blast has that one; none is sent twice.
    """
    return hand_over(context(), path_id(sender_id))
