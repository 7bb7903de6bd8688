"""What volunteers read of each other's day: towards the goal, and who had the most talks where that is on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from dialer.services.calling.campaigns import CampaignFields, change_campaign
from dialer.services.context import Context
from tests.conftest import Caller
from tests.people import Person, join_campaign
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.reader import Page, Reader

RESTING = "/call?wait=nobody_due"


@pytest.fixture
def bank(ctx: Context, vic: Person, mallory: Person) -> PhoneBank:
    """Vic's and Mallory's evening."""
    return open_phone_bank(ctx, vic, mallory)


@pytest.fixture
def reader(app: Flask, vic: Person, bank: PhoneBank) -> Reader:
    """Vic, signed in."""
    return _reader(app, vic)


def _talk(reader: Reader) -> None:
    for button in ("next", "continue", "answer-no", "continue", "save"):
        reader.press(button)


def _reader(app: Flask, person: Person) -> Reader:
    reader = Reader(app.test_client())
    reader.sign_in(person.token)
    return reader


def _left_out(reader: Reader) -> Page:
    reader.open(RESTING)
    return reader.press("named")


def _placed(page: Page) -> dict[str, tuple[str, str]]:
    """Who stands at which place, with how many talks."""
    return {
        test: (" ".join(page.words[test].split()), found["data-value"])
        for test, found in page.tests.items()
        if test.startswith("place-")
    }


def test_the_goal_is_told_in_words_and_by_a_bar(reader: Reader, ctx: Context, bank: PhoneBank) -> None:
    _talk(reader)
    page = reader.open(RESTING)
    assert "team-goal" not in page.tests
    assert "<progress" not in page.html
    change_campaign(ctx, bank.campaign_id, CampaignFields(talks_goal=2))
    page = reader.open(RESTING)
    assert "1 of 2 good talks: today’s goal for all of you" in page.words["team-goal"]
    assert '<progress value="1" max="2" aria-label="Towards today’s goal">' in page.html
    _talk(reader)
    assert (
        "have reached today’s goal of 2 good talks, and had 2" in reader.press("end-shift").words["team-goal"]
    )


def test_nobody_is_named_unless_the_campaign_has_a_leaderboard(
    app: Flask, reader: Reader, ctx: Context, mallory: Person, bank: PhoneBank
) -> None:
    hers = _reader(app, mallory)
    _talk(hers)
    for button in ("next", "not-reached", "save"):
        reader.press(button, disposition="no_answer")
    page = reader.open(RESTING)
    assert "leaderboard" not in page.tests
    assert "Mallory" not in page.text
    change_campaign(ctx, bank.campaign_id, CampaignFields(leaderboard=True))
    assert _placed(reader.open(RESTING)) == {"place-1": ("1. Mallory", "1")}
    assert _placed(hers.open(RESTING)) == {"place-1": ("1. You", "1")}


def test_a_volunteer_keeps_out_of_it_and_comes_back(
    app: Flask, reader: Reader, ctx: Context, mallory: Person, bank: PhoneBank
) -> None:
    change_campaign(ctx, bank.campaign_id, CampaignFields(leaderboard=True))
    hers = _reader(app, mallory)
    _talk(hers)
    _talk(reader)
    assert _placed(reader.open(RESTING)) == {"place-1": ("1. You, Mallory", "1")}
    assert "You aren’t named any more." in _left_out(hers).text
    assert _placed(reader.open(RESTING)) == {"place-1": ("1. You", "1")}
    assert "You aren’t named here." in hers.open(RESTING).text
    assert "You’re named again." in hers.press("named").text
    assert _placed(reader.open(RESTING)) == {"place-1": ("1. You, Mallory", "1")}


def test_the_same_by_the_api(
    reader: Reader, ctx: Context, bank: PhoneBank, mallory: Person, api: Callable[[Person], Caller]
) -> None:
    path = f"/campaigns/{bank.campaign_id}/today"
    _talk(reader)
    plain = {"campaign_id": str(bank.campaign_id), "others": 1, "calls": 1, "talks": 1}
    assert api(mallory).get(path).json == {**plain, "goal": None, "leaderboard": None}
    change_campaign(ctx, bank.campaign_id, CampaignFields(talks_goal=40, leaderboard=True))
    found = api(mallory).get(path).json
    assert found["goal"] == 40
    place = {"number": 1, "talks": 1, "people": 1, "names": ["Vic"], "mine": False}
    assert found["leaderboard"] == {"places": [place], "own": None, "out": False}
    assert api(mallory).patch("/me", json={"on_leaderboards": False}).status_code == 200
    assert api(mallory).get(path).json["leaderboard"]["out"]


def test_a_stranger_to_the_campaign_reads_nothing(
    ctx: Context, vic: Person, mallory: Person, api: Callable[[Person], Caller]
) -> None:
    bank = open_phone_bank(ctx, vic)
    path = f"/campaigns/{bank.campaign_id}/today"
    assert api(mallory).get(path).status_code == 404
    join_campaign(mallory.units, mallory, bank.campaign_id)
    assert api(mallory).get(path).status_code == 200
