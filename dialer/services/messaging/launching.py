"""A blast set going, held, let go on, called off: each a state that workers obey within a second."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.blast import Deed, Pause, after, check_expected
from dialer.domain.deadline import faults_of_times
from dialer.domain.errors import Conflict, InvalidTransition, ValidationFailed
from dialer.domain.first_wave import Wanted
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.approval import check_approved
from dialer.services.messaging.audience_count import count_recipients
from dialer.services.messaging.blasts import blast_view, check_opt_out_routes, open_blasts, reach_blast
from dialer.services.messaging.first_waves import begin_first_wave, let_wave_pass
from dialer.services.messaging.outgoing import enqueue_sending
from dialer.services.messaging.pictures import check_there
from dialer.services.messaging.rendering import bodies_of
from dialer.services.messaging.saved_audience import keep_as_it_is
from dialer.services.messaging.senders import sender_rows, senders_of
from dialer.services.messaging.views import BlastView
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork

_DONE: Final = {
    Deed.PAUSE: "blast.paused",
    Deed.RESUME: "blast.resumed",
    Deed.CANCEL: "blast.cancelled",
}


def launch_blast(
    ctx: Context,
    blast_id: uuid.UUID,
    expected_recipients: int | None = None,
    first_wave: Wanted | None = None,
) -> BlastView:
    """Send a blast, at once or at its `send_at`; again: the same run. With a `first_wave` so many go first,
    and the others once somebody has let them.

    `AudienceChanged` where the recipients differ by more than 1 % from what somebody expected,
    `InvalidTransition` where the campaign isn't active, `Conflict` where texts can't come from anywhere,
    `ValidationFailed` where its time or its deadline is over, or it can't begin with that wave.
    """
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE, lock=True)
        wanted = after(blast.state, _launching(ctx, blast))
        if blast.state == "draft":
            _check_ready(ctx, unit, blast, campaign)
            if expected_recipients is not None:
                check_expected(expected_recipients, count_recipients(ctx, unit, blast, campaign))
            if first_wave is not None:
                begin_first_wave(unit, blast, first_wave)
            _begin(ctx, unit, blast, campaign, wanted)
        return blast_view(ctx, unit, blast, campaign)


def pause_blast(ctx: Context, blast_id: uuid.UUID) -> BlastView:
    """Send nothing more of it until it is resumed; what the carrier has already is on its way."""
    return _become(ctx, blast_id, Deed.PAUSE, _paused)


def resume_blast(ctx: Context, blast_id: uuid.UUID, *, past_wave: bool = True) -> BlastView:
    """Let it go on from where it stood. Where that is behind its first wave, the rest follows; unless whoever
    says so hasn't seen what came back of it (`past_wave`): `Conflict`, and it stays.
    """

    def enter(ctx: Context, unit: UnitOfWork, blast: Blast) -> None:
        if blast.pause_reason == Pause.FIRST_WAVE and not past_wave:
            detail = "Its first wave has gone meanwhile. See what came back, then let the rest follow."
            raise Conflict(detail, reason=Pause.FIRST_WAVE)
        go_on(ctx, unit, blast)

    return _become(ctx, blast_id, Deed.RESUME, enter)


def go_on(ctx: Context, unit: UnitOfWork, blast: Blast) -> None:
    """Let a paused blast run again; one that is held behind its first wave, all of it. `Conflict` where its
    picture is gone.
    """
    check_there(unit, blast.picture_id)
    if blast.pause_reason == Pause.FIRST_WAVE:
        let_wave_pass(unit, blast.id, ctx.now)
    blast.state, blast.pause_reason, blast.resumed_at = "running", None, ctx.now
    unit.after_commit(lambda: enqueue_sending(ctx))


def cancel_blast(ctx: Context, blast_id: uuid.UUID) -> BlastView:
    """Call it off: what has not been sent never will be."""
    return _become(ctx, blast_id, Deed.CANCEL, _cancelled)


def start_scheduled(ctx: Context) -> int:
    """Start the blasts whose time has come; how many. Where the campaign is paused they wait for it."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    started = 0
    with ctx.unit() as unit:
        for blast in open_blasts(unit, "scheduled"):
            unit.session.refresh(blast, with_for_update={"key_share": True})
            if blast.state == "scheduled" and blast.send_at is not None and blast.send_at <= ctx.now:
                campaign = unit.session.get_one(Campaign, (unit.organisation_id, blast.campaign_id))
                _fix_senders(unit, blast, campaign)
                _start(ctx, unit, blast)
                ctx.audit(unit, "blast.started", "blast", blast.id)
                started += 1
    return started


def pause_with_reason(ctx: Context, unit: UnitOfWork, blast_id: uuid.UUID, reason: str) -> bool:
    """Pause a running blast because of what the carrier said, or what it cost; False when it isn't running.

    A person lets it go on, when what was wrong is put right.
    """
    blast = unit.session.get_one(
        Blast, (unit.organisation_id, blast_id), with_for_update={"key_share": True}, populate_existing=True
    )
    if blast.state != "running":
        return False
    blast.state, blast.pause_reason = "paused", reason
    ctx.audit(unit, "blast.paused", "blast", blast.id, {"pause_reason": reason})
    return True


def enqueue_planning(ctx: Context, blast_id: uuid.UUID) -> None:
    """Ask a worker to write a blast's next messages down."""
    ctx.jobs.enqueue("messages", "workers.jobs.plan_blast", str(ctx.organisation_id), str(blast_id))


def enqueue_clearing(ctx: Context, blast_id: uuid.UUID) -> None:
    """Ask a worker to cancel what is left of a blast that was called off."""
    ctx.jobs.enqueue("messages", "workers.jobs.clear_blast", str(ctx.organisation_id), str(blast_id))


def _launching(ctx: Context, blast: Blast) -> Deed:
    later = blast.send_at is not None and blast.send_at > ctx.now
    return Deed.SCHEDULE if later else Deed.LAUNCH


def _check_ready(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> None:
    if campaign.state != "active":
        detail = f"The campaign is {campaign.state}. Start it, then launch."
        raise InvalidTransition(detail, state=campaign.state)
    if faults := faults_of_times(ctx.now, blast.send_at, blast.deadline_at):
        raise ValidationFailed(errors=faults)
    senders = senders_of(unit, blast, campaign)
    if not senders:
        if blast.channel == EMAIL:
            raise Conflict("There is no address yet that letters can come from. Set email.from, or give one.")
        raise Conflict("There is no number yet that texts can come from. Give this text or its campaign one.")
    check_opt_out_routes(bodies_of(blast, campaign), senders)
    check_approved(ctx, unit, blast, campaign)
    check_there(unit, blast.picture_id)


def _begin(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, wanted: str) -> None:
    _fix_senders(unit, blast, campaign)
    keep_as_it_is(unit, blast)
    blast.state = wanted
    blast.launched_at = ctx.now
    ctx.audit(unit, "blast.launched", "blast", blast.id, {"state": wanted})
    if wanted == "running":
        _start(ctx, unit, blast)


def _fix_senders(unit: UnitOfWork, blast: Blast, campaign: Campaign) -> None:
    """The senders are kept as they are now: messages that wait are found by them."""
    blast.senders = list(sender_rows(unit, senders_of(unit, blast, campaign)))


def _start(ctx: Context, unit: UnitOfWork, blast: Blast) -> None:
    blast.state = "running"
    unit.session.flush()
    unit.after_commit(lambda: enqueue_planning(ctx, blast.id))


def _become(
    ctx: Context, blast_id: uuid.UUID, deed: Deed, enter: Callable[[Context, UnitOfWork, Blast], None]
) -> BlastView:
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE, lock=True)
        wanted = after(blast.state, deed)
        if blast.state != wanted:
            blast.state = wanted
            enter(ctx, unit, blast)
            ctx.audit(unit, _DONE[deed], "blast", blast.id)
            unit.session.flush()
        return blast_view(ctx, unit, blast, campaign)


def _paused(_ctx: Context, _unit: UnitOfWork, blast: Blast) -> None:
    blast.pause_reason = Pause.BY_HAND


def _cancelled(ctx: Context, unit: UnitOfWork, blast: Blast) -> None:
    blast.pause_reason = None
    if blast.launched_at is None:
        blast.finished_at = ctx.now
    unit.after_commit(lambda: enqueue_clearing(ctx, blast.id))
