"""Exports as they are shown."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialer.domain.export import file_name
from dialer.store.models.exports import Export


@dataclass(frozen=True, slots=True)
class ExportView:
    """One table as one file. `rows` are those written so far, `size` the file's bytes once it is whole."""

    id: uuid.UUID
    kind: str
    format: str
    campaign_id: uuid.UUID | None
    list_id: uuid.UUID | None
    state: str
    rows: int
    size: int | None
    warnings: Sequence[Mapping[str, Any]]
    error: str | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    expires_at: dt.datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it but that its file goes."""
        return self.state in {"completed", "failed", "expired"}

    @property
    def filename(self) -> str:
        """What the file is called where it is taken to."""
        return file_name(self.kind, self.format, self.created_at)


def export_view(row: Export) -> ExportView:
    """An export as it is shown."""
    return ExportView(
        id=row.id,
        kind=row.kind,
        format=row.format,
        campaign_id=row.campaign_id,
        list_id=row.list_id,
        state=row.state,
        rows=row.rows,
        size=row.size,
        warnings=row.warnings,
        error=row.error,
        created_at=row.created_at,
        finished_at=row.finished_at,
        expires_at=row.expires_at,
    )
