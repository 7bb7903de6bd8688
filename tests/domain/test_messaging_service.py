"""What is set for a Messaging Service, and what of it isn't what we need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.domain.messaging_service import GRAVE, LEAST_VALIDITY_S, Flaw, ServiceSettings, flaws_of
from dialer.domain.own_numbers import Home

BASE = "https://dialer.example.org"
OURS = f"{BASE}/webhooks/twilio/messages/inbound?o=1"
HOME = Home(BASE, (OURS,), ())
THEIRS = "https://hooks.example.net/"
AMERICAN, FREE, BRITISH = "+12025550100", "+18005550100", "+447700900123"
GOOD = ServiceSettings(
    name="",
    texts_to="",
    defers=True,
    fallback_to="",
    status_to="",
    sticky=True,
    validity_s=36_000,
    registered=True,
)


@pytest.mark.parametrize(
    ("changes", "pool", "flaws"),
    [
        ({}, (BRITISH,), ()),
        ({"texts_to": THEIRS, "fallback_to": THEIRS}, (), ()),  # asked by nobody: the number's own count
        ({"status_to": THEIRS}, (), ()),  # our texts name their own
        ({"defers": False, "texts_to": OURS}, (), ()),
        ({"defers": False}, (), (Flaw.DROPPED,)),
        ({"defers": False, "texts_to": f"GET {OURS}"}, (), (Flaw.ASTRAY,)),
        ({"defers": False, "texts_to": f"{BASE}/elsewhere"}, (), (Flaw.ASTRAY,)),
        ({"defers": False, "texts_to": THEIRS}, (), (Flaw.ELSEWHERE,)),
        ({"defers": False, "texts_to": "https://demo.twilio.com/welcome"}, (), (Flaw.ELSEWHERE,)),
        ({"defers": False, "texts_to": OURS, "fallback_to": THEIRS}, (), (Flaw.FALLBACK,)),
        ({"defers": False, "texts_to": OURS, "fallback_to": OURS}, (), ()),
        ({"sticky": False}, (), (Flaw.NOT_STICKY,)),
        ({"validity_s": LEAST_VALIDITY_S - 1}, (), (Flaw.SHORT_VALIDITY,)),
        ({"validity_s": LEAST_VALIDITY_S}, (), ()),
        ({"registered": False}, (BRITISH, FREE), ()),
        ({"registered": False}, (BRITISH, AMERICAN), (Flaw.UNREGISTERED,)),
        ({"sticky": None, "validity_s": None, "registered": None}, (AMERICAN,), ()),
    ],
)
def test_what_is_set_otherwise_than_we_need(
    changes: dict[str, object], pool: tuple[str, ...], flaws: tuple[Flaw, ...]
) -> None:
    assert flaws_of(replace(GOOD, **changes), HOME, pool) == flaws


def test_one_that_isnt_there_is_told_gravely() -> None:
    assert flaws_of(None, HOME, ()) == (Flaw.UNKNOWN,)
    assert Flaw.UNKNOWN in GRAVE
    assert Flaw.NOT_STICKY not in GRAVE
