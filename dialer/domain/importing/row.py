"""From a record of a list to a person: what is read, what is wrong, what they don't want."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeVar

from dialer.domain.elector_number import elector_key, join_elector_number, polling_district_of
from dialer.domain.importing import values as read
from dialer.domain.importing.delimited import MAX_CELL, Record, has_lost_letters
from dialer.domain.importing.fields import CONSENTS, CUSTOM, IGNORE, LIMITS, MANY, NOES, WISHES
from dialer.domain.importing.header import Columns
from dialer.domain.importing.issues import Fault, Outcome, Reason, RowIssue
from dialer.domain.importing.own_export import DIALER_ID, LITERAL, read_id, read_own_tags
from dialer.domain.importing.person_row import TEXTS, Evidence, PersonRow
from dialer.domain.importing.register_change import read_change
from dialer.domain.people import OPT_OUT_CHANNELS
from dialer.domain.phone import Phone, PhoneFault, read_phones

MENDED: Final = "mended_numbers"
UNREAD: Final = "unread_values"
_REPORTED_VALUE_MAX: Final = 200
_UNREADABLE: Final = "\ufffd"
_EVIDENCE: Final = frozenset(
    {"support", "pledge", "pledged_at", "pledge_source", "voting_method", "postal_vote", "voted", "voted_at"}
)
_HARMLESS: Final = ("'=", "'+", "'-", "'@")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class RowRules:
    """By what a list's rows are read: its columns and region, and the election that evidence is about.

    `now` is the import's time; `on` is polling day, to which a time alone belongs, in `zone`.
    """

    columns: Columns
    region: str
    allow_fictional: bool
    now: dt.datetime
    zone: str = "Europe/London"
    on: dt.date | None = None
    register: str = ""
    id_source: str = ""
    tags: tuple[str, ...] = ()

    @property
    def day_first(self) -> bool:
        """Whether 03/04 is the third of April: everywhere but in the United States."""
        return self.region != "US"


@dataclass(slots=True)
class Cells:
    """A record's cells by field: the first filled one of each, all of those that many columns may fill."""

    one: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.one.get(name, "")

    def keep_wish(self, name: str) -> None:
        """Keep that something stands in a cell that can't be read: where somebody says no, it is no clear no
        to that (contract §4), and it is no clear yes.
        """
        if name in WISHES:
            self.many.setdefault(name, []).append(_UNREADABLE)


class _Kind(Enum):
    """How a column's cells come together with others of the same field."""

    ONE = "the first filled one counts"
    MANY = "all count"
    CUSTOM = "a field of the list's own"


Slot = tuple[int, str, _Kind, int]
_ONE, _MANY = _Kind.ONE, _Kind.MANY  # looking a member up takes longer than what is done with it


def slot_of(index: int, field_name: str, marks: int = 0) -> Slot:
    """Say of a column what is asked of each of its cells: place, name, kind and the most characters.

    `marks`: how many of ours may stand before the text.
    """
    if field_name.startswith(CUSTOM):
        return index, field_name.removeprefix(CUSTOM), _Kind.CUSTOM, MAX_CELL + marks
    kind = _Kind.MANY if field_name in MANY else _Kind.ONE
    return index, field_name, kind, LIMITS.get(field_name, MAX_CELL) + marks


class RowReader:
    """Reads the rows of one list. `warnings` counts what was mended or could not be understood."""

    def __init__(self, rules: RowRules) -> None:
        self.rules = rules
        self.warnings: Counter[str] = Counter()
        self._is_own = DIALER_ID in rules.columns.fields
        self._slots = [
            slot_of(index, name, int(self._is_own))
            for index, name in enumerate(rules.columns.fields)
            if name != IGNORE
        ]
        self._has_phones = "phone" in rules.columns.fields
        self._width = rules.columns.width
        self.fills: dict[str, Callable[[PersonRow, Cells], None]] = {
            "phones": self._fill_phones,
            "email": self._fill_email,
            "name": _fill_name,
            "elector": _fill_elector,
            "plain": _fill_plain,
            "rest": self._fill_rest,
            "wishes": _fill_wishes,
            "evidence": self._fill_evidence,
        }

    def read(self, record: Record) -> tuple[PersonRow | None, RowIssue | None]:
        """Read one record with content: the person it gives, and its entry in the report.

        It is rejected only when nothing in it can reach or name anybody: no usable phone, no email,
        no elector number, no external id and no id of ours. Otherwise it is kept without its bad values.
        """
        cells = Cells()
        if record.split:
            self.sort(record.cells, self._slots, cells, suspect=record.fault is Reason.UNDECODABLE)
        person = PersonRow(record.row, record.line)
        if record.split:
            literal = self._take_literally(record, cells) if self._is_own else {}
            for fill in self.fills.values():
                fill(person, cells)
            if self._is_own:
                self._fill_own(person, cells, literal)
        known_by = (person.phones, person.email, person.elector_number, person.external_id, person.own_id)
        reachable = any(known_by)
        fault = self._worst(record, cells, person, reachable)
        issue = _issue(record, fault, reachable) if fault else None
        return (person if reachable else None), issue

    def sort(self, given: Sequence[str], slots: Sequence[Slot], cells: Cells, *, suspect: bool) -> None:
        """Put what stands in a row where it belongs. `suspect`: letters of the row could not be read."""
        width = len(given)
        for index, name, kind, limit in slots:
            if index >= width:
                break
            if not (cell := given[index]) or not (text := bare(cell)):
                continue
            if suspect and has_lost_letters(text):
                cells.keep_wish(name)
                continue
            if len(text) > limit:
                cells.keep_wish(name)
                cells.faults.append(Fault(Reason.VALUE_TOO_LONG, name, text))
            elif kind is _ONE:
                cells.one.setdefault(name, text)
            elif kind is _MANY:
                cells.many.setdefault(name, []).append(text)
            else:
                cells.custom.setdefault(name, text)

    def _take_literally(self, record: Record, cells: Cells) -> dict[str, str]:
        """Take the cells that our export marked as they stand behind the mark; returns those of fields."""
        literal = {}
        for index, name, kind, _ in self._slots:
            cell = record.cells[index] if index < len(record.cells) else ""
            if not cell.startswith(LITERAL) or (record.fault and has_lost_letters(cell)):
                continue
            text = cell.removeprefix(LITERAL)
            if kind is _Kind.CUSTOM:
                cells.custom[name] = text
            elif kind is _Kind.MANY:
                literal[name], cells.many[name] = text, [text]
            else:
                literal[name] = cells.one[name] = text
        return literal

    def _fill_own(self, person: PersonRow, cells: Cells, literal: dict[str, str]) -> None:
        """Put what our export marked in the place of what reading made of it, and add nothing of our own."""
        person.own_id = read_id(cells.get(DIALER_ID))
        if "polling_district" in self.rules.columns.fields:
            person.polling_district = cells.get("polling_district") or None
        for name in literal.keys() & TEXTS:
            setattr(person, name, literal[name] or None)
        if "tags" in literal:
            person.tags = list(dict.fromkeys([*read_own_tags(literal["tags"]), *self.rules.tags]))

    def _fill_phones(self, person: PersonRow, cells: Cells) -> None:
        found: dict[str, Phone] = {}
        for text in cells.many.get("phone", ()):
            reading = read_phones(text, self.rules.region, self.rules.allow_fictional)
            for phone in reading.phones:
                found.setdefault(phone.number, phone)
                self.warnings[MENDED] += phone.mended
            if reading.fault and reading.fault is not PhoneFault.NONE:
                cells.faults.append(Fault(Reason(reading.fault), "phone", text))
        person.phones = tuple(found.values())

    def _fill_email(self, person: PersonRow, cells: Cells) -> None:
        if text := cells.get("email"):
            person.email = read.read_email(text)
            if person.email is None:
                cells.faults.append(Fault(Reason.INVALID_EMAIL, "email", text))

    def _understood(self, value: Value | None) -> Value | None:
        self.warnings[UNREAD] += value is None
        return value

    def _instant(self, text: str, on: dt.date | None) -> dt.datetime | None:
        """Read when something was said or done; what has not come yet is no such time."""
        rules = self.rules
        at = read.read_instant(text, day_first=rules.day_first, zone=rules.zone, on=on, now=rules.now)
        return None if at and at > rules.now else at

    def _fill_rest(self, person: PersonRow, cells: Cells) -> None:
        person.tags = [*self.rules.tags]
        if tags := cells.many.get("tags"):
            person.tags[:0] = read.read_tags(";".join(tags))
        person.custom = cells.custom
        if text := cells.get("date_of_birth"):
            person.date_of_birth = self._understood(
                read.read_date(text, day_first=self.rules.day_first, newest=self.rules.now.date())
            )
        if text := cells.get("change"):
            person.change = self._understood(read_change(text))

    def _fill_evidence(self, person: PersonRow, cells: Cells) -> None:
        if _EVIDENCE.isdisjoint(cells.one):
            return
        evidence = person.evidence
        self._fill_support(evidence, cells)
        if text := cells.get("voting_method"):
            evidence.voting_method = self._understood(read.read_voting_method(text))
        if read.yes_or_no(cells.get("postal_vote")):
            evidence.voting_method = "postal"
        self._fill_vote(evidence, cells)

    def _fill_support(self, evidence: Evidence, cells: Cells) -> None:
        if text := cells.get("pledged_at"):
            evidence.support_at = self._understood(self._instant(text, None))
        if text := cells.get("support"):
            evidence.support = self._understood(read.read_support(text))
            evidence.support_weak = evidence.support_at is None
        if evidence.support is None and (text := cells.get("pledge")):
            evidence.support = read.support_of_pledge(self._understood(read.read_pledge(text)))
            evidence.support_weak = True
        evidence.support_source = read.read_source(cells.get("pledge_source"))

    def _fill_vote(self, evidence: Evidence, cells: Cells) -> None:
        said, at = cells.get("voted"), cells.get("voted_at")
        clear = read.yes_or_no(said)
        if clear is False or not (said or at):
            return
        evidence.voted_at = self._instant(at or said, self.rules.on)
        evidence.voted = bool(clear or at or evidence.voted_at)

    def _worst(self, record: Record, cells: Cells, person: PersonRow, reachable: bool) -> Fault | None:
        """Pick the one fault that the report names: the row's shape, then its phone, its email, the rest."""
        named = person.phones or person.elector_number
        if named and not (cells.faults or record.fault) and len(record.cells) == self._width:
            return None  # nearly all rows
        if record.fault:
            return Fault(record.fault)
        shape = self._shape_fault(record)
        faults = {fault.field: fault for fault in reversed(cells.faults)}
        phone = faults.get("phone")
        if shape and not (shape.reason is Reason.SHORT_ROW and phone):
            return shape
        missing = None if named or person.own_id else self._missing_phone(cells, reachable)
        return phone or missing or faults.get("email") or next(iter(faults.values()), None)

    def _shape_fault(self, record: Record) -> Fault | None:
        count = len(record.cells)
        if not self._width or count == self._width:
            return None
        if count < self._width:
            return Fault(Reason.SHORT_ROW)
        extra = [cell for cell in record.cells[self._width :] if cell.strip()]
        return Fault(Reason.LONG_ROW, None, extra[0]) if extra else None

    def _missing_phone(self, cells: Cells, reachable: bool) -> Fault | None:
        if reachable and not self._has_phones:
            return None
        return Fault(Reason.NO_PHONE, "phone", next(iter(cells.many.get("phone", ())), None))


def bare(cell: str) -> str:
    """A cell without the space around it, and without the mark that our own report puts before a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text.startswith(_HARMLESS) else text


def _fill_name(person: PersonRow, cells: Cells) -> None:
    first, last = cells.get("first_name"), cells.get("last_name")
    if not (first or last):
        first, last = read.split_name(cells.get("full_name"))
    person.first_name = " ".join(first.split()) or None
    person.last_name = " ".join(last.split()) or None


def _fill_elector(person: PersonRow, cells: Cells) -> None:
    prefix = cells.get("elector_prefix")
    number = join_elector_number(prefix, cells.get("elector_number"), cells.get("elector_suffix"))
    district = cells.get("polling_district") or prefix or polling_district_of(number)
    person.polling_district = district or None
    if key := elector_key(number, district):
        person.elector_number, person.elector_key = number, key


_PLAIN: Final[tuple[tuple[str, Callable[[str], str] | None], ...]] = (
    ("external_id", None),
    ("elector_markers", None),
    ("postcode", read.read_postcode),
    ("constituency", None),
    ("ward", None),
    ("polling_station", None),
    ("language", read.read_language),
)


def _fill_plain(person: PersonRow, cells: Cells) -> None:
    for name, write in _PLAIN:
        if text := cells.one.get(name):
            setattr(person, name, write(text) if write else " ".join(text.split()))
    if parts := cells.many.get("address"):
        person.address = read.join_address(parts) or None
    if notes := cells.many.get("notes"):
        person.notes = "\n".join(notes)


def _fill_wishes(person: PersonRow, cells: Cells) -> None:
    """Read what somebody wants and doesn't: of several columns none is overlooked, and a no wins."""
    if not WISHES.isdisjoint(cells.many):
        refused, agreed = _wishes(cells.many)
        person.refused = tuple(channel for channel in OPT_OUT_CHANNELS if channel in refused)
        person.consented = tuple(sorted(agreed - refused))
    person.needs_lift = read.yes_or_no(cells.get("needs_lift"))
    person.deceased = read.yes_or_no(cells.get("deceased")) is True


def _wishes(said: dict[str, list[str]]) -> tuple[set[str], set[str]]:
    """Return the channels that somebody refuses, and those they agree to."""
    refused: set[str] = set()
    agreed: set[str] = set()
    if any(map(read.counts_against, said.get("opt_out", ()))):
        refused.update(OPT_OUT_CHANNELS)
    refused.update(NOES[name] for name in NOES if any(map(read.counts_against, said.get(name, ()))))
    for name, channels in CONSENTS.items():
        answers = set(map(read.read_consent, said.get(name, ())))
        if False in answers:
            refused.update(OPT_OUT_CHANNELS if name == "opt_in" else channels)
        elif True in answers:
            agreed.update(channels)
    return refused, agreed


def _issue(record: Record, fault: Fault, reachable: bool) -> RowIssue:
    outcome = Outcome.KEPT if reachable else Outcome.REJECTED
    value = fault.value[:_REPORTED_VALUE_MAX] if fault.value else fault.value
    return RowIssue(record.row, record.line, outcome, fault.reason, fault.field, value, record.cells)


def has_content(record: Record) -> bool:
    """Tell whether a record holds anything at all; those that don't are not counted."""
    return any(map(str.strip, record.cells))
