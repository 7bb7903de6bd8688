"""A batch of rows: read by the rules, and made ready to be staged."""

from __future__ import annotations

from dataclasses import dataclass

from dialer.domain.importing.delimited import Record
from dialer.domain.importing.issues import RowIssue
from dialer.domain.importing.register_change import Change
from dialer.domain.importing.repeats import Repeats
from dialer.domain.importing.row import RowReader, has_content
from dialer.store.queries.import_stage import gone_line, stage_line


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows read from a list; `lines` are its people for COPY. `end` is the first row that is not in it."""

    start: int
    end: int
    progress: float
    row_count: int
    rejected_count: int
    lines: bytes
    issues: list[RowIssue]
    warnings: dict[str, int]
    records: list[Record]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records of a list as they were read, on their way to be made a batch of."""

    records: list[Record]
    start: int
    progress: float


def prepare(reader: RowReader, chunk: Chunk) -> Batch:
    """Read every row with content by the rules of its list."""
    reader.warnings.clear()
    repeats, repeats_of_gone = Repeats(), Repeats()
    lines, issues, rows, rejected = [], [], 0, 0
    for record in chunk.records:
        if not has_content(record):
            continue
        rows += 1
        person, issue = reader.read(record)
        if issue:
            issues.append(issue)
        if person is None:
            rejected += 1
            continue
        identity = person.identity(reader.rules.register, reader.rules.id_source)
        if person.change is Change.DELETED:
            lines.append(gone_line(person, repeats_of_gone.place(record.row, identity)))
        else:
            lines.append(stage_line(person, repeats.place(record.row, identity, str(person.own_id or ""))))
    end = chunk.records[-1].row + 1
    warnings = {code: count for code, count in reader.warnings.items() if count}
    staged = "".join(lines).encode()
    return Batch(chunk.start, end, chunk.progress, rows, rejected, staged, issues, warnings, chunk.records)
