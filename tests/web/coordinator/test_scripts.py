"""The script editor without a script: steps added, faults at their fields, a walk through it."""

from __future__ import annotations

import pytest

from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


@pytest.fixture
def editor(desk: Reader) -> Reader:
    """A new script with the example conversation."""
    desk.open("/scripts/new")
    return desk


def test_the_example_can_be_saved_as_it_is_and_walked_through(editor: Reader) -> None:
    page = editor.press("save", name="Polling day")
    assert "The script is saved." in page.text
    page = editor.open(page.tests["script-preview"]["href"])
    assert page.words["step"] == "Hello Siân, I’m Carys, a volunteer. Have you got a minute?"
    here = editor.page.forms[-1].action
    assert editor.open(f"{here}?went=hello:").words["step"] == "Can we count on you on polling day?"
    assert "answer-maybe" in editor.page.buttons
    page = editor.open(f"{here}?went=hello:&went=ask:maybe")
    assert "Thank you for your time." in page.words["step"]
    assert page.words["learned"] == "Leaning to us"


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
    odd = {"node-1-answer-0-voting_method": "pigeon", "node-1-answer-0-support": "9", "node-0-kind": "sing"}
    page = editor.press("save", name="Polling day", **odd)
    assert "The script is saved." in page.text
    fields = page.forms[-1].fields
    assert fields["node-0-kind"] == "say"
    assert fields["node-1-answer-0-support"] == ""
    assert fields["node-1-answer-0-voting_method"] == ""


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
