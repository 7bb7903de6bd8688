"""Trials of uploads: of one that waits for its columns, and what follows from one that came to its end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, InvalidTransition
from dialer.services.context import Context
from dialer.services.people.import_files import stored_file, upload_again
from dialer.services.people.import_head import ReadingWishes, columns_of
from dialer.services.people.import_register import REGISTER_LENGTH
from dialer.services.people.import_run import enqueue_import
from dialer.services.people.import_trial_run import drop_trials
from dialer.services.people.import_words import without_counts
from dialer.services.people.imports import (
    expected_of,
    head_again,
    import_of,
    import_view,
    keep_columns,
    stored_columns,
)
from dialer.services.people.views import ImportView
from dialer.store.models import new_id
from dialer.store.models.imports import Import, ImportRowIssue
from dialer.store.session import UnitOfWork

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

NAMING: Final = frozenset({"phone", "email", "elector_number", "external_id", "dialer_id"})
"""Columns of which a row needs one: they can reach or name a person."""


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


@dataclass(frozen=True, slots=True)
class TrialView:
    """A trial of an import that waits, and how many rows it found with something wrong so far."""

    one: ImportView
    faults: int


def try_waiting(
    ctx: Context,
    import_id: uuid.UUID,
    mapping: Mapping[str, str] | None = None,
    has_header: bool | None = None,
    register: str = "",
) -> None:
    """Have a worker try an import that waits for its columns: by `mapping`, not kept yet, or as recognised.

    `register` is the electoral register that it is from, where one is being named.

    The trial by the same columns goes on, one by others ends. Where nothing says who anybody is, or the
    import doesn't wait any more, there is none.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = import_of(unit, import_id, lock=True)
        if row.state != "needs_mapping" or not stored_file(ctx.data_dir, row.stored_as).exists():
            return
        wanted = copy_of(ctx, row, stored_as="", state="queued")
        named = {"register": register[:REGISTER_LENGTH]} if register else {}
        wanted.options = {**row.options, **named, "dry_run": True}
        wanted.trial_of, wanted.question = row.id, None
        columns = stored_columns(row)
        if mapping is not None:
            wishes: ReadingWishes = {"mapping": dict(mapping), "has_header": has_header}
            expected = expected_of(ctx, unit, row)
            columns = columns_of(head_again(ctx, row, expected), wishes, expected, None, "/mapping")
            keep_columns(wanted, columns, "given")
        before = _trial_of(unit, row)
        if before and _reads_alike(before, wanted):
            return
        drop_trials(ctx, unit, row.id)
        if (mapping is None and row.question) or not NAMING & set(columns.fields):
            return
        wanted.stored_as = upload_again(ctx.data_dir, row.stored_as)
        unit.session.add(wanted)
        unit.after_commit(lambda: enqueue_import(ctx, wanted.id))


def trial_of_waiting(ctx: Context, import_id: uuid.UUID) -> TrialView | None:
    """How far the trial of an import that waits is; None where there is none."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        trial = _trial_of(unit, import_of(unit, import_id))
        if trial is None:
            return None
        faults = unit.session.scalar(
            select(func.count()).where(
                ImportRowIssue.organisation_id == unit.organisation_id, ImportRowIssue.import_id == trial.id
            )
        )
        return TrialView(import_view(trial), faults or 0)


def _trial_of(unit: UnitOfWork, row: Import) -> Import | None:
    return unit.session.scalars(
        select(Import)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.list_id == row.list_id,
            Import.id > row.id,
            Import.trial_of == row.id,
        )
        .order_by(Import.id.desc())
        .limit(1)
    ).first()


def _reads_alike(one: Import, other: Import) -> bool:
    """Whether two trials of one file read it alike."""

    def how(row: Import) -> tuple[object, ...]:
        fields = [column["field"] for column in row.columns]
        return fields, row.header_row, row.options.get("sheet"), row.options.get("register")

    return how(one) == how(other)


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
