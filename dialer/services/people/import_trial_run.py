"""Try an import out: what it would bring, counted by the import's own statements, while nothing changes."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from sqlalchemy import delete

from dialer.services.context import Context
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_chunk import count_chunk, hold_chunk, write_issues
from dialer.services.people.import_files import discard_upload
from dialer.services.people.import_plan import Plan
from dialer.services.people.import_words import without_counts
from dialer.store.models.imports import Import, ImportRowIssue
from dialer.store.queries.import_match import match_stage
from dialer.store.queries.import_merge import Counts, Merged, merge_stage, renumbered_rows
from dialer.store.queries.import_shared import count_who_would_share
from dialer.store.queries.import_stage import find_by_contact, stage
from dialer.store.queries.import_trial import enter_trial, learn_trial_sizes, make_trial_tables
from dialer.store.session import UnitOfWork

_WORTH_TELLING: Final = 4_000
_GROWN: Final = 4
_REST_AT_MOST_S: Final = 1_800.0


def begin_again(unit: UnitOfWork, row: Import) -> None:
    """Take an import that is tried back to its beginning: what a run before this found ended with it."""
    row.next_row = row.header_row + 1
    row.progress, row.error = 0.0, None
    row.row_count = row.created_count = row.updated_count = 0
    row.unchanged_count = row.duplicate_count = row.rejected_count = 0
    row.warnings = without_counts(row.warnings)
    unit.session.execute(
        delete(ImportRowIssue).where(
            ImportRowIssue.organisation_id == unit.organisation_id, ImportRowIssue.import_id == row.id
        )
    )


def drop_trials(ctx: Context, unit: UnitOfWork, import_id: uuid.UUID) -> None:
    """Take away the trials of an import that waited for its columns, with what they found."""
    gone = unit.session.scalars(
        delete(Import)
        .where(Import.organisation_id == unit.organisation_id, Import.trial_of == import_id)
        .returning(Import.stored_as)
    ).all()

    def discard() -> None:
        for stored_as in gone:
            discard_upload(ctx.data_dir, stored_as)

    unit.after_commit(discard)


def waits_to_be_applied(row: Import) -> bool:
    """Whether an import was tried to its end and may still be brought in from the same upload."""
    return bool(row.options.get("dry_run")) and row.state == "completed" and row.trial_of is None


class Trial:
    """The trial of one import, from its first row on, with what it made so far."""

    def __init__(self, ctx: Context, plan: Plan) -> None:
        self._organisation_id = ctx.organisation_id
        self._merge = plan.merge
        self.next_row = plan.start
        self.is_over = False
        self.is_new = True
        self.rests_since = 0.0
        self._made, self._told_at = 0, _WORTH_TELLING
        self._open = ExitStack()
        self._units = self._open.enter_context(ctx.units.apart())
        with self._units.begin(self._organisation_id) as unit:
            self._real = make_trial_tables(unit.session)

    def close(self) -> None:
        """Forget all of it but the counts."""
        self._open.close()

    def try_out(self, batch: Batch) -> tuple[Merged, list[tuple[int, bool]]]:
        """Try the rows that come next; returns what they would bring, and whose numbers were another's."""
        with self._units.begin(self._organisation_id) as unit:
            stage(unit.session, batch.lines + batch.second)
            find_by_contact(unit.session)
            enter_trial(unit.session, self._merge.scope, self._real)
            match_stage(unit.session, self._merge.scope)
            merged = merge_stage(unit.session, self._merge)
            renumbered = list(renumbered_rows(unit.session))
        self.next_row = batch.end
        self._learn_sizes(merged.counts)
        return merged, renumbered

    def who_would_share(self, import_id: uuid.UUID) -> int:
        """Of how many people whom the rows named somebody else has the phone number too."""
        with self._units.begin(self._organisation_id) as unit:
            return count_who_would_share(unit.session, self._organisation_id, import_id, self._real)

    def _learn_sizes(self, counts: Counts) -> None:
        self._made += counts.created + counts.updated + counts.unchanged
        if self._made >= self._told_at:
            self._told_at = _GROWN * self._made
            with self._units.begin(self._organisation_id) as unit:
                learn_trial_sizes(unit.session)


_resting: Final[dict[uuid.UUID, Trial]] = {}


def resting_at(import_id: uuid.UUID) -> int | None:
    """The row at which this process goes on with a trial that let others have their turn."""
    trial = _resting.get(import_id)
    return trial.next_row if trial else None


def forget_trial(import_id: uuid.UUID) -> None:
    """Let go of a trial that rests here: it ended, or goes on elsewhere."""
    if trial := _resting.pop(import_id, None):
        trial.close()


@contextmanager
def tried(ctx: Context, plan: Plan) -> Iterator[Trial]:
    """Try an import, from where it rests in this process, or from the first row.

    One that isn't over at the end of the block rests, with its connection, while others have their turn.
    Another process would begin again.
    """
    _forget_lost()
    trial = _resting.pop(plan.id, None) or Trial(ctx, plan)
    with ExitStack() as at_the_end:
        at_the_end.callback(trial.close)
        yield trial
        if not trial.is_over:
            at_the_end.pop_all()
            trial.rests_since, trial.is_new = time.monotonic(), False
            _resting[plan.id] = trial


def begins_elsewhere_again(ctx: Context, plan: Plan, trial: Trial) -> bool:
    """Whether a trial has to begin again that another worker began, where there are several.

    It keeps its turn then to its end: of three workers, whoever takes it up next would mostly be one that
    knows nothing of it, and it might begin again for ever. The others are there for what waits.
    """
    return plan.begun_before and trial.is_new and ctx.jobs.workers_alive() > 1


def _forget_lost() -> None:
    """Let go of trials that another process must have taken up: they have rested for too long."""
    longest = time.monotonic() - _REST_AT_MOST_S
    for import_id in [each for each, trial in _resting.items() if trial.rests_since < longest]:
        forget_trial(import_id)


def try_chunk(ctx: Context, plan: Plan, trial: Trial, batch: Batch, now: dt.datetime) -> None:
    """Try a chunk after those before it, and count. `OvertakenError` when it is not this run's any more."""
    merged, renumbered = trial.try_out(batch)
    with ctx.unit() as unit:
        row = hold_chunk(unit, plan, batch, now)
        write_issues(unit, plan, batch, renumbered)
        count_chunk(row, batch, merged, len(renumbered))
