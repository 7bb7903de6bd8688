"""From the form of a campaign to its first call, and to its end."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from dialer.domain.campaign import RETRY_MOST_S
from dialer.services.calling.campaigns import CampaignFields, change_campaign, create_campaign, get_campaign
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.own_numbers import OwnNumber
from dialer.web.coordinator.campaign_form import in_minutes
from tests.conftest import SetClock
from tests.people import Person
from tests.web.coordinator.conftest import record_pledge
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

SILENT = "+441632960001"


def _page(bank: PhoneBank) -> str:
    return f"/campaigns/{bank.campaign_id}"


def test_a_campaign_is_made_started_paused_and_ended(desk: Reader) -> None:
    desk.open("/campaigns/new")
    page = desk.press("save", name="Saturday reminders", retry_minutes="150", max_attempts="1,0")
    assert "Saturday reminders" in page.words["flash"]
    assert "“Saturday reminders” is made" in page.text
    assert "campaign-start" in page.buttons
    assert "Before you start" in page.text
    assert "after 2 h 30 min" in page.text
    assert "tried 10 times at most, 2 h 30 min apart or more" in page.text
    assert "Calling has started." in desk.press("campaign-start").text
    assert "Paused. Calls under way finish normally." in desk.press("campaign-pause").text
    assert "Calling has started." in desk.press("campaign-start").text
    campaign = desk.page.forms[-1].action.split("/")[2]
    desk.open(f"/campaigns/{campaign}/end")
    assert "End “Saturday reminders”?" in desk.page.text
    page = desk.press("confirm")
    assert "The campaign has ended." in page.text
    assert "campaign-start" not in page.buttons


def test_a_number_at_which_nobody_answers_isnt_simply_done(desk: Reader, ctx: Context) -> None:
    with ctx.unit() as unit:
        row = {"sid": f"PN{uuid.uuid4().hex}", "sms": True, "mms": True, "voice": True, "seen_at": ctx.now}
        unit.session.add(OwnNumber(organisation_id=unit.organisation_id, number=SILENT, calls_to="", **row))
    draft = create_campaign(ctx, CampaignFields(name="Ring round", kind="phone_bank", caller_ids=[SILENT]))
    page = desk.open(f"/campaigns/{draft.id}")
    assert "Nobody answers a call back to 01632 960001." in page.text
    assert "Choose the number that people seeChosen, with a warning" in page.text
    with ctx.unit() as unit:
        unit.session.execute(delete(OwnNumber))
    assert "Choose the number that people seeDone" in desk.open(f"/campaigns/{draft.id}").text


def test_what_cannot_be_read_stands_beside_its_field_and_keeps_the_rest(desk: Reader) -> None:
    desk.open("/campaigns/new")
    page = desk.press(
        "save",
        name="",
        quiet_start="late",
        max_attempts="three",
        timezone="Mars/Olympus",
        retry_minutes="9",
    )
    assert page.status == 422
    assert "2 things to put right" in page.words["flash"]
    page = desk.press("save", name="", timezone="Mars/Olympus", quiet_start="21:00", max_attempts="3")
    assert page.status == 422
    assert "A campaign needs a name." in page.text
    assert "Europe/London" in page.text
    assert 'value="Mars/Olympus"' in desk.client.get("/campaigns/new").text or "Mars/Olympus" in str(
        page.forms
    )


@given(st.integers(0, RETRY_MOST_S))
def test_seconds_come_back_as_they_were(seconds: int) -> None:
    minutes = in_minutes(seconds)
    assert round(float(minutes) * 60) == seconds
    assert len(minutes) <= 9


@pytest.mark.parametrize(("seconds", "shown"), [(600, "10"), (14_400, "240"), (90, "1.5"), (100, "1.67")])
def test_minutes_are_written_tidily(seconds: int, shown: str) -> None:
    assert in_minutes(seconds) == shown


@pytest.mark.parametrize("value", ["0", "-1", "1e9", "9999999999", "٣"])
def test_a_count_that_is_no_count_is_refused(desk: Reader, value: str) -> None:
    desk.open("/campaigns/new")
    assert desk.press("save", name="Any", max_attempts=value).status == 422


def test_a_change_is_seen_at_once(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    desk.open(f"{_page(bank)}/edit")
    page = desk.press("save", name="Late calls", quiet_start="20:30")
    assert "Late calls" in page.text
    assert "calls from 9 am to 8:30 pm" in page.text
    assert len(get_campaign(ctx, bank.campaign_id).list_ids) == 1


def test_what_volunteers_see_of_each_other_is_set_and_taken_back(
    desk: Reader, bank: PhoneBank, ctx: Context
) -> None:
    desk.open(f"{_page(bank)}/edit")
    desk.press("save", talks_goal="1,200", leaderboard="yes")
    set_now = get_campaign(ctx, bank.campaign_id)
    assert (set_now.talks_goal, set_now.leaderboard) == (1200, True)
    desk.open(f"{_page(bank)}/edit")
    page = desk.press("save", talks_goal="many")
    assert page.status == 422
    assert get_campaign(ctx, bank.campaign_id).leaderboard
    page = desk.press("save", talks_goal="0")
    assert "Choose between 1 and 1,000,000." in page.text
    desk.press("save", talks_goal="")
    assert get_campaign(ctx, bank.campaign_id).talks_goal is None


def test_a_step_that_is_not_open_any_more_is_said_and_changes_nothing(desk: Reader, bank: PhoneBank) -> None:
    desk.open(_page(bank))
    desk.press("campaign-pause")
    desk.open(f"{_page(bank)}/end")
    desk.press("confirm")
    pause = desk.client.post(f"{_page(bank)}/pause", data={"csrf_token": _token(desk)})
    assert pause.status_code == 303
    assert "wasn’t possible any more" in desk.open(_page(bank)).text


def _token(desk: Reader) -> str:
    return next(form.fields["csrf_token"] for form in desk.page.forms if "csrf_token" in form.fields)


@pytest.mark.slow
def test_tiles_show_what_the_volunteer_just_saved(desk: Reader, phone: Reader, bank: PhoneBank) -> None:
    before = desk.open(_page(bank)).tests
    assert before["stat-contacts"]["data-value"] == "9"
    assert before["stat-contacted"]["data-value"] == "0"
    record_pledge(phone)
    after = desk.open(_page(bank)).tests
    figures = {name: after[f"stat-{name}"]["data-value"] for name in ("attempts", "contacted", "pledges")}
    assert figures == {"attempts": "1", "contacted": "1", "pledges": "1"}
    assert after["stat-sessions_now"]["data-value"] == "1"
    assert after["stat-disposition-contacted"]["data-value"] == "1"
    assert after["stat-support-1"]["data-value"] == "1"


def test_the_script_is_shown_with_somebody_made_up(desk: Reader, bank: PhoneBank) -> None:
    words = desk.open(_page(bank)).words["script-preview"]
    assert "Hello, is that Siân? I’m Carys." in words
    assert "Yes, definitely" in words


def test_quiet_hours_that_are_off_are_said(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    assert "quiet-hours-off" not in desk.open(_page(bank)).tests
    quiet = get_campaign(ctx, bank.campaign_id).quiet_end
    change_campaign(ctx, bank.campaign_id, {"quiet_start": quiet})
    assert "Quiet hours are off." in desk.open(_page(bank)).words["quiet-hours-off"]


def test_the_demo_says_that_it_is_one(
    desk: Reader, bank: PhoneBank, ctx: Context, organisation_id: uuid.UUID
) -> None:
    with ctx.unit() as unit:
        unit.session.get_one(Organisation, organisation_id).demo = True
    assert "demo" not in desk.open(_page(bank)).tests, "a campaign with hours of its own may ring real people"
    assert "demo" not in desk.open("/campaigns").tests
    change_campaign(ctx, bank.campaign_id, {"quiet_start": get_campaign(ctx, bank.campaign_id).quiet_end})
    assert "made up" in desk.open(_page(bank)).words["demo"]
    assert "made up" in desk.open("/campaigns").words["demo"]


def test_at_night_the_page_says_when_calls_start(
    desk: Reader, bank: PhoneBank, clock: SetClock, carys: Person
) -> None:
    clock.forward(hours=9)
    desk.sign_in(carys.token)
    assert "Calls start at 9 am." in desk.open(_page(bank)).words["quiet-now"]


def test_a_join_link_is_made_shown_with_its_code_and_closed(desk: Reader, bank: PhoneBank) -> None:
    desk.open(_page(bank))
    page = desk.press("make-join-link", approval="yes")
    assert page.words["join-url"].startswith("http://localhost/join/")
    assert "you let each one in" in page.text
    html = desk.client.get(f"{_page(bank)}/join-links/{page.words['join-url'].rsplit('/', 1)[1]}").text
    assert 'class="qr"' in html
    assert "style=" not in html
    close = next(form for form in page.forms if form.action.endswith("/close"))
    desk.client.post(close.action, data=close.fields)
    assert "The link is closed." in desk.open(_page(bank)).text
    assert "join-url" not in desk.page.tests


def test_a_join_link_for_so_many_and_until_then(desk: Reader, bank: PhoneBank) -> None:
    desk.open(f"{_page(bank)}/join-links/new")
    refused = desk.press("make-join-link", max_joins="a few")
    assert refused.status == 422
    assert "Write this as a whole number, such as 3." in refused.text
    assert desk.press("make-join-link", max_joins="0").status == 422
    page = desk.press("make-join-link", max_joins="25", open_for_s="86400")
    assert "0 of 25" in page.text
    assert "you close it" not in page.text


def test_a_poster_asks_in_both_languages(desk: Reader, bank: PhoneBank) -> None:
    desk.open(_page(bank))
    url = desk.press("make-join-link").words["join-url"]
    page = desk.open(f"{_page(bank)}/join-links/{url.rsplit('/', 1)[1]}/poster")
    assert url in page.words["poster"]
    assert "Ring your neighbours with us." in page.text
    assert 'lang="cy">Ffoniwch' in page.html


def test_another_organisations_ids_show_nothing(desk: Reader, bank: PhoneBank) -> None:
    for path in ("", "/edit", "/end", "/join-links/abcdefghij"):
        assert desk.open(f"/campaigns/{uuid.uuid4()}{path}").status == 404
    assert desk.open(f"{_page(bank)}/join-links/nowhere").status == 404


def test_numbers_and_money_are_set_in_any_usual_writing(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    desk.open(f"{_page(bank)}/edit")
    desk.press(
        "save",
        senders="07700 900001, Aled Rees",
        caller_ids="01632 960010",
        cost_cap="£1,250.50",
        recontact_hours="36",
        sender_names="Common Ground, Tir Cyffredin",
        imprint_url="https://example.org/imprint",
        imprint_added="link",
        require_consent_sms="yes",
        dialing_mode="predictive",
        abandoned_percent="0.5",
    )
    campaign = get_campaign(ctx, bank.campaign_id)
    assert campaign.senders == ("+447700900001", "Aled Rees")
    assert campaign.caller_ids == ("+441632960010",)
    assert f"{campaign.cost_cap:f}".startswith("1250.50")
    assert campaign.require_consent_sms
    assert (campaign.dialing_mode, campaign.abandoned_rate_max) == ("predictive", 0.005)
    assert campaign.recontact_after_s == 36 * 3600
    assert campaign.sender_names == ("Common Ground", "Tir Cyffredin")
    assert (campaign.imprint, campaign.imprint_url) == (None, "https://example.org/imprint")
    assert campaign.imprint_added == "link"
    assert campaign.election_material, "the box is ticked at first"
    desk.open(f"{_page(bank)}/edit")
    page = desk.press("save", cost_cap="much", caller_ids="Aled", abandoned_percent="9")
    assert page.status == 422
    assert "such as 250 or 99.50" in page.text
    assert desk.press("save", cost_cap="", caller_ids="", recontact_hours="soon").status == 422
    assert desk.press("save", cost_cap="", caller_ids="Aled").status == 422


def test_a_new_one_like_it_takes_along_what_is_ticked(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    change_campaign(ctx, bank.campaign_id, CampaignFields(caller_ids=[SILENT], max_attempts=9))
    assert "Make a new one like it" in desk.open(_page(bank)).text
    page = desk.open(f"{_page(bank)}/copy")
    assert page.tests["copy-name"]["value"].endswith(", again")
    assert "checked" in page.tests["copy-numbers"]
    assert "checked" not in page.tests["copy-lists"]
    assert desk.press("copy-make", name=" ").status == 422
    assert desk.page.tests["copy-name"]["value"] == ""
    page = desk.press("copy-make", name="Autumn", parts="calling")
    assert "“Autumn” is made." in page.words["flash"]
    assert "Choose their listsTo do" in page.text, "what is still missing"
    assert "9 a person" in page.text
    assert "Choose the number that people seeOptional" in page.text, "it was not ticked"


def test_numbers_that_are_given_back_are_named_and_stay_behind(
    desk: Reader, bank: PhoneBank, ctx: Context
) -> None:
    change_campaign(ctx, bank.campaign_id, CampaignFields(caller_ids=[SILENT]))
    with ctx.unit() as unit:
        row = {"sid": f"PN{uuid.uuid4().hex}", "sms": True, "mms": True, "voice": True, "seen_at": ctx.now}
        here = {"organisation_id": unit.organisation_id, "number": SILENT, "calls_to": ""}
        unit.session.add(OwnNumber(**here, gone_at=ctx.now, **row))
    desk.open(f"{_page(bank)}/copy")
    page = desk.press("copy-make", name="Autumn", parts="numbers")
    assert "Left behind, since they are given back: 01632 960001." in page.words["flash"]
