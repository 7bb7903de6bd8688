"""Sounds that are played on the phone: taken in, listened to, retired."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import BinaryIO, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound, PayloadTooLarge, ValidationFailed
from dialer.domain.sound import SIZE_MOST, NoSoundError, read_sound
from dialer.services.context import Context, Units
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.short_codes import short_code
from dialer.store.models import new_id
from dialer.store.models.sounds import Sound
from dialer.store.session import UnitOfWork

NAME_MOST: Final = 100
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
    if not name.strip() or len(name.strip()) > NAME_MOST:
        raise ValidationFailed.at("/name", f"A sound needs a name, of {NAME_MOST} characters at most.")
    data = file.read(SIZE_MOST + 1)
    if len(data) > SIZE_MOST:
        raise PayloadTooLarge(f"A sound may have {SIZE_MOST // 1024**2} MiB. A minute of speech has less.")
    values = _read(data) | {"name": name.strip(), "made_by": ctx.actor.account_id, "created_at": ctx.now}
    with ctx.unit() as unit:
        made = unit.session.scalar(
            insert(Sound)
            .values(organisation_id=unit.organisation_id, id=new_id(), **values)
            .on_conflict_do_nothing()
            .returning(Sound.id)
        )
        if made is not None:
            ctx.audit(unit, "sound.added", "sound", made)
        return _view(_standing(unit, values["sha256"])), made is not None


def _read(data: bytes) -> dict[str, object]:
    try:
        sound = read_sound(data)
    except NoSoundError as error:
        raise ValidationFailed.at("/file", str(error)) from None
    return {
        "content_type": sound.content_type,
        "data": data,
        "size": len(data),
        "seconds": round(sound.seconds, 3),
        "sha256": hashlib.sha256(data).digest(),
        "code": short_code(_CODE),
    }


def _standing(unit: UnitOfWork, sha256: object) -> Sound:
    """The one with these bytes that isn't retired."""
    return unit.session.scalars(
        select(Sound).where(
            Sound.organisation_id == unit.organisation_id,
            Sound.sha256 == sha256,
            Sound.retired_at.is_(None),
        )
    ).one()


def list_sounds(ctx: Context, page: Page, *, retired: bool = False) -> Slice[SoundView]:
    """The sounds that may be used, in the order they were made; or those that were retired."""
    require(ctx.actor, Permission.SOUND_READ)
    with ctx.unit() as unit:
        kept = Sound.retired_at.is_not(None) if retired else Sound.retired_at.is_(None)
        query = select(Sound).where(Sound.organisation_id == unit.organisation_id, kept)
        if (after := after_id(page)) is not None:
            query = query.where(Sound.id > after)
        rows = unit.session.scalars(query.order_by(Sound.id).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(_view)


def get_sound(ctx: Context, sound_id: uuid.UUID) -> SoundView:
    """One sound, retired ones too."""
    require(ctx.actor, Permission.SOUND_READ)
    with ctx.unit() as unit:
        return _view(_reach(unit, sound_id))


def audio_of(ctx: Context, sound_id: uuid.UUID) -> Audio:
    """What it sounds like."""
    require(ctx.actor, Permission.SOUND_READ)
    with ctx.unit() as unit:
        return _audio(_reach(unit, sound_id))


def retire_sound(ctx: Context, sound_id: uuid.UUID) -> SoundView:
    """Offer it no more; what uses it goes on with it. Retired already: no change."""
    require(ctx.actor, Permission.SOUND_MANAGE)
    with ctx.unit() as unit:
        sound = _reach(unit, sound_id)
        unit.session.refresh(sound, with_for_update=True)
        if sound.retired_at is None:
            sound.retired_at = ctx.now
            ctx.audit(unit, "sound.retired", "sound", sound.id)
        return _view(sound)


def public_audio(units: Units, code: str) -> Audio:
    """What the carrier plays, by the address that only it was given. `NotFound` for any other."""
    with units.read() as unit:
        sound = unit.session.scalar(select(Sound).where(Sound.code == code))
        if sound is None:
            raise NotFound
        return _audio(sound)


def _reach(unit: UnitOfWork, sound_id: uuid.UUID) -> Sound:
    sound = unit.session.get(Sound, (unit.organisation_id, sound_id))
    if sound is None:
        raise NotFound
    return sound


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
