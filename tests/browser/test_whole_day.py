"""A day from its beginning: nothing is there but somebody who may make it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dialer.services.accounts.join_links import NewJoinLink, create_join_link
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.messaging.planning import plan_chunk
from dialer.services.people.import_run import run_import
from dialer.settings import Settings
from dialer.store.models.calling import Assignment, Result
from dialer.store.models.imports import Import
from dialer.store.models.messaging import Blast, Message
from dialer.store.session import UnitFactory
from tests.browser.conftest import DESK, PHONE, Open, follow, sign_in, state, tap
from tests.conftest import SetClock
from tests.live import live_beside
from tests.people import Person
from tests.web.phone_bank import PhoneBank

PEOPLE = "First name,Phone\nSiân,07700 900123\nOwen,07700 900124\nMaja,07700 900125\n"
TEXT = "Hi {first_name|there}, polls are open until 10. Stop: STOP. Promoted by A Rees, 1 High St"


@pytest.fixture
def live(settings: Settings, units: UnitFactory, ctx: Context, clock: SetClock) -> Iterator[None]:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    with live_beside(settings, units, lambda: system.at(clock())):
        yield


def _joins(page: Page, path: str, name: str) -> None:
    """By a link, through the practice call, to the first real person's door."""
    page.goto(path)
    page.locator("[data-test=name]").fill(name)
    page.locator("[data-test=reach]").fill(f"{name.lower()}@example.org")
    page.locator("[data-test=consent]").check()
    follow(page, "[data-test=join]")
    expect(page).to_have_url(re.compile("/practice"))
    tap(page, "practice")
    for answer, step in (("yes", "vote"), ("yes", "how"), ("in_person", "bye")):
        tap(page, f"answer-{answer}")
        page.locator(f"[data-step={step}]").wait_for()
    tap(page, "continue")
    state(page, "wrap_up")
    follow(page, "[data-test=save]")
    page.goto("/call")
    state(page, "idle")


def _talks(page: Page, answer: str) -> None:
    tap(page, "next")
    state(page, "ringing")
    tap(page, "continue")
    state(page, "talking")
    tap(page, f"answer-{answer}")
    tap(page, "continue")
    state(page, "wrap_up")
    tap(page, "save")
    state(page, "saved")


@pytest.mark.usefixtures("live")
def test_who_joins_by_a_link_is_on_the_board_after_each_call(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank
) -> None:
    path = f"/join/{create_join_link(ctx, bank.campaign_id, NewJoinLink()).code}"
    board = open_browser(DESK)
    sign_in(board, carys)
    with board.expect_response("**/live/stream*"):
        board.goto(f"/campaigns/{bank.campaign_id}")
    contacted = board.locator("[data-test=stat-contacted]")
    tom = open_browser(PHONE)
    _joins(tom, path, "Tom")
    for nth, answer in enumerate(("no", "undecided", "unlikely"), start=1):
        _talks(tom, answer)
        expect(contacted).to_have_attribute("data-value", str(nth), timeout=2_000)
    expect(tom.locator("[data-test=shift-count]")).to_have_attribute("data-value", "3")


def test_two_who_press_at_once_have_two_people(
    open_browser: Open, ctx: Context, vic: Person, bank: PhoneBank
) -> None:
    path = f"/join/{create_join_link(ctx, bank.campaign_id, NewJoinLink()).code}"
    first, second = open_browser(PHONE), open_browser(PHONE)
    sign_in(first, vic)
    state(first, "idle")
    _joins(second, path, "Tom")
    for _ in range(3):
        for page in (first, second):  # neither waits for its answer before the other asks
            page.evaluate("document.querySelector('[data-test=next]').click()")
        for page in (first, second):
            state(page, "ringing")
        for page in (first, second):
            tap(page, "not-reached")
            tap(page, "disposition-no_answer")
            tap(page, "save")
            state(page, "saved")
    with ctx.unit() as unit:
        numbers = unit.session.scalars(select(Assignment.number)).all()
        results = unit.session.scalars(select(Result.assignment_id).where(~Result.implied)).all()
    assert len(numbers) == len(set(numbers)) == len(set(results)) == 6


def test_from_nothing_to_calls_and_texts(
    open_browser: Open, carys: Person, ctx: Context, clock: SetClock, tmp_path: Path
) -> None:
    """A coordinator brings in a list, writes a script, makes and starts a campaign, and sends a text."""
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, "utf-8")
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto("/lists")
    page.fill("#name", "Marsh Vale")
    follow(page, "[data-test=list-create]")
    page.set_input_files("[data-test=upload]", file)
    page.locator("[data-test=import-start]").wait_for()
    tap(page, "import-start")
    page.locator("[data-test=import-progress]").wait_for()
    _work(ctx, clock)
    expect(page.locator("[data-test=import-counts]")).to_be_visible()

    page.goto("/scripts/new")
    page.fill("#name", "Polling day")
    page.fill("#node-0-text", "Hello {first_name}")
    follow(page, "[data-test=save]")

    page.goto("/campaigns/new")
    page.fill("#name", "Evening calls")
    page.check("#list-1")
    page.select_option("#script_id", label="Polling day")
    page.fill("#quiet_end", "00:00")
    page.fill("#quiet_start", "00:00")
    page.fill("#senders", "+447700900001")
    follow(page, "[data-test=save]")
    campaign = page.url
    follow(page, "[data-test=campaign-start]")
    _work(ctx, clock)
    page.goto(campaign)
    expect(page.locator("[data-test=stat-contacts]")).to_have_attribute("data-value", "3")

    page.goto("/blasts/new")
    page.select_option("#campaign_id", label="Evening calls")
    page.fill("#name", "Polls are open")
    page.fill("[data-test=blast-body]", TEXT)
    page.locator("[name=list_ids]").first.check()
    follow(page, "[data-test=save]")
    expect(page.locator("[data-test=blast-recipients]")).to_have_attribute("data-value", "3")
    page.fill("[data-test=blast-confirm]", "3")
    follow(page, "[data-test=blast-launch]")
    page.locator("[data-test=blast-progress][data-state=running]").wait_for()
    _work(ctx, clock)
    with ctx.unit() as unit:
        texts = unit.session.scalars(select(Message.body).order_by(Message.number)).all()
    assert [text.split(",")[0] for text in texts] == ["Hi Siân", "Hi Owen", "Hi Maja"]


def _work(ctx: Context, clock: SetClock) -> None:
    """What the workers do of it, beside the carrier."""
    with ctx.unit() as unit:
        imports = unit.session.scalars(select(Import.id).where(Import.state == "queued")).all()
        blasts: list[uuid.UUID] = list(unit.session.scalars(select(Blast.id).where(Blast.state == "running")))
    for import_id in imports:
        run_import(ctx, import_id, clock)
    for blast_id in blasts:
        while plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), blast_id):
            pass
