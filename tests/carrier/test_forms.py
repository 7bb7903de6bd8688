"""What the carrier is posted, where nobody would see it go wrong."""

from __future__ import annotations

import uuid
from dataclasses import replace
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from dialer.carrier.forms import message_form
from dialer.carrier.port import OutboundMessage
from dialer.carrier.transport import form_encoded


def _form(sender: str) -> dict[str, object]:
    return message_form(
        OutboundMessage(uuid.uuid4(), "+447700900001", sender, "Siân’s", "http://localhost/s")
    )


def test_a_pool_may_not_change_the_words() -> None:
    by_pool = _form("MG" + "0" * 32)
    assert (by_pool["SmartEncoded"], by_pool["Body"]) == ("false", "Siân’s")
    assert "SmartEncoded" not in _form("+441632960001")


def test_a_picture_goes_by_its_address() -> None:
    text = OutboundMessage(uuid.uuid4(), "+12025550123", "+12025550100", "Vote", "http://localhost/s")
    assert "MediaUrl" not in message_form(text)
    of_it = message_form(replace(text, picture_url="https://vote.example.org/p/abc"))
    assert of_it["MediaUrl"] == ["https://vote.example.org/p/abc"]


ANYTHING = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(ANYTHING, ANYTHING | st.lists(ANYTHING) | st.integers()))
def test_forms_are_written_as_the_standard_library_does(form: dict[str, object]) -> None:
    assert form_encoded(form) == urlencode(form, doseq=True).encode()
