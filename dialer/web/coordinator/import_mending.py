"""Rows with something wrong as the page asks for them to be put right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request

from dialer.domain.importing.mending import MendableCell, mendable_cells
from dialer.services.context import Context
from dialer.services.people.import_mending import columns_to_mend, mending_of
from dialer.services.people.views import ImportView, RowIssueView


@dataclass(frozen=True, slots=True)
class RowToMend:
    """An entry of the report with its cells to put right. `standing`: empty, or what came of mending it."""

    issue: RowIssueView
    cells: Sequence[MendableCell]
    standing: str
    typed: Mapping[int, str]

    @property
    def changed(self) -> bool:
        """Whether something else was typed than what stood there."""
        return any(_plain(self.typed[cell.place]) != _plain(cell.value) for cell in self.cells)

    def as_typed(self) -> list[str]:
        """The whole row: what was typed in the place of what stood there."""
        width = max(len(self.issue.cells), *(cell.place + 1 for cell in self.cells))
        kept = [*self.issue.cells, *[""] * (width - len(self.issue.cells))]
        return [self.typed.get(place, cell) for place, cell in enumerate(kept)]


def rows_to_mend_of(ctx: Context, one: ImportView, issues: Sequence[RowIssueView]) -> list[RowToMend]:
    """Entries of an import's report as the page shows them, with what the form brings typed in."""
    columns, standing = columns_to_mend(ctx, one.id), mending_of(ctx, issues)
    found = []
    for issue in issues:
        cells = mendable_cells(columns, issue.cells, issue.reason, issue.field, one.delimiter or ",")
        typed = {c.place: request.form.get(f"cell-{issue.line}-{c.place}", c.value) for c in cells}
        found.append(RowToMend(issue, cells, standing.get(issue.line, ""), typed))
    return found


def _plain(cell: str) -> str:
    """A cell as forms send it back: line breaks are theirs."""
    return " ".join(cell.split())
