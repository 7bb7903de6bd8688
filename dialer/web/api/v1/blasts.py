"""`/blasts`: one text to many people, launched once (contract §7)."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from dialer.domain.access import Permission
from dialer.domain.audience import NAMES_MOST, NOT_CONTACTED_MOST_S
from dialer.domain.pledge import VOTING_METHODS
from dialer.services.messaging import blasts as deeds
from dialer.services.messaging import launching
from dialer.services.messaging.blasts import LONGEST_BODY, BlastFields
from dialer.services.messaging.comparing import Comparison, compare
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.test_sends import MOST, send_test
from dialer.services.messaging.views import BlastView, EstimateView, ProgressView
from dialer.services.paging import Slice
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import (
    Choice,
    Flag,
    Id,
    Instant,
    Money,
    Number,
    Text,
    Whole,
    money,
    path_id,
)
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.messages import MessagePage, show_message
from dialer.web.desk import context
from dialer.web.guard import allow

blasts = Resource("blasts", "One text to many people: written, estimated, launched, watched")


class AudienceSchema(Schema):
    """Whom it goes to: all that is named must hold."""

    support = fields.List(Whole(least=1, most=5), allow_none=True, metadata={"maxItems": 5})
    voted = Flag(allow_none=True)
    tags_any = fields.List(Text(blank=False, max_length=200), metadata={"maxItems": NAMES_MOST})
    tags_none = fields.List(Text(blank=False, max_length=200), metadata={"maxItems": NAMES_MOST})
    polling_districts = fields.List(Text(blank=False, max_length=100), metadata={"maxItems": NAMES_MOST})
    voting_methods = fields.List(Choice(*VOTING_METHODS))
    not_contacted_for_s = Whole(least=0, most=NOT_CONTACTED_MOST_S, allow_none=True)


class BlastFieldsSchema(Schema):
    """What may be said of a blast."""

    name = Text(blank=False, max_length=200)
    body = Text(blank=False, max_length=LONGEST_BODY)
    list_ids = fields.List(Id(), metadata={"maxItems": 1000})
    audience = fields.Nested(AudienceSchema)
    audience_id = Id(
        allow_none=True,
        metadata={"description": "a saved audience: those whom it picks, among the lists if any are named"},
    )
    senders = fields.List(Text(max_length=34), metadata={"maxItems": 100})
    send_at = Instant(allow_none=True)
    deadline_at = Instant(
        allow_none=True,
        metadata={"description": "nothing of it arrives later; may still be moved while it runs"},
    )


class NewBlastSchema(BlastFieldsSchema):
    """A blast to be written down."""

    campaign_id = Id(required=True)
    name = Text(blank=False, max_length=200, required=True)
    body = Text(blank=False, max_length=LONGEST_BODY, required=True)
    list_ids = fields.List(Id(), required=True, metadata={"maxItems": 1000})


class BlastSchema(BlastFieldsSchema):
    """A blast."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    state = Text(required=True)
    waiting_reason = Text(allow_none=True)
    pause_reason = Text(allow_none=True)
    total = Whole()
    created_at = Instant()
    launched_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)


class BlastQuery(PageQuery):
    """Which blasts."""

    campaign_id = Id()


class NamedContactSchema(Schema):
    """Somebody, by what is known of their name."""

    id = Id(required=True)
    name = Text(required=True)


class BlastWarningSchema(Schema):
    """Something to know before launching; `count` is how many texts it is about. Where it is about a
    placeholder, `about` names it, and `contacts` the first people for whom it is empty.
    """

    code = Text(required=True)
    detail = Text(required=True)
    count = Whole(required=True)
    about = Text(required=True, allow_none=True)
    contacts = fields.List(fields.Nested(NamedContactSchema), required=True)


class EstimateSchema(Schema):
    """Who would get it, who wouldn't and why, and what it would take."""

    recipients = Whole(required=True)
    excluded = fields.Dict(keys=Text(), values=Whole(), required=True)
    first_time = Whole(
        required=True, metadata={"description": "how many of them this organisation has never texted"}
    )
    held_out = Whole(
        required=True,
        metadata={"description": "how many more if the saved audience drew nobody out by chance"},
    )
    messages = fields.Dict(keys=Text(), values=Whole(), required=True)
    segments = Whole(required=True)
    cost = Money(required=True)
    duration_s = Number(required=True)
    last_safe_start_at = Instant(
        allow_none=True,
        required=True,
        metadata={"description": "later, it may not be done before its deadline, or else before quiet hours"},
    )
    warnings = fields.List(fields.Nested(BlastWarningSchema), required=True)
    samples = fields.List(Text(), required=True)


class ComparedSchema(Schema):
    """So many people; how many of them voted as far as we know, pledged (support 1 or 2), were talked to on
    the phone since the launch, wrote back since then.
    """

    people = Whole(required=True)
    voted = Whole(required=True)
    pledged = Whole(required=True)
    contacted = Whole(required=True)
    replied = Whole(required=True)


class ComparisonSchema(Schema):
    """Who got it beside who would have, had chance not held them out."""

    texted = fields.Nested(ComparedSchema, required=True)
    held_out = fields.Nested(ComparedSchema, required=True)


class LaunchSchema(Schema):
    """How many people whoever launches it means to reach."""

    expected_recipients = Whole(least=0, most=2**31, allow_none=True, load_default=None)


class TestSendSchema(Schema):
    """The phones that its text is tried on."""

    to = fields.List(Text(blank=False, max_length=50), required=True, validate=validate.Length(1, MOST))


class ProgressSchema(Schema):
    """How far it is."""

    blast_id = Id(required=True)
    state = Text(required=True)
    waiting_reason = Text(allow_none=True, required=True)
    pause_reason = Text(allow_none=True, required=True)
    total = Whole(required=True)
    counts = fields.Dict(keys=Text(), values=Whole(), required=True)
    accepted = Whole(required=True)
    expired = Whole(
        required=True,
        metadata={"description": "failed ones that the carrier dropped: too late to arrive in time"},
    )
    in_review = Whole(required=True)
    skipped_by = fields.Dict(keys=Text(), values=Whole(), required=True)
    spent = Money(required=True)
    rate_per_s = Number(required=True)
    eta_s = Number(allow_none=True, required=True)


@blasts.route("/blasts")
class Blasts(MethodView):
    """All blasts of the campaigns that exist for you."""

    @allow(Permission.BLAST_READ)
    @blasts.arguments(BlastQuery, location="query")
    @blasts.response(200, paged(BlastSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Blasts, oldest first."""
        return show_page(deeds.list_blasts(context(), page_of(query), **query))

    @allow(Permission.BLAST_MANAGE)
    @blasts.arguments(NewBlastSchema)
    @blasts.response(201, BlastSchema)
    def post(self, body: dict[str, Any]) -> tuple[BlastView, int, dict[str, str]]:
        """Write a blast down, in draft: nobody gets anything before it is launched."""
        campaign_id = body.pop("campaign_id")
        made = deeds.create_blast(context(), campaign_id, cast("BlastFields", body))
        return made, 201, {"Location": url_for("blasts.Blast", blast_id=made.id)}


@blasts.route("/blasts/<blast_id>")
class Blast(MethodView):
    """One blast."""

    @allow(Permission.BLAST_READ)
    @blasts.response(200, BlastSchema)
    def get(self, blast_id: str) -> BlastView:
        """One blast."""
        return deeds.get_blast(context(), path_id(blast_id))

    @allow(Permission.BLAST_MANAGE)
    @blasts.arguments(BlastFieldsSchema)
    @blasts.response(200, BlastSchema)
    def patch(self, body: dict[str, Any], blast_id: str) -> BlastView:
        """Change the fields given, before it begins; its deadline also while it runs."""
        return deeds.change_blast(context(), path_id(blast_id), cast("BlastFields", body))

    @allow(Permission.BLAST_MANAGE)
    @blasts.response(204)
    def delete(self, blast_id: str) -> None:
        """Throw it away, before it begins."""
        deeds.delete_blast(context(), path_id(blast_id))


@blasts.route("/blasts/<blast_id>/estimate", methods=["POST"])
@allow(Permission.BLAST_READ)
@blasts.response(200, EstimateSchema)
def estimate(blast_id: str) -> dict[str, object]:
    """Count who would get it now, who wouldn't and why, and what it would take."""
    return _shown_estimate(estimate_blast(context(), path_id(blast_id)))


@blasts.route("/blasts/<blast_id>/launch", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.arguments(LaunchSchema)
@blasts.response(202, BlastSchema)
def launch(body: dict[str, Any], blast_id: str) -> BlastView:
    """Send it, at once or at its `send_at`. Launching again is the same run."""
    return launching.launch_blast(context(), path_id(blast_id), body["expected_recipients"])


@blasts.route("/blasts/<blast_id>/pause", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.response(200, BlastSchema)
def pause(blast_id: str) -> BlastView:
    """Send nothing more of it until it is resumed."""
    return launching.pause_blast(context(), path_id(blast_id))


@blasts.route("/blasts/<blast_id>/resume", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.response(200, BlastSchema)
def resume(blast_id: str) -> BlastView:
    """Let it go on from where it stood."""
    return launching.resume_blast(context(), path_id(blast_id))


@blasts.route("/blasts/<blast_id>/cancel", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.response(200, BlastSchema)
def cancel(blast_id: str) -> BlastView:
    """Call it off: what has not been sent never will be."""
    return launching.cancel_blast(context(), path_id(blast_id))


@blasts.route("/blasts/<blast_id>/test-send", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.arguments(TestSendSchema)
@blasts.response(200, MessagePage)
def test_send(body: dict[str, Any], blast_id: str) -> dict[str, object]:
    """Send its text to a few phones of your own, to see how it reads."""
    sent = send_test(context(), path_id(blast_id), body["to"])
    return show_page(Slice([show_message(one) for one in sent]))


@blasts.route("/blasts/<blast_id>/progress")
class Progress(MethodView):
    """How far it is."""

    @allow(Permission.BLAST_READ)
    @blasts.response(200, ProgressSchema)
    def get(self, blast_id: str) -> dict[str, object]:
        """How far it is, how fast it goes, how long it will still take."""
        return show_progress(blast_progress(context(), path_id(blast_id)))


@blasts.route("/blasts/<blast_id>/comparison")
class ComparisonOf(MethodView):
    """What became of both parts."""

    @allow(Permission.BLAST_READ)
    @blasts.response(200, ComparisonSchema)
    def get(self, blast_id: str) -> Comparison:
        """Who got it beside who was held out of it by chance."""
        return compare(context(), path_id(blast_id))


def show_progress(found: ProgressView) -> dict[str, object]:
    """Progress as the API answers it."""
    return {
        **{each.name: getattr(found, each.name) for each in dataclasses.fields(found)},
        "spent": money(found.spent, found.currency),
    }


def _shown_estimate(found: EstimateView) -> dict[str, object]:
    return {
        "recipients": found.recipients,
        "excluded": found.excluded,
        "first_time": found.first_time,
        "held_out": found.held_out,
        "messages": found.encodings,
        "segments": found.segments,
        "cost": money(found.cost, found.currency),
        "duration_s": found.duration_s,
        "last_safe_start_at": found.last_safe_start_at,
        "warnings": found.warnings,
        "samples": ["".join(piece for piece, _ in sample.pieces) for sample in found.samples],
    }
