"""The table of the carrier's codes, against what is promised (contract §7 and §8)."""

from __future__ import annotations

import pytest

from dialer.carrier.errors import ACTIONS, action_of
from dialer.domain.carrier_action import PAUSES, PUTS_BACK, Action

FINAL_FOR_THE_MESSAGE = (21211, 21214, 21602, 21604, 21610, 21614, 21617)
ABOUT_US = (20003, 20404, 21212, 21215, 21408, 21603, 21606, 21608, 21210)
DEAD = (21211, 30005)


@pytest.mark.parametrize("code", FINAL_FOR_THE_MESSAGE)
def test_codes_about_the_number_or_the_body_are_final(code):
    assert action_of(code) not in PUTS_BACK


@pytest.mark.parametrize("code", ABOUT_US)
def test_codes_about_us_put_the_message_back_and_pause(code):
    assert action_of(code) in PAUSES
    assert action_of(code) in PUTS_BACK


def test_what_marks_a_number():
    assert {action_of(code) for code in DEAD} == {Action.RETIRE_NUMBER}
    assert {action_of(code) for code in (21614, 30006)} == {Action.NEVER_TEXT}
    assert action_of(21610) is Action.SUPPRESS


def test_what_is_waited_for():
    assert {action_of(code) for code in (20429, 22005, 10004, 16021)} == {Action.BACK_OFF}
    assert {action_of(code) for code in (21611, 30001)} == {Action.REST_SENDER}
    assert action_of(21612) is Action.OTHER_SENDER_ONCE


def test_what_comes_later_never_sends_again():
    later = {code for code in ACTIONS if 30000 <= code < 40000}
    assert later >= {30002, 30003, 30004, 30007, 30008, 30034, 30036}
    assert {action_of(code) for code in (30003, 30008)} == {Action.NOT_REACHED}
    assert {action_of(code) for code in (30004, 30007, 30034, 30036)} == {Action.NEVER_AGAIN}


def test_every_other_code_is_final_for_the_message():
    assert action_of(29999) is Action.FINAL
    assert set(ACTIONS.values()) == set(Action)


def test_the_table_is_data_in_order():
    assert list(ACTIONS) == sorted(ACTIONS)
