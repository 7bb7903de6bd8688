"""Find somebody, look, write down what they say: every look is audited."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from sqlalchemy import select

from dialer.services.context import Context
from dialer.services.gotv.pledges import NewPledge, put_pledge
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.people.contacts import change_contact
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models.accounts import AuditEntry
from tests.conftest import SetClock
from tests.people import Person
from tests.services.people.importing import bring_in
from tests.texting import campaign
from tests.web.coordinator.conftest import record_pledge
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


@pytest.mark.parametrize(
    "words", ["Hughes", "owen", "Huges Owen", "07700 900102", "+447700900102", "KA1-13", "ka1 013"]
)
def test_people_are_found_by_what_one_has(desk: Reader, bank: PhoneBank, ctx: Context, words: str) -> None:
    change_contact(ctx, bank.people["Owen"], {"elector_number": "KA1-13"})
    desk.open("/contacts")
    page = desk.press("find", q=words)
    assert "Owen Hughes" in page.words["contacts"]
    assert "07700 900102" in page.words["contacts"]
    assert "Prydderch" not in page.words["contacts"]


def test_nobody_and_nothing(desk: Reader, bank: PhoneBank) -> None:
    desk.open("/contacts")
    assert "Nobody like that" in desk.press("find", q="Nobody At All").text
    assert "Type a part of the name" in desk.press("find", q="  ").text
    assert desk.press("find", q="0000000").status == 200
    assert desk.press("find", q="a\0b").status == 400


def test_more_people_than_fit_on_a_page_are_shown_page_by_page(desk: Reader, ctx: Context) -> None:
    rows = "\n".join(f"Wren,Sedgley{nth % 2 * 'e'},{nth}" for nth in range(60))
    bring_in(ctx, f"First name,Surname,External id\n{rows}\n", mapping={"External id": "external_id"})
    desk.open("/contacts")
    first = desk.press("find", q="sedgley").words["contacts"]
    more = desk.press("more").words["contacts"]
    assert (first.count("Wren"), more.count("Wren")) == (50, 10)


def test_a_page_shows_somebodys_lists_and_notes(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    change_contact(ctx, bank.people["Owen"], {"notes": "Rings back after five"})
    page = desk.open(f"/contacts/{bank.people['Owen']}")
    assert "Rings back after five" in page.text
    assert "Aber Marsh" in page.text


def test_a_look_is_audited(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    page = desk.open(f"/contacts/{bank.people['Owen']}")
    assert "Owen Hughes" in page.text
    with ctx.unit() as unit:
        seen = unit.session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "contact.viewed"))
        assert list(seen) == [str(bank.people["Owen"])]


def test_what_happened_stands_in_one_order_with_a_filter(
    desk: Reader, phone: Reader, bank: PhoneBank, ctx: Context
) -> None:
    record_pledge(phone)
    sian, path = bank.people["Siân"], f"/contacts/{bank.people['Siân']}"
    change_contact(ctx, sian, {"elector_number": "KA1-12", "language": "cy"})
    mark_turnout(ctx, [NewMark("KA1-12", source="teller")])
    add_opt_out(ctx, sian, "post", note="Too much paper")
    page = desk.open(path)
    for words in (
        "We talked",
        "Yes, definitely",
        "Support: 1",
        "Marked as voted",
        "Too much paper",
        "Changed by",
    ):
        assert words in page.words["history"]
    only = desk.open(f"{path}?kind=pledge")
    assert "Support: 1" in only.words["history"]
    assert "Too much paper" not in only.words["history"]
    assert "Nothing of this kind." in desk.open(f"{path}?kind=link").words["history-empty"]
    assert "We talked" in desk.open(f"{path}?kind=gossip").words["history"]
    assert desk.open(f"{path}?after=nonsense").status == 422


def test_older_things_stand_on_further_pages(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    owen = bank.people["Owen"]
    for nth in range(55):
        put_pledge(ctx, owen, NewPledge(bank.campaign_id, 1 + nth % 5))
    page = desk.open(f"/contacts/{owen}?kind=pledge")
    assert page.words["history"].count("Support:") == 50
    older = re.search(r'href="([^"]+)" data-test="history-older"', page.html)
    assert older
    page = desk.open(html.unescape(older[1]))
    assert page.words["history"].count("Support:") == 5
    assert "history-older" not in page.tests


def test_the_top_says_whether_they_may_be_contacted_and_why_not(
    desk: Reader, bank: PhoneBank, ctx: Context
) -> None:
    path = f"/contacts/{bank.people['Owen']}"
    assert "Calls: Yes" in desk.open(path).words["glance"]
    add_opt_out(ctx, bank.people["Owen"], "voice")
    glance = desk.open(path).words["glance"]
    assert "Calls: No Asked not to be contacted" in glance
    assert "Email: No No email address" in glance


@pytest.mark.slow
def test_calls_so_far_are_shown(desk: Reader, phone: Reader, bank: PhoneBank) -> None:
    record_pledge(phone)
    text = desk.open(f"/contacts/{bank.people['Siân']}").text
    assert "We talked" in text
    assert "Vic" in text
    assert "Strong for us" in text


def test_a_no_holds_and_is_lifted_with_a_reason(desk: Reader, bank: PhoneBank) -> None:
    path = f"/contacts/{bank.people['Owen']}"
    desk.open(path)
    page = desk.press("opt-out-save", channel="voice", note="Rang the office")
    assert "won’t be contacted that way again" in page.words["flash"]
    assert "No: calls" in page.text
    desk.open(f"{path}/opt-outs/voice/lift")
    assert desk.press("confirm", reason="").status == 422
    page = desk.press("confirm", reason="It was another Owen")
    assert "Lifted." in page.words["flash"]
    assert "No: calls" not in page.text


@pytest.mark.slow
def test_what_they_said_themselves_is_not_lifted_without_newer_consent(
    desk: Reader, phone: Reader, bank: PhoneBank, clock: SetClock, carys: Person
) -> None:
    phone.press("next")
    phone.press("do-not-call")
    phone.press("confirm")
    clock.forward(days=8)
    desk.sign_in(carys.token)
    path = f"/contacts/{bank.people['Siân']}/opt-outs/voice/lift"
    desk.open(path)
    page = desk.press("confirm", reason="Please")
    assert page.status == 409
    assert "only when they have agreed since" in page.text


def test_a_pledge_is_written_down_by_hand(desk: Reader, bank: PhoneBank) -> None:
    desk.open(f"/contacts/{bank.people['Owen']}")
    assert desk.press("pledge-save", support="", campaign_id=str(bank.campaign_id)).status == 422
    page = desk.press("pledge-save", support="2", campaign_id=str(bank.campaign_id))
    assert page.tests["support"]["data-value"] == "2"
    assert "Owen Hughes" in desk.open("/turnout").words["pledges"]


@pytest.mark.parametrize("fields", [{"channel": "pigeon"}, {"channel": ""}])
def test_a_channel_there_isnt_is_refused(desk: Reader, bank: PhoneBank, fields: dict[str, str]) -> None:
    desk.open(f"/contacts/{bank.people['Owen']}")
    assert desk.press("opt-out-save", **fields).status == 422


def test_unknown_people_and_channels_show_nothing(desk: Reader, bank: PhoneBank) -> None:
    assert desk.open(f"/contacts/{uuid.uuid4()}").status == 404
    assert desk.open(f"/contacts/{bank.people['Owen']}/opt-outs/pigeon/lift").status == 404
    assert desk.open("/contacts?list_id=nonsense").status == 404


def test_somebody_is_texted_from_their_page_once(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    campaign(ctx)
    desk.open(f"/contacts/{bank.people['Owen']}")
    page = desk.press("text-look", body="Diolch {first_name}, see you at ten.")
    assert "Diolch Owen, see you at ten." in page.words["text-preview"]
    assert (page.tests["text-segments"]["data-value"], "history" in page.tests) == ("1", False)
    shown = desk.page
    for _ in range(2):
        desk.page = shown
        page = desk.press("text-send", body="Diolch {first_name}, see you at ten.")
        assert "Sent in one part." in page.words["flash"]
    assert page.words["history"].count("Diolch Owen") == 1
    desk.page = shown
    page = desk.press("text-send", body="At eleven, {first_name}.")
    assert page.words["history"].count("Waiting its turn") == 2, "other words are another text"


def test_a_text_that_cannot_go_is_kept_in_the_form(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    campaign(ctx)
    desk.open(f"/contacts/{bank.people['Owen']}")
    page = desk.press("text-send", body="At {polling_station}?")
    assert (page.status, "isn’t known of them" in page.words["flash"]) == (422, True)
    assert "At {polling_station}?" in page.html
    add_opt_out(ctx, bank.people["Owen"], "sms")
    page = desk.press("text-send", body="Hello")
    assert (page.status, "Asked us to stop" in page.words["flash"]) == (409, True)
    assert "text-send" not in desk.open(f"/contacts/{bank.people['Owen']}").buttons


@pytest.mark.slow
def test_in_quiet_hours_the_page_says_when_it_goes(
    desk: Reader, bank: PhoneBank, ctx: Context, clock: SetClock, carys: Person
) -> None:
    campaign(ctx)
    clock.now = clock.now.replace(hour=20, minute=30)
    desk.sign_in(carys.token)
    desk.open(f"/contacts/{bank.people['Owen']}")
    assert "It is quiet time for them" in desk.press("text-look", body="Hello").text
    assert "the end of quiet hours, Fri 8 May, 9 am" in desk.press("text-send", body="Hello").words["flash"]


def test_what_stands_is_said_with_why_and_what_doesnt(desk: Reader, bank: PhoneBank, clock: SetClock) -> None:
    path, campaign = f"/contacts/{bank.people['Owen']}", str(bank.campaign_id)
    desk.open(path)
    desk.press(
        "pledge-save", support="1", needs_lift="yes", planned_at="2026-05-07T18:00", campaign_id=campaign
    )
    clock.forward(minutes=5)
    page = desk.press("pledge-save", support="4", id_ready="no", campaign_id=campaign)
    assert page.tests["support"]["data-value"] == "4"
    assert "Also said, and doesn’t stand: 1 · Strong for us (Entered by hand" in page.words["standing"]
    for words in ("Needs a lift", "Has no ID yet", "Plans to vote", "stands for: Support, ID"):
        assert words in page.words["standing"], words
    page = desk.press("take-back")
    assert "Taken back." in page.text
    assert page.tests["support"]["data-value"] == "4"
    assert "Also said" not in page.words["standing"]
    assert "taken back" in page.words["standing"]
    assert desk.press("take-back").tests["support"]["data-value"] == ""
    assert desk.press("pledge-save", planned_at="tomorrow", campaign_id=campaign).status == 422


def test_that_they_have_voted_is_entered_with_its_time_and_taken_back(
    desk: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    desk.open(f"/contacts/{bank.people['Owen']}")
    assert desk.press("voted-save", voted_at="soon").status == 422
    page = desk.press("voted-save", voted_at="2026-05-07T08:15")
    assert "They are off the lists" in page.text
    assert "8:15" in page.words["standing"]
    assert "voted-save" not in page.tests
    page = desk.press("take-back")
    assert "voted-save" in page.tests
