"""Work that one worker at a time holds by a lease: an import, its undoing, an export, what a link says."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, or_

from dialer.store.models.exports import Export
from dialer.store.models.imports import Import
from dialer.store.models.links import Link

Work = type[Import] | type[Export]


def is_silent(work: Work | type[Link], now: dt.datetime) -> ColumnElement[bool]:
    """Nobody holds it, or whoever did hasn't been heard of for as long as the lease was."""
    return or_(work.leased_until.is_(None), work.leased_until < now)


def is_free(work: Work, now: dt.datetime) -> ColumnElement[bool]:
    """It waits, or its worker has gone silent: whoever claims it now goes on with it."""
    return or_(work.state == "queued", (work.state == "running") & is_silent(work, now))
