"""Templates of texts on the pages: written by an organiser, approved by a coordinator, used for a text."""

from __future__ import annotations

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.services.calling.campaigns import change_campaign
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.people import make_person
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

TEXT = "Common Ground here, {first_name|friend}: polls are open until 10. Stop: STOP"


@pytest.fixture
def olwen(app: Flask, ctx: Context, units: UnitFactory, bank: PhoneBank) -> Reader:
    reader = Reader(app.test_client())
    who = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(bank.campaign_id,))
    reader.sign_in(who.token)
    return reader


def test_words_are_written_approved_by_somebody_else_and_sent(
    olwen: Reader, desk: Reader, ctx: Context, bank: PhoneBank
) -> None:
    rules = {"senders": ["+447700900001"], "election_material": False, "approved_words_only": True}
    change_campaign(ctx, bank.campaign_id, rules)  # type: ignore[arg-type]  # fields of a campaign
    assert "No template here" in olwen.open("/text-templates").text
    olwen.open("/text-templates/new")
    assert olwen.press("save", name="Morning", body="{nobody}").status == 422
    page = olwen.press("save", name="Morning", body=TEXT, new_language="cy", new_body="Tir Cyffredin. STOP")
    assert page.words["template-state"] == "Draft"
    address = next(form.action for form in page.forms if form.action.endswith("/submit")).removesuffix(
        "/submit"
    )
    page = olwen.press("template-submit")
    assert page.words["template-state"] == "Waits for approval"
    assert "template-approve" not in page.buttons
    desk.open(address)
    page = desk.press("template-approve", remark="Clear")
    assert page.words["template-state"] == "Approved"
    assert "Approved" in page.words["template-history"]
    assert "by Carys: Clear" in page.words["template-history"]
    page = olwen.open(page.tests["template-use"]["href"])
    assert page.words["blast-body"] == TEXT
    page = olwen.press("save")
    assert "blast-launch" in page.buttons
    page = olwen.press("blast-check", body=f"{TEXT} Vote!")
    assert "organisers send only approved words" in page.text
    assert "blast-launch" not in page.buttons
    olwen.open(address)
    page = olwen.press("template-save", body=f"{TEXT} Vote!")
    assert (page.words["template-state"], "Version 2" in page.text) == ("Draft", True)
    assert "Morning" in olwen.press("template-retire").text
