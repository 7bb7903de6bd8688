"""The composer of a text to many: checked, tried, and sent when the number of people has been typed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.bodies import Bodies
from dialer.domain.errors import AudienceChanged, InvalidTransition, RuleBroken, ValidationFailed
from dialer.domain.phone import written
from dialer.domain.segments import plainly
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.messaging.blasts import change_blast, delete_blast, get_blast
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.test_sends import send_test
from dialer.services.messaging.views import BlastView, MessageView
from dialer.web.coordinator import blast_asks, blast_bodies, blast_form, blast_wave
from dialer.web.coordinator.blast_check import check_of, troubles, who_words
from dialer.web.coordinator.blast_links import links_shown
from dialer.web.coordinator.blast_minding import OF_TIME, may_stop, minding
from dialer.web.coordinator.blast_run import progress_page
from dialer.web.coordinator.blast_time import late_minding, seconds_said
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import Answer, Faults, faults_of, go, our_numbers, said
from dialer.web.coordinator.typed_number import changed_words, number_faults, typed
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.letters_shown import samples_shown
from dialer.web.text_wording import left_out as left_out_words
from dialer.web.words import lowered


@coordinator.get("/blasts/<uuid:blast_id>")
@allow(Permission.BLAST_READ)
def blast(blast_id: uuid.UUID) -> str:
    """A draft is its composer; anything else shows how far it has got."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    campaign = get_campaign(ctx, found.campaign_id)
    if found.state != "draft":
        return progress_page(ctx, found, campaign)
    return _composer(ctx, found, blast_form.values_of(found, campaign.timezone))


@coordinator.post("/blasts/<uuid:blast_id>")
@allow(Permission.BLAST_MANAGE)
def save_blast(blast_id: uuid.UUID) -> Answer:
    """Keep what was changed, and check again."""
    ctx = context()
    refused = _kept(ctx, get_blast(ctx, blast_id))
    return refused or go("coordinator.blast", gettext("Kept."), blast_id=blast_id)


@coordinator.post("/blasts/<uuid:blast_id>/plain-signs")
@allow(Permission.BLAST_MANAGE)
def straighten_blast(blast_id: uuid.UUID) -> Answer:
    """Write typographer's signs as a plain keyboard does: asked for, never done by itself."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    if refused := _kept(ctx, found, plainly):
        return refused
    return go("coordinator.blast", gettext("Plain signs now. Look it over."), blast_id=blast_id)


@coordinator.post("/blasts/<uuid:blast_id>/test")
@allow(Permission.BLAST_MANAGE)
def try_blast(blast_id: uuid.UUID) -> Answer:
    """Send it to phones of our own, with the words that stand in for names."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    if refused := _kept(ctx, found):
        return refused
    try:
        sent = send_test(ctx, blast_id, our_numbers("test_to"), blast_bodies.tried_languages())
    except RuleBroken as error:
        if error.status == 404:
            raise
        faults = faults_of(error, {"/to": "test_to", "/languages": "test_language"})
        return _composer(ctx, get_blast(ctx, blast_id), blast_form.sent_values(), faults), error.status
    left_out = [one for one in sent if one.skip_reason]
    words = _test_words(len(sent) - len(left_out), left_out, is_letters=found.is_letters)
    return go("coordinator.blast", words, "warn" if left_out else "good", blast_id=blast_id)


@coordinator.post("/blasts/<uuid:blast_id>/launch")
@allow(Permission.BLAST_MANAGE)
def launch(blast_id: uuid.UUID) -> Answer:
    """Send it, when the number typed is the number of people and nothing on the page was changed since."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    if found.state != "draft":
        return go("coordinator.blast", blast_id=blast_id)
    if _is_changed(found, get_campaign(ctx, found.campaign_id)):
        words = gettext("You changed something after the last check. Look again, then type the number.")
        return _kept(ctx, found) or go("coordinator.blast", words, "warn", blast_id=blast_id)
    if faults := number_faults():
        return _composer(ctx, found, blast_form.sent_values(), faults), 422
    if _is_stopped(ctx, found):
        return _composer(ctx, found, blast_form.sent_values()), 422
    try:
        wave = None if found.is_by_hand else blast_wave.wave_said()
        launch_blast(ctx, blast_id, expected_recipients=typed(said("seen")), first_wave=wave)
    except RuleBroken as error:
        if error.status == 404:
            raise
        return _composer(ctx, found, blast_form.sent_values(), _launch_faults(error)), error.status
    return go("coordinator.blast", blast_id=blast_id)


@coordinator.get("/blasts/<uuid:blast_id>/delete")
@allow(Permission.BLAST_MANAGE)
def ask_delete_blast(blast_id: uuid.UUID) -> str:
    """Ask before a draft is gone."""
    found = get_blast(context(), blast_id)
    asking = Asking(
        section="texts",
        question=gettext("Throw “%(name)s” away?", name=found.name),
        consequence=gettext("Nothing of it was sent. The words are gone for good."),
        action=url_for("coordinator.throw_away", blast_id=blast_id),
        deed=gettext("Throw it away"),
        back=url_for("coordinator.blast", blast_id=blast_id),
        keep=gettext("Keep it"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={})


@coordinator.post("/blasts/<uuid:blast_id>/delete")
@allow(Permission.BLAST_MANAGE)
def throw_away(blast_id: uuid.UUID) -> Response:
    """Delete a draft."""
    try:
        delete_blast(context(), blast_id)
    except InvalidTransition:
        return go("coordinator.blast", gettext("It has been sent already."), "warn", blast_id=blast_id)
    return go("coordinator.blasts", gettext("Thrown away."))


def _test_words(going: int, left_out: Sequence[MessageView], *, is_letters: bool) -> str:
    """How many phones, or addresses, the test goes to, and which get nothing and why."""
    told = [
        gettext(
            "%(number)s gets nothing: %(why)s.",
            number=written(one.number or ""),
            why=lowered(left_out_words(one.skip_reason, is_letters=is_letters)),
        )
        for one in left_out
    ]
    if going and is_letters:
        told.insert(0, _to_addresses(going))
    elif going:
        told.insert(
            0, ngettext("The test is on its way.", "The test is on its way to %(num)s phones.", going)
        )
    return " ".join(told)


def _to_addresses(going: int) -> str:
    return str(
        ngettext(
            "The test is on its way to one address.", "The test is on its way to %(num)s addresses.", going
        )
    )


def _is_changed(found: BlastView, campaign: CampaignView) -> bool:
    """Whether the form says something else than the draft that was checked; unreadable fields count."""
    try:
        return not blast_form.is_same(found, blast_form.blast_fields(campaign.timezone, found))
    except ValidationFailed:
        return True


def _is_stopped(ctx: Context, found: BlastView) -> bool:
    """Whether the text lacks what it can't go out without, or would by now land too late; the page then says
    what, and how to mend it.
    """
    campaign = get_campaign(ctx, found.campaign_id)
    if late_minding(found, campaign, seconds_said(said("takes_s")), ctx.now) is not None:
        return True
    bodies = Bodies(found.body, found.bodies)
    if not may_stop(bodies, campaign, ctx.phones.home):
        return False
    warnings = minding(bodies, estimate_blast(ctx, found.id), campaign, is_letters=found.is_letters)
    return any(one.stops for one in warnings)


def _launch_faults(error: RuleBroken) -> Faults:
    if isinstance(error, AudienceChanged):
        return {"confirm": changed_words(error)}
    return faults_of(error, blast_form.FIELD_AT)


def _kept(
    ctx: Context, found: BlastView, rewrite: Callable[[str], str] = lambda words: words
) -> Answer | None:
    """Put what the form says into the draft, in the words of `rewrite`; the composer with its faults where
    that is refused.
    """
    campaign = get_campaign(ctx, found.campaign_id)
    try:
        fields = blast_form.blast_fields(campaign.timezone, found)
        fields["body"] = rewrite(fields["body"])
        fields["bodies"] = {language: rewrite(words) for language, words in fields["bodies"].items()}
        change_blast(ctx, found.id, fields)
    except InvalidTransition:
        return go("coordinator.blast", gettext("It has been sent already."), "warn", blast_id=found.id)
    except ValidationFailed as error:
        return _composer(ctx, found, blast_form.sent_values(), faults_of(error, blast_form.FIELD_AT)), 422
    return None


def _composer(ctx: Context, found: BlastView, values: dict[str, Any], errors: Faults | None = None) -> str:
    campaign = get_campaign(ctx, found.campaign_id)
    estimate = estimate_blast(ctx, found.id)
    in_the_way = troubles(found, campaign)
    warnings = minding(Bodies(found.body, found.bodies), estimate, campaign, is_letters=found.is_letters)
    if (late := late_minding(found, campaign, estimate.duration_s, ctx.now)) is not None:
        warnings = [late, *(one for one in warnings if one.code not in OF_TIME)]
    is_stopped = any(one.stops for one in warnings)
    return render_template(
        "coordinator/blast.html",
        blast=found,
        campaign=campaign,
        values={"test_to": said("test_to"), "test_language": said("test_language"), **values},
        takes_s=estimate.duration_s,
        check=check_of(found, estimate, campaign, ctx.now),
        samples=samples_shown(found, estimate.samples),
        made_up=samples_shown(found, [one.made_up for one in estimate.spoken if one.made_up is not None]),
        warnings=warnings,
        troubles=in_the_way,
        is_stopped=is_stopped,
        may_launch=not (in_the_way or is_stopped),
        may_read=ctx.actor.may(Permission.CONVERSATION_READ),
        who_words=who_words(found),
        send_at_note=blast_form.note_of(found.send_at, campaign.timezone),
        deadline_note=blast_form.note_of(found.deadline_at, campaign.timezone),
        errors=errors or {},
        **blast_wave.choices_of(estimate.recipients),
        **links_shown(ctx, found.id),
        **blast_asks.choices_of(ctx, campaign.id),
        **blast_bodies.choices_of(values["bodies"]),
        **blast_form.choices_of(ctx),
    )
