"""Sounds that are played on the phone: taken in, listened to, retired."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import BinaryIO, Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Forbidden, NotFound, ValidationFailed
from dialer.domain.sound import SIZE_MOST, NoSoundError, read_sound
from dialer.domain.sound import Sound as Found
from dialer.services.context import Context, Units
from dialer.services.kept_files import (
    NAME_MOST,
    keep_once,
    list_kept,
    named,
    put_away,
    reach_kept,
    read_whole,
)
from dialer.services.paging import Page, Slice
from dialer.store.models.sounds import Sound

_CODE: Final = 26
"""Letters of an address that nobody guesses: 130 bits."""


@dataclass(frozen=True, slots=True)
class SoundView:
    """A sound, without its bytes."""

    id: uuid.UUID
    name: str
    content_type: str
    size: int
    seconds: float
    sha256: str
    made_by: uuid.UUID | None
    created_at: dt.datetime
    retired_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Audio:
    """The bytes of a sound, and what they are."""

    content_type: str
    data: bytes
    sha256: str


def add_sound(ctx: Context, file: BinaryIO, name: str) -> tuple[SoundView, bool]:
    """Keep a sound (`ValidationFailed`, `PayloadTooLarge` for what is none), and whether it is new: the same
    bytes are there once, under the name that they have.
    """
    require(ctx.actor, Permission.SOUND_MANAGE)
    name = named(name, f"A sound needs a name, of {NAME_MOST} characters at most.")
    too_large = f"A sound may have {SIZE_MOST // 1024**2} MiB. A minute of speech has less."
    data = read_whole(file, SIZE_MOST, too_large)
    found = _read(data)
    fields = {"name": name, "content_type": found.content_type, "seconds": round(found.seconds, 3)}
    with ctx.unit() as unit:
        row, new = keep_once(ctx, unit, Sound, data, fields, letters=_CODE)
        if new:
            ctx.audit(unit, "sound.added", "sound", row.id)
        return _view(row), new


def _read(data: bytes) -> Found:
    try:
        return read_sound(data)
    except NoSoundError as error:
        raise ValidationFailed.at("/file", str(error)) from None


def list_sounds(ctx: Context, page: Page, *, retired: bool = False) -> Slice[SoundView]:
    """The sounds that may be used, in the order they were made; or those that were retired."""
    require(ctx.actor, Permission.SOUND_READ)
    with ctx.unit() as unit:
        return list_kept(unit, Sound, page, retired=retired).map(_view)


def get_sound(ctx: Context, sound_id: uuid.UUID) -> SoundView:
    """One sound, retired ones too."""
    require(ctx.actor, Permission.SOUND_READ)
    with ctx.unit() as unit:
        return _view(reach_kept(unit, Sound, sound_id))


def audio_of(ctx: Context, sound_id: uuid.UUID) -> Audio:
    """What it sounds like."""
    require(ctx.actor, Permission.SOUND_READ)
    with ctx.unit() as unit:
        return _audio(reach_kept(unit, Sound, sound_id))


def retire_sound(ctx: Context, sound_id: uuid.UUID) -> SoundView:
    """Offer it no more; what uses it goes on with it. Retired already: no change. Whoever runs only some
    campaigns retires what they brought themselves.
    """
    require(ctx.actor, Permission.SOUND_MANAGE)
    with ctx.unit() as unit:
        sound = reach_kept(unit, Sound, sound_id)
        if ctx.actor.campaign_ids is not None and sound.made_by != ctx.actor.account_id:
            raise Forbidden("Somebody else brought this sound. Ask them, or a coordinator.")
        put_away(ctx, unit, sound, "sound.retired", "sound")
        return _view(sound)


def public_audio(units: Units, code: str) -> Audio:
    """What the carrier plays, by the address that only it was given. `NotFound` for any other."""
    with units.read() as unit:
        sound = unit.session.scalar(select(Sound).where(Sound.code == code))
        if sound is None:
            raise NotFound
        return _audio(sound)


def _audio(sound: Sound) -> Audio:
    return Audio(sound.content_type, sound.data, sound.sha256.hex())


def _view(sound: Sound) -> SoundView:
    return SoundView(
        id=sound.id,
        name=sound.name,
        content_type=sound.content_type,
        size=sound.size,
        seconds=sound.seconds,
        sha256=sound.sha256.hex(),
        made_by=sound.made_by,
        created_at=sound.created_at,
        retired_at=sound.retired_at,
    )
