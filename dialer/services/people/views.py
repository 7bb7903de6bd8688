"""People, lists and imports as they are shown. Nothing here is tied to the database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ListView:
    """Contacts imported or chosen together."""

    id: uuid.UUID
    name: str
    default_region: str
    register: str | None
    id_source: str | None
    contact_count: int
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """`rows` is always the sum of the others."""

    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int


@dataclass(frozen=True, slots=True)
class BarringView:
    """What an import of suppressions bars. `lifted` and `standing` count numbers: those that a full list
    lacked, and those that its register held afterwards.
    """

    reason: str
    channels: Sequence[str]
    register: str
    dated: dt.date
    replace: bool
    lifted: int
    standing: int | None


@dataclass(frozen=True, slots=True)
class UndoView:
    """How an import is or was taken back: what went, by kind, and what stays, by reason."""

    forced: bool
    taken: Mapping[str, int]
    stays: Mapping[str, int]
    finished_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ImportView:
    """One file on its way into a list, or without one into `suppressions`.

    `question` says which columns a person must choose, and why.

    `mapping_source`: the columns were `recognised`, `given`, or `remembered` from an earlier file.

    With `dry_run` it is a trial, which changes nothing; `trial_of` is the import that brings its file in.
    """

    id: uuid.UUID
    list_id: uuid.UUID | None
    election_id: uuid.UUID | None
    state: str
    filename: str
    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    mapping: Mapping[str, str]
    mapping_source: str
    question: str | None
    warnings: Sequence[Mapping[str, Any]]
    counts: ImportCounts
    progress: float
    error: Mapping[str, Any] | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    suppressions: BarringView | None = None
    undo: UndoView | None = None
    started_at: dt.datetime | None = None
    mends: uuid.UUID | None = None
    dry_run: bool = False
    trial_of: uuid.UUID | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in {"completed", "failed", "cancelled", "undone"}


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column of an uploaded list: its key in a mapping, what we take it for, and what stands in it.

    `confidence` from 0 to 1 is how sure we are of that, and `basis` what it rests on: `name`, `content`,
    or why there is no guess, `second`, `unlike` or `none`; `chosen` where a person chose.
    """

    key: str
    header: str
    field: str
    samples: Sequence[str]
    confidence: float = 0.0
    basis: str = "none"


@dataclass(frozen=True, slots=True)
class ImportMappingView:
    """What somebody chose for lists with these headers."""

    id: uuid.UUID
    headers: Sequence[str]
    mapping: Mapping[str, str]
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """A column as an import would take it. `field` None: nobody can tell, it would be kept as a custom field.

    `confidence` is from 0, unknown, to 1, certain.
    """

    key: str
    header: str
    samples: Sequence[str]
    field: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What an import would make of a file. `header_row` None: it has none that we know.

    `sheet` is the one of a workbook's shown `sheets` that would be read.
    """

    format: str
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    mapping_source: str
    sheet: str | None
    sheets: Sequence[str]
    question: str | None
    columns: Sequence[PreviewColumn]
    rows: Sequence[Sequence[str]]
    warnings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class RowIssueView:
    """A row with something wrong, and the row's own cells.

    `mended_by` is the import that brought it in again, as its row `mended_row`.
    """

    row: int
    line: int
    outcome: str
    reason: str
    field: str | None
    value: str | None
    detail: str
    cells: Sequence[str] = ()
    mended_by: uuid.UUID | None = None
    mended_row: int | None = None


@dataclass(frozen=True, slots=True)
class KnownRowView:
    """A row that named somebody who was known: `why` is the rule, `first_row` the row that it repeats."""

    row: int
    outcome: str
    why: str
    contact_id: uuid.UUID
    first_row: int | None


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A number somebody may be reached on. `dead`: the network said that it doesn't exist."""

    number: str
    type: str
    dead: bool = False


@dataclass(frozen=True, slots=True)
class ConsentView:
    """Somebody's yes: where and when it was given."""

    source: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ContactView:
    """A person in the organisation's list. `support` and `voted_at` are those of the current election."""

    id: uuid.UUID
    external_id: str | None
    elector_number: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phones: Sequence[PhoneView]
    address: str | None
    postcode: str | None
    constituency: str | None
    ward: str | None
    polling_district: str | None
    polling_station: str | None
    language: str | None
    elector_markers: str | None
    date_of_birth: dt.date | None
    notes: str | None
    needs_lift: bool | None
    tags: Sequence[str]
    custom: Mapping[str, Any]
    status: str
    list_ids: Sequence[uuid.UUID]
    support: int | None
    voting_method: str | None
    voted_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    opt_outs: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    consents: Mapping[str, ConsentView | None] = field(default_factory=dict)

    @property
    def phone(self) -> str | None:
        """The first number."""
        return self.phones[0].number if self.phones else None


@dataclass(frozen=True, slots=True)
class SuppressionView:
    """A number or address that must not be contacted on some channels, and why."""

    id: uuid.UUID
    number: str | None
    email: str | None
    channels: Sequence[str]
    reason: str
    source: str
    note: str | None
    created_at: dt.datetime
    register: str | None = None
    import_id: uuid.UUID | None = None
