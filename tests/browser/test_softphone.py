"""Calling in the browser, in the simulated town: the microphone, the line, a talk, a reload in its middle."""

# ruff: noqa: F811 -- fixtures are named as what they are

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from dialer.domain.line import room_of
from tests.browser.conftest import DESK, SHORT_PHONE, Open, axe_faults, sign_in, sizes, state, tap
from tests.people import Person
from tests.phone_bank import landline
from tests.web.webhooks.conftest import carrier, post, settings, signer, system, told  # noqa: F401 -- fixtures
from tests.web.webhooks.test_dialled_town import (
    Evening,
    callers,  # noqa: F401 -- a fixture
    campaign_id,  # noqa: F401 -- a fixture
    evening,  # noqa: F401 -- a fixture
    pacer,  # noqa: F401 -- a fixture
)

pytestmark = [
    pytest.mark.slow,
    # A page that is left while a script is on its way: the server of the tests drops the file unclosed.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PICTURES = os.environ.get("DIALER_SCREENSHOTS")
NO_MICROPHONE = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "%s"))
"""


def quickly(route: Route) -> None:
    """The page asks the server each second, instead of waiting for a stream that no test has."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('data-every="10"', 'data-every="1"'))


@pytest.fixture
def page(open_browser: Open, evening: Evening, vic: Person) -> Page:
    page = open_browser(SHORT_PHONE)
    page.route("**/call", quickly)
    sign_in(page, vic)
    return page


def pass_until(page: Page, evening: Evening, wanted: str) -> None:
    """Time passes in the town and here, until the page shows that state by itself."""
    for _ in range(60):
        if page.locator(f"[data-test=status][data-state={wanted}]").count():
            return
        evening.pass_by(1)
        page.wait_for_timeout(200)
    raise AssertionError(f"the page never came to {wanted}: {page.locator('#status').inner_text()}")


def settle_on_one_leg(page: Page, evening: Evening) -> None:
    """The newest leg is the line, and the only one: the older one went when it was in the room."""
    for _ in range(12):
        evening.pass_by(1)
        page.wait_for_timeout(500)
        *others, last = [call["status"] for call in ours(evening)]
        if last == "in-progress" and set(others) == {"completed"}:
            break
    page.locator("body[data-line=ready]").wait_for()
    assert (last, set(others)) == ("in-progress", {"completed"})


def ours(evening: Evening) -> list[dict[str, object]]:
    """The legs from browsers, oldest first."""
    return [call for call in evening.town.calls() if str(call["from"]).startswith("client:")]


def look(page: Page, name: str, faults: list[str]) -> None:
    """By axe and by size, on a small phone and at a desk."""
    for width, height in (DESK, SHORT_PHONE):
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"line-{name}-{width}.png"))
        faults.extend(f"{name}, {width} px: {fault}" for fault in axe_faults(page))
        if (wide := sizes(page)[0]) > width:
            faults.append(f"{name}: {wide} px wide at {width}")


def test_an_evening_by_browser(
    page: Page,
    evening: Evening,
    vic: Person,
    organisation_id: uuid.UUID,
) -> None:
    town, faults = evening.town, list[str]()
    for index in range(4):
        town.person(landline(100 + index), phone="answers", ring_s=2, talk_s=900, patience_s=60)
    page.goto("/call")
    tap(page, "next")
    page.locator("[data-test=call-browser]").wait_for()
    look(page, "ways", faults)
    tap(page, "call-browser")
    page.get_by_text("We can hear you.").wait_for()
    look(page, "microphone", faults)
    tap(page, "mic-join")
    page.locator("body[data-line=ready]").wait_for()
    look(page, "joining", faults)
    pass_until(page, evening, "talking")
    page.locator("[data-test=contact-name]").get_by_text("Person 0").wait_for()
    look(page, "talking", faults)
    (first,) = ours(evening)

    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator("body[data-line=ready]").wait_for()
    evening.pass_by(3)
    state(page, "talking")
    before, after = ours(evening)
    assert (before["sid"], before["status"], after["status"]) == (first["sid"], "completed", "in-progress")
    contact = next(call for call in town.calls() if call["to"] == landline(100))
    assert contact["status"] == "in-progress", "they were not dropped"
    assert contact["sounds"][-1]["what"] == after["sid"], "and hear the same volunteer again"
    assert {room["name"] for room in town.conferences()} == {room_of(vic.id)}

    page.locator(".foot [data-test=reached]").click()
    state(page, "wrap_up")
    look(page, "wrap-up", faults)
    tap(page, "disposition-contacted")
    tap(page, "save")
    state(page, "saved")
    look(page, "saved", faults)
    pass_until(page, evening, "talking")
    page.locator("[data-test=contact-name]").get_by_text("Person 1").wait_for()
    page.locator(".foot [data-test=reached]").click()
    tap(page, "disposition-contacted")
    tap(page, "save")
    tap(page, "end-shift")
    page.get_by_text("Diolch, Vic").wait_for()
    evening.pass_by(2)
    assert [call["status"] for call in ours(evening)] == ["completed", "completed"]
    shown = {str(call["from"]) for call in ours(evening)}
    assert all(one.startswith(f"client:volunteer_{organisation_id.hex}_") for one in shown)
    assert town.troubles() == []
    assert not faults, "\n".join(faults)


def test_the_line_is_in_one_tab_and_survives_the_network(page: Page, evening: Evening) -> None:
    page.goto("/call")
    tap(page, "next")
    tap(page, "call-browser")
    tap(page, "mic-join")
    page.locator("body[data-line=ready]").wait_for()
    evening.pass_by(2)
    faults: list[str] = []

    page.context.set_offline(offline=True)
    page.get_by_text("Getting you back").wait_for()
    look(page, "lost", faults)
    page.context.set_offline(offline=False)
    page.locator("body[data-line=ready]").wait_for()
    state(page, "waiting")
    assert len(ours(evening)) == 1, "the leg was there still"

    newer = page.context.new_page()
    newer.goto("/call")
    newer.locator("body[data-line=ready]").wait_for()
    settle_on_one_leg(newer, evening)
    page.get_by_text("Your line is in another tab").wait_for()
    look(page, "elsewhere", faults)
    tap(page, "line-again")
    page.locator("body[data-line=ready]").wait_for()
    settle_on_one_leg(page, evening)
    newer.get_by_text("Your line is in another tab").wait_for()

    for sid in [str(call["sid"]) for call in ours(evening)[-1:]]:
        evening.town.put_down(sid)
    page.get_by_text("Getting you back").or_(page.get_by_text("Putting you on the line")).first.wait_for()
    page.locator("body[data-line=ready]").wait_for()
    settle_on_one_leg(page, evening)
    page.goto("/call")
    state(page, "waiting")
    assert not faults, "\n".join(faults)


def in_a_newer_tab(board: Page, evening: Evening, faults: list[str]) -> Page:
    """The coordinator opens the same page once more: that tab is with them then, and the older says so."""
    newest = board.context.new_page()
    newest.goto(f"/campaigns/{evening.campaign_id}/shifts")
    for _ in range(12):
        evening.pass_by(1)
        newest.wait_for_timeout(500)
        if (stands := [call["status"] for call in ours(evening)[2:]]) == ["completed", "in-progress"]:
            break
    assert stands == ["completed", "in-progress"]
    board.get_by_text("Another tab of yours is with them now").wait_for()
    look(board, "desk-elsewhere", faults)
    contact = next(call for call in evening.town.calls() if call["to"] == landline(100))
    heard = [each["kind"] for each in contact["sounds"]]
    assert set(heard) <= {"people", "beep"}, heard
    board.close()
    return newest


def test_a_newer_tab_goes_on_with_the_talk_and_a_coordinator_joins_it_by_browser(
    page: Page, evening: Evening, open_browser: Open, carys: Person
) -> None:
    evening.town.person(landline(100), phone="answers", ring_s=2, talk_s=900, patience_s=60)
    page.goto("/call")
    tap(page, "next")
    tap(page, "call-browser")
    tap(page, "mic-join")
    pass_until(page, evening, "talking")
    newer = page.context.new_page()
    newer.goto("/call")
    settle_on_one_leg(newer, evening)
    page.get_by_text("Your line is in another tab").wait_for()
    contact = next(call for call in evening.town.calls() if call["to"] == landline(100))
    heard = [each["kind"] for each in contact["sounds"]]
    assert set(heard) <= {"people", "beep"}, heard

    board, faults = open_browser(DESK), list[str]()
    sign_in(board, carys)
    board.goto(f"/campaigns/{evening.campaign_id}/shifts")
    look(board, "shifts", faults)
    tap(board, "desk-phone-other")
    tap(board, "supervise-listen")
    board.locator("#desk-phone").wait_for(state="attached")
    for _ in range(4):
        board.wait_for_timeout(400)
        evening.pass_by(1)
    legs = ours(evening)
    assert (len(legs), legs[-1]["status"], legs[-1]["sounds"][-1]["kind"]) == (3, "in-progress", "people")
    tap(board, "supervise-take_over")
    board.get_by_text("everybody hears you").wait_for()
    board.locator("[data-test=taken-over]").wait_for()
    look(board, "taken-over", faults)
    assert ours(evening)[-1]["status"] == "in-progress", "a press on the page doesn’t hang up"
    board = in_a_newer_tab(board, evening, faults)
    board.once("dialog", lambda dialog: dialog.accept())
    board.goto(str(board.locator("[data-test=say-result]").get_attribute("href")))
    look(board, "taken-result", faults)
    tap(board, "disposition-contacted")
    tap(board, "save")
    board.get_by_text("Saved: what came of your talk").wait_for()
    evening.pass_by(3)
    before, after = ours(evening)[-2:]
    assert before["status"] == "completed", "who leaves the page hangs up"
    assert after["status"] == "in-progress", "who comes back to it is back in the room"
    tap(board, "supervise-leave")
    board.locator("#desk-phone").wait_for(state="detached")
    evening.pass_by(2)
    assert ours(evening)[-1]["status"] == "completed"
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("fault", "words"), [("NotAllowedError", "doesn’t let us"), ("NotFoundError", "found no")]
)
def test_without_a_microphone_it_says_so_and_the_phone_is_there(
    page: Page, evening: Evening, fault: str, words: str
) -> None:
    page.add_init_script(NO_MICROPHONE % fault)
    page.goto("/call")
    tap(page, "next")
    tap(page, "call-browser")
    page.get_by_text(words).wait_for()
    faults: list[str] = []
    look(page, fault, faults)
    page.locator("[data-test=call-ring-me]").is_visible()
    assert not faults, "\n".join(faults)
    page.evaluate("localStorage.setItem('dialer:heard', 'yes')")
    page.reload()
    tap(page, "call-browser")
    page.get_by_text("You’re not on the line here").wait_for()
    look(page, f"{fault}-later", faults)
    tap(page, "call-ring-me")
    page.get_by_text("We’re ringing your phone").wait_for()
    assert not faults, "\n".join(faults)


def test_whoever_is_in_hand_is_rung_from_the_page(open_browser: Open, evening: Evening, vic: Person) -> None:
    evening.coordinator.patch(f"/campaigns/{evening.campaign_id}", json={"dialing_mode": "preview"})
    evening.town.person(landline(100), phone="answers", ring_s=2, talk_s=900, patience_s=60)
    page, faults = open_browser(SHORT_PHONE), list[str]()
    sign_in(page, vic)
    page.goto("/call")
    tap(page, "next")
    page.locator("[data-test=call-browser]").wait_for()
    look(page, "preview", faults)
    assert sizes(page)[1] <= SHORT_PHONE[1]
    tap(page, "call-browser")
    page.get_by_text("We can hear you.").wait_for()
    tap(page, "mic-join")
    page.get_by_text("You’ll hear it ring.").wait_for()
    evening.pass_by(3)
    state(page, "talking")
    look(page, "preview-talking", faults)
    page.locator(".foot [data-test=reached]").click()
    state(page, "wrap_up")
    evening.pass_by(2)
    assert {str(call["status"]) for call in evening.town.calls()} == {"completed"}, "the page hung up"
    assert not faults, "\n".join(faults)
