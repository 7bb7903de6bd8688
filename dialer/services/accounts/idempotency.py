"""A POST that names itself is done once: same key, same answer, for 24 hours (contract §2).

Everything that the POST does and the answer to it are one transaction, under an advisory lock on the key.
So there is no moment in which a process that dies leaves the deed without the answer or the lock without
its holder: the database ends all three together.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.errors import IdempotencyInProgress, IdempotencyKeyReused
from dialer.services.accounts.sealing import Seal
from dialer.services.context import Context
from dialer.store.models.accounts import IdempotencyKey
from dialer.store.session import UnitFactory, UnitOfWork

KEPT_FOR: Final = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeyedPost:
    """A POST with an `Idempotency-Key`; the body is told from others by its hash."""

    token_id: uuid.UUID
    path: str
    key: str
    body_hash: bytes

    @property
    def key_hash(self) -> bytes:
        return hashlib.sha256(self.key.encode()).digest()

    @property
    def lock(self) -> int:
        """The advisory lock: two posts that differ share one once in 2^64."""
        name = b"\0".join((self.token_id.bytes, self.path.encode(), self.key_hash))
        return int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Attempt:
    """One go at the POST: either `kept` is the first answer, or the deeds are to be done with `units`."""

    def __init__(self, units: UnitFactory, kept: KeptAnswer | None) -> None:
        self.units = units
        self.kept = kept
        self.answer: KeptAnswer | None = None

    def keep(self, answer: KeptAnswer) -> None:
        """Let this be the answer from now on; without it the next try starts afresh."""
        self.answer = answer


@contextmanager
def once(ctx: Context, post: KeyedPost, secret_key: str) -> Iterator[Attempt]:
    """Try the POST; commits, at the end of the block, all that was done in it together with its answer.

    Raises IdempotencyInProgress while the first one is under way, IdempotencyKeyReused when it had another
    body.
    """
    seal = Seal(secret_key, post.key)
    with ctx.units.together() as units:
        with units.begin(ctx.organisation_id) as unit:
            attempt = Attempt(units, _first_answer(unit, post, seal, ctx.now))
        yield attempt
        if attempt.answer is not None:
            with units.begin(ctx.organisation_id) as unit:
                _write(unit, post, seal.close(_packed(attempt.answer), ctx.now), ctx.now)


def forget_old_answers(ctx: Context) -> int:
    """Delete what is older than 24 hours, and say how many there were."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        old = delete(IdempotencyKey).where(
            IdempotencyKey.organisation_id == ctx.organisation_id,
            IdempotencyKey.created_at <= ctx.now - KEPT_FOR,
        )
        return len(unit.session.execute(old.returning(IdempotencyKey.key_hash)).all())


def _first_answer(unit: UnitOfWork, post: KeyedPost, seal: Seal, now: dt.datetime) -> KeptAnswer | None:
    if not unit.session.scalar(select(func.pg_try_advisory_xact_lock(post.lock))):
        raise IdempotencyInProgress
    row = unit.session.execute(
        select(IdempotencyKey.body_hash, IdempotencyKey.answer).where(
            IdempotencyKey.organisation_id == unit.organisation_id,
            IdempotencyKey.token_id == post.token_id,
            IdempotencyKey.path == post.path,
            IdempotencyKey.key_hash == post.key_hash,
            IdempotencyKey.created_at > now - KEPT_FOR,
        )
    ).one_or_none()
    if row is None:
        return None
    if row.body_hash != post.body_hash:
        raise IdempotencyKeyReused
    return _unpacked(seal.open(row.answer))


def _write(unit: UnitOfWork, post: KeyedPost, answer: bytes, now: dt.datetime) -> None:
    row = insert(IdempotencyKey).values(
        organisation_id=unit.organisation_id,
        token_id=post.token_id,
        path=post.path,
        key_hash=post.key_hash,
        body_hash=post.body_hash,
        answer=answer,
        created_at=now,
    )
    unit.session.execute(
        row.on_conflict_do_update(  # only one past its 24 hours can still be there
            index_elements=["organisation_id", "token_id", "path", "key_hash"],
            set_={name: row.excluded[name] for name in ("body_hash", "answer", "created_at")},
        )
    )


def _packed(answer: KeptAnswer) -> bytes:
    body = base64.b64encode(answer.body).decode()
    return json.dumps([answer.status, answer.headers, body]).encode()


def _unpacked(packed: bytes) -> KeptAnswer:
    status, headers, body = json.loads(packed)
    return KeptAnswer(status, [(name, value) for name, value in headers], base64.b64decode(body))
