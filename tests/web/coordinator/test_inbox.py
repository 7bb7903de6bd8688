"""What people text us: what needs an answer first, how it was read, what a coordinator decides."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import update

from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import end_campaign
from dialer.services.context import Context
from dialer.services.messaging.canned_replies import add_canned_reply
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models.conversations import Conversation
from dialer.web.webhooks.inbound import attachments_in
from tests.conftest import SetClock
from tests.people import Person
from tests.texting import campaign
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Page, Reader

OURS = "+447700900001"
OWEN, NASIMA, STRANGER = "+447700900102", "+447700900103", "+447700900990"
Writes = Callable[[str, str], None]


@pytest.fixture
def writes(
    context_of: Callable[[Person], Context], carys: Person, organisation_id: uuid.UUID, clock: SetClock
) -> Writes:
    """`writes(OWEN, "STOP")`: a text comes in, a minute after the one before."""

    def write(number: str, body: str) -> None:
        clock.forward(minutes=1)
        ctx = context_of(carys).as_actor(system_actor(organisation_id))
        receive(ctx, InboundText(uuid.uuid4().hex, number, OURS, body, ctx.now))

    return write


def _look_into(desk: Reader, name: str, state: str) -> Page:
    """The conversation with somebody, by its link in the inbox."""
    before, found, _ = desk.open(f"/inbox?state={state}").html.partition(f"<b>{name}")
    assert found, name
    return desk.open(before.rsplit('href="', 1)[1].split('"')[0])


def test_when_nobody_has_written_it_says_so(desk: Reader, bank: PhoneBank) -> None:
    assert "Nobody waits for an answer." in desk.open("/inbox").text
    assert "Nothing has been put away yet." in desk.open("/inbox?state=closed").text


def test_what_needs_an_answer_stands_before_the_rest(desk: Reader, bank: PhoneBank, writes: Writes) -> None:
    writes(OWEN, "st op")
    writes(NASIMA, "Will do!")
    writes(STRANGER, "Who is this?")
    page = desk.open("/inbox")
    assert "Owen Hughes" in page.words["inbox-review"]
    assert "May mean stop" in page.words["inbox-review"]
    waiting = page.words["inbox-answer"]
    assert waiting.index("Nasima Begum") < waiting.index("07700 900990"), "who has waited longest first"
    assert page.html.index("inbox-review") < page.html.index("inbox-answer")
    writes(NASIMA, "st op")
    writes(STRANGER, "wrong number")
    asked = desk.open("/inbox").words["inbox-review"]
    assert asked.index("Owen Hughes") < asked.index("Nasima Begum"), "here as well"
    assert "inbox-answer" not in desk.open("/inbox?state=review").tests


def test_of_those_who_wait_for_nobody_the_latest_stand_under_the_others(
    desk: Reader, bank: PhoneBank, writes: Writes, ctx: Context
) -> None:
    places = [f"+4477009009{place:02}" for place in range(12)]
    for place in places:
        writes(place, "Thank you!")
    with ctx.unit() as unit:
        unit.session.execute(update(Conversation).values(unanswered_since=None))
    page = desk.open("/inbox")
    assert "inbox-answer" not in page.tests
    assert page.words["inbox-answered"].count("07700 9009") == 10
    assert "07700 900911" in page.words["inbox-answered"], "the latest first"
    (further,) = re.findall(r'href="(/inbox\?[^"]*after=[^"]*)"', page.html)
    assert desk.open(html.unescape(further)).words["inbox-answered"].count("07700 9009") == 2


def test_a_conversation_has_both_sides_and_the_rule_that_fired(
    desk: Reader, bank: PhoneBank, writes: Writes, ctx: Context
) -> None:
    with ctx.unit() as unit:
        queue_text(unit, ctx, number=OWEN, body="Polls are open.", purpose="single", sender=OURS)
    writes(OWEN, "could you stop these texts")
    page = _look_into(desk, "Owen Hughes", "closed")
    assert page.words["texts"].index("Polls are open.") < page.words["texts"].index("could you stop")
    assert "Waiting its turn" in page.words["texts"]
    assert page.words["inbound-class"] == "Asked us to stop"
    assert page.words["inbound-rule"] == "asks to stop the texts"
    assert page.words["opted-out"] == "No: texts"
    assert "review" not in page.tests


def test_a_no_that_was_meant_holds_at_once(desk: Reader, bank: PhoneBank, writes: Writes) -> None:
    writes(OWEN, "st op")
    page = _look_into(desk, "Owen Hughes", "review")
    assert "Did they ask us to stop?" in page.text
    assert "conversation-close" not in page.buttons
    assert "They won’t be texted again" in desk.press("review-stop").words["flash"]
    page = _look_into(desk, "Owen Hughes", "closed")
    assert "opted-out" in page.tests
    assert "Nobody here texts this number, in any campaign." in page.text


@pytest.mark.slow
def test_one_that_was_not_meant_goes_on_and_is_put_away(
    desk: Reader, bank: PhoneBank, writes: Writes
) -> None:
    writes(OWEN, "st op")
    _look_into(desk, "Owen Hughes", "review")
    assert "They get what others get." in desk.press("review-keep").words["flash"]
    page = _look_into(desk, "Owen Hughes", "open")
    assert "opted-out" not in page.tests
    assert "Closed." in desk.press("conversation-close").words["flash"]
    writes(OWEN, "Which hall?")
    assert "Owen Hughes" in desk.open("/inbox").words["inbox-answer"]


def test_a_no_said_before_holds_and_is_not_said_to_be_lifted(
    desk: Reader, bank: PhoneBank, writes: Writes
) -> None:
    writes(OWEN, "STOP")
    writes(OWEN, "st op")
    _look_into(desk, "Owen Hughes", "review")
    assert "They said no before, and that holds" in desk.press("review-keep").words["flash"]
    page = _look_into(desk, "Owen Hughes", "closed")
    assert "opted-out" in page.tests
    assert "May mean stop" not in page.text
    assert "May mean stop" not in desk.open("/inbox?state=closed").text


def test_what_somebody_else_decided_stands(desk: Reader, bank: PhoneBank, writes: Writes) -> None:
    writes(OWEN, "st op")
    asked = _look_into(desk, "Owen Hughes", "review")
    desk.press("review-keep")
    desk.page = asked
    assert "Somebody decided this already." in desk.press("review-stop").words["flash"]
    assert "opted-out" not in desk.page.tests


def test_guessing_shows_nothing(desk: Reader, bank: PhoneBank) -> None:
    assert desk.open(f"/inbox/{uuid.uuid4()}").status == 404
    assert desk.open("/inbox?campaign_id=nonsense").status == 404


def test_a_conversation_is_answered_once_and_given_to_somebody(
    desk: Reader, bank: PhoneBank, writes: Writes, vic: Person
) -> None:
    writes(OWEN, "Which hall?")
    _look_into(desk, "Owen Hughes", "open")
    page = desk.press("reply-look", body="The Scout hall, {first_name}.")
    assert "The Scout hall, Owen." in page.words["text-preview"]
    shown = desk.page
    for _ in range(2):
        desk.page = shown
        page = desk.press("reply-send", body="The Scout hall, {first_name}.")
        assert "Sent in one part." in page.words["flash"]
    assert page.words["texts"].count("The Scout hall") == 1
    page = desk.press("reply-send", body="At {polling_station}.")
    assert (page.status, "At {polling_station}." in page.html) == (422, True)
    page = desk.press("assign-save", volunteer_id=str(vic.id))
    assert ("Given to Vic." in page.words["flash"], page.words["assignee"]) == (True, "Vic")
    assert "Vic" in desk.open("/inbox").words["inbox-answered"]
    assert "inbox-answered" not in desk.open("/inbox?whose=nobody").tests


@pytest.mark.slow
def test_what_came_meanwhile_stops_an_answer(desk: Reader, bank: PhoneBank, writes: Writes) -> None:
    writes(OWEN, "Which hall?")
    shown = _look_into(desk, "Owen Hughes", "open")
    for body, words in (("st op", "Waiting for an answer from you"), ("STOP", "Asked us to stop")):
        writes(OWEN, body)
        desk.page = shown
        page = desk.press("reply-send", body="The Scout hall.")
        assert (page.status, words in page.words["flash"]) == (409, True)
        assert "reply-send" not in page.buttons


def test_a_volunteer_finds_what_was_given_to_them_and_nothing_else(
    desk: Reader, phone: Reader, bank: PhoneBank, writes: Writes, vic: Person
) -> None:
    writes(OWEN, "Which hall?")
    writes(NASIMA, "Will do!")
    assert "to-answer" not in phone.open("/call").tests
    _look_into(desk, "Owen Hughes", "open")
    desk.press("assign-save", volunteer_id=str(vic.id))
    assert phone.open("/call").words["to-answer"] == "One person waits for your answer by text"
    page = phone.open("/inbox")
    assert ("Owen Hughes" in page.text, "Nasima" in page.text) == (True, False)
    page = _look_into(phone, "Owen Hughes", "open")
    assert not {"assign-save", "review-stop", "pause-all"} & set(page.buttons)
    assert "/contacts/" not in page.html
    assert "Sent in one part." in phone.press("reply-send", body="The Scout hall.").words["flash"]
    assert "Closed." in phone.press("conversation-close").words["flash"]


def test_all_that_may_mean_stop_is_listed_with_its_rule_and_decided_together(
    desk: Reader, bank: PhoneBank, writes: Writes
) -> None:
    assert "Nothing here" in desk.open("/inbox/review").text
    writes(OWEN, "Thanks, but I’m not interested in any of this")
    writes(NASIMA, "st op")
    writes(STRANGER, "wrong number")
    page = desk.open("/inbox/review")
    assert "not interested" in page.html.partition('data-test="words">')[2]
    assert "close to a keyword" in page.text
    assert "Tick those" in desk.press("stop-ticked").words["flash"]
    ids = [part.split('"')[0] for part in desk.page.html.split('name="conversation_id" value="')[1:]]
    assert len(ids) == 3
    assert (
        "2 people aren’t written to again"
        in desk.press("stop-ticked", conversation_id=ids[:2]).words["flash"]
    )
    assert "One person gets" in desk.press("keep-ticked", conversation_id=ids[2:]).words["flash"]
    desk.page = page
    assert (
        "Somebody decided this already" in desk.press("stop-ticked", conversation_id=ids[2:]).words["flash"]
    )


def test_conversations_are_found_by_a_tag(desk: Reader, bank: PhoneBank, writes: Writes) -> None:
    writes(OWEN, "Do you have posters?")
    writes(NASIMA, "Will do!")
    _look_into(desk, "Owen Hughes", "open")
    desk.press("tags-save", tags="poster")
    page = desk.open("/inbox?tag=poster")
    assert "Owen Hughes" in page.words["inbox-answer"]
    assert "Nasima Begum" not in page.text
    assert "tag=poster" in desk.open("/inbox").html, "a tag leads to all that have it"
    assert "No conversation here has the tag nothing." in desk.open("/inbox?tag=nothing&state=open").text


def test_a_picture_alone_is_no_empty_line(
    desk: Reader, bank: PhoneBank, ctx: Context, organisation_id: uuid.UUID
) -> None:
    system = ctx.as_actor(system_actor(organisation_id))
    given = {"NumMedia": "2"}
    for n in range(2):
        given[f"MediaContentType{n}"], given[f"MediaUrl{n}"] = "image/png", f"https://x/Media/ME{str(n) * 32}"
    brought = attachments_in(given)
    receive(system, InboundText("MM1", OWEN, OURS, "", system.now, attachments=brought))
    assert "2 pictures" in desk.open("/inbox").words["inbox-answer"]


def test_words_kept_ready_go_behind_what_was_typed(
    desk: Reader, bank: PhoneBank, writes: Writes, ctx: Context
) -> None:
    add_canned_reply(ctx, bank.campaign_id, {"name": "Hours", "body": "7 to 10."})
    writes(OWEN, "When?")
    with ctx.unit() as unit:
        unit.session.query(Conversation).update({"campaign_id": bank.campaign_id})
    page = _look_into(desk, "Owen Hughes", "open")
    assert 'data-ready="7 to 10."' in page.html
    page = desk.press("use-1", body="Hello Owen.")
    assert ">Hello Owen. 7 to 10.</textarea>" in page.html
    assert ">7 to 10.</textarea>" in desk.press("use-1", body="").html


def test_a_stranger_is_given_to_a_campaign(
    desk: Reader, bank: PhoneBank, writes: Writes, ctx: Context
) -> None:
    made = campaign(ctx, name="Ring round")
    writes(STRANGER, "Who is this?")
    _look_into(desk, "07700 900990", "answer")
    page = desk.press("campaign-save", campaign_id=str(made.id))
    assert "Ring round answers it from now on" in page.text
    assert "It was given to a campaign." in page.text
    page = desk.press("campaign-save", campaign_id="")
    assert "No campaign answers it" in page.text
    assert "No campaign has texted them." in page.text
    end_campaign(ctx, made.id)
    assert desk.press("campaign-save", campaign_id=str(made.id)).status == 422
    writes_back = campaign(ctx, name="Knock up")
    _look_into(desk, "07700 900990", "answer")
    desk.press("campaign-save", campaign_id=str(writes_back.id))
    writes(STRANGER, "Hello?")
    page = _look_into(desk, "07700 900990", "answer")
    assert "Which campaign answers" not in page.text, "a text of theirs belongs to it by now"
