"""What a worker does about recordings: begins, stops, fetches and forgets them at the carrier.

Each step is claimed in the row and committed, then asked of the carrier, then written down; it may be done
twice. A step that fails is tried again, later each time, and says why it is held up. What was begun without
an answer is looked for at the carrier before anything is begun again.
"""

from __future__ import annotations

import datetime as dt
import errno
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case

from dialer.carrier.port import Carrier, CarrierError
from dialer.carrier.recording_port import NOTHING_THERE, PREPARED, RUNNING, CarrierRecording, NotAudioError
from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL
from dialer.domain.recording import (
    AT_WORK,
    FETCHING_FOR,
    GIVEN_UP_AFTER,
    GONE,
    LOOKED_AT_EVERY,
    MACHINE,
    NOT_BEGUN,
    SWITCHED_OFF,
    next_try,
)
from dialer.logs import get_logger
from dialer.services.calling import call_urls
from dialer.services.calling.recordings import ask_to_mind, is_recorded, lose, take_in
from dialer.services.calling.vault import Vault
from dialer.services.context import Context
from dialer.store.models.calls import Call
from dialer.store.models.recordings import Recording
from dialer.store.queries import recordings

log = get_logger(__name__)

SHORT: Final = ("wanted", "recording", "kept", "deleted", "lost")
"""Somebody may be on the phone, or have objected: these steps take milliseconds and wait behind no fetch."""
LONG: Final = ("fetching",)
AT_ONCE: Final = 50
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Work:
    """A recording as it was claimed, with what has to be known of its call."""

    id: uuid.UUID
    call_id: uuid.UUID
    state: str
    call_sid: str | None
    call_over: bool
    asked: bool
    """Whether the carrier had been asked to begin before this claim."""
    sid: str | None
    stopping: bool
    attempts: int
    ended_at: dt.datetime | None
    cleared: bool
    """Whether the carrier has nothing of it any more."""


class NothingThereError(Exception):
    """The carrier has no sound of a recording, or not yet."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What the work is done with."""

    ctx: Context
    carrier: Carrier
    vault: Vault

    def set(self, work: Work, **values: object) -> bool:
        """Write down what became of it; False where it has moved on meanwhile, as by an objection."""
        with self.ctx.unit() as unit:
            return recordings.change(unit, work.id, work.state, **values)

    def again(self, work: Work, trouble: str | None = None) -> None:
        """Try it once more, later each time."""
        self.set(work, due_at=self.ctx.now + next_try(work.attempts), trouble=trouble)


def due_short(ctx: Context) -> Sequence[uuid.UUID]:
    """Those to be begun, ended or taken away."""
    return _due(ctx, SHORT)


def due_long(ctx: Context) -> Sequence[uuid.UUID]:
    """Those to be fetched."""
    return _due(ctx, LONG)


def ask_if_due(ctx: Context) -> None:
    """Have a worker do what is due."""
    if due_short(ctx) or due_long(ctx):
        ask_to_mind(ctx)


def mind(ctx: Context, carrier: Carrier, vault: Vault, recording_id: uuid.UUID) -> None:
    """Do the next step for one recording, if it is due and nobody else is at it."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    work = _claim(ctx, recording_id)
    if work is None:
        return
    hands = Hands(ctx, carrier, vault)
    try:
        _STEPS[work.state](hands, work)
    except CarrierError as error:
        log.warning("the carrier could not be asked about a recording", reason=error.reason)
        hands.again(work, "carrier_away")


def _due(ctx: Context, states: Sequence[str]) -> Sequence[uuid.UUID]:
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        return recordings.due(unit, ctx.now, states, AT_ONCE)


def _claim(ctx: Context, recording_id: uuid.UUID) -> Work | None:
    """Take it up for a while. None where there is nothing to be asked, or somebody else is at it."""
    with ctx.unit() as unit:
        row = unit.session.get(Recording, (unit.organisation_id, recording_id), with_for_update=True)
        if row is None or row.settled_at is not None or row.due_at > ctx.now:
            return None
        call = unit.session.get_one(Call, (unit.organisation_id, row.call_id))
        if row.state == "fetching" and call.state == "abandoned":
            recordings.discard(unit, Recording.id == row.id, NOT_BEGUN, ctx.now)
            return None
        begins = row.state == "wanted" and row.asked_at is None
        if begins and not _may_begin(row, call, ctx.now, on=is_recorded(unit, call)):
            return None
        work = _work(row, call)
        row.attempts += 1
        row.due_at = ctx.now + (FETCHING_FOR if row.state == "fetching" else AT_WORK)
        if begins:
            row.asked_at = ctx.now
        return work


def _may_begin(row: Recording, call: Call, now: dt.datetime, *, on: bool) -> bool:
    """Whether the carrier is still to be asked to record it; else it is over, with the reason."""
    why = None
    if call.state in FINAL or call.carrier_sid is None or call.parted_at is not None:
        why = NOT_BEGUN
    elif call.machine:
        why = MACHINE
    elif not on:
        why = SWITCHED_OFF
    if why is not None:
        lose(row, why, now)
    return why is None


def _work(row: Recording, call: Call) -> Work:
    return Work(
        id=row.id,
        call_id=call.id,
        state=row.state,
        call_sid=call.carrier_sid,
        call_over=call.state in FINAL,
        asked=row.asked_at is not None,
        sid=row.carrier_sid,
        stopping=row.stops_at is not None,
        attempts=row.attempts,
        ended_at=row.ended_at,
        cleared=row.cleared_at is not None,
    )


def _begin(hands: Hands, work: Work) -> None:
    """Have it recorded from now on, unless it is already."""
    if work.call_sid is None:
        return
    made = _found(hands, work) if work.asked else None
    if made is None:
        address = call_urls.recording(hands.ctx, work.call_id)
        made = hands.carrier.recordings.start(work.call_sid, address)
    if made is not None:
        _begun(hands, work, made)
        _end_doubles(hands, work, made.sid)
    elif work.call_over:
        _lose(hands, work, NOT_BEGUN)
    else:
        hands.again(work)


def _found(hands: Hands, work: Work) -> CarrierRecording | None:
    """What was begun without an answer."""
    found = hands.carrier.recordings.of_call(work.call_sid or "")
    return found[-1] if found else None


def _end_doubles(hands: Hands, work: Work, sid: str) -> None:
    """What was begun without an answer, and not listed yet when it was looked for, may run beside."""
    if not work.asked or work.call_sid is None:
        return
    for each in hands.carrier.recordings.of_call(work.call_sid):
        if each.sid != sid and each.status in RUNNING:
            hands.carrier.recordings.stop(work.call_sid, each.sid)


def _begun(hands: Hands, work: Work, made: CarrierRecording) -> None:
    """It runs. Where it isn't wanted any more, as they have objected meanwhile or talk with somebody else, it
    is ended at once.
    """
    now = hands.ctx.now
    values = {"carrier_sid": made.sid, "started_at": now, "attempts": 0, "trouble": None}
    next_look = case((Recording.stops_at.is_(None), now + LOOKED_AT_EVERY), else_=now)
    if hands.set(work, state="recording", due_at=next_look, **values):
        return
    with hands.ctx.unit() as unit:
        row = unit.session.get_one(Recording, (unit.organisation_id, work.id), with_for_update=True)
        row.carrier_sid, row.started_at = row.carrier_sid or made.sid, row.started_at or now
        if row.state == "deleted":
            row.settled_at, row.due_at = None, now
            unit.after_commit(lambda: ask_to_mind(hands.ctx))


def _look(hands: Hands, work: Work) -> None:
    """Nothing was told of it for a while, or it is to end."""
    if work.sid is None:
        return
    if work.stopping and work.call_sid is not None:
        hands.carrier.recordings.stop(work.call_sid, work.sid)
    seen = hands.carrier.recordings.one(work.sid)
    if seen is None:
        _lose(hands, work, GONE)
    elif seen.status in NOTHING_THERE or seen.status == PREPARED:
        with hands.ctx.unit() as unit:
            row = unit.session.get_one(Recording, (unit.organisation_id, work.id), with_for_update=True)
            take_in(row, seen.status, seen.seconds, hands.ctx.now)
            unit.after_commit(lambda: ask_to_mind(hands.ctx))
    else:
        _look_again(hands, work, goes_on=seen.status in RUNNING and not work.call_over)


def _look_again(hands: Hands, work: Work, *, goes_on: bool) -> None:
    """While they talk, now and then, as long as that lasts; once it is over, until it is ready."""
    now = hands.ctx.now
    if goes_on:
        hands.set(work, due_at=now + LOOKED_AT_EVERY, attempts=0, trouble=None)
    else:
        hands.again(work)


def _fetch(hands: Hands, work: Work) -> None:
    """Have its sound here, encrypted, before the carrier forgets it."""
    sid = work.sid or ""

    def fill(take: Callable[[bytes], object]) -> None:
        if not hands.carrier.recordings.fetch(sid, take):
            raise NothingThereError

    try:
        kept = hands.vault.keep(work.id, fill)
    except NothingThereError:
        _not_there(hands, work)
    except NotAudioError:
        hands.again(work, "not_audio")
    except OSError as error:
        log.warning("a recording can't be written", reason=errno.errorcode.get(error.errno or 0, "unknown"))
        hands.again(work, "disk_full" if error.errno in _FULL else "not_writable")
    else:
        now = hands.ctx.now
        values = {"wrapped_key": kept.wrapped_key, "size": kept.size, "kept_at": now, "trouble": None}
        if hands.set(work, state="kept", due_at=now, attempts=0, **values):
            ask_to_mind(hands.ctx)
        else:
            hands.vault.remove(work.id)  # they were erased meanwhile


def _not_there(hands: Hands, work: Work) -> None:
    """The carrier has no sound of what it says is ready: a while later it has, or it has lost it."""
    waited = hands.ctx.now - (work.ended_at or hands.ctx.now)
    if hands.carrier.recordings.one(work.sid or "") is None or waited > GIVEN_UP_AFTER:
        _lose(hands, work, GONE)
    else:
        hands.again(work, "not_ready")


def _clear_carrier(hands: Hands, work: Work) -> None:
    """What we keep the carrier needn't."""
    _delete_there(hands, work)
    _settle(hands, work)


def _forget(hands: Hands, work: Work) -> None:
    """Nothing is to be left of it, here or at the carrier."""
    hands.vault.remove(work.id)
    if work.asked and not work.cleared:
        _delete_there(hands, work)
    _settle(hands, work)


def _delete_there(hands: Hands, work: Work) -> None:
    """Delete at the carrier what is known, and whatever else it lists for the call: one that was begun twice
    is known by one name only. What still runs is ended first, and can be deleted when it is prepared.
    """
    there, call_sid = hands.carrier.recordings, work.call_sid or ""
    if work.sid and work.ended_at is None:
        there.stop(call_sid, work.sid)
    listed = there.of_call(call_sid)
    for each in listed:
        if each.status in RUNNING:
            there.stop(call_sid, each.sid)
    for sid in {each.sid for each in listed} | ({work.sid} if work.sid else set()):
        there.delete(sid)


def _settle(hands: Hands, work: Work) -> None:
    hands.set(work, settled_at=hands.ctx.now, cleared_at=hands.ctx.now, trouble=None)


def _lose(hands: Hands, work: Work, why: str) -> None:
    """Nothing will come of it. What the carrier has of it all the same is deleted there next."""
    with hands.ctx.unit() as unit:
        row = unit.session.get_one(Recording, (unit.organisation_id, work.id), with_for_update=True)
        if row.state == work.state:
            lose(row, why, hands.ctx.now)
            unit.after_commit(lambda: ask_to_mind(hands.ctx))


_STEPS: Final[dict[str, Callable[[Hands, Work], None]]] = {
    "wanted": _begin,
    "recording": _look,
    "fetching": _fetch,
    "kept": _clear_carrier,
    "deleted": _forget,
    "lost": _forget,
}
