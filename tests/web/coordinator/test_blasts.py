"""A text to many, from its first draft to the last of it: what is said before Send, and what stops it."""

from __future__ import annotations

import datetime as dt
import uuid
from io import BytesIO
from itertools import count

import pytest
from sqlalchemy import select

from dialer.domain.blast import Pause
from dialer.domain.filters.keys import draw, draw_end
from dialer.domain.sender import Rest
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import change_campaign, get_campaign, pause_campaign
from dialer.services.context import Context
from dialer.services.gotv.record import record_turnout
from dialer.services.messaging.blasts import create_blast, list_blasts
from dialer.services.messaging.launching import launch_blast, pause_with_reason
from dialer.services.messaging.messages import MessageSearch, list_messages
from dialer.services.messaging.no_to_texts import SAID_BY_LINK, bar_from_texts
from dialer.services.messaging.pictures import add_picture
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.senders import rest_senders, sender_rows
from dialer.services.paging import Page
from dialer.services.people.audiences import create_audience
from dialer.store.models.messaging import Blast, Message
from dialer.store.models.people import Contact, ContactPhone
from dialer.store.queries import counters
from tests.conftest import SetClock
from tests.people import Person
from tests.pictures import png
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

TEXT = "Common Ground here, {first_name|friend}: polls are open until 10. Stop: STOP"
SENDER = "+447700900001"
MOBILES = 6
"""Of the nine people of the phone bank three share a landline."""


@pytest.fixture
def texting(ctx: Context, bank: PhoneBank) -> PhoneBank:
    """The phone bank with a number to text from."""
    change_campaign(ctx, bank.campaign_id, {"senders": [SENDER], "election_material": False})
    return bank


@pytest.fixture
def draft(desk: Reader, texting: PhoneBank, ctx: Context) -> Reader:
    """The composer of a draft, on the screen."""
    desk.open(f"/blasts/new?campaign_id={texting.campaign_id}")
    page = desk.press("save", name="Polls are open", body=TEXT)
    assert page.status == 200, page.text
    return desk


def _value(reader: Reader, test: str) -> str:
    return reader.page.tests[test]["data-value"]


def test_without_any_it_says_how_to_begin(desk: Reader, bank: PhoneBank) -> None:
    page = desk.open("/blasts")
    assert "No text yet" in page.text
    assert "Nothing goes out before you type the number of people." in page.text


def test_a_draft_says_who_gets_it_how_it_reads_and_what_it_costs(draft: Reader) -> None:
    page = draft.page
    assert "Nothing is sent yet" in page.words["flash"]
    assert _value(draft, "blast-recipients") == str(MOBILES)
    assert _value(draft, "stat-left-out-not_mobile") == "3"
    assert "No mobile" in page.words["blast-left-out"]
    assert "One part for everybody" in page.words["blast-segments"]
    assert page.words["blast-cost"] == "£0.24"
    assert "Owen · 07700 900102 · one part" in page.words["blast-samples"]
    assert "<mark>Owen</mark>" in page.html
    assert "blast-warning" not in page.tests


def test_it_goes_when_the_number_is_typed(draft: Reader) -> None:
    page = draft.press("blast-launch", confirm="6")
    assert page.tests["blast-progress"]["data-state"] == "running"
    assert "Getting ready." in page.text
    for figure in ("delivered", "sent", "unknown", "failed", "skipped"):
        assert _value(draft, f"stat-{figure}") == "0"
    assert "Polls are open" in draft.open("/blasts").words["blasts"]


def test_another_like_it_begins_with_its_words_and_none_of_its_times(
    draft: Reader, ctx: Context, clock: SetClock
) -> None:
    draft.press("blast-check", send_at=f"{clock.now + dt.timedelta(days=1):%Y-%m-%dT%H:%M}", tags_none="gone")
    draft.press("blast-launch", confirm=_value(draft, "blast-recipients"))
    [old] = list_blasts(ctx, Page(2)).items
    page = draft.open(f"/blasts/new?like={old.id}")
    assert page.words["blast-body"] == TEXT
    page = draft.press("save")
    assert "Nothing is sent yet" in page.words["flash"]
    made = next(one for one in list_blasts(ctx, Page(2)).items if one.id != old.id)
    assert (made.name, made.body, made.state) == ("Polls are open, again", TEXT, "draft")
    assert (made.list_ids, made.audience) == (old.list_ids, old.audience)
    assert (made.send_at, made.senders) == (None, ())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type the number of people to send."),
        ("six", "Type the number of people to send."),
        ("9", "You typed 9. It’s 6 people."),
    ],
)
def test_a_wrong_number_sends_nothing(draft: Reader, typed: str, said: str) -> None:
    page = draft.press("blast-launch", confirm=typed)
    assert page.status == 422
    assert said in page.text
    assert "blast-launch" in page.buttons


@pytest.mark.slow
def test_words_that_were_changed_after_the_check_are_looked_at_first(draft: Reader) -> None:
    page = draft.press("blast-launch", confirm="6", body=f"{TEXT} Vote!")
    assert "Look again, then type the number." in page.words["flash"]
    assert page.words["blast-body"].endswith("Vote!")
    assert draft.press("blast-launch", confirm="6").tests["blast-progress"]["data-state"] == "running"


def test_others_than_were_seen_are_named(draft: Reader) -> None:
    page = draft.press("blast-launch", confirm="4", seen="4")
    assert page.status == 409
    assert "It’s 6 people now, 2 more. Look again, then type 6." in page.text


@pytest.mark.slow
def test_signs_that_make_it_dearer_are_named_and_made_plain_only_when_asked(draft: Reader) -> None:
    page = draft.press("blast-check", body=f"It’s {TEXT}")
    assert "’ makes every part shorter" in page.words["blast-warning"]
    assert page.words["blast-body"].startswith("It’s")
    page = draft.press("blast-straighten")
    assert page.words["blast-body"].startswith("It's")
    assert "blast-warning" not in page.tests


def test_what_a_text_lacks_is_said_with_the_remedy_and_the_people(
    draft: Reader, texting: PhoneBank, ctx: Context
) -> None:
    with ctx.unit() as unit:
        owen = unit.session.scalars(select(Contact).where(Contact.first_name == "Owen")).one()
        owen.first_name, owen.last_name = None, "Prydderch"
    page = draft.press("blast-check", body="{first_name}, polls are open. Stop: STOP")
    assert _value(draft, "blast-first-time") == str(MOBILES)
    assert "Say who it is from: “Common Ground”." in page.text
    assert "{first_name} is empty for one person." in page.text
    assert f'<a href="/contacts/{owen.id}">Prydderch</a>' in page.html
    change_campaign(ctx, texting.campaign_id, {"election_material": True})
    page = draft.press("blast-check", body=TEXT)
    assert page.tests["blast-stop"]["data-code"] == "no_imprint"
    assert "blast-launch" not in page.buttons
    assert "mend what is marked" in page.words["blast-stopped"]
    assert "Election texts need to say who sends them. Add the imprint, or a link to it." in page.text
    assert f"/campaigns/{texting.campaign_id}/edit#imprint" in page.html
    change_campaign(ctx, texting.campaign_id, {"imprint_url": "https://example.org/i"})
    page = draft.press("blast-check")
    assert "or the imprint itself: https://example.org/i" in page.text
    page = draft.press("blast-check", body=f"{TEXT} example.org/i")
    assert not {"blast-stop", "blast-warning"} & page.tests.keys()
    change_campaign(ctx, texting.campaign_id, {"imprint_url": None})
    page = draft.press("blast-launch", confirm=str(MOBILES))
    assert (page.status, page.tests["blast-stop"]["data-code"]) == (422, "no_imprint")


@pytest.mark.slow
def test_faults_stand_beside_their_fields_and_keep_the_rest(draft: Reader) -> None:
    page = draft.press("blast-check", body="Hi {fist_name}", name="", senders="not a number at all")
    assert page.status == 422
    assert "It needs a name." in page.text
    assert page.words["blast-body"] == "Hi {fist_name}"
    page = draft.press("blast-check", name="Polls", senders="")
    assert "Did you mean {first_name}?" in page.text


def test_a_first_text_that_does_not_say_how_to_stop_waits_until_it_does(draft: Reader) -> None:
    assert not {"blast-stop", "blast-warning"} & draft.page.tests.keys()
    page = draft.press("blast-check", body=TEXT.removesuffix(" Stop: STOP"))
    assert page.tests["blast-stop"]["data-code"] == "no_opt_out_words"
    assert "6 people here have never had a text from you." in page.words["blast-stop"]
    assert "Add “Stop: STOP”" in page.words["blast-stop"]
    assert "blast-launch" not in page.buttons
    draft.press("blast-check", body=TEXT)
    page = draft.press("blast-launch", confirm=str(MOBILES))
    assert page.tests["blast-progress"]["data-state"] == "running"
    assert page.tests["stat-replies"]["data-value"] == "0"


def test_a_text_that_is_too_long_is_refused_and_kept_whole(draft: Reader) -> None:
    page = draft.press("blast-check", body="x" * 1700)
    assert page.status == 422
    assert page.words["blast-body"] == "x" * 1700
    assert "maxlength" not in page.tests["blast-body"]


def test_who_it_is_for_narrows_it(draft: Reader) -> None:
    page = draft.press("blast-check", support="1", polling_districts="KA1, ka2", voted="no")
    assert "Nobody fits." in page.text
    assert "blast-launch" not in page.buttons
    assert "strong for us, not voted yet, and more" in page.text
    assert page.forms[-1].fields["polling_districts"] == "KA1, KA2"


def test_what_is_in_the_way_is_said_with_the_way_there(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    pause_campaign(ctx, bank.campaign_id)
    desk.open(f"/blasts/new?campaign_id={bank.campaign_id}")
    page = desk.press("save", name="Polls are open", body=TEXT)
    assert "There is no number that texts can come from yet." in page.text
    assert "The campaign isn’t running, so nothing can be sent." in page.text
    assert "blast-launch" not in page.buttons


def test_it_says_the_same_in_another_language_to_whoever_reads_it(
    draft: Reader, bank: PhoneBank, ctx: Context
) -> None:
    with ctx.unit() as unit:
        unit.session.query(Contact).filter(Contact.first_name == "Owen").update({"language": "cy-GB"})
    page = draft.press("blast-check", new_body="Tir Cyffredin: helo {first_name}")
    assert (page.status, "Say which language it is." in page.text) == (422, True)
    page = draft.press("blast-check", new_language="cy", new_body="Tir Cyffredin: helo {first_name}")
    assert page.words["body-cy"] == "Tir Cyffredin: helo {first_name}"
    assert [_value(draft, f"stat-language-{one}") for one in ("usual", "cy")] == [str(MOBILES - 1), "1"]
    assert "Cymraeg · Owen" in page.words["blast-samples"]
    assert "Cymraeg: One person here has never had a text from you." in page.text
    assert "blast-launch" not in page.buttons
    page = draft.press("blast-test", test_to="07700 900150", test_language="*")
    assert "The test is on its way to 2 phones." in page.words["flash"]
    page = draft.press("blast-check", body_cy="")
    assert "body-cy" not in page.tests
    assert draft.press("blast-launch", confirm="6").tests["blast-progress"]["data-state"] == "running"


def test_it_says_how_many_get_the_picture_and_how_many_a_link(draft: Reader, ctx: Context) -> None:
    assert "blast-picture-ways" not in draft.page.tests
    made, _ = add_picture(ctx, BytesIO(png()), "Poster")
    draft.press("blast-check", picture_id=str(made.id))
    assert _value(draft, "stat-picture-with-text") == "0"
    assert _value(draft, "stat-picture-by-link") == str(MOBILES)
    page = draft.press("blast-check", picture_by="carrier pigeon")
    assert (page.status, "A picture goes by picture or link." in page.text) == (422, True)
    draft.press("blast-check", picture_by="link")
    page = draft.press("blast-launch", confirm="6")
    assert page.words["blast-picture"] == "A picture goes with it, by its link."


@pytest.mark.slow
def test_a_text_that_has_gone_goes_on_saying_all_its_words(draft: Reader) -> None:
    welsh = "Tir Cyffredin: helo {first_name}. Stopio: atebwch STOP"
    draft.press("blast-check", new_language="cy", new_body=welsh)
    page = draft.press("blast-launch", confirm="6")
    assert page.words["blast-body-cy"] == welsh


@pytest.mark.slow
def test_it_is_paused_carried_on_and_called_off(draft: Reader) -> None:
    draft.press("blast-launch", confirm="6")
    assert draft.press("blast-pause").tests["blast-progress"]["data-state"] == "paused"
    assert draft.press("blast-resume").tests["blast-progress"]["data-state"] == "running"
    address = draft.page.forms[-1].action.rsplit("/", 1)[0]
    page = draft.open(f"{address}/cancel")
    assert "Cancel the rest of “Polls are open”?" in page.text
    page = draft.press("confirm")
    assert page.tests["blast-progress"]["data-state"] == "cancelled"
    assert "blast-pause" not in page.buttons


@pytest.mark.slow
def test_a_deadline_is_set_warned_of_and_moved_while_it_runs(draft: Reader) -> None:
    """It is one o’clock in London."""
    page = draft.press("blast-check", deadline_at="2026-05-07T13:00")
    assert page.status == 422
    assert "Give a later time." in page.text
    page = draft.press("blast-check", deadline_at="2026-05-07T13:00:32")
    assert page.tests["blast-warning"]["data-code"] in ("deadline", "deadline_near")
    assert "It’s too late for all of it to land in time." in page.text
    page = draft.press("blast-check", deadline_at="2026-05-07T20:00")
    assert "blast-warning" not in page.tests
    assert "so that the last one lands before 8 pm" in page.text
    page = draft.press("blast-launch", confirm="6")
    assert "Nothing later than Thu 7 May, 8 pm" in page.text
    page = draft.press("blast-deadline", deadline_at="2026-05-07T12:00")
    assert page.status == 422
    page = draft.press("blast-deadline", deadline_at="2026-05-07T20:30")
    assert "Nothing later than Thu 7 May, 8:30 pm" in page.text


def test_what_would_land_too_late_is_not_sent(draft: Reader, ctx: Context) -> None:
    """Six texts at one in a hundred seconds, five minutes before it is quiet."""
    with ctx.unit() as unit:
        sender_rows(unit, [SENDER])[SENDER].rate_per_s = 0.01
    page = draft.press("blast-check", send_at="2026-05-07T20:55")
    assert page.tests["blast-stop"]["data-code"] == "too_late"
    assert "The last text would land at 9:05 pm." in page.words["blast-stop"]
    assert "from Fri 8 May, 9 am on" in page.words["blast-stop"]
    assert "blast-launch" not in page.buttons
    page = draft.press("blast-check", send_at="2026-05-07T20:00", deadline_at="2026-05-07T20:08")
    assert "move its deadline" in page.words["blast-stop"]
    page = draft.press("blast-check", deadline_at="")
    assert "blast-stop" not in page.tests
    blast_id = list_blasts(ctx, Page()).items[0].id
    for takes_s, status in (("9000", 422), ("", 200)):
        assert draft.press("blast-launch", confirm="6", takes_s=takes_s).status == status
        draft.open(f"/blasts/{blast_id}")
    assert list_blasts(ctx, Page()).items[0].state == "scheduled"


def test_who_was_or_would_be_too_late_is_counted(draft: Reader, ctx: Context) -> None:
    """One set for later says so as well, when its deadline is too near."""
    draft.press("blast-check", send_at="2026-05-07T19:00", deadline_at="2026-05-07T19:00:31")
    page = draft.press("blast-launch", confirm="6")
    assert "too late" in page.words["blast-too-late"] or "only just" in page.words["blast-too-late"]
    assert "Sent from" not in page.text
    assert "blast-replies" not in page.tests, "what people write before it went out answers something else"
    page = draft.press("blast-deadline", deadline_at="2026-05-07T20:00")
    assert "blast-too-late" not in page.tests
    blast_id = list_blasts(ctx, Page()).items[0].id
    with ctx.unit() as unit:
        counters.bump(unit, "blast", blast_id, "skipped_deadline", 2)
        counters.bump(unit, "blast", blast_id, "expired", 1)
    assert draft.open(f"/blasts/{blast_id}").words["blast-late"] == "3 were too late."
    with ctx.unit() as unit:
        counters.bump(unit, "blast", blast_id, "skipped_deadline", -2)
        counters.bump(unit, "blast", blast_id, "expired", -1)


@pytest.mark.parametrize(
    ("wall", "said"),
    [
        ("2027-03-28T01:30", "jump over this time"),
        ("2026-10-25T01:30", "The first is meant."),
        ("2026-10-25T02:00", None),
    ],
)
def test_the_night_in_which_clocks_change_is_told(draft: Reader, wall: str, said: str | None) -> None:
    page = draft.press("blast-check", send_at=wall)
    assert (said or "Kept.") in page.text
    assert ("twice" in page.text) is (said is not None and "first" in said)


@pytest.mark.slow
def test_a_page_that_shows_another_state_is_made_anew(draft: Reader) -> None:
    draft.press("blast-launch", confirm="6")
    address = draft.page.forms[-1].action.rsplit("/", 1)[0]
    inside = draft.client.get(f"{address}/progress?shown=running")
    assert "<html" not in inside.text
    assert "blast-progress" in inside.text
    assert draft.client.get(f"{address}/progress?shown=paused").headers["HX-Refresh"] == "true"


def test_a_draft_is_thrown_away_after_a_question(draft: Reader) -> None:
    address = draft.page.forms[-1].action
    assert "Throw “Polls are open” away?" in draft.open(f"{address}/delete").text
    assert "No text yet" in draft.press("confirm").text
    assert draft.open(address).status == 404


def test_at_night_it_waits_and_says_until_when(draft: Reader, clock: SetClock, carys: Person) -> None:
    address = draft.page.forms[-1].action
    draft.press("blast-launch", confirm="6")
    clock.forward(hours=9)
    draft.sign_in(carys.token)
    page = draft.open(address)
    assert "Quiet hours. It goes on by itself: Fri 8 May, 9 am." in page.words["blast-reason"]


def test_all_reasons_of_those_left_out_are_named(draft: Reader, ctx: Context) -> None:
    address = draft.page.forms[-1].action
    draft.press("blast-launch", confirm="6")
    left_out = {"voted": 5, "not_mobile": 3, "no_phone": 1, "opted_out": 2, "duplicate_number": 1}
    with ctx.unit() as unit:
        for reason, count in left_out.items():
            counters.bump(unit, "blast", uuid.UUID(address.rsplit("/", 1)[1]), f"skipped_{reason}", count)
    words = draft.open(address).words["stat-skipped"]
    assert "5 already voted, 4 no mobile, 2 asked us to stop, 1 same mobile as someone above" in words


@pytest.mark.slow
def test_everything_paused_is_said_with_what_to_do(draft: Reader) -> None:
    address = draft.page.forms[-1].action
    draft.press("blast-launch", confirm="6")
    draft.press("pause-all")
    page = draft.open(address)
    assert "Everything is paused." in page.words["blast-reason"]
    assert page.words["blast-state"] == "Paused"
    assert "Paused before any of it went out." in page.words["blast-progress"]
    assert not {"blast-pause", "blast-resume"} & page.buttons.keys(), "its own would do nothing now"
    assert draft.client.get(f"{address}/progress?shown=running").headers["HX-Refresh"] == "true"


def test_nobody_else_gets_in(phone: Reader, texting: PhoneBank) -> None:
    for path in ("/blasts", "/blasts/new", f"/blasts/{uuid.uuid4()}"):
        assert phone.open(path).status == 403


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Pause.COST_CAP, "The budget is used up."),
        (f"{Pause.CONFIGURATION}_21212", "The carrier’s code for it is 21212."),
        (Pause.REFUSALS, "more than 5 in 100 were refused"),
    ],
)
def test_a_pause_of_ours_is_said_with_what_to_do(draft: Reader, ctx: Context, reason: str, said: str) -> None:
    address = draft.page.forms[-1].action
    draft.press("blast-launch", confirm="6")
    with ctx.unit() as unit:
        pause_with_reason(ctx, unit, uuid.UUID(address.rsplit("/", 1)[1]), reason)
    assert said in draft.open(address).words["blast-reason"]
    assert "blast-resume" in draft.page.buttons


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Rest.SLOWED, "The carrier asks us to go slower."),
        (Rest.AWAY, "We can’t reach the carrier."),
    ],
)
def test_why_its_sender_rests_is_said(draft: Reader, ctx: Context, why: Rest, said: str) -> None:
    address = draft.page.forms[-1].action
    draft.press("blast-launch", confirm="6")
    with ctx.unit() as unit:
        rest_senders(unit, sender_rows(unit, [SENDER]), ctx.now + dt.timedelta(minutes=1), why)
    assert said in draft.open(address).words["blast-reason"]


@pytest.mark.slow
def test_a_test_to_a_phone_that_gets_nothing_is_no_success(draft: Reader, ctx: Context) -> None:
    with ctx.unit() as unit:
        bar_from_texts(ctx, unit, "+447700900992", None, SAID_BY_LINK)
    page = draft.press("blast-test", test_to="07700 900992, 01632 960001")
    assert page.words["flash"] == (
        "07700 900992 gets nothing: asked us to stop. 01632 960001 gets nothing: no mobile."
    )
    skipped = list_messages(ctx, MessageSearch(state="skipped"), Page()).items
    assert [one.skip_reason for one in skipped] == ["opted_out", "not_mobile"]
    page = draft.press("blast-test", test_to="07700 900992, 07700 900990")
    assert page.words["flash"].startswith("The test is on its way. 07700 900992 gets nothing")


def test_it_is_tried_on_phones_of_our_own_first(draft: Reader, ctx: Context) -> None:
    page = draft.press("blast-test", test_to="07700 900990, 07700 900991")
    assert "The test is on its way to 2 phones." in page.words["flash"]
    sent = list_messages(ctx, MessageSearch(state="queued"), Page()).items
    assert {(one.purpose, one.number) for one in sent} == {
        ("test", "+447700900990"),
        ("test", "+447700900991"),
    }
    assert sent[0].body.startswith("Common Ground here, friend: polls")
    page = draft.press("blast-test", test_to="nonsense")
    assert page.status == 422
    assert "blast-launch" in page.buttons


@pytest.mark.slow
def test_a_saved_audience_is_chosen_and_its_hold_out_said(draft: Reader, ctx: Context) -> None:
    share = {"not": {"random": {"share": 0.5, "seed": "autumn"}}}
    made = create_audience(ctx, {"name": "Half of them", "filter": share})
    page = draft.press("blast-check", audience_id=str(made.id))
    held, left = int(_value(draft, "blast-held-out")), int(_value(draft, "blast-recipients"))
    assert held + left == MOBILES
    assert "a saved audience" in page.text
    draft.open(f"/audiences/{made.id}/delete")
    page = draft.press("confirm")
    assert "A text that hasn’t begun" in page.words["flash"]


def _seed_of_two(ctx: Context) -> str:
    """A seed by which two of those with a mobile are among four tenths."""
    with ctx.unit() as unit:
        mobiles = select(ContactPhone.contact_id).where(ContactPhone.number.startswith("+447"))
        people = unit.session.scalars(mobiles).all()
    end = draw_end(0.4) or b""
    return next(seed for seed in map(str, count()) if sum(draw(seed, one) < end for one in people) == 2)


def test_whoever_was_held_out_is_compared_with_those_who_got_it(
    desk: Reader, texting: PhoneBank, ctx: Context
) -> None:
    kept_out = {"not": {"random": {"share": 0.4, "seed": _seed_of_two(ctx)}}}
    audience = create_audience(ctx, {"name": "Most", "filter": kept_out})
    made = create_blast(ctx, texting.campaign_id, {"name": "Polls", "body": TEXT, "audience_id": audience.id})
    launch_blast(ctx, made.id)
    address = f"/blasts/{made.id}"
    assert "blast-comparison" not in desk.open(address).tests
    page = desk.open(f"{address}/comparison")
    assert "There is nothing to compare yet" in page.words["comparison-verdict"]
    while plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), made.id):
        pass
    with ctx.unit() as unit:
        rows = unit.session.scalars(select(Message).where(Message.blast_id == made.id)).all()
        held_out = [row for row in rows if row.skip_reason == "held_out"]
        election_id = get_campaign(ctx, texting.campaign_id).election_id
        for row in rows:
            if row.state == "queued" and row.contact_id:
                row.state, row.sent_at = "sent", ctx.now
                record_turnout(
                    unit, contact_id=row.contact_id, election_id=election_id, source="teller", at=ctx.now
                )
    assert len(held_out) == 2
    assert "held out by chance" in desk.open(address).words["blast-comparison"]
    page = desk.open(f"{address}/comparison")
    assert "+18 to +100" in page.words["comparison-voted"]
    assert page.words["comparison-verdict"].startswith("More of those who got it have voted: of 100 people")
    assert f"{len(held_out)} people were held out" in page.text


@pytest.mark.slow
def test_whoever_ends_a_campaign_is_told_which_texts_never_go(
    draft: Reader, texting: PhoneBank, ctx: Context
) -> None:
    end = f"/campaigns/{texting.campaign_id}/end"
    draft.press("blast-launch", confirm="6")
    assert "Texts that haven’t gone yet never go." in draft.open(end).text
    with ctx.unit() as unit:
        blast_id = unit.session.scalars(select(Blast.id)).one()
    plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), blast_id)
    assert "Its texts stop: 6 that haven’t gone yet never go." in draft.open(end).text
