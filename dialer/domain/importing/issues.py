"""What can be wrong with a row, and how a person is told (contract §4, the import report)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a row stands in the report."""

    NO_PHONE = "no_phone"
    INVALID_PHONE = "invalid_phone"
    PREMIUM_RATE = "premium_rate"
    DAMAGED_NUMBER = "damaged_number"
    INVALID_EMAIL = "invalid_email"
    SHORT_ROW = "short_row"
    LONG_ROW = "long_row"
    UNDECODABLE = "undecodable"
    VALUE_TOO_LONG = "value_too_long"
    RENUMBERED = "renumbered"


class Outcome(StrEnum):
    """Whether the row was left out, or came in without its bad value."""

    REJECTED = "rejected"
    KEPT = "kept"


DETAILS: Final[dict[Reason, str]] = {
    Reason.NO_PHONE: "There is no phone number. Fill one in, or an email or elector number.",
    Reason.INVALID_PHONE: "This isn’t a phone number. Correct its digits.",
    Reason.PREMIUM_RATE: "This number costs extra to ring, so nobody is rung on it. Give another.",
    Reason.DAMAGED_NUMBER: "A spreadsheet has cut off this number’s digits. Copy it again.",
    Reason.INVALID_EMAIL: "This can’t be an email address. Correct it or clear the cell.",
    Reason.SHORT_ROW: "This row has fewer cells than the header. Check that none is missing.",
    Reason.LONG_ROW: "This row has more cells than the header. A cell with a comma needs quotes.",
    Reason.UNDECODABLE: "A quote isn’t closed, or letters can’t be read. Mend the row, or save as UTF-8.",
    Reason.VALUE_TOO_LONG: "This is too long for its field. Shorten it.",
    Reason.RENUMBERED: "This elector number was somebody else’s. The two people were kept apart.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one row: where, and with which value."""

    reason: Reason
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class RowIssue:
    """A row's entry in the report. `row` and `line` count from 1; `cells` are the row's own."""

    row: int
    line: int
    outcome: Outcome
    reason: Reason
    field: str | None
    value: str | None
    cells: list[str]

    @property
    def detail(self) -> str:
        """What is wrong and what to do, in plain words."""
        return DETAILS[self.reason]
