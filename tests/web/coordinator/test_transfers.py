"""To whom volunteers may put people through, on its page."""

from __future__ import annotations

from tests.phone_bank import landline
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_the_list_is_set_and_what_cannot_be_rung_is_said(desk: Reader, bank: PhoneBank) -> None:
    path = f"/campaigns/{bank.campaign_id}/putting-through"
    assert "Putting people through" in desk.open(f"/campaigns/{bank.campaign_id}").text
    desk.open(path)
    filled = {
        "label-0": "The office",
        "phone-0": "01632 960800",
        "label-1": "Dear",
        "phone-1": "0909 879 0000",
    }
    page = desk.press("save", **filled)
    assert page.status == 422
    assert "This number can’t be rung from here." in page.text
    assert 'value="01632 960800"' in page.html, "what was typed stays"
    page = desk.press("save", **{**filled, "phone-1": "12"})
    assert "This isn’t a phone number. Correct its digits." in page.text
    assert "can’t be rung" not in page.text
    page = desk.press("save", **{"label-1": "", "phone-1": ""})
    assert page.status == 200
    assert 'value="The office"' in page.html
    assert landline(800)[-6:] in page.html.replace(" ", "")
