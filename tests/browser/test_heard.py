"""The call screen as a screen reader hears it: what there is, what it is called, and in which order."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.conftest import DESK, Open, sign_in, state, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank


def heard(page: Page) -> list[str]:
    """One line for each thing that is said, as the browser's accessibility tree has it."""
    tree = page.locator("body").aria_snapshot()
    return [line.strip().removeprefix("- ") for line in tree.splitlines() if line.strip()]


def in_order(page: Page, *wanted: str) -> None:
    """Each of these (patterns) is said, in this order, whatever stands between."""
    said, at = heard(page), 0
    for pattern in wanted:
        found = next((i for i in range(at, len(said)) if re.search(pattern, said[i])), None)
        assert found is not None, f"{pattern!r} isn't said after {wanted[: wanted.index(pattern)]}: {said}"
        at = found + 1


def test_a_call_from_the_first_word_to_the_last(open_browser: Open, vic: Person, bank: PhoneBank) -> None:
    """Who it is and what to do come first, then the words, then the answers, then what helps."""
    page = open_browser(DESK)
    sign_in(page, vic)
    state(page, "idle")
    in_order(
        page,
        "^link .Skip to the main part",
        "^status",
        "Ready when you are",
        "^heading .Start calling. .level=1",
        "^heading .Your first time",
        "^link .Practice call",
        "^button .Start.$",
    )
    tap(page, "next")
    state(page, "ringing")
    in_order(
        page,
        "^status",
        "Your next call",
        "^heading .Siân Prydderch. .level=1",
        "^link .Ring 01632 960001",
        "^paragraph: “Hello, is that Siân",
        "^button .Go on",
        "^heading .At this number",
        "^button .Speak to Gwyn",
        "^button .“Stop contacting me”",
        "^button .Not reached",
    )
    tap(page, "continue")
    state(page, "talking")
    question = "“Can we count on your vote"
    in_order(
        page,
        "^status",
        "You are speaking to",
        "^heading .Siân. .level=1",
        "Step 2 of 3",
        "^button .Change last answer",
        f"^paragraph: {question}",
        f"^group .{question}",
        "^button .Yes, definitely",
        "^button .No.$",
        "^textbox .Note .optional",
        "^button .This person frightened me",
        "^button .“Stop contacting me”",
        "^button .Get help",
    )
    tap(page, "answer-no")
    tap(page, "continue")
    state(page, "wrap_up")
    in_order(
        page,
        "^status",
        "Finish up, no rush",
        "^radiogroup .Did you reach Siân",
        "^radio .We spoke. .checked",
        "^radio .Not reached",
        "^group .What happened",
        "^radio .We talked. .checked",
        "^radio .Has died",
        "Counts as a talk",
        "^button .Save and go on",
    )
    tap(page, "save")
    state(page, "saved")
    in_order(
        page,
        "^status",
        "Saved",
        "^heading .That’s 1 call",
        "We talked · No",
        "^button .Undo",
        "^button .Next person",
        "^button .End shift",
    )
    unnamed = [line for line in heard(page) if re.fullmatch(r"(button|link|textbox|radio|img):?", line)]
    assert unnamed == [], "nothing to press or fill in is without a name"
