"""Rows of a list of numbers and addresses that must not be contacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from dialer.domain.importing.delimited import Record
from dialer.domain.importing.header import Columns
from dialer.domain.importing.issues import Outcome, Reason, RowIssue
from dialer.domain.importing.values import read_email
from dialer.domain.phone import read_phones

_LOOKED_AT: Final = 200
_NUMBER, _EMAIL, _NEITHER = "phone", "email", "ignore"


class Barred(NamedTuple):
    """What a row bars, each once, and its entry in the report where something is wrong with it."""

    numbers: Sequence[str] = ()
    emails: Sequence[str] = ()
    issue: RowIssue | None = None


@dataclass(frozen=True, slots=True)
class BarredRules:
    """Which columns hold numbers (`phone`) or addresses (`email`), how they are read, and what is barred."""

    columns: tuple[tuple[int, str], ...]
    region: str
    allow_fictional: bool
    bars_numbers: bool = True
    bars_addresses: bool = True


def barred_fields(columns: Columns, records: Sequence[Record], region: str) -> tuple[str, ...]:
    """Say of each column whether it holds numbers (`phone`), addresses (`email`) or neither (`ignore`).

    By the names of the columns or what most of their cells hold, as in any list; where that tells nothing,
    every column counts in which any of the first cells is a number or an address.
    """
    fields = tuple(field if field in {_NUMBER, _EMAIL} else _NEITHER for field in columns.fields)
    if any(field != _NEITHER for field in fields):
        return fields
    below = [record for record in records if record.row > columns.row and record.split][:_LOOKED_AT]
    return tuple(_content(index, below, region) for index in range(len(columns.fields)))


def _content(index: int, records: Sequence[Record], region: str) -> str:
    cells = [record.cells[index] for record in records if index < len(record.cells)]
    if any(read_phones(cell, region, allow_fictional=True).phones for cell in cells):
        return _NUMBER
    return _EMAIL if any(read_email(cell) for cell in cells) else _NEITHER


def read_barred(record: Record, rules: BarredRules) -> Barred:
    """Read one row that has any content. A row that bars nothing is rejected, with the reason."""
    if not record.split:
        return Barred(issue=_issue(record, Outcome.REJECTED, record.fault or Reason.UNDECODABLE))
    if rules.bars_numbers and len(rules.columns) == 1:
        index, field = rules.columns[0]
        if field == _NUMBER and index < len(record.cells) and "@" not in (cell := record.cells[index]):
            return _read_number(record, rules, cell)  # nearly every row of a register
    return _read_cells(record, rules)


def _read_number(record: Record, rules: BarredRules, cell: str) -> Barred:
    phones, fault = read_phones(cell, rules.region, rules.allow_fictional)
    numbers = [phone.number for phone in phones]
    if fault is None:
        return Barred(numbers)
    faults = [(Reason(fault), _NUMBER, cell)] if cell.strip() else []
    barred = Barred(numbers)
    return barred._replace(issue=_issue_of(record, barred, faults))


def _read_cells(record: Record, rules: BarredRules) -> Barred:
    """Read every cell that may hold something, an address wherever it stands."""
    numbers: dict[str, None] = {}
    emails: dict[str, None] = {}
    faults: list[tuple[Reason, str, str]] = []
    for index, field in rules.columns:
        cell = record.cells[index] if index < len(record.cells) else ""
        if not cell.strip():
            continue
        if "@" in cell or field == _EMAIL:
            fault = _take_email(cell, emails)
        else:
            fault = _take_numbers(cell, rules, numbers)
        if fault is not None:
            faults.append((fault, field, cell))
    barred = Barred(list(numbers) if rules.bars_numbers else [], list(emails) if rules.bars_addresses else [])
    return barred._replace(issue=_issue_of(record, barred, faults))


def _take_email(cell: str, emails: dict[str, None]) -> Reason | None:
    email = read_email(cell)
    if email is None:
        return Reason.INVALID_EMAIL
    emails[email.lower()] = None
    return None


def _take_numbers(cell: str, rules: BarredRules, numbers: dict[str, None]) -> Reason | None:
    reading = read_phones(cell, rules.region, rules.allow_fictional)
    numbers.update(dict.fromkeys(phone.number for phone in reading.phones))
    return Reason(reading.fault) if reading.fault else None


def _issue_of(record: Record, barred: Barred, faults: Sequence[tuple[Reason, str, str]]) -> RowIssue | None:
    if barred.numbers or barred.emails:
        return _issue(record, Outcome.KEPT, *faults[0]) if faults else None
    return _issue(record, Outcome.REJECTED, *(faults[0] if faults else (Reason.NO_PHONE,)))


def _issue(
    record: Record, outcome: Outcome, reason: Reason, field: str | None = None, value: str | None = None
) -> RowIssue:
    return RowIssue(record.row, record.line, outcome, reason, field, value, record.cells)
