"""One second of a campaign's dialling: lead it, hear what happened, ask the policy, claim numbers.

All of it is one transaction, so that the policy's state says exactly what it was told and what was claimed
at its word, whichever process goes on from there.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.domain.call_policy import policy_of
from dialer.domain.dialling import (
    DIALLED_MODES,
    Event,
    PolicySettings,
    Still,
    room,
    somebody_on_line,
    stands_still,
)
from dialer.domain.languages import LanguageMatch
from dialer.domain.live_topics import STANDSTILL
from dialer.domain.pacing_host import Host
from dialer.domain.quiet_hours import quiet_until
from dialer.services.calling.dial_claims import Claimed, Wish, claim_lines
from dialer.services.calling.facts import calling_rules
from dialer.services.calling.machine_figures import (
    KEPT,
    MachineFigures,
    kept_of,
    machine_figures,
    mistaken_share,
    to_keep,
)
from dialer.services.calling.pacing_past import past_of
from dialer.services.calling.ring_gate import stopped
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store import changes
from dialer.store.models.calling import Campaign
from dialer.store.models.pacing import PacerLease, PacingEvent
from dialer.store.queries import calls, dialling, pacer_leases, pacing
from dialer.store.queries.dial_languages import due_by_language
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a second: the fence to ring under, and the dials that wait to be rung."""

    fence: int
    call_ids: Sequence[uuid.UUID]


def campaigns_to_lead(ctx: Context, holder: str) -> Sequence[uuid.UUID]:
    """The campaigns that `holder` may ask about now."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        return pacer_leases.to_lead(unit, holder, ctx.now)


def resign(ctx: Context, holder: str) -> None:
    """Leave every campaign that `holder` leads to another."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        pacer_leases.resign(unit, holder, ctx.now)


@dataclass(frozen=True, slots=True)
class _Second:
    """One second of one campaign, in one unit of work, under its lease (locked)."""

    ctx: Context
    unit: UnitOfWork
    campaign: Campaign
    lease: PacerLease
    machines: MachineFigures


@again_after_deadlock
def tick(ctx: Context, campaign_id: uuid.UUID, holder: str, held_up: Still | None = None) -> Turn | None:
    """Do one second of it; None where somebody else leads, or where it isn't dialled any more. `held_up`: why
    the carrier is to be left alone.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    machines = _machines(ctx, campaign_id)
    with ctx.unit() as unit:
        lease = pacer_leases.lead(unit, campaign_id, holder, ctx.now)
        if lease is None:
            return None
        campaign = unit.session.get_one(Campaign, (unit.organisation_id, campaign_id))
        if campaign.dialing_mode not in DIALLED_MODES:  # since it was looked for
            return None
        second = _Second(ctx, unit, campaign, lease, machines)
        host = _host(second)
        asked = host.ask(ctx.now.timestamp())
        still, claimed = _claim(second, asked, held_up)
        lease.state, lease.at = host.to_state(), ctx.now
        said = {"still": still, "asked": asked, "claimed": len(claimed), KEPT: to_keep(machines)}
        said["told"] = _tell_who_waits(second, still)
        lease.figures = lease.figures | said
        return Turn(lease.fence, claimed)


def _tell_who_waits(second: _Second, still: Still | None) -> Still | None:
    """Have those who wait on their line read why nobody comes, or that somebody may, once that is another:
    what they were told.
    """
    unit, campaign_id, told = second.unit, second.campaign.id, None
    if stands_still(still, ringing=0):
        told = still if stands_still(still, ringing=dialling.lines(unit, campaign_id).ringing) else None
    if second.lease.figures.get("told") != told:
        changes.note(unit.session, STANDSTILL, campaign_id)
    return told


def _machines(ctx: Context, campaign_id: uuid.UUID) -> MachineFigures:
    """What is known of machines, in a transaction of its own: while a long evening's answers are counted
    nobody waits for the lease.
    """
    with ctx.unit() as unit:
        campaign = unit.session.get_one(Campaign, (unit.organisation_id, campaign_id))
        lease = unit.session.get(PacerLease, (unit.organisation_id, campaign_id))
        return machine_figures(unit, campaign, kept_of(lease.figures if lease else None), ctx.now)


def _host(second: _Second) -> Host:
    """The campaign's policy, having heard everything. What it wasn't there to hear, the rows tell."""
    unit, campaign, now = second.unit, second.campaign, second.ctx.now
    settings = _settings(second)
    host = Host.go_on(campaign.dialing_mode, settings, second.lease.state)
    if host is None:
        return Host.begin(campaign.dialing_mode, settings, past_of(unit, campaign.id, now))
    host.hear(_event(one) for one in pacing.take_events(unit, campaign.id))
    return host


def _settings(second: _Second) -> PolicySettings:
    """What the policy goes by. It hears `unknown` at each answer all the same: nobody waits for detection."""
    voice, machines = second.ctx.voice, second.machines
    return PolicySettings(
        max_abandon_rate=second.campaign.abandoned_rate_max,
        max_calls_per_second=voice.calls_per_second,
        max_concurrent_calls=voice.max_concurrent_calls,
        amd=machines.cut > 0,
        amd_false_positive_rate=mistaken_share(machines),
    )


def _event(row: PacingEvent) -> Event:
    return Event(row.kind, row.at.timestamp(), _text(row.call_id), _text(row.shift_id), row.result)


def _text(an_id: uuid.UUID | None) -> str | None:
    return None if an_id is None else str(an_id)


def _claim(second: _Second, asked: int, held_up: Still | None) -> tuple[Still | None, list[uuid.UUID]]:
    """Claim what may be rung; why nothing was, and what was."""
    ctx, unit, campaign = second.ctx, second.unit, second.campaign
    on_line = dialling.on_line(unit, campaign.id)
    if why := why_still(ctx, unit, campaign, on_line) or held_up:
        return why, []
    asked -= (waiting := dialling.lines(unit, campaign.id).waiting)
    if asked <= 0:
        return Still.ENOUGH, []
    most = _room(second, asked, waiting)
    if most <= 0:
        return Still.TOO_MANY_CALLS, []
    wish = Wish(campaign.dialing_mode, second.lease.fence, asked, most, on_line.get("ready", 0))
    claimed = claim_lines(ctx, unit, campaign, wish)
    return (None if claimed.calls else _nobody(second, claimed)), claimed.calls


def _nobody(second: _Second, claimed: Claimed) -> Still:
    """Why nobody was found whom anybody may ring."""
    none = Still.PASSED_OVER if claimed.passed_over else Still.NOBODY_DUE
    match = policy_of(second.campaign.call_policy).language_match
    if match is not LanguageMatch.ONLY:
        return none
    due = due_by_language(second.unit, second.campaign.id, second.ctx.now)
    return Still.NO_SPEAKER if any(due.values()) else none


def _room(second: _Second, asked: int, waiting: int) -> int:
    voice = second.ctx.voice
    return room(
        asked,
        waiting=waiting,
        under_way=calls.in_flight(second.unit),
        calls_per_second=voice.calls_per_second,
        most=voice.max_concurrent_calls,
    )


def why_still(ctx: Context, unit: UnitOfWork, campaign: Campaign, on_line: Mapping[str, int]) -> Still | None:
    """Why nobody in this campaign may be rung now at all; None when somebody may."""
    if reason := stopped(unit, campaign):
        return Still(reason)
    rules = calling_rules(campaign)
    if quiet_until(ctx.now, rules.hours, (rules.zone,)):
        return Still.QUIET_HOURS
    if not campaign.caller_ids:
        return Still.NO_CALLER_ID
    if not somebody_on_line(on_line):
        return Still.NOBODY_ON_LINE
    return None
