"""What follows from a trial: the same upload brought in for real, or let go."""

from __future__ import annotations

import uuid
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, InvalidTransition
from dialer.services.context import Context
from dialer.services.people.import_files import stored_file
from dialer.services.people.import_run import enqueue_import
from dialer.services.people.import_words import without_counts
from dialer.services.people.imports import import_of, import_view
from dialer.services.people.views import ImportView
from dialer.store.models import new_id
from dialer.store.models.people import Import

_AS_READ: Final = (
    "organisation_id",
    "list_id",
    "election_id",
    "filename",
    "format",
    "encoding",
    "delimiter",
    "has_sep_line",
    "header_row",
    "columns",
    "mapping",
    "mapping_source",
    "question",
)


def apply_trial(ctx: Context, import_id: uuid.UUID) -> ImportView:
    """Bring the upload of a finished trial in, read as it was then; asked again: the same import.

    `InvalidTransition` for what is no trial or isn't over, `Conflict` once its file has been let go.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        trial = import_of(unit, import_id, lock=True)
        if not trial.options.get("dry_run"):
            raise InvalidTransition("This import was no trial: its rows are in.", state=trial.state)
        if trial.state != "completed":
            raise InvalidTransition("This trial didn’t come to its end.", state=trial.state)
        if trial.trial_of is not None:
            return import_view(import_of(unit, trial.trial_of))
        if not stored_file(ctx.data_dir, trial.stored_as).exists():
            raise Conflict("This trial’s file isn’t kept any more. Upload it again.")
        row = copy_of(ctx, trial, stored_as=trial.stored_as, state="queued")
        row.warnings = without_counts(trial.warnings)
        row.options = {name: value for name, value in trial.options.items() if name != "dry_run"}
        unit.session.add(row)
        trial.trial_of = row.id
        unit.session.flush()
        ctx.audit(unit, "import.started", "import", row.id, {"list_id": str(row.list_id)})
        unit.after_commit(lambda: enqueue_import(ctx, row.id))
        unit.session.refresh(row)
        return import_view(row)


def copy_of(ctx: Context, row: Import, *, stored_as: str, state: str) -> Import:
    """Another import of the same upload, read by the same columns."""
    values = {name: getattr(row, name) for name in _AS_READ}
    return Import(
        **values,
        id=new_id(),
        stored_as=stored_as,
        state=state,
        warnings=list(row.warnings),
        options=dict(row.options),
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
    )
