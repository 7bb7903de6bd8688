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


def test_an_email_begins_with_a_template_of_one(olwen: Reader, bank: PhoneBank) -> None:
    olwen.open("/text-templates/new")
    olwen.press("save", name="A text", body=TEXT)
    olwen.open("/text-templates")
    olwen.open("/text-templates/new?channel=email")
    page = olwen.press("save", name="Letter", body="# Today", subject="")
    assert (page.status, "An email needs a subject" in page.text) == (422, True)
    said = {
        "subject": "Polls are open",
        "new_language": "cy",
        "new_subject": "Ar agor",
        "new_body": "# Heddiw",
    }
    page = olwen.press("save", name="Letter", body="# Today", **said)
    assert page.words["letter-subject"] == "Polls are openAr agor"
    address = page.tests["template-use"]["href"]
    page = olwen.press("template-save", subject="Polls close at 10")
    assert ("Version 2" in page.text, page.words["template-state"]) == (True, "Draft")
    at = f"campaign_id={bank.campaign_id}"
    page = olwen.open(f"/blasts/new?{at}&channel=email")
    assert page.words["offered"] == "Begin with a template Letter Draft"
    assert page.buttons["save"].form.fields["subject"] == ""
    assert "A text" in olwen.open(f"/blasts/new?{at}").words["offered"]
    page = olwen.open(address)
    assert "offered" not in page.tests
    fields = page.buttons["save"].form.fields
    assert (fields["subject"], page.words["blast-body"]) == ("Polls close at 10", "# Today")
    assert (fields["subject_cy"], fields["channel"]) == ("Ar agor", "email")
    assert "email" in olwen.open("/text-templates").words["templates"]
