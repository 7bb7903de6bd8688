"""What parties mean, on the page: looked at first, then saved; scripts offer them."""

from __future__ import annotations

import re

import pytest

from dialer.services.context import Context
from dialer.services.gotv.pledges import NewPledge, put_pledge
from tests.services.gotv.electors import election_id
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


@pytest.fixture
def page_of_parties(desk: Reader, ctx: Context) -> Reader:
    desk.open(f"/elections/{election_id(ctx)}/parties")
    return desk


def test_a_scale_is_looked_at_and_saved(page_of_parties: Reader, bank: PhoneBank, ctx: Context) -> None:
    desk = page_of_parties
    assert "Nobody has named a party yet." in desk.page.text
    put_pledge(ctx, bank.people["Owen"], NewPledge(bank.campaign_id, party="Labour"))
    desk.open(f"/elections/{election_id(ctx)}/parties")
    assert desk.page.forms[-1].fields["name-0"] == "Labour", "what people said waits to be given a meaning"
    looked = desk.press("look", **{"support-0": "1", "name-1": "Green Party", "support-1": "3"})
    assert looked.words["effect"] == "1 answer that people gave would mean something else."
    assert desk.page.forms[-1].fields["support-0"] == "1"
    saved = desk.press("save")
    assert "Saved." in saved.text
    assert "Strong for us" in saved.words["named"]
    assert desk.open(f"/contacts/{bank.people['Owen']}").tests["support"]["data-value"] == "1"


def test_a_fault_stands_at_its_field(page_of_parties: Reader) -> None:
    page = page_of_parties.press("save", **{"name-0": "Labour", "name-1": "LABOUR"})
    assert page.status == 422
    assert "in the list already" in page.text
    assert page.forms[-1].fields["name-1"] == "LABOUR"


def test_a_scripts_answer_may_name_a_party(page_of_parties: Reader) -> None:
    desk = page_of_parties
    desk.press("save", **{"name-0": "Labour", "support-0": "1"})
    desk.open("/scripts/new")
    assert re.search(r'<option value="party:Labour">Votes for Labour', desk.page.html)
    desk.press("save", name="Whom", **{"node-1-answer-0-support": "party:Labour"})
    assert desk.page.forms[-1].fields["node-1-answer-0-support"] == "party:Labour"
