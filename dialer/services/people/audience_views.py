"""Audiences as they are shown."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialer.domain.filters.tree import Filter


@dataclass(frozen=True, slots=True)
class AudienceView:
    """A saved rule that picks contacts. `rule` is `filter`, read; `names` calls what it names by name."""

    id: uuid.UUID
    name: str
    filter: Mapping[str, Any]
    rule: Filter
    names: Mapping[uuid.UUID, str]
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class CountView:
    """How many people a filter picks now; not `exact` where it was told from some of them."""

    count: int
    exact: bool
    rule: Filter
    names: Mapping[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class SnapshotView:
    """A list being made of the people whom an audience picked at one moment, `created_at`."""

    id: uuid.UUID
    audience_id: uuid.UUID
    list_id: uuid.UUID
    state: str
    contact_count: int
    created_at: dt.datetime
    finished_at: dt.datetime | None
