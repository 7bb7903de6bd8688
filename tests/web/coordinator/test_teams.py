"""Teams and roles from the coordinator's side."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.accounts import change_account, get_account
from dialer.services.accounts.teams import create_team
from dialer.services.accounts.volunteers import NewVolunteer, create_volunteer
from dialer.services.calling.campaigns import CampaignFields, change_campaign, get_campaign
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.people import Person, make_person
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_a_tree_is_made_renamed_moved_and_deleted(desk: Reader, bank: PhoneBank) -> None:
    assert "Make regions and local groups" in desk.open("/teams").text
    assert "Wales is added." in desk.press("team-add", name="Wales", kind="region").words["flash"]
    assert desk.press("team-add", name="wales", kind="region").status == 409
    assert desk.press("team-add", name="", kind="region").status == 422
    assert desk.press("team-add", name="Marsh", kind="nonsense").status == 422
    desk.press("team-add", name="Marsh", kind="local")
    marsh = desk.page.html.split("/teams/")[1].split('"')[0]
    desk.open(f"/teams/{marsh}")
    page = desk.press("save", name="Aber Marsh", parent_id=marsh)
    assert page.status == 422
    assert "can’t hang below itself" in page.words["flash"]
    desk.open(f"/campaigns/{bank.campaign_id}/edit")
    desk.press("save", team_id=marsh)
    assert "Evening calls" in desk.open(f"/teams/{marsh}").words["team-campaigns"]
    assert "Nobody organises it yet" in desk.page.words["organisers"]
    desk.open(f"/teams/{marsh}/delete")
    assert "Marsh is deleted." in desk.press("confirm").text
    assert desk.open(f"/teams/{marsh}").status == 404


def test_an_organiser_is_added_promoted_and_sent_home(desk: Reader, ctx: Context) -> None:
    team = create_team(ctx, "Wales", "region")
    desk.open("/accounts")
    assert "Runs every campaign" in desk.page.words["role-coordinator"]
    assert desk.press("account-add", name="Olwen", role="admin").status == 403
    desk.open("/accounts")
    page = desk.press("account-add", name="Olwen", role="organiser", team_ids=str(team.id))
    assert "Olwen is added." in page.words["flash"]
    here = next(form.action for form in page.forms if form.action.endswith("/invite")).removesuffix("/invite")
    assert "/sign-in/" in desk.press("invite-make").words["invite-url"]
    assert "Organised by Olwen" in desk.open(f"/teams/{team.id}").words["organisers"]
    desk.open(f"{here}/role?role=coordinator")
    assert "Runs every campaign" in desk.page.text
    assert "Coordinator." in desk.press("confirm").words["role-now"]
    assert "It holds from now on." in desk.press("account-deactivate").text
    assert "invite-make" not in desk.page.tests
    assert "invite-make" in desk.press("account-reactivate").tests


def test_a_promoted_volunteer_runs_what_is_ticked_and_nothing_else(
    desk: Reader, ctx: Context, vic: Person, bank: PhoneBank
) -> None:
    change_account(ctx, vic.id, AccountChanges(campaign_ids=[bank.campaign_id]))
    desk.open(f"/accounts/{vic.id}/role?role=organiser")
    assert "runs-also" in desk.press("confirm").tests
    assert get_account(ctx, vic.id).campaign_ids == []
    desk.press("save", campaign_ids=str(bank.campaign_id))
    assert get_account(ctx, vic.id).campaign_ids == [bank.campaign_id]
    desk.press("save", name="Victoria")
    assert get_account(ctx, vic.id).campaign_ids == [bank.campaign_id]


def test_nobody_changes_their_own_role_nor_one_above(
    desk: Reader, carys: Person, units: UnitFactory, ctx: Context
) -> None:
    alys = make_person(units, ctx.organisation_id, Role.ADMIN, "Alys")
    assert "This is you." in desk.open(f"/accounts/{carys.id}").text
    assert "account-deactivate" not in desk.page.tests
    desk.open(f"/accounts/{carys.id}/role?role=volunteer")
    assert "what you yourself may do" in desk.press("confirm").text
    page = desk.open(f"/accounts/{alys.id}")
    assert "above yours" in page.text
    assert not {"save", "invite-make", "role-ask"} & set(page.tests)


def test_volunteers_are_found_by_name_team_and_what_they_do(
    desk: Reader, ctx: Context, vic: Person, bank: PhoneBank
) -> None:
    team = create_team(ctx, "Wales", "region")
    create_volunteer(ctx, NewVolunteer("Tom", []))
    assert desk.open("/volunteers").tests["volunteer-count"]["data-value"] == "2"
    change_account(ctx, vic.id, AccountChanges(team_ids=[team.id]))
    for fields, count in (
        ({"q": "vic"}, "1"),
        ({"q": "nobody"}, "0"),
        ({"q": "", "of_team": str(team.id)}, "1"),
        ({"of_team": "", "of_campaign": str(bank.campaign_id)}, "1"),
        ({"of_campaign": "", "doing": "gone"}, "0"),
    ):
        assert desk.press("find", **fields).tests["volunteer-count"]["data-value"] == count, fields
    assert "Nobody like that" in desk.page.text
    assert desk.open(f"/volunteers?team_id={team.id}").tests["volunteer-count"]["data-value"] == "1"
    assert desk.open("/volunteers?team_id=nonsense").status == 404


@pytest.mark.slow
def test_an_organiser_sees_their_teams_and_no_roles(
    app: Flask, ctx: Context, units: UnitFactory, bank: PhoneBank
) -> None:
    wales, north = create_team(ctx, "Wales", "region"), create_team(ctx, "North", "region")
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    change_account(ctx, olwen.id, AccountChanges(team_ids=[wales.id]))
    reader = Reader(app.test_client())
    reader.sign_in(olwen.token)
    page = reader.open("/teams")
    assert ("Wales" in page.text, "North" in page.text, "team-add" in page.tests) == (True, False, False)
    assert reader.open(f"/teams/{wales.id}").status == 200
    assert reader.open(f"/teams/{north.id}").status == 404
    assert reader.open("/accounts").status == 403


def test_an_organisers_new_campaign_leads_nowhere_that_is_shut(
    app: Flask, ctx: Context, units: UnitFactory, bank: PhoneBank
) -> None:
    """Lists are the coordinators': the page says whom to ask for one, and that there is one."""
    wales = create_team(ctx, "Wales", "region")
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    change_account(ctx, olwen.id, AccountChanges(team_ids=[wales.id]))
    reader = Reader(app.test_client())
    reader.sign_in(olwen.token)
    assert "/lists" not in reader.open("/campaigns/new").html
    page = reader.press("save", name="Valleys", team_id=str(wales.id))
    assert "Ask a coordinator for a list" in page.text
    assert 'href="/lists"' not in page.html
    [found] = set(re.findall(r'href="/campaigns/([0-9a-f-]{36})"', reader.open("/campaigns").html))
    campaign_id = uuid.UUID(found)
    lists = list(get_campaign(ctx, bank.campaign_id).list_ids)
    change_campaign(ctx, campaign_id, CampaignFields(list_ids=lists))
    page = reader.open(f"/campaigns/{campaign_id}")
    assert "One list, which coordinators look after." in page.text
