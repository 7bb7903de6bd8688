"""The page of postal votes: what to ask now, how many are left, and who they are."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.services.calling.campaigns import get_campaign
from dialer.services.context import Context
from dialer.services.gotv.elections import change_election
from dialer.services.gotv.pledges import NewPledge, put_pledge
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.people.contacts import change_contact
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


@pytest.fixture
def sian(ctx: Context, bank: PhoneBank) -> PhoneBank:
    """Siân votes by post, and her ballot has landed."""
    change_contact(ctx, bank.people["Siân"], {"elector_number": "KA1-12/1", "polling_district": "KA1"})
    put_pledge(ctx, bank.people["Siân"], NewPledge(bank.campaign_id, 1, "postal"))
    election_id = get_campaign(ctx, bank.campaign_id).election_id
    polling_on = ctx.now.date() + dt.timedelta(days=12)
    change_election(ctx, election_id, {"polling_on": polling_on, "kind": "local", "nation": "england"})
    return bank


def test_it_says_what_to_ask_and_whom_and_a_mark_ends_it(desk: Reader, sian: PhoneBank, ctx: Context) -> None:
    page = desk.open(f"/postal-votes?campaign_id={sian.campaign_id}")
    assert page.tests["postal-ask"]["data-phase"] == "by_post"
    assert "has your postal vote come?" in page.words["postal-ask"]
    assert "campaigners may not handle them" in page.text
    assert "Siân Prydderch" in page.words["postal-people"]
    assert page.tests["stat-postal_left"]["data-value"] == "1"
    assert "Prydderch" in desk.client.get(page.tests["postal-csv"]["href"]).text
    mark_turnout(ctx, [NewMark("KA1-12/1", source="postal_list")])
    page = desk.open(f"/postal-votes?campaign_id={sian.campaign_id}")
    assert "postal-people" not in page.tests
    assert page.tests["stat-postal_returned"]["data-value"] == "1"


@pytest.mark.parametrize("query", ["", "?channel=sms", "?channel=pigeon", "?channel=doorstep"])
def test_any_way_of_reaching_them_opens(desk: Reader, sian: PhoneBank, query: str) -> None:
    assert desk.open(f"/postal-votes{query}").status == 200


@pytest.mark.parametrize("campaign", ["nonsense", "01a20212-2dee-7556-b843-66a8996c40c0"])
def test_another_campaign_is_not_there(desk: Reader, campaign: str) -> None:
    assert desk.open(f"/postal-votes?campaign_id={campaign}").status == 404


def test_without_a_campaign_it_says_what_to_do(desk: Reader) -> None:
    assert "No campaign yet" in desk.open("/postal-votes").text
