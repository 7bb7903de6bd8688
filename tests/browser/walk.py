"""One walk through every page of callers and guests, stopping at each."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.conftest import follow, sign_in, state, tap
from tests.people import Person
from tests.web.phone_bank import PhoneBank

Look = Callable[[str], None]


def walk_public(page: Page, join_path: str, opt_out_path: str, look: Look) -> None:
    """Pages that anybody may open."""
    for name, path in (
        ("start", "/"),
        ("login", "/login"),
        ("sign-in link that is over", "/sign-in/none"),
        ("join", join_path),
        ("join link that is over", "/join/none"),
        ("not found", "/nowhere"),
    ):
        page.goto(path)
        look(name)
    page.goto(join_path)
    page.locator("[data-test=name]").fill("Tom")
    tap(page, "join")
    page.locator(".wrongs").wait_for()
    look("join with faults")
    page.locator("[data-test=name]").fill("Tom")
    page.locator("[data-test=reach]").fill("tom@example.org")
    page.locator("[data-test=consent]").check()
    page.locator("[data-test=remember]").check()
    follow(page, "[data-test=join]")
    page.goto("/login")
    look("login, known")
    page.goto("/")
    look("start, known")
    page.goto(opt_out_path)
    look("no more texts, asked")
    tap(page, "opt-out")
    page.locator("[data-test=opt-out]").wait_for(state="detached")
    look("no more texts")


def walk_calls(page: Page, vic: Person, bank: PhoneBank, look: Look) -> None:
    """An evening of calls, through every state of the call screen."""
    sign_in(page, vic)
    state(page, "idle")
    look("idle")
    tap(page, "next")
    state(page, "ringing")
    look("ringing")
    tap(page, "call-ring-me")
    page.locator("[data-test=phone]").wait_for()
    look("own phone")
    page.locator("[data-test=phone]").fill("07700 900500")
    tap(page, "phone-send")
    page.locator("[data-test=phone-code]").wait_for()
    look("own phone, code")
    page.goto("/call")
    tap(page, "continue")
    state(page, "talking")
    look("talking")
    tap(page, "do-not-call")
    page.locator("[data-test=confirm]").wait_for()
    look("stop, asked")
    page.locator(".foot a").click()
    page.locator("[data-test=answer-yes]").click()
    page.locator("[data-test=answer-postal]").wait_for()
    look("talking, second question")
    tap(page, "reached")
    state(page, "wrap_up")
    look("wrap-up, we spoke")
    tap(page, "disposition-callback")
    page.locator("[data-test=callback-at]").wait_for()
    look("wrap-up, callback")
    tap(page, "not-reached")
    tap(page, "disposition-no_answer")
    look("wrap-up, not reached")
    tap(page, "save")
    state(page, "saved")
    look("saved")
    tap(page, "pause")
    state(page, "paused")
    look("paused")
    tap(page, "end-shift")
    page.get_by_text("Diolch, Vic").wait_for()
    look("ended")


def walk_practice(page: Page, look: Look) -> None:
    """Mrs Pritchard."""
    page.goto("/practice")
    look("practice, before")
    tap(page, "practice")
    page.locator("[data-test=answer-yes]").wait_for()
    look("practice, talking")
    for answer, step in (("yes", "vote"), ("yes", "how"), ("in_person", "bye")):
        tap(page, f"answer-{answer}")
        page.locator(f"[data-step={step}]").wait_for()
    look("practice, goodbye")
    tap(page, "continue")
    state(page, "wrap_up")
    look("practice, wrap-up")
    page.goto("/practice/done")
    look("practice, after")
    page.goto("/call/keys")
    look("keys")
