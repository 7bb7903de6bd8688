"""Where a number leads, whose that is, and what becomes of a call back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.own_numbers import (
    Aim,
    Home,
    RingBack,
    Standing,
    aim_of,
    named_by,
    names_nobody,
    rings_back,
    shown_aim,
)

BASE, ORG = "https://bank.example.org", "018f0000-0000-7000-8000-000000000001"
SMS, VOICE = f"{BASE}/webhooks/twilio/messages/inbound", f"{BASE}/webhooks/twilio/voice/inbound"
HOME = Home(BASE, (SMS, f"{SMS}?o={ORG}"), (VOICE, f"{VOICE}?o={ORG}"))


@pytest.mark.parametrize(
    ("where", "aim"),
    [
        (VOICE, Aim.HERE),
        (f"{VOICE}?o={ORG}", Aim.HERE),
        (f"GET {VOICE}", Aim.ASTRAY),
        (f"{VOICE}/", Aim.ASTRAY),
        (SMS, Aim.ASTRAY),
        (BASE, Aim.ASTRAY),
        ("", Aim.NOBODY),
        ("https://demo.twilio.com/welcome/voice/", Aim.NOBODY),
        ("https://bank.example.org.example.net/webhooks/twilio/voice/inbound", Aim.OTHER),
        ("http://bank.example.org/webhooks/twilio/voice/inbound", Aim.OTHER),
        ("AP" + "1" * 32, Aim.OTHER),
        ("https://[", Aim.OTHER),
    ],
)
def test_where_calls_go(where: str, aim: Aim) -> None:
    assert aim_of(where, HOME, HOME.voice) is aim


@given(st.text())
def test_whatever_stands_there_is_something_to_us(where: str) -> None:
    assert aim_of(where, HOME, HOME.voice) in Aim
    assert named_by(where, BASE) is None or where.removeprefix("GET ").startswith(BASE)
    assert "?" not in shown_aim(f"https://example.net/hook?secret={where.encode().hex()}")


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("https://hooks.example.net/t/0a1b?key=2c", "hooks.example.net"),
        ("GET https://hooks.example.net/t", "hooks.example.net"),
        ("AP" + "1" * 32, "AP" + "1" * 32),
    ],
)
def test_another_system_is_named_without_its_secrets(where: str, shown: str) -> None:
    assert shown_aim(where) == shown


def test_an_address_of_ours_names_its_organisation() -> None:
    assert named_by(f"GET {VOICE}?o={ORG}", BASE) == ORG
    assert named_by(VOICE, BASE) is None
    assert named_by(f"https://example.net/?o={ORG}", BASE) is None
    assert names_nobody(f"GET {VOICE}", BASE)
    assert not any(names_nobody(where, BASE) for where in (f"{VOICE}?o={ORG}", "", "https://example.net/"))


@pytest.mark.parametrize(
    ("found", "elsewhere", "looked", "stands"),
    [
        (Standing(voice=True, calls_to=VOICE), False, True, RingBack.HERE),
        (Standing(voice=True, calls_to=VOICE), True, True, RingBack.HERE),
        (Standing(voice=True, calls_to=f"GET {VOICE}"), False, True, RingBack.OTHER_ADDRESS),
        (Standing(voice=True, calls_to=""), False, True, RingBack.OTHER_ADDRESS),
        (Standing(voice=True, calls_to=""), True, True, RingBack.ELSEWHERE),
        (Standing(voice=False, calls_to=VOICE), False, True, RingBack.NO_VOICE),
        (None, False, True, RingBack.NOT_OURS),
        (None, True, True, RingBack.ELSEWHERE),
        (None, False, False, RingBack.UNKNOWN),
    ],
)
def test_who_answers_a_call_back(
    found: Standing | None, elsewhere: bool, looked: bool, stands: RingBack
) -> None:
    assert rings_back(found, HOME, elsewhere=elsewhere, looked=looked) is stands
