"""What the carrier is posted, where nobody would see it go wrong."""

from __future__ import annotations

import uuid

from dialer.carrier.forms import message_form
from dialer.carrier.port import OutboundMessage


def _form(sender: str) -> dict[str, object]:
    return message_form(
        OutboundMessage(uuid.uuid4(), "+447700900001", sender, "Siân’s", "http://localhost/s")
    )


def test_a_pool_may_not_change_the_words() -> None:
    by_pool = _form("MG" + "0" * 32)
    assert (by_pool["SmartEncoded"], by_pool["Body"]) == ("false", "Siân’s")
    assert "SmartEncoded" not in _form("+441632960001")
