"""`/blasts`: one text to many people, launched once (contract §7)."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from flask import url_for
from flask.views import MethodView

from dialer.domain.access import Permission
from dialer.domain.bodies import USUAL
from dialer.services.messaging import blasts as deeds
from dialer.services.messaging import launching
from dialer.services.messaging.blasts import BlastFields
from dialer.services.messaging.comparing import Comparison, compare
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.test_sends import send_test
from dialer.services.messaging.unheard import send_unheard_again
from dialer.services.messaging.views import BlastView, EstimateView, ProgressView, SampleView, SpokenView
from dialer.services.paging import Slice
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import (
    money,
    path_id,
)
from dialer.web.api.paging import page_of, paged, show_page
from dialer.web.api.v1.blast_schemas import (
    BlastFieldsSchema,
    BlastQuery,
    BlastSchema,
    ComparisonSchema,
    EstimateSchema,
    LaunchSchema,
    NewBlastSchema,
    ProgressSchema,
    SentAgainSchema,
    TestSendSchema,
)
from dialer.web.api.v1.messages import MessagePage, show_message
from dialer.web.desk import context
from dialer.web.guard import allow

blasts = Resource("blasts", "One text to many people: written, estimated, launched, watched")


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
        """Change the fields given, before it begins; its deadline also while it runs, and at any
        time what replies to it mean (`asks_for`).
        """
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
    """Send it, at once or at its `send_at`; with a `first_wave` to a few people first, and to the others once
    it is resumed. Launching again is the same run.
    """
    return launching.launch_blast(
        context(), path_id(blast_id), body["expected_recipients"], body["first_wave"]
    )


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
    """Let it go on from where it stood; what waits behind a first wave follows it."""
    return launching.resume_blast(context(), path_id(blast_id))


@blasts.route("/blasts/<blast_id>/cancel", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.response(200, BlastSchema)
def cancel(blast_id: str) -> BlastView:
    """Call it off: what has not been sent never will be."""
    return launching.cancel_blast(context(), path_id(blast_id))


@blasts.route("/blasts/<blast_id>/send-again", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.response(202, SentAgainSchema)
def send_again(blast_id: str) -> dict[str, int]:
    """Send those of its emails again that are `unknown` for ten minutes or more: SMTP can’t be asked whether
    they went, so some people may get theirs twice. Never done by itself. 409 for texts.
    """
    return {"messages": send_unheard_again(context(), path_id(blast_id))}


@blasts.route("/blasts/<blast_id>/test-send", methods=["POST"])
@allow(Permission.BLAST_MANAGE)
@blasts.arguments(TestSendSchema)
@blasts.response(200, MessagePage)
def test_send(body: dict[str, Any], blast_id: str) -> dict[str, object]:
    """Send its text to a few phones of your own, to see how it reads."""
    languages = [language or USUAL for language in body["languages"]]
    sent = send_test(context(), path_id(blast_id), body["to"], languages)
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
        "in_doubt": money(found.in_doubt, found.currency),
        "first_wave": found.first_wave.told() if found.first_wave is not None else None,
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
        "samples": [_read(sample) for sample in found.samples],
        "languages": [_shown_language(found, one) for one in found.spoken],
        "capacity": found.capacity,
        "picture": _shown_picture(found),
    }


def _shown_picture(found: EstimateView) -> dict[str, object] | None:
    if (one := found.picture) is None:
        return None
    return {
        "with_text": one.with_text,
        "with_text_cost": money(one.with_text_cost, found.currency),
        "by_link": one.by_link,
        "by_link_cost": money(one.by_link_cost, found.currency),
        "is_about": one.is_about,
    }


def _shown_language(found: EstimateView, one: SpokenView) -> dict[str, object]:
    return {
        "language": one.language,
        "recipients": one.recipients,
        "messages": one.encodings,
        "segments": one.segments,
        "samples": [_read(sample) for sample in found.samples if sample.language == one.language],
        "made_up": _read(one.made_up) if one.made_up is not None else None,
    }


def _read(sample: SampleView) -> str:
    return "".join(piece for piece, _ in sample.pieces)
