"""What one run of an import needs to know, gathered once from its row, its list and its election."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dialer.domain.importing.delimited import TextFormat
from dialer.domain.importing.header import Columns
from dialer.domain.importing.own_export import DIALER_ID
from dialer.domain.importing.row import RowRules
from dialer.domain.importing.workbook.picking import Wishes
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of
from dialer.services.people.import_batches import Batch
from dialer.services.people.import_files import stored_file
from dialer.services.people.import_head import Expected, ReadingWishes, workbook_wishes
from dialer.services.people.import_words import file_warning, put_warnings
from dialer.store.models.gotv import Election
from dialer.store.models.imports import Import
from dialer.store.models.people import ContactList
from dialer.store.queries.import_match import Scope
from dialer.store.queries.import_merge import Merge
from dialer.store.session import UnitOfWork

_ELECTORS: Final = frozenset({"elector_number", "elector_prefix", "elector_suffix"})

WRITING_SHARE: Final = 0.25
"""How much of a workbook's progress is writing its rows out."""


@dataclass(frozen=True, slots=True)
class HalfLeft:
    """A chunk whose first half is in: its end, and the rows that are left of it, from and to.

    None are told where the program brought it in before migration 0082: they are what it split off then, as
    it does to this day.
    """

    through: int
    rows: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The import, how its file is read, how its people are merged, and from which row on.

    `created` people were made by the rows before. `half`: what is left of the chunk that begins there.
    """

    id: uuid.UUID
    merge: Merge
    path: Path
    form: TextFormat
    rules: RowRules
    start: int
    half: HalfLeft | None
    created: int
    workbook: Wishes | None = None
    dry_run: bool = False
    """Whether it is only tried."""
    begun_before: bool = False
    """Whether a run before this one began it."""

    def progress(self, batch: Batch) -> float:
        """How far it is: of a workbook, writing its rows out was the first part."""
        before = WRITING_SHARE if self.workbook else 0.0
        return before + (1.0 - before) * batch.progress


def _half_left(row: Import) -> HalfLeft | None:
    if row.half_through is None:
        return None
    return HalfLeft(row.half_through, [(first, last) for first, last in row.half_rows or ()])


def make_plan(ctx: Context, unit: UnitOfWork, row: Import) -> Plan:
    """Gather what a run needs that starts at the import's watermark.

    The region of its numbers stays what it was at the first run, though its list's be changed meanwhile.
    """
    of, election, scope = _about(unit, row)
    row.options = {**row.options, "default_region": row.options.get("default_region") or of.default_region}
    rules = _rules(ctx, row, of, election, scope)
    if not scope.register and _ELECTORS & set(rules.columns.fields):
        row.warnings = put_warnings(row.warnings, [file_warning("register_unnamed")])
    return Plan(
        id=row.id,
        merge=Merge(scope, of.id, election.id, row.created_at, row.options.get("on_match") == "skip"),
        path=stored_file(ctx.data_dir, row.stored_as),
        form=TextFormat(row.encoding or "utf-8", row.delimiter or ",", row.has_sep_line),
        rules=rules,
        start=row.next_row,
        half=_half_left(row),
        created=row.created_count,
        workbook=_workbook(row, rules),
        dry_run=bool(row.options.get("dry_run")),
        begun_before=row.started_at is not None and row.started_at < ctx.now,
    )


def rules_of(ctx: Context, unit: UnitOfWork, row: Import) -> RowRules:
    """By what an import's rows are read."""
    return _rules(ctx, row, *_about(unit, row))


def _about(unit: UnitOfWork, row: Import) -> tuple[ContactList, Election, Scope]:
    """An import's list and election, and within what its people are known by their identifiers."""
    of = unit.session.get_one(ContactList, (unit.organisation_id, row.list_id))
    election = election_of(unit, row.election_id) if row.election_id else current_election(unit)
    register = row.options.get("register") or of.register or ""
    source = row.options.get("id_source") or of.id_source or ""
    own = any(column["field"] == DIALER_ID for column in row.columns)
    return of, election, Scope(unit.organisation_id, row.id, register, source, own)


def _workbook(row: Import, rules: RowRules) -> Wishes | None:
    """How a workbook is to be read; None of a text."""
    if "sheet" not in row.options:
        return None
    wishes = ReadingWishes(sheet=row.options["sheet"], hidden_rows=row.options.get("hidden_rows", "skip"))
    return workbook_wishes(wishes, Expected(rules.region, row.created_at.date()))


def _rules(ctx: Context, row: Import, of: ContactList, election: Election, scope: Scope) -> RowRules:
    headers = tuple(column["header"] for column in row.columns)
    fields = tuple(column["field"] for column in row.columns)
    return RowRules(
        columns=Columns(row.header_row, headers, fields),
        region=row.options.get("default_region") or of.default_region,
        allow_fictional=ctx.phones.allow_fictional,
        now=row.created_at,
        zone=election.timezone,
        on=election.polling_on,
        register=scope.register,
        id_source=scope.id_source,
        tags=tuple(row.options.get("tags", ())),
    )
