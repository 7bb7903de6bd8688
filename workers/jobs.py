"""The jobs: each takes ids, opens nothing itself and calls one deed. See `workers.registry.job`."""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission
from dialer.services.context import Context
from dialer.services.people import import_run
from workers.registry import job
from workers.runtime import installed


@job(Permission.IMPORT_RUN)
def run_import(ctx: Context, import_id: str) -> None:
    """Bring an uploaded list in, from where it stands."""
    import_run.run_import(ctx, uuid.UUID(import_id), installed().clock)
