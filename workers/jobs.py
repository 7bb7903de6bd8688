"""The jobs: each takes ids, opens nothing itself and calls one deed. See `workers.registry.job`."""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission
from dialer.services.context import Context
from dialer.services.messaging import carrier_events, reconciling
from dialer.services.people import import_run
from workers.registry import job
from workers.runs import until_done
from workers.runtime import installed


@job(Permission.IMPORT_RUN)
def run_import(ctx: Context, import_id: str) -> None:
    """Bring an uploaded list in, from where it stands."""
    import_run.run_import(ctx, uuid.UUID(import_id), installed().clock)


@job(Permission.SYSTEM_RUN)
def apply_carrier_events(ctx: Context) -> None:
    """Let what the carrier told move texts on, batch by batch."""
    carrier = installed().carrier
    until_done(ctx, lambda fresh: carrier_events.apply_statuses(fresh, carrier) == carrier_events.BATCH)


@job(Permission.SYSTEM_RUN)
def reconcile_messages(ctx: Context) -> None:
    """Ask the carrier about texts of which nothing more was heard."""
    carrier = installed().carrier
    until_done(ctx, lambda fresh: reconciling.reconcile_texts(fresh, carrier) == reconciling.AT_ONCE)
