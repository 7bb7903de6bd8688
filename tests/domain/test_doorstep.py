"""Reports of a door, and the codes of a sheet."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.doorstep import DOOR_OUTCOMES, LETTERS, DoorOutcome, DoorReport, faults, read_code
from tests.web.phone_bank import SCRIPT

AT = dt.datetime(2026, 5, 3, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("written", "report"),
    [
        ("1", DoorReport("contacted", support=1)),
        (" 5 ", DoorReport("contacted", support=5)),
        ("2p", DoorReport("contacted", support=2, voting_method="postal")),
        ("1 P", DoorReport("contacted", support=1, voting_method="postal")),
        ("t", DoorReport("contacted")),
        ("n", DoorReport("not_in")),
        ("X", DoorReport("do_not_knock")),
        ("0", None),
        ("6", None),
        ("1x", None),
        ("pp", None),
        ("", None),
        ("²", None),
    ],
)
def test_codes_of_a_sheet(written: str, report: DoorReport | None) -> None:
    assert read_code(written) == report


def test_each_outcome_has_one_letter() -> None:
    assert sorted(LETTERS.values()) == sorted(DoorOutcome)


@given(st.text(max_size=4))
def test_what_a_code_means_can_be_taken(written: str) -> None:
    report = read_code(written)
    assert report is None or faults(report, None) == []


@pytest.mark.parametrize(
    ("report", "at"),
    [
        (DoorReport("gone_fishing"), ["/outcome"]),
        (DoorReport("not_in", support=1), ["/outcome"]),
        (DoorReport("left_leaflet", {"vote": "yes"}), ["/outcome"]),
        (DoorReport("contacted", support=6), ["/support"]),
        (DoorReport("contacted", voting_method="shouting"), ["/voting_method"]),
        (DoorReport("contacted", note="x" * 10_001), ["/note"]),
        (DoorReport("contacted", language="cy"), ["/language"]),
        (DoorReport("language_barrier", language="xx"), ["/language"]),
        (DoorReport("contacted", {"vo/te": "yes", "vote": "never"}), ["/answers/vo~1te", "/answers/vote"]),
        (DoorReport("contacted", {"vote": "yes"}, 4, "proxy", "Wants a poster", at=AT), []),
        (DoorReport("language_barrier", language="cy"), []),
    ],
)
def test_what_keeps_a_report_from_being_taken(report: DoorReport, at: list[str]) -> None:
    assert [fault.pointer for fault in faults(report, SCRIPT)] == at


@pytest.mark.parametrize("outcome", DOOR_OUTCOMES)
def test_each_outcome_alone_can_be_taken(outcome: str) -> None:
    assert faults(DoorReport(outcome), None) == []


def test_what_is_stated_wins_over_the_answers() -> None:
    told = DoorReport("contacted", {"vote": "yes", "how": "postal"}, support=3).learned(SCRIPT)
    assert (told.support, told.voting_method) == (3, "postal")
    assert DoorReport("contacted", {"vote": "yes"}).learned(None).support is None


def test_the_same_report_has_the_same_fingerprint() -> None:
    one = DoorReport("contacted", support=1, at=AT)
    assert one.fingerprint() == DoorReport("contacted", support=1, at=AT).fingerprint()
    elsewhere = AT.astimezone(dt.timezone(dt.timedelta(hours=1)))
    assert one.fingerprint() == DoorReport("contacted", support=1, at=elsewhere).fingerprint()
    others = [DoorReport("contacted", support=2, at=AT), DoorReport("contacted", support=1)]
    assert len({one.fingerprint(), *(other.fingerprint() for other in others)}) == 3
