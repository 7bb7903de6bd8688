"""First texts sent by hand: volunteers take a batch, and press once for each (`domain.first_texts`).

A press lets one text go; whether it may, the gate decides in the statement that makes it `sending`, as for
any other, and it goes before what goes by itself. What nobody presses for comes back by itself.
"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.blast import EDITABLE, Waiting
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, RateLimited
from dialer.domain.first_texts import BY_HAND, HOLD, Empty, FirstText, is_too_quick, room
from dialer.services.calling.reach import reach_campaign, volunteer_id
from dialer.services.context import Context
from dialer.services.messaging.blasts import open_blasts
from dialer.services.messaging.caller_names import put_name_in
from dialer.services.messaging.holding import beginning_anywhere
from dialer.services.messaging.outgoing import ask_to_send
from dialer.services.messaging.sender_capacity import left_today
from dialer.services.messaging.waiting import all_held_up, quiet_at
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.first_texts import TextBatch
from dialer.store.models.messaging import Blast
from dialer.store.queries import counters, first_texts
from dialer.store.queries.first_texts import Held
from dialer.store.queries.postcodes import postcodes_of_texts
from dialer.store.session import UnitOfWork

ROUNDS_MOST: Final = 10
"""How often one request looks for texts where it is night for those it found."""


@dataclass(frozen=True, slots=True)
class BatchView:
    """What somebody has of a blast to send by hand. `texts` are those of their batch, sent ones among them,
    until `until`; without any that is open, `empty` or `waiting_reason` says why no others come.
    """

    id: uuid.UUID | None
    blast_id: uuid.UUID
    name: str
    campaign_id: uuid.UUID
    campaign: str
    texts: tuple[FirstText, ...]
    until: dt.datetime | None
    sent_by_me: int
    limit: int | None
    waiting_reason: str | None
    empty: str | None = None

    @property
    def open(self) -> tuple[FirstText, ...]:
        """Those that wait for a press."""
        return tuple(one for one in self.texts if one.is_open)


@dataclass(frozen=True, slots=True)
class ToSend:
    """A blast that somebody may send by hand: how many of it wait, and how many they have sent."""

    blast_id: uuid.UUID
    name: str
    campaign_id: uuid.UUID
    campaign: str
    left: int
    sent_by_me: int


def blasts_to_send(ctx: Context) -> list[ToSend]:
    """The blasts of the actor's campaigns that run and are sent by hand."""
    require(ctx.actor, Permission.FIRST_TEXT_SEND)
    me = volunteer_id(ctx)
    with ctx.unit() as unit:
        return [_to_send(ctx, unit, blast, me) for blast in _sent_by_hand(ctx, unit)]


def has_texts_to_send(ctx: Context) -> bool:
    """Whether there is a blast that the actor may send by hand."""
    require(ctx.actor, Permission.FIRST_TEXT_SEND)
    with ctx.unit() as unit:
        return bool(_sent_by_hand(ctx, unit))


def my_batch(ctx: Context, blast_id: uuid.UUID) -> BatchView:
    """What the actor holds of a blast, as it stands: asking takes nothing."""
    with ctx.unit() as unit:
        hand = _reach(ctx, unit, blast_id)
        return _view(hand, first_texts.latest_batch(unit, blast_id, hand.me))


def take_batch(ctx: Context, blast_id: uuid.UUID) -> BatchView:
    """Take texts to send by hand; whoever still has some gets these again. None are taken while nothing of
    the campaign may go out, nor beyond what one volunteer, or a sender in 24 hours, may send.
    """
    with ctx.unit() as unit:
        hand = _reach(ctx, unit, blast_id)
        first_texts.in_turn(unit)
        batch = first_texts.latest_batch(unit, blast_id, hand.me, lock=True)
        if batch is not None and _is_open(unit, batch, ctx.now):
            batch.until = ctx.now + HOLD
            return _view(hand, batch)
        if hand.held_up is not None:
            return _view(hand, batch)
        if batch is not None:
            batch.until = min(batch.until, ctx.now)
        taken = _take(hand)
        unit.session.flush()
        return _view(hand, batch, taken) if isinstance(taken, Empty) else _view(hand, taken)


def press(ctx: Context, message_id: uuid.UUID) -> FirstText:
    """Send one text, once however often it is pressed for. What it has come to by then is told by its state:
    one that was skipped or called off meanwhile stays so.

    `RateLimited` where it comes too soon after the press before to be one of its own, `Conflict` where
    somebody else has it by now or nothing of the campaign may go out (`reason`), `InvalidTransition` where
    the blast doesn't run.
    """
    with ctx.unit() as unit:
        hand, held = _reach_text(ctx, unit, message_id)
        if not held.text.is_open:
            return held.text
        batch = _locked_batch(unit, held)
        too_quick = is_too_quick(ctx.now, batch.tried_at)
        batch.tried_at = ctx.now
        goes = not too_quick and _press(hand, held, batch)
    if too_quick:
        raise RateLimited("That came too soon after the last one. Read it, then press.", retry_after_s=1)
    if not goes:
        raise _refused(Waiting.QUIET_HOURS)
    return replace(held.text, pressed_at=ctx.now)


def leave_text(ctx: Context, message_id: uuid.UUID) -> None:
    """Leave a text to somebody else: whoever leaves it isn't given it again. One that was sent stays sent."""
    with ctx.unit() as unit:
        _, held = _reach_text(ctx, unit, message_id)
        if held.text.is_open:
            batch = _locked_batch(unit, held)
            batch.left_ids = [*batch.left_ids, held.text.id]
            first_texts.let_go(unit, held.text.id)


def give_back_batch(ctx: Context, blast_id: uuid.UUID) -> BatchView:
    """Give back what the actor holds of a blast and hasn't sent: it is anybody's at once."""
    with ctx.unit() as unit:
        hand = _reach(ctx, unit, blast_id)
        batch = first_texts.latest_batch(unit, blast_id, hand.me, lock=True)
        if batch is not None:
            batch.until = min(batch.until, ctx.now)
            unit.session.flush()
        return _view(hand, batch)


@dataclass(frozen=True, slots=True)
class _Hand:
    """Somebody at a blast that is sent by hand."""

    ctx: Context
    unit: UnitOfWork
    blast: Blast
    campaign: Campaign
    me: uuid.UUID

    @property
    def held_up(self) -> str | None:
        """Why nothing of it may go out just now; of one that doesn't run, its state, and `ended` once its
        campaign is over.
        """
        if self.campaign.state == "ended":
            return "ended"
        if self.blast.state != "running":
            return self.blast.state
        return all_held_up(self.ctx, self.unit, self.campaign)


def _reach(ctx: Context, unit: UnitOfWork, blast_id: uuid.UUID) -> _Hand:
    """A blast that is sent by hand, in a campaign of the actor's. A draft isn't there yet."""
    require(ctx.actor, Permission.FIRST_TEXT_SEND)
    blast = unit.session.get(Blast, (unit.organisation_id, blast_id))
    if blast is None or blast.mode != BY_HAND or blast.state in EDITABLE:
        raise NotFound
    campaign = reach_campaign(ctx, unit, blast.campaign_id, Permission.FIRST_TEXT_SEND)
    return _Hand(ctx, unit, blast, campaign, volunteer_id(ctx))


def _reach_text(ctx: Context, unit: UnitOfWork, message_id: uuid.UUID) -> tuple[_Hand, Held]:
    """A text that the actor has or had in hand, locked. `Conflict` where somebody else has it by now."""
    require(ctx.actor, Permission.FIRST_TEXT_SEND)
    held = first_texts.locked_text(unit, message_id)
    if held is None:
        raise NotFound
    hand = _reach(ctx, unit, held.blast_id)
    if held.account_id != hand.me:
        raise Conflict("This one isn’t yours any more: it went back, for somebody else.", reason="not_yours")
    return hand, held


def _locked_batch(unit: UnitOfWork, held: Held) -> TextBatch:
    key = (unit.organisation_id, held.batch_id)
    return unit.session.get_one(TextBatch, key, with_for_update=True, populate_existing=True)


def _press(hand: _Hand, held: Held, batch: TextBatch) -> bool:
    """Let it go. Where it is night at its number it is put off instead, and False."""
    ctx, unit = hand.ctx, hand.unit
    if hand.blast.state != "running":
        raise InvalidTransition("Nothing of it goes out just now.", state=hand.blast.state)
    if (held_up := all_held_up(ctx, unit, hand.campaign)) is not None:
        raise _refused(held_up)
    postcode = postcodes_of_texts(unit, [held.text.id]).get(held.text.id)
    if (night := quiet_at(held.number, hand.campaign, ctx.now, postcode)) is not None:
        first_texts.put_off(unit, {held.text.id: night})
        batch.size -= 1
        return False
    if not first_texts.press(unit, held.text.id, batch.id, ctx.now):
        raise InvalidTransition("Nothing of it goes out just now.", state="paused")
    batch.pressed += 1
    if batch.until > ctx.now:  # one whose time is over stays anybody's
        batch.until = ctx.now + HOLD
    ask_to_send(ctx, unit)
    return True


def _refused(reason: Waiting) -> Conflict:
    return Conflict("Nothing may go out just now. Nothing was sent.", reason=reason.value)


def _is_open(unit: UnitOfWork, batch: TextBatch, now: dt.datetime) -> bool:
    return batch.until > now and any(one.text.is_open for one in first_texts.texts_in(unit, batch.id))


def _take(hand: _Hand) -> TextBatch | Empty:
    """A batch from one of its senders, each of which may be the first, as far as anybody may send."""
    ctx, unit, blast = hand.ctx, hand.unit, hand.blast
    counted, _ = first_texts.counts_of(unit, blast.id, hand.me, ctx.now)
    wanted = room(blast.batch_size, counted, blast.volunteer_limit)
    if not wanted:
        return Empty.YOUR_LIMIT
    left = left_today(ctx, unit, blast.senders)
    going = sorted(sender for sender, count in left.items() if count > 0)
    for sender in beginning_anywhere(going, random.random()):  # noqa: S311 - spreads the load
        batch = _new_batch(hand, sender)
        batch.size = _fill(hand, batch, min(wanted, left[sender]))
        if batch.size:
            unit.session.add(batch)
            return batch
    return Empty.NOTHING_LEFT if len(going) == len(left) else Empty.SENDERS_USED_UP


def _new_batch(hand: _Hand, sender: str) -> TextBatch:
    return TextBatch(
        organisation_id=hand.unit.organisation_id,
        id=new_id(),
        blast_id=hand.blast.id,
        account_id=hand.me,
        sender=sender,
        size=0,
        pressed=0,
        left_ids=[],
        taken_at=hand.ctx.now,
        until=hand.ctx.now + HOLD,
    )


def _fill(hand: _Hand, batch: TextBatch, wanted: int) -> int:
    """Put texts in it, but those to people for whom it is night: how many."""
    found, now = 0, hand.ctx.now
    for _ in range(ROUNDS_MOST):
        rows = first_texts.take(hand.unit, batch, wanted - found, now)
        postcodes = postcodes_of_texts(hand.unit, [row.id for row in rows])
        nights = {row.id: quiet_at(row.number, hand.campaign, now, postcodes.get(row.id)) for row in rows}
        asleep = {id_: until for id_, until in nights.items() if until is not None}
        first_texts.put_off(hand.unit, asleep)
        awake = [row for row in rows if row.id not in asleep]
        put_name_in(hand.ctx, hand.unit, hand.blast, hand.campaign, sender=batch.sender, taken=awake)
        found += len(awake)
        if found == wanted or not rows:
            break
    return found


def _view(hand: _Hand, batch: TextBatch | None, empty: Empty | None = None) -> BatchView:
    _, sent = first_texts.counts_of(hand.unit, hand.blast.id, hand.me, hand.ctx.now)
    mine = batch if batch is not None and batch.until > hand.ctx.now else None
    return BatchView(
        id=mine.id if mine else None,
        blast_id=hand.blast.id,
        name=hand.blast.name,
        campaign_id=hand.campaign.id,
        campaign=hand.campaign.name,
        texts=_texts(hand.unit, batch, is_mine=mine is not None),
        until=mine.until if mine else None,
        sent_by_me=sent,
        limit=hand.blast.volunteer_limit,
        waiting_reason=hand.held_up,
        empty=empty.value if empty is not None else None,
    )


def _texts(unit: UnitOfWork, batch: TextBatch | None, *, is_mine: bool) -> tuple[FirstText, ...]:
    """Those of a batch; once its time is over, only what became of those that were pressed for."""
    held: Sequence[Held] = first_texts.texts_in(unit, batch.id) if batch is not None else ()
    return tuple(one.text for one in held if is_mine or not one.text.is_open)


def _sent_by_hand(ctx: Context, unit: UnitOfWork) -> list[Blast]:
    """Those that run, of the actor's campaigns."""
    running = open_blasts(unit, "running")
    return [one for one in running if one.mode == BY_HAND and ctx.actor.sees_campaign(one.campaign_id)]


def _to_send(ctx: Context, unit: UnitOfWork, blast: Blast, me: uuid.UUID) -> ToSend:
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, blast.campaign_id))
    queued = counters.read(unit, "blast", [blast.id]).get("queued", 0)
    _, sent = first_texts.counts_of(unit, blast.id, me, ctx.now)
    left = first_texts.count_unpressed(unit, blast.id, queued)
    return ToSend(blast.id, blast.name, campaign.id, campaign.name, left, sent)
