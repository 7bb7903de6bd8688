"""Calling people again, on its page."""

from __future__ import annotations

from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_it_is_chosen_and_seen(desk: Reader, bank: PhoneBank) -> None:
    path = f"/campaigns/{bank.campaign_id}/recycle"
    assert "Whose last outcome was" in desk.open(path).text
    page = desk.open(f"{path}?d=no_answer&hours=2")
    assert "0 numbers come back" in page.text
    for nonsense in ("hours=soon", "tried=often", "tried=0", "tried=1000"):
        assert desk.open(f"{path}?d=no_answer&{nonsense}").status == 422
    page = desk.open(f"{path}?d=no_answer&tried=7")
    assert "0 numbers come back" in page.text
    assert 'value="7"' in page.html
