"""The one place where a shift's state or line changes, with what follows: since when it waits for a call, and
what the pacing policy hears of it.
"""

from __future__ import annotations

import datetime as dt

from dialer.domain.line import LINE_LOST, UNSEEN, is_unseen
from dialer.domain.pacing_event import Kind
from dialer.domain.shift import waits
from dialer.services.calling import pacing_events
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.session import UnitOfWork


def move(
    unit: UnitOfWork, shift: Shift, now: dt.datetime, state: str | None = None, *, line: str | None = None
) -> None:
    """Change the state of a shift (locked), or of its line, or both. The same again: no change.

    Who was ready before goes on waiting where they were; who comes back is behind everybody who waits.
    """
    before = (shift.state, shift.line_state)
    shift.state, shift.line_state = state or shift.state, line or shift.line_state
    after = (shift.state, shift.line_state)
    if before == after:
        return
    if shift.state != before[0]:
        shift.state_since = now
    if shift.state != "ready":
        shift.ready_since = None
    elif not waits(*before):
        shift.ready_since = now
    if shift.state != "paused":
        shift.pause_reason = shift.rests_until = None
    if shift.state in ("assigned", "in_call"):
        shift.stayed_from = None  # by then they know
    if (kind := _told(before, after)) is not None:
        pacing_events.note(unit, shift.campaign_id, kind, now, shift_id=shift.id)


def has_had_line(shift: Shift) -> bool:
    """Whether a shift has a line, or had one, on which somebody may still be: it has its PIN since."""
    return shift.line_state != "none" or shift.pin is not None


def free(unit: UnitOfWork, shift: Shift, now: dt.datetime) -> None:
    """They are done with whom they had in hand: ready for the next, unless their line was lost meanwhile, or
    nothing was heard of them for so long that nobody may be at it.
    """
    if has_had_line(shift) and shift.line_state == "none":
        pause_them(unit, shift, now, LINE_LOST)
    elif shift.line_state != "none" and is_unseen(shift.last_seen_at, now):
        pause_them(unit, shift, now, UNSEEN)
    elif shift.moving_to is not None or shift.end_reason is not None:  # about to go on elsewhere, or home
        move(unit, shift, now, "wrap_up")
    else:
        move(unit, shift, now, "ready")


def rest(unit: UnitOfWork, shift: Shift, now: dt.datetime, length: dt.timedelta | None) -> None:
    """Pause a shift (locked) as its volunteer wishes it: for so long, or (None) until they carry on."""
    move(unit, shift, now, "paused")
    shift.rests_until = None if length is None else now + length
    if length is not None:
        shift.state_since = now


def rest_anew(shift: Shift, now: dt.datetime) -> None:
    """Who asked for a rest while they had somebody in hand has all of it once they are done with them."""
    if shift.state == "paused" and shift.rests_until is not None:
        shift.rests_until, shift.state_since = now + (shift.rests_until - shift.state_since), now


def says_something(ctx: Context, unit: UnitOfWork, shift: Shift | None) -> None:
    """Whose shift (locked) it is says what becomes of somebody, so they are there; where we had paused them,
    as nothing was heard of them, they go on. Anybody else's word for them is no sign.
    """
    if shift is None or shift.account_id != ctx.actor.account_id:
        return
    shift.last_seen_at = max(shift.last_seen_at, ctx.now)
    if shift.state == "paused" and shift.pause_reason == UNSEEN:
        free(unit, shift, ctx.now)


def pause_them(
    unit: UnitOfWork, shift: Shift, now: dt.datetime, reason: str, *, line: str | None = None
) -> None:
    """Pause somebody who didn't ask for it, for a reason of `domain.line.PAUSE_REASONS`. A rest of theirs is
    over with that: this pause ends by what they do, and not by itself.
    """
    move(unit, shift, now, "paused", line=line)
    shift.pause_reason, shift.rests_until = reason, None


def _told(before: tuple[str, str], after: tuple[str, str]) -> Kind | None:
    """What the policy hears: who comes to wait, rests, or is gone; that somebody is on a call it hears of the
    call. Who isn't on the line is gone, for as long; who waited and goes back to a result rests until then.
    """
    state, line = after
    if waits(*after):
        return None if waits(*before) else "volunteer_ready"
    if before[1] != "open" or before[0] == "ended":
        return None
    if state == "ended" or line != "open":
        return "volunteer_left"
    back_at_a_result = waits(*before) and state in {"assigned", "wrap_up"}
    return "volunteer_paused" if back_at_a_result or (state == "paused" and before[0] != "paused") else None
