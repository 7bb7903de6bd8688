"""Take down a person's no, and lift it where the rules allow (contract §4)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.opt_out import ALL, BY_COORDINATOR, NewConsent, channels_of, may_lift
from dialer.domain.people import OPT_OUT_CHANNELS
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.context import Context
from dialer.services.people.contact_views import contact_view
from dialer.services.people.contacts import contact_of
from dialer.services.people.opt_outs import holders, record_opt_out, release_reach
from dialer.services.people.views import ContactView
from dialer.services.people.weighing import Origin, all_of
from dialer.store.models import new_id
from dialer.store.models.people import Consent, ContactPhone, OptOut, Suppression
from dialer.store.session import UnitOfWork


def add_opt_out(
    ctx: Context, contact_id: uuid.UUID, channel: str, source: str | None = None, note: str | None = None
) -> tuple[ContactView, bool]:
    """Keep a person's no on a channel (`all`: on every one), and tell whether it is new.

    It holds at once, for every number or address they have or get on it, whoever else has it too.
    """
    require(ctx.actor, Permission.OPT_OUT_MANAGE)
    origin = Origin(source or BY_COORDINATOR, ctx.now, account_id=ctx.actor.account_id, note=note)
    with ctx.unit() as unit:
        row = contact_of(unit, contact_id)
        new = [each for each in channels_of(channel) if record_opt_out(unit, contact_id, each, origin)]
        if new:
            ctx.audit(
                unit, "opt_out.added", "contact", contact_id, {"channels": new, "source": origin.source}
            )
        return contact_view(unit, row), bool(new)


def lift_opt_out(
    ctx: Context, contact_id: uuid.UUID, channel: str, reason: str, consent: NewConsent | None = None
) -> ContactView:
    """Lift a person's no on a channel, with the reason; nothing to lift changes nothing.

    `Conflict` where the person made it themselves and there is no newer consent, and where the number
    is out by somebody else's no.
    """
    require(ctx.actor, Permission.OPT_OUT_MANAGE)
    if channel != ALL and channel not in OPT_OUT_CHANNELS:
        raise ValidationFailed.at("/channel", "There is no such channel.")
    with ctx.unit() as unit:
        row = contact_of(unit, contact_id)
        for each in channels_of(channel):
            _lift(ctx, unit, contact_id, channel=each, reason=reason, consent=consent)
        unit.session.flush()
        return contact_view(unit, row)


def lift_suppressions(
    ctx: Context, unit: UnitOfWork, rows: Sequence[Suppression], reason: str, consent: NewConsent | None
) -> None:
    """Lift these suppressions and the persons' noes that they came from, by the same rule."""
    opt_outs = unit.session.scalars(
        select(OptOut).where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.id.in_([row.opt_out_id for row in rows if row.opt_out_id]),
            OptOut.lifted_at.is_(None),
        )
    ).all()
    noes: list[OptOut | Suppression] = [*opt_outs, *(row for row in rows if row.reason == "opt_out")]
    for no in noes:
        _check_may_lift(ctx, no, consent)
    for no in [*noes, *rows]:
        no.lifted_at, no.lifted_reason = ctx.now, reason
    unit.session.flush()
    release_reach(unit, [opt_out.id for opt_out in opt_outs], at=ctx.now, reason=reason)
    _requeue(ctx, unit, {row.number for row in rows if row.number})


def _lift(
    ctx: Context,
    unit: UnitOfWork,
    contact_id: uuid.UUID,
    *,
    channel: str,
    reason: str,
    consent: NewConsent | None,
) -> None:
    opt_out = unit.session.scalar(
        select(OptOut)
        .where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.contact_id == contact_id,
            OptOut.channel == channel,
            OptOut.lifted_at.is_(None),
        )
        .with_for_update()
    )
    if opt_out is None:
        _check_no_others(unit, contact_id, channel)
        return
    _check_may_lift(ctx, opt_out, consent)
    opt_out.lifted_at, opt_out.lifted_reason = ctx.now, reason
    unit.session.flush()
    numbers = release_reach(unit, [opt_out.id], at=ctx.now, reason=reason)
    _keep_consent(unit, contact_id, channel, consent)
    ctx.audit(unit, "opt_out.lifted", "contact", contact_id, {"channel": channel}, reason=reason)
    _requeue(ctx, unit, numbers)


def _check_may_lift(ctx: Context, no: OptOut | Suppression, consent: NewConsent | None) -> None:
    if not all(may_lift(source, at, ctx.now, consent) for source, at in all_of(no)):
        raise Conflict(
            "The person said this themselves. Give consent_source and a consent_at newer than their no."
        )


def _check_no_others(unit: UnitOfWork, contact_id: uuid.UUID, channel: str) -> None:
    """Somebody else's no on a shared number isn't this person's to lift."""
    shared = unit.session.scalar(
        select(Suppression.id)
        .join(
            ContactPhone,
            (ContactPhone.organisation_id == Suppression.organisation_id)
            & (ContactPhone.number == Suppression.number),
        )
        .where(
            Suppression.organisation_id == unit.organisation_id,
            ContactPhone.contact_id == contact_id,
            ContactPhone.removed_at.is_(None),
            Suppression.channel == channel,
            Suppression.reason == "opt_out",
            Suppression.lifted_at.is_(None),
        )
        .limit(1)
    )
    if shared is not None:
        raise Conflict(
            "This number is out by another person’s no, or by one of its own. Lift that person’s, or the"
            " suppression of the number."
        )


def _keep_consent(unit: UnitOfWork, contact_id: uuid.UUID, channel: str, consent: NewConsent | None) -> None:
    if consent is not None and channel in {"sms", "email"}:
        unit.session.add(
            Consent(
                organisation_id=unit.organisation_id,
                id=new_id(),
                contact_id=contact_id,
                channel=channel,
                source=consent.source,
                at=consent.at,
            )
        )


def _requeue(ctx: Context, unit: UnitOfWork, numbers: Collection[str]) -> None:
    sync_queues(unit, now=ctx.now, contact_ids=holders(unit, numbers))
