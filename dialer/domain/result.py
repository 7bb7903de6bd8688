"""What a volunteer reports after a call, and what keeps it from being taken."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from dialer.domain.disposition import RECORDABLE, Course, Disposition, consequence
from dialer.domain.errors import FieldError
from dialer.domain.languages import SPOKEN
from dialer.domain.pledge import VOTING_METHODS
from dialer.domain.script import Learned, Script, learned, unknown_answers

NOTES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported of one person."""

    disposition: str
    answers: Mapping[str, str] = field(default_factory=dict)
    support: int | None = None
    voting_method: str | None = None
    callback_at: dt.datetime | None = None
    notes: str | None = None
    no_texts: bool = False
    """They want no texts from us either, or any more: out of sms too, whatever the outcome."""
    language: str | None = None
    """Which language they spoke, where that was the barrier."""

    def learned(self, script: Script | None) -> Learned:
        """What it tells of the person: what is stated outright wins over what the answers tell."""
        told = learned(script, self.answers) if script else Learned()
        return replace(
            told,
            support=self.support if self.support is not None else told.support,
            voting_method=self.voting_method or told.voting_method,
        )


@dataclass(frozen=True, slots=True)
class HouseholdReport:
    """What is reported of everybody spoken of in one call; `people` are by contact id."""

    contact: Report
    people: Mapping[str, Report] = field(default_factory=dict)

    def fingerprint(self) -> bytes:
        """The same for the same report: tells a repeated one from another one."""
        said = {
            "contact": _said(self.contact),
            "people": {who: _said(one) for who, one in self.people.items()},
        }
        text = json.dumps(said, sort_keys=True, default=_plain, ensure_ascii=True)
        return hashlib.sha256(text.encode()).digest()


def _said(report: Report) -> dict[str, object]:
    """A report without the fields that came later and weren't used: it stays the same as it ever was."""
    said = asdict(report)
    return said if report.language else {name: value for name, value in said.items() if name != "language"}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def faults(
    report: HouseholdReport,
    household: Sequence[str],
    script: Script | None,
    now: dt.datetime,
    outcomes: Sequence[str] = RECORDABLE,
) -> list[FieldError]:
    """Everything that keeps a report from being taken, each with its place.

    A callback needs a time in the future; an answer must be one that the script has; `people` are others
    of the household.
    """
    found = list(_report_faults(report.contact, "", script, now, outcomes))
    for index, (contact_id, one) in enumerate(report.people.items()):
        at = f"/people/{index}"
        if contact_id not in household:
            found.append(FieldError(f"{at}/contact_id", "Nobody in this household has this id."))
        found += _report_faults(one, at, script, now, outcomes)
    return found


def _report_faults(
    report: Report, at: str, script: Script | None, now: dt.datetime, outcomes: Sequence[str]
) -> Iterator[FieldError]:
    if report.disposition not in outcomes:
        yield FieldError(f"{at}/disposition", "This isn’t one of the outcomes.")
    elif consequence(report.disposition).course is Course.CALLBACK:
        yield from _callback_faults(report, at, now)
    if report.support is not None and report.support not in range(1, 6):
        yield FieldError(f"{at}/support", "Support goes from 1 to 5.")
    if report.voting_method is not None and report.voting_method not in VOTING_METHODS:
        yield FieldError(f"{at}/voting_method", f"Choose one of {', '.join(VOTING_METHODS)}.")
    if report.notes is not None and len(report.notes) > NOTES_MAX:
        yield FieldError(f"{at}/notes", f"A note has {NOTES_MAX:,} characters at most.")
    yield from _language_faults(report, at)
    unknown = unknown_answers(script, report.answers) if script else list(report.answers)
    for node_id in unknown:
        yield FieldError(f"{at}/answers/{_escape(node_id)}", "The script has no such step or answer.")


def _language_faults(report: Report, at: str) -> Iterator[FieldError]:
    if report.language is None:
        return
    if report.disposition != Disposition.LANGUAGE_BARRIER:
        yield FieldError(f"{at}/language", "A language belongs to the outcome language_barrier.")
    elif report.language not in SPOKEN:
        yield FieldError(f"{at}/language", f"Choose one of {', '.join(SPOKEN)}.")


def _callback_faults(report: Report, at: str, now: dt.datetime) -> Iterator[FieldError]:
    if report.callback_at is None:
        yield FieldError(f"{at}/callback_at", "When should they be called back? Give a time.")
    elif report.callback_at <= now:
        yield FieldError(f"{at}/callback_at", "The time has already passed. Choose a later one.")


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
