"""The script editor without a script: steps added, faults at their fields, a walk through it."""

from __future__ import annotations

import io
import json
import uuid

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.accounts import change_account
from dialer.services.accounts.teams import create_team
from dialer.services.calling.campaigns import change_campaign, get_campaign
from dialer.services.calling.scripts import get_script
from dialer.services.context import Context
from tests.people import Person, make_person
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Page, Reader


@pytest.fixture
def editor(desk: Reader) -> Reader:
    """A new script with the example conversation."""
    desk.open("/scripts/new")
    return desk


def test_the_example_can_be_saved_as_it_is_and_walked_through(editor: Reader) -> None:
    page = editor.press("save", name="Polling day")
    assert "The script is saved." in page.text
    page = editor.open(page.tests["script-preview"]["href"])
    assert page.words["step"] == "“Hello Siân, I’m Carys, a volunteer. Have you got a minute?”"
    here = editor.page.forms[-1].action
    assert editor.open(f"{here}?step=hello&go=on").words["step"] == "“Can we count on you on polling day?”"
    assert "answer-maybe" in editor.page.buttons
    page = editor.open(f"{here}?went=hello:&step=ask&answer=maybe")
    assert "Thank you for your time." in page.words["step"]
    over = editor.open(f"{here}?went=hello:&went=ask:maybe&step=thanks&go=on")
    assert "The volunteer now says what came of it." in over.text
    assert page.words["learned"] == "Leaning to us"


def test_what_isnt_saved_yet_is_walked_through_as_it_stands(editor: Reader) -> None:
    page = editor.press("walk-draft", name="Polling day", **{"node-2-text": "Diolch, {first_name}."})
    assert "Not saved yet" in page.words["not-saved"]
    assert "Hello Siân" in page.words["step"]
    assert "Can we count on you" in editor.press("continue").words["step"]
    assert editor.press("answer-maybe").words["step"] == "“Diolch, Siân.”"
    assert editor.page.words["learned"] == "Leaning to us"
    went = ["hello:", "ask:maybe"]  # the reader keeps one field of a name
    assert "Can we count on you" in editor.press("walk-back", went=went).words["step"]
    editor.press("answer-yes")
    over = editor.press("continue", went=["hello:", "ask:yes"])
    assert "The volunteer now says what came of it." in over.text
    assert "Hello Siân" in editor.press("walk-again").words["step"]
    assert "No script yet" in editor.open("/scripts").text


def test_a_draft_that_cant_be_walked_says_what_is_to_be_put_right(editor: Reader) -> None:
    page = editor.press("walk-draft", name="Polling day", **{"node-2-text": "Diolch {frist_name}"})
    assert page.status == 422
    assert "Put this right in the editor" in page.text


def test_a_saved_script_is_walked_through_with_what_was_changed_since(editor: Reader) -> None:
    editor.press("save", name="Polling day")
    page = editor.press("walk-draft", **{"node-0-text": "Shwmae {first_name}."})
    assert page.words["step"] == "“Shwmae Siân.”"


def test_saving_makes_a_new_version(editor: Reader) -> None:
    editor.press("save", name="Polling day")
    fields = {"node-2-text": "Thank you, {first_name}."}
    page = editor.press("save", **fields)
    assert "Saved as version 2." in page.text
    assert "Version 2." in page.text
    assert page.forms[-1].fields["node-2-text"] == "Thank you, {first_name}."


def test_steps_and_answers_are_added_and_taken_out_with_nothing_lost(editor: Reader) -> None:
    page = editor.press("add-step", name="Polling day")
    fields = page.forms[-1].fields
    assert fields["name"] == "Polling day"
    assert fields["node-3-kind"] == "say"
    page = editor.press("node-1")
    taken = page.forms[-1].fields
    assert "node-1-answer-4-label" in taken or "node-1-kind" in taken


def test_what_led_to_a_step_leads_to_it_under_its_new_name(editor: Reader) -> None:
    page = editor.press("save", name="Polling day", **{"node-1-id": "can-we", "node-2-id": "goodbye"})
    assert "The script is saved." in page.text
    fields = page.forms[-1].fields
    assert [fields[f"node-1-answer-{answer}-next"] for answer in range(4)] == ["goodbye"] * 4
    assert fields["node-0-next"] == "can-we"


def test_two_steps_may_swap_names_and_the_first_be_renamed(editor: Reader) -> None:
    editor.press("save", name="Polling day")
    names = {"node-0-id": "open", "node-1-id": "thanks", "node-2-id": "ask"}
    fields = editor.press("save", **names).forms[-1].fields
    assert (fields["start"], fields["node-0-next"]) == ("open", "thanks")
    assert fields["node-1-answer-0-next"] == "ask"


def test_a_step_whose_name_was_emptied_is_still_led_to(editor: Reader) -> None:
    page = editor.press("save", name="Polling day", **{"node-2-id": ""})
    assert page.status == 422
    fields = editor.press("save", **{"node-2-id": "goodbye"}).forms[-1].fields
    assert fields["node-1-answer-3-next"] == "goodbye"


def test_a_new_answer_gets_an_id_of_its_words(editor: Reader) -> None:
    editor.press("save", name="Polling day")
    labels = {"node-1-answer-3-id": "", "node-1-answer-3-label": "Yes, definitely"}
    page = editor.press("save", **labels)
    assert "Saved as version 2." in page.text
    assert page.forms[-1].fields["node-1-answer-3-id"] == "yes_definitely"


def test_values_that_no_form_of_ours_sends_do_no_harm(editor: Reader) -> None:
    odd = {"node-1-answer-0-plan": "pigeon 25:00", "node-1-answer-0-support": "9", "node-0-kind": "sing"}
    page = editor.press("save", name="Polling day", **odd)
    assert "The script is saved." in page.text
    fields = page.forms[-1].fields
    assert fields["node-0-kind"] == "say"
    assert fields["node-1-answer-0-support"] == ""
    assert fields["node-1-answer-0-plan"] == ""


def test_an_emptied_answer_is_taken_out(editor: Reader) -> None:
    editor.press("save", name="Polling day")
    page = editor.press("save", **{"node-1-answer-3-label": ""})
    assert "node-1-answer-2-label" in page.forms[-1].fields
    assert "node-1-answer-3-label" not in page.forms[-1].fields


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give the script a name."),
        ({"node-0-id": ""}, "Give the step a short name"),
        ({"node-0-text": ""}, "Write what the volunteer says here."),
        ({"node-0-text": "Hello {fist_name}"}, "Did you mean {first_name}?"),
        ({"node-0-next": ""}, "This step leads nowhere"),
        ({"node-0-next": "hello"}, "no end can be reached"),
        ({"node-1-answer-0-next": ""}, "Choose the step that “Yes, definitely” goes to."),
        ({"start": "nowhere"}, "There is no step “nowhere” to start with."),
        ({"node-2-id": "ask"}, "Another step is already called “ask”."),
        ({"language": "de"}, "Choose one of en, cy."),
        ({"node-2-kind": "question"}, "leads nowhere"),
    ],
)
def test_faults_stand_at_their_fields(editor: Reader, fields: dict[str, str], words: str) -> None:
    page = editor.press("save", **{"name": "Polling day", **fields})
    assert page.status == 422
    assert words in page.words["flash"]


def test_a_script_written_from_a_campaigns_page_becomes_the_campaigns(desk: Reader, bank: PhoneBank) -> None:
    desk.open(f"/scripts/new?campaign_id={bank.campaign_id}")
    page = desk.press("save", name="Doorstep words")
    assert "the campaign uses it" in page.text
    assert "Doorstep words" in page.words["script-preview"]


def test_going_astray_in_a_preview_changes_nothing(desk: Reader, bank: PhoneBank) -> None:
    page = desk.open("/scripts")
    path = next(part for part in desk.client.get("/scripts").text.split('"') if part.endswith("/preview"))
    page = desk.open(f"{path}?went=vote:nonsense&went=&went=x:y")
    assert page.status == 200
    assert "Hello, is that Siân?" in page.words["step"]


def test_steps_and_answers_change_places_by_buttons(editor: Reader) -> None:
    page = editor.press("node-1-down", name="Polling day")
    fields = page.forms[-1].fields
    assert [fields[f"node-{at}-id"] for at in range(3)] == ["hello", "thanks", "ask"]
    assert fields["name"] == "Polling day"
    assert 'data-goes-on="node-2-up"' in page.html
    assert "node-2-down" not in page.buttons
    page = editor.press("node-2-answer-3-up")
    fields = page.forms[-1].fields
    assert [fields[f"node-2-answer-{at}-id"] for at in range(4)] == ["yes", "maybe", "no", "undecided"]
    assert "The script is saved." in editor.press("save").text
    assert editor.page.forms[-1].fields["node-2-answer-2-id"] == "no"


@pytest.mark.parametrize("where", ["node-9:up", "node-1-answer-9:up", "node-1:sideways", "start:0"])
def test_what_is_not_there_is_not_moved(editor: Reader, where: str) -> None:
    editor.page.buttons["node-1-down"].value = where
    fields = editor.press("node-1-down", name="Polling day").forms[-1].fields
    assert [fields[f"node-{at}-id"] for at in range(3)] == ["hello", "ask", "thanks"]


def test_a_draft_is_looked_over_without_being_saved(editor: Reader) -> None:
    assert "Give the script a name." in editor.page.words["review"]
    assert "Every step is reached" in editor.press("check-script", name="Polling day").words["review"]
    changes = {"node-0-text": "Hello {first_name}.", "node-1-answer-1-next": "", "node-2-id": ""}
    page = editor.press("check-script", name="Polling day", **changes)
    assert page.status == 200
    assert "Choose the step that “Probably” goes to." in page.words["faults"]
    assert "Give the step a short name" in page.words["faults"]
    assert "“”" not in page.words["review"]
    assert "Write what to say instead: {first_name|there}" in page.words["remarks"]
    assert page.words["review-says"] == "2 things to put right"
    assert "No script yet" in editor.open("/scripts").text


def test_what_is_found_names_its_field_though_answers_were_emptied(editor: Reader) -> None:
    changes = {"node-1-answer-0-label": "", "node-1-answer-2-next": "gone"}
    page = editor.press("check-script", name="Polling day", **changes)
    assert "There is no step “gone” to go on to." in page.words["faults"]
    assert 'href="#node-1-answer-2-next"' in page.html


def test_what_is_remarked_is_saved_all_the_same(editor: Reader) -> None:
    page = editor.press("save", name="Polling day", **{"node-0-text": "Hello {first_name}."})
    assert "The script is saved." in page.text
    assert page.words["review-says"] == "Ready, with one thing to look at"


def test_a_draft_is_looked_over_in_welsh(app: Flask, carys: Person) -> None:
    reader = Reader(app.test_client(), "cy")
    reader.sign_in(carys.token, "/scripts/new")
    page = reader.press("check-script", name="Diwrnod pleidleisio", **{"node-0-next": ""})
    assert "This step" not in page.words["review"]
    assert page.words["faults"]


@pytest.fixture
def saved(editor: Reader) -> str:
    """The address of a script with two versions."""
    editor.press("save", name="Polling day")
    changes = {"node-2-text": "Thank you so much. Goodbye.", "node-1-answer-3-label": ""}
    editor.press("save", **changes)
    return editor.page.forms[-1].action


def test_versions_say_who_changed_what(desk: Reader, saved: str) -> None:
    page = desk.open(f"{saved}/versions")
    assert page.text.count("Carys") == 2
    page = desk.open(page.tests["version-2"]["href"])
    assert "Thank you <del>for your time</del><ins>so much</ins>. Goodbye." in page.html
    assert "Words to say" in page.words["changes-thanks"]
    assert "Answer taken out No" in page.words["changes-ask"]
    page = desk.open(f"{saved}/versions/1")
    assert "Hello {first_name|there}" in page.text
    assert "Its steps are the same." in desk.open(f"{saved}/versions/2?against=2").text


def test_one_goes_back_to_a_version_by_saving_it_anew(desk: Reader, saved: str) -> None:
    page = desk.open(desk.open(f"{saved}/versions/1").tests["back-to-version"]["href"])
    assert "These are the words of version 1." in page.words["flash"]
    assert page.forms[-1].fields["node-2-text"] == "Thank you for your time. Goodbye."
    assert "Saved as version 3." in desk.press("save").text
    assert "Its steps are the same." in desk.open(f"{saved}/versions/3?against=1").text


def test_nobody_saves_over_what_another_saved_unseen(desk: Reader, saved: str) -> None:
    desk.open(saved)
    stale = dict(desk.page.forms[-1].fields)
    desk.press("save", **{"node-0-text": "Good evening."})
    desk.open(saved)
    theirs = {**stale, "node-2-text": "Bye."}
    page = desk.press("save", **theirs)
    assert page.status == 409
    assert "Somebody saved version 3 while you wrote." in page.words["flash"]
    assert page.tests["their-changes"]["href"] == f"{saved}/versions/3?against=2"
    assert page.forms[-1].fields["node-2-text"] == "Bye."
    assert "Saved as version 4." in desk.press("save").text


def test_a_second_press_of_save_makes_no_second_version(desk: Reader, saved: str) -> None:
    desk.open(saved)
    form = {**desk.page.forms[-1].fields, "node-0-text": "Good evening.", "save": "yes"}
    for _ in range(2):
        answer = desk.client.post(saved, data=form, follow_redirects=True)
        assert "Saved as version 3." in answer.text


def test_a_script_goes_out_as_a_file_and_comes_in_again(desk: Reader, saved: str) -> None:
    file = desk.client.get(f"{saved}/file")
    assert file.headers["Content-Disposition"] == 'attachment; filename="Polling_day-2.json"'
    assert desk.client.get(f"{saved}/file?version=1").json != file.json
    page = bring(desk, file.data)
    assert "Nothing is saved yet." in page.text
    assert page.forms[-1].fields["node-2-text"] == "Thank you so much. Goodbye."
    assert "The script is saved." in desk.press("save").text
    again = desk.client.get(f"{desk.page.forms[-1].action}/file")
    assert again.json == file.json


def test_what_is_wrong_with_a_file_is_named_at_its_step(desk: Reader, saved: str) -> None:
    held = json.loads(desk.client.get(f"{saved}/file").data)
    held["nodes"][1]["answers"][2]["support"] = 9
    del held["nodes"][2]["text"]
    page = bring(desk, json.dumps(held).encode())
    assert page.status == 422
    assert "Step 2, answer 3: “support” is missing or can’t be read." in page.words["flash"]
    assert "Step 3: “text” is missing or can’t be read." in page.words["flash"]
    assert "Nothing was brought in." in page.words["flash"]


def test_a_file_with_a_dead_end_opens_with_it_shown(desk: Reader, saved: str) -> None:
    held = json.loads(desk.client.get(f"{saved}/file").data)
    held["nodes"][1]["answers"][0]["next"] = "gone"
    page = bring(desk, b"\xef\xbb\xbf" + json.dumps(held).encode())
    assert "There is no step “gone” to go on to." in page.words["faults"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "isn’t a script"),
        (b"\xff\xfe\x00", "isn’t a script"),
        (b"[" * 100_000, "isn’t a script"),
        (b'{"nodes": [], "format": "other"}', "isn’t a script"),
        (b'{"nodes": [], "format_version": 2}', "newer version"),
        (b'{"nodes": [7], "name": "A", "language": "en", "start": "a"}', "Step 1: “nodes”"),
    ],
)
def test_files_that_hold_no_script(desk: Reader, data: bytes, words: str) -> None:
    page = bring(desk, data)
    assert page.status == 422
    assert words in page.words["flash"]


def bring(desk: Reader, data: bytes) -> Page:
    """What the page says of a file."""
    desk.open("/scripts")
    token = desk.page.forms[-1].fields["csrf_token"]
    form = {"csrf_token": token, "file": (io.BytesIO(data), "script.json")}
    return desk.read(desk.client.post("/scripts/file", data=form, follow_redirects=True))


def test_a_script_is_written_in_both_languages_and_read_in_the_readers(
    editor: Reader, app: Flask, carys: Person
) -> None:
    words = {
        "node-0-other": "Helo {first_name|yno}, {caller_name} sydd yma.",
        "node-1-answer-0-other": "Ydych",
    }
    page = editor.press("save", name="Polling day", both="yes", **words)
    assert page.words["translated"] == "2 of 7 texts and answers are translated."
    assert "“Probably” isn’t translated yet." in page.words["remarks"]
    assert page.forms[-1].fields["both"] == "yes"
    assert page.forms[-1].fields["node-1-answer-0-other"] == "Ydych"
    walk = page.tests["script-preview"]["href"]
    assert "Hello Siân" in editor.open(walk).words["step"]
    welsh = Reader(app.test_client(), "cy")
    welsh.sign_in(carys.token, walk)
    assert welsh.page.words["step"] == "“Helo Siân, Carys sydd yma.”"
    page = welsh.open(f"{walk}?step=hello&go=on")
    assert page.tests["step"]["lang"] == "en"
    assert "Ydych" in page.text


def test_a_fault_in_the_other_language_stands_at_its_field(editor: Reader) -> None:
    page = editor.press("save", name="Polling day", both="yes", **{"node-2-other": "Diolch {frist_name}"})
    assert page.status == 422
    assert 'href="#node-2-other"' in page.html


def test_words_stay_in_their_language_where_the_other_comes_first(editor: Reader) -> None:
    welsh = {"node-2-other": "Diolch.", "node-1-answer-0-other": "Ydw"}
    before = editor.press("save", name="Polling day", both="yes", **welsh).forms[-1].fields
    after = editor.press("save", language="cy").forms[-1].fields
    assert (after["node-2-text"], after["node-2-other"]) == ("Diolch.", before["node-2-text"])
    assert (after["node-1-answer-0-label"], after["node-1-answer-0-other"]) == ("Ydw", "Yes, definitely")
    assert after["node-0-text"] == before["node-0-text"], "it wasn't translated, and isn't lost"
    assert editor.press("save").forms[-1].fields["node-2-text"] == "Diolch.", "once"
    back = editor.press("check-script", language="en").forms[-1].fields
    assert (back["node-2-text"], back["node-2-other"]) == (before["node-2-text"], "Diolch.")


def test_one_language_is_enough(editor: Reader) -> None:
    editor.press("save", name="Polling day", both="yes", **{"node-2-other": "Diolch."})
    fields = editor.page.forms[-1].fields
    del fields["both"]
    page = editor.press("save")
    assert "both" not in page.forms[-1].fields
    assert "translated" not in page.words


def test_whoever_types_is_answered_with_the_findings_alone(editor: Reader) -> None:
    sent = {**editor.page.forms[-1].fields, "check": "yes", "node-0-next": "", "add": "node"}
    answer = editor.client.post("/scripts", data=sent, headers={"HX-Request": "true"})
    assert 'id="node-2-notes"' in answer.text
    assert "This step leads nowhere" in answer.text
    assert "<textarea" not in answer.text


@pytest.fixture
def organiser(app: Flask, ctx: Context) -> Reader:
    """Olwen, who runs the campaigns of Wales: none of them yet."""
    wales = create_team(ctx, "Wales", "region")
    olwen = make_person(ctx.units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    change_account(ctx, olwen.id, AccountChanges(team_ids=[wales.id]))
    reader = Reader(app.test_client())
    reader.sign_in(olwen.token)
    return reader


def script_of(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """The script that the phone bank reads, which is nobody's of Wales."""
    found = get_campaign(ctx, bank.campaign_id).script_id
    assert found is not None
    return found


def test_what_an_organiser_writes_into_the_script_of_others_becomes_one_of_their_own(
    organiser: Reader, ctx: Context, bank: PhoneBank
) -> None:
    theirs = script_of(ctx, bank)
    page = organiser.open(f"/scripts/{theirs}")
    assert "Campaigns of others read this script too" in page.words["others-script"], "before they write"
    page = organiser.press("save", name="Wales calls", **{"node-3-text": "Diolch, {first_name|and goodbye}."})
    assert "Saved as a script of your own." in page.text
    assert "others-script" not in page.tests
    assert page.forms[-1].fields["name"] == "Wales calls"
    assert page.forms[-1].fields["node-3-text"] == "Diolch, {first_name|and goodbye}."
    assert "Saved as version 2." in organiser.press("save").text
    assert get_script(ctx, theirs).version == 1


def test_nothing_is_lost_where_a_script_became_that_of_others_while_one_wrote(
    organiser: Reader, ctx: Context, bank: PhoneBank
) -> None:
    organiser.open("/scripts/new")
    own = organiser.press("save", name="Wales calls").forms[-1].action.rsplit("/", 1)[1]
    change_campaign(ctx, bank.campaign_id, {"script_id": uuid.UUID(own)})
    page = organiser.press("save", **{"node-2-text": "Half an hour of work."})
    assert (page.status, "others-script" in page.tests) == (403, True)
    assert page.forms[-1].fields["node-2-text"] == "Half an hour of work."
    assert "Saved as a script of your own." in organiser.press("save").text
    assert organiser.page.forms[-1].fields["node-2-text"] == "Half an hour of work."
    assert get_script(ctx, uuid.UUID(own)).version == 1


def test_a_coordinator_saves_every_script(desk: Reader, ctx: Context, bank: PhoneBank) -> None:
    page = desk.open(f"/scripts/{script_of(ctx, bank)}")
    assert "others-script" not in page.tests
    assert "Saved as version 2." in desk.press("save").text
