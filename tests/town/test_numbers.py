"""What the carrier takes for a number or a sender."""

from __future__ import annotations

import pytest

from dialer.town.numbers import is_name, is_number, is_sender, written_plainly


@pytest.mark.parametrize(
    "number", ["+447700900123", "+441632960001", "+12025550123", "+353861234567", "+33612345678"]
)
def test_numbers(number):
    assert is_number(number)
    assert is_sender(number)


@pytest.mark.parametrize(
    "number", ["447700900123", "+44770090012", "+4407700900123", "+10205550123", "+44", "+", ""]
)
def test_what_is_no_number(number):
    assert not is_number(number)


@pytest.mark.parametrize(("sender", "name"), [("COMMONGRND", True), ("Vote 2026", True), ("60777", False)])
def test_senders_that_are_no_numbers(sender, name):
    assert is_sender(sender)
    assert is_name(sender) is name


@pytest.mark.parametrize("sender", ["TWELVELETTER", "Ydw?", "12", "+4477009001234567"])
def test_what_is_no_sender(sender):
    assert not is_sender(sender)


def test_marks_are_overlooked():
    assert written_plainly("+44 (7700) 900-123") == "+447700900123"
    assert written_plainly("Vote 2026") == "Vote 2026"
