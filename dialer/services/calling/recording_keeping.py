"""Recordings whose time is over, and what lost work has left in the folder (design §4: small chunks)."""

from __future__ import annotations

import datetime as dt
import os
import re
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.recording import RETENTION
from dialer.services.calling.recordings import ask_to_mind
from dialer.services.calling.vault import ENDING, folder_of
from dialer.services.context import Context
from dialer.store.models.recordings import Recording
from dialer.store.queries import recordings
from dialer.store.session import UnitOfWork

CHUNK: Final = 500
PART: Final = f"{ENDING}.part"
_FILE: Final = re.compile(rf"([0-9a-f]{{32}}){re.escape(ENDING)}")
FORGOTTEN_AFTER: Final = dt.timedelta(days=1)
"""A file is older than any work on it when nobody has written to it for so long."""


def delete_old(ctx: Context) -> int:
    """Delete recordings that are kept no longer by what their campaigns say now; how many. Their keys go at
    once; the files, and what the carrier may still have, follow.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        old = recordings.over_time(unit, ctx.now, CHUNK)
        gone = recordings.discard(unit, Recording.id.in_(old), RETENTION, ctx.now) if old else ()
        for recording_id in gone:
            ctx.audit(unit, "recording.deleted", "recording", recording_id, {"why": RETENTION})
        if gone:
            unit.after_commit(lambda: ask_to_mind(ctx))
    return len(gone)


def sweep_folder(ctx: Context) -> int:
    """Take away what a process that was killed has left: parts, and files without a key; how many."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    gone = 0
    found = _forgotten(folder_of(ctx), (ctx.now - FORGOTTEN_AFTER).timestamp())
    while chunk := list(islice(found, CHUNK)):
        with ctx.unit() as unit:
            kept = _kept(unit, [about for about, _ in chunk if about is not None])
        lost = [path for about, path in chunk if about not in kept]
        for path in lost:
            path.unlink(missing_ok=True)
        gone += len(lost)
    return gone


def _forgotten(folder: Path, before: float) -> Iterator[tuple[uuid.UUID | None, Path]]:
    """Old files, each with what it is of; None for a part that was never finished."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime >= before:
                continue
            if named := _FILE.fullmatch(entry.name):
                yield uuid.UUID(hex=named[1]), Path(entry.path)
            elif entry.name.endswith(PART):
                yield None, Path(entry.path)


def _kept(unit: UnitOfWork, ids: list[uuid.UUID]) -> frozenset[uuid.UUID]:
    query = select(Recording.id).where(
        Recording.organisation_id == unit.organisation_id, Recording.id.in_(ids), Recording.state == "kept"
    )
    return frozenset(unit.session.scalars(query))
