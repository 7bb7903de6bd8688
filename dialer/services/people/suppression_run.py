"""Bring in a list of what must not be contacted: a transaction a chunk, resumable after any end."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import select
from sqlalchemy.exc import DataError

from dialer.clock import Clock
from dialer.domain.access import Permission, require
from dialer.domain.errors import Unavailable, UnreadableFile
from dialer.domain.importing.barred import BarredRules, read_barred
from dialer.domain.importing.delimited import SHEET_FORM, TextFormat, show_lost_letters
from dialer.domain.importing.issues import Outcome, RowIssue
from dialer.domain.importing.row import has_content
from dialer.domain.importing.workbook.picking import Wishes
from dialer.domain.suppressing import OF_ADDRESSES, OF_NUMBERS
from dialer.logs import get_logger
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, GiveWay, never
from dialer.services.people.import_batches import Chunk
from dialer.services.people.import_claims import (
    OvertakenError,
    claim_barring,
    end_import,
    give_back,
    move_on,
    say_why_it_waits,
)
from dialer.services.people.import_files import room_needed, rows_file, stored_file
from dialer.services.people.import_head import Expected, ReadingWishes, workbook_wishes
from dialer.services.people.import_reading import cycles_sought_rarely, read_chunks
from dialer.services.people.import_words import NOTHING_LIFTED
from dialer.services.people.import_workbooks import keep_rows, write_rows
from dialer.services.people.opt_outs import holders
from dialer.store.models.imports import Import
from dialer.store.queries.import_stage import copy_issues
from dialer.store.queries.suppression_merge import (
    CREATED,
    UNCHANGED,
    UPDATED,
    Listing,
    learn_suppressions,
    lift_missing,
    merge_barred,
)
from dialer.store.session import UnitOfWork

CHUNK_ROWS: Final = 20_000
"""Rows of one transaction; the same after a restart, so that repetitions are judged the same."""

_SHRUNK: Final = 0.5
_UNREADABLE: Final = 0.01
"""A full list of which a larger share couldn't be read lifts nothing: its numbers may be the damaged ones."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one run needs to know of an import."""

    listing: Listing
    path: Path
    form: TextFormat
    rules: BarredRules
    start: int
    dated: str
    replaces: bool
    shrunk: bool
    workbook: Wishes | None


def run_suppression_import(
    ctx: Context, import_id: uuid.UUID, clock: Clock, turn_is_over: GiveWay = never
) -> bool:
    """Bar what a list names, from where it stands, until its end or until it is cancelled; True where its
    turn was over before, and it is to be asked for again.

    May be run again at any time and by several workers: rows are applied once, by whoever commits them first.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    plan = _begin(ctx, import_id)
    if plan is None:
        return False
    try:
        with cycles_sought_rarely(), room_needed():
            if not _bring_in_until(ctx, plan, clock, turn_is_over):
                give_back(ctx, import_id)
                return True
            values = _close(ctx, plan, clock)
    except OvertakenError:
        return False
    except Unavailable as error:
        say_why_it_waits(ctx, import_id, error)
        raise
    except UnreadableFile as error:
        log.warning("import failed", import_id=str(import_id), kind=type(error).__name__)
        end_import(ctx, import_id, clock(), "failed", error=_problem(ctx, error.detail))
    except (FileNotFoundError, psycopg.DataError, DataError) as error:  # trying again would end the same way
        log.warning("import failed", import_id=str(import_id), kind=type(error).__name__)
        words = "What is barred stays barred. Save the file anew as CSV (UTF-8) and send it again."
        end_import(ctx, import_id, clock(), "failed", error=_problem(ctx, words))
    else:
        end_import(ctx, import_id, clock(), "completed", progress=1.0, **values)
    return False


def _problem(ctx: Context, detail: str) -> dict[str, object]:
    return {
        "type": f"{ctx.public_url}/problems/unreadable-file",
        "title": "This file could not be brought in to its end",
        "status": 422,
        "detail": detail,
    }


def _begin(ctx: Context, import_id: uuid.UUID) -> _Plan | None:
    with ctx.unit() as unit:
        row = claim_barring(unit, import_id, ctx.now)
        return _plan(ctx, row) if row else None


def _plan(ctx: Context, row: Import) -> _Plan:
    options, path = row.options, stored_file(ctx.data_dir, row.stored_as)
    channels = options["channels"]
    return _Plan(
        listing=Listing(
            row.organisation_id, row.id, options["reason"], options["register"], channels, row.created_by
        ),
        path=path,
        form=TextFormat(row.encoding or "utf-8", row.delimiter or ",", row.has_sep_line),
        rules=BarredRules(
            columns=tuple(
                (index, column["field"])
                for index, column in enumerate(row.columns)
                if column["field"] in {"phone", "email"}
            ),
            region=options["default_region"],
            allow_fictional=ctx.phones.allow_fictional,
            bars_numbers=bool(set(channels) & set(OF_NUMBERS)),
            bars_addresses=bool(set(channels) & set(OF_ADDRESSES)),
        ),
        start=row.next_row,
        dated=options["dated"],
        replaces=options["replace"],
        shrunk=options["shrunk"],
        workbook=_workbook(row),
    )


def _workbook(row: Import) -> Wishes | None:
    """How a workbook is to be read; None of a text."""
    if "sheet" not in row.options:
        return None
    expected = Expected(row.options["default_region"], row.created_at.date())
    return workbook_wishes(ReadingWishes(sheet=row.options["sheet"], hidden_rows="include"), expected)


def _with_rows_written(ctx: Context, plan: _Plan, wishes: Wishes, clock: Clock) -> _Plan:
    """Have a workbook's rows written out, unless a run before this did, and read those from now on."""
    rows = rows_file(plan.path)
    if not rows.exists():

        def moved(_share: float) -> None:
            with ctx.unit() as unit:
                move_on(unit, plan.listing.import_id, plan.start, plan.start, clock())

        width = 1 + max((index for index, _ in plan.rules.columns), default=0)
        seen = write_rows(plan.path, wishes, width, moved)
        if not keep_rows(plan.path, seen["part"]):
            raise OvertakenError
    return replace(plan, path=rows, form=SHEET_FORM)


# --- one chunk --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows as they were read: `lines` for COPY, and how many of them bar something."""

    chunk: Chunk
    row_count: int
    barring: int
    lines: bytes
    issues: list[RowIssue]

    @property
    def end(self) -> int:
        """The first row that is not in it."""
        return self.chunk.rows.end


def _bring_in_until(ctx: Context, plan: _Plan, clock: Clock, turn_is_over: GiveWay) -> bool:
    """Bring in chunk after chunk; False where the turn was over before the last. Whenever the table has
    doubled by it, the planner is told.
    """
    if plan.workbook:
        plan = _with_rows_written(ctx, plan, plan.workbook, clock)
    created, told_at = 0, CHUNK_ROWS
    with closing(read_chunks(plan.path, plan.form, plan.start, CHUNK_ROWS)) as chunks:
        for chunk in chunks:
            created += _bring_in(ctx, plan, _read(chunk, plan.rules), clock)
            if created >= told_at:
                told_at = 2 * created
                with ctx.unit() as unit:
                    learn_suppressions(unit.session)
            if turn_is_over():
                return False
    return True


def _read(chunk: Chunk, rules: BarredRules) -> _Batch:
    lines: list[str] = []
    issues: list[RowIssue] = []
    rows = barring = 0
    for record in chunk.rows.split():
        if not has_content(record):
            continue
        rows += 1
        numbers, emails, issue = read_barred(record, rules)
        if issue:
            issues.append(issue)
        if numbers or emails:
            barring += 1
            for number in numbers:
                lines.append(f"{record.row}\t{number}\t\\N\n")  # noqa: PERF401 -- twice as slow, mostly one
            for email in emails:
                lines.append(f"{record.row}\t\\N\t{_escaped(email)}\n")  # noqa: PERF401
    return _Batch(chunk, rows, barring, "".join(lines).encode(), issues)


def _escaped(email: str) -> str:
    return email.replace("\\", "\\\\")


@again_after_deadlock
def _bring_in(ctx: Context, plan: _Plan, batch: _Batch, clock: Clock) -> int:
    """Bar what one chunk names, in one transaction; how many are new.

    Queues need nothing: the gate asks at each turn.
    """
    now = clock()
    with ctx.unit() as unit:
        row = move_on(unit, plan.listing.import_id, batch.chunk.start, batch.end, now)
        found = Counter(merge_barred(unit.session, plan.listing, batch.lines, now))
        copy_issues(unit.session, (_issue_row(plan, issue) for issue in batch.issues))
        _count(row, batch, found)
        return found[CREATED]


def _count(row: Import, batch: _Batch, found: Counter[int]) -> None:
    fresh = found[CREATED] + found[UPDATED] + found[UNCHANGED]
    row.row_count += batch.row_count
    row.created_count += found[CREATED]
    row.updated_count += found[UPDATED]
    row.unchanged_count += found[UNCHANGED]
    row.duplicate_count += batch.barring - fresh
    row.rejected_count += sum(issue.outcome is Outcome.REJECTED for issue in batch.issues)
    row.progress = batch.chunk.progress


def _issue_row(plan: _Plan, issue: RowIssue) -> tuple[Any, ...]:
    cells = json.dumps([show_lost_letters(cell) for cell in issue.cells], ensure_ascii=False)
    value = None if issue.value is None else show_lost_letters(issue.value)
    where = (plan.listing.organisation_id, plan.listing.import_id, issue.line, issue.row)
    return (*where, issue.outcome, issue.reason, issue.field, value, issue.detail, cells)


# --- the end ----------------------------------------------------------------------------------------


def _close(ctx: Context, plan: _Plan, clock: Clock) -> dict[str, Any]:
    """Lift what a full list lacks, and say how many its register holds now."""
    last = _last_of_register(ctx, plan)
    before = last.standing_count if last else None
    with ctx.unit() as unit:
        learn_suppressions(unit.session)
        row = unit.session.get_one(Import, (unit.organisation_id, plan.listing.import_id))
    named = row.created_count + row.updated_count + row.unchanged_count
    if not plan.replaces:
        return {"standing_count": before + row.created_count if before is not None else named}
    if found := _why_nothing_is_lifted(plan, row, named, last):
        why, words = found
        warning = {"code": NOTHING_LIFTED, "why": why, "detail": words, "count": before or 0}
        return {
            "standing_count": (before or 0) + row.created_count,
            "warnings": [*row.warnings, warning],
        }
    for place in ("number", "email"):
        _lift_all(ctx, plan, place, row.next_row, clock)
    return {"standing_count": named}


def _last_of_register(ctx: Context, plan: _Plan) -> Import | None:
    """The register's last import before this one; None when it is new."""
    with ctx.unit() as unit:
        return unit.session.scalar(
            select(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.list_id.is_(None),
                Import.id < plan.listing.import_id,
                Import.state == "completed",
                Import.options["reason"].astext == plan.listing.reason,
                Import.options["register"].astext == plan.listing.register,
            )
            .order_by(Import.id.desc())
            .limit(1)
        )


def _why_nothing_is_lifted(
    plan: _Plan, row: Import, named: int, last: Import | None
) -> tuple[str, str] | None:
    """Why a list can't be relied on to be the whole register as it is now, in one word and in many; None when
    it can.

    Whom it lacks would be called again: an older list, a part, or one that couldn’t be read, lifts nobody.
    """
    if last is not None and plan.dated < last.options["dated"]:
        return "older", (
            "This list is older than the last one of its register. It was added, and nothing was lifted:"
            " it can’t tell who has left since."
        )
    if plan.shrunk:
        return None
    before = last.standing_count if last else None
    if before is not None and named < _SHRUNK * before:
        return "shrunk", (
            f"This list has less than half of the {before} that its register held. It was added, and nothing"
            " was lifted. If it is the whole register, send it again and say so."
        )
    if row.rejected_count > _UNREADABLE * row.row_count:
        return "unread", (
            f"{row.rejected_count} rows of this list couldn’t be read, and who is in them isn’t known. It was"
            " added, and nothing was lifted. Mend them, or send it again and say that it has shrunk."
        )
    return None


def _lift_all(ctx: Context, plan: _Plan, place: str, next_row: int, clock: Clock) -> None:
    after: str | None = ""
    while after is not None:
        after = _lift_some(ctx, plan, place, after, next_row=next_row, now=clock())


@again_after_deadlock
def _lift_some(
    ctx: Context, plan: _Plan, place: str, after: str, *, next_row: int, now: dt.datetime
) -> str | None:
    """Lift what a full list lacks among the next numbers, and let their people be called again."""
    with ctx.unit() as unit:
        row = move_on(unit, plan.listing.import_id, next_row, next_row, now)
        why = f"no longer on the list of {plan.dated}"
        through, lifted = lift_missing(unit.session, plan.listing, place, after, why=why, now=now)
        row.lifted_count += len(lifted)
        if place == "number" and lifted:
            _queue_again(unit, lifted, now)
        return through


def _queue_again(unit: UnitOfWork, numbers: Sequence[str], now: dt.datetime) -> None:
    sync_queues(unit, now=now, contact_ids=holders(unit, numbers))
