"""Numbers and addresses that must not be contacted, whoever has them (contract §4)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.importing.issues import DETAILS, Reason
from dialer.domain.importing.values import read_email
from dialer.domain.opt_out import BY_COORDINATOR, BY_IMPORT, NewConsent
from dialer.domain.phone import PhoneFault, read_phone
from dialer.domain.suppressing import BLOCKED, OF_ADDRESSES, OF_NUMBERS, PREFERENCE_REGISTERS, channels_barred
from dialer.services.context import Context
from dialer.services.messaging.number_blocks import let_in_number
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.deceased import REASON as OF_DECEASED
from dialer.services.people.no_contact import lift_suppressions
from dialer.services.people.views import SuppressionView
from dialer.store.models import new_id
from dialer.store.models.people import Suppression
from dialer.store.queries.suppressions import first_suppressions
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewSuppression:
    """A number or an address, in any usual writing, the channels it is barred on, and why."""

    channels: Sequence[str]
    reason: str
    number: str | None = None
    email: str | None = None
    note: str | None = None


def add_suppression(ctx: Context, wanted: NewSuppression) -> tuple[SuppressionView, bool]:
    """Bar a number or an address on some channels, and tell whether that is new.

    The telephone preference registers (`tps`, `ctps`) bar live calls only, whatever was asked. What a list
    bars already is ours too from then on: neither undoing that list nor a newer one takes it away.
    """
    require(ctx.actor, Permission.SUPPRESSION_MANAGE)
    number, email = _place(ctx, wanted)
    channels = _channels(wanted)
    with ctx.unit() as unit:
        rows = [
            {
                "organisation_id": unit.organisation_id,
                "id": new_id(),
                "number": number,
                "email": email,
                "channel": channel,
                "reason": wanted.reason,
                "source": BY_COORDINATOR,
                "note": wanted.note,
                "created_by": ctx.actor.account_id,
                "created_at": ctx.now,
            }
            for channel in channels
        ]
        statement = insert(Suppression).values(rows).on_conflict_do_nothing().returning(Suppression.channel)
        new = sorted(unit.session.scalars(statement))
        group = _group(unit, number, email, wanted.reason, lock=True)
        ours_too = _take_over(ctx, [row for row in group if row.channel in channels], wanted)
        view = _view(group[0], sorted(row.channel for row in group))
        if new or ours_too:
            changes = {"channels": sorted([*new, *ours_too]), "reason": wanted.reason}
            ctx.audit(unit, "suppression.added", "suppression", view.id, changes)
        return view, bool(new)


def list_suppressions(
    ctx: Context, page: Page, number: str | None = None, reason: str | None = None
) -> Slice[SuppressionView]:
    """Everything that is barred, oldest first: one entry a number or address and reason."""
    require(ctx.actor, Permission.SUPPRESSION_READ)
    e164 = _number(ctx, number) if number is not None else None
    with ctx.unit() as unit:
        firsts = first_suppressions(unit, e164, reason, after_id(page), page.limit + 1)
        found = cut(firsts, page, lambda row: (str(row.id),))
        channels = _channels_of(unit, found.items)
        return found.map(lambda row: _view(row, channels[_entry(row)]))


def delete_suppression(
    ctx: Context, suppression_id: uuid.UUID, reason: str, consent: NewConsent | None = None
) -> None:
    """Lift what bars a place for one reason, on all channels; an opt-out by the rule for those."""
    require(ctx.actor, Permission.SUPPRESSION_MANAGE)
    with ctx.unit() as unit:
        row = unit.session.get(Suppression, (unit.organisation_id, suppression_id))
        if row is None or row.lifted_at is not None:
            raise NotFound
        group = _group(unit, row.number, row.email, row.reason)
        lift_suppressions(ctx, unit, group, reason, consent)
        if row.number is not None:
            let_in_number(ctx, unit, row.number)
        ctx.audit(unit, "suppression.lifted", "suppression", suppression_id, reason=reason)


def _place(ctx: Context, wanted: NewSuppression) -> tuple[str | None, str | None]:
    if (wanted.number is None) == (wanted.email is None):
        raise ValidationFailed.at("/number", "Give either a number or an email.")
    if wanted.number is not None:
        return _number(ctx, wanted.number), None
    email = read_email(wanted.email or "")
    if email is None:
        raise ValidationFailed.at("/email", DETAILS[Reason.INVALID_EMAIL])
    return None, email.lower()


def _number(ctx: Context, text: str) -> str:
    found = read_phone(text, ctx.phones)
    if isinstance(found, PhoneFault):
        raise ValidationFailed.at("/number", DETAILS[Reason(found)])
    return found.number


def _channels(wanted: NewSuppression) -> list[str]:
    of_place = OF_ADDRESSES if wanted.email is not None else OF_NUMBERS
    possible = [channel for channel in channels_barred(wanted.reason) if channel in of_place]
    channels = [channel for channel in dict.fromkeys(wanted.channels) if channel in possible]
    lenient = wanted.reason in PREFERENCE_REGISTERS
    unfit = [] if lenient else [channel for channel in wanted.channels if channel not in possible]
    if unfit or not channels:
        raise ValidationFailed.at("/channels", f"This can be barred on {' and '.join(sorted(possible))}.")
    return channels


_Entry = tuple[str | None, str | None, str]


def _entry(row: Suppression) -> _Entry:
    return (row.number, row.email, row.reason)


def _take_over(ctx: Context, rows: Sequence[Suppression], wanted: NewSuppression) -> list[str]:
    """Have what lists alone bar, a block, or a call in which somebody was said to have died, stand for what
    we typed in as well; on which channels. What people said themselves stays theirs.
    """
    others = [
        row
        for row in rows
        if (row.source == BY_IMPORT and row.opt_out_id is None)
        or row.source == BLOCKED
        or (row.reason == OF_DECEASED and row.source != BY_COORDINATOR)
    ]
    for row in others:
        row.source, row.register, row.created_by = BY_COORDINATOR, None, ctx.actor.account_id
        row.note = wanted.note or row.note
    return [row.channel for row in others]


def _group(
    unit: UnitOfWork, number: str | None, email: str | None, reason: str, *, lock: bool = False
) -> list[Suppression]:
    """The rows of one entry that stand: one a channel, oldest first."""
    place = Suppression.number == number if number is not None else Suppression.email == email
    statement = _standing(unit).where(place, Suppression.reason == reason).order_by(Suppression.id)
    return list(unit.session.scalars(statement.with_for_update() if lock else statement))


def _channels_of(unit: UnitOfWork, rows: Sequence[Suppression]) -> defaultdict[_Entry, list[str]]:
    """On which channels the entries of a page are barred, in one read."""
    numbers = [row.number for row in rows if row.number]
    emails = [row.email for row in rows if row.email]
    statement = _standing(unit).where(or_(Suppression.number.in_(numbers), Suppression.email.in_(emails)))
    channels: defaultdict[_Entry, list[str]] = defaultdict(list)
    for row in unit.session.scalars(statement.order_by(Suppression.channel)):
        channels[_entry(row)].append(row.channel)
    return channels


def _standing(unit: UnitOfWork) -> Select[Suppression]:
    return select(Suppression).where(
        Suppression.organisation_id == unit.organisation_id, Suppression.lifted_at.is_(None)
    )


def _view(first: Suppression, channels: Sequence[str]) -> SuppressionView:
    return SuppressionView(
        id=first.id,
        number=first.number,
        email=first.email,
        channels=channels,
        reason=first.reason,
        source=first.source,
        note=first.note,
        created_at=first.created_at,
        register=first.register,
        import_id=first.import_id if first.source == BY_IMPORT else None,
    )
