"""The tellers' page in a real browser: a keypad on a small phone, with a network and without."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select, update

from dialer.domain.access import Role
from dialer.services.accounts.teller_links import create_teller_link, join_as_teller
from dialer.services.accounts.tokens import delete_token
from dialer.services.context import Context
from dialer.services.gotv.elections import change_election
from dialer.store.models.accounts import ApiToken
from dialer.store.models.gotv import TurnoutMark
from tests.browser.conftest import DESK, PHONE, SHORT_PHONE, Open, axe_faults, follow, sign_in, sizes, tap
from tests.conftest import SetClock
from tests.people import Person
from tests.services.gotv.electors import election_id, make_electors

PICTURES = os.environ.get("DIALER_SCREENSHOTS")
WORKER = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
A_DAY_BEHIND = """
    const real = Date.now.bind(Date);
    Date.now = () => real() - 86400000;
"""
KEEPS_NOTHING = """
    IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError"); };
"""
KEEPS_LATER = "IDBFactory.prototype.open = () => ({});"
IS_FULL = """
    const add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (value) {
        if (value.kind === "mark") throw new DOMException("full", "QuotaExceededError");
        return add.call(this, value);
    };
"""
Join = Callable[..., Page]


@pytest.fixture
def polling(ctx: Context) -> Context:
    """Polling day at noon; AA-1 to AA-40 live here."""
    change_election(ctx, election_id(ctx), {"polling_on": dt.date(2026, 5, 7)})
    make_electors(
        ctx, *(f"AA-{number}" for number in range(1, 41)), polling_station="Aber Marsh Village Hall"
    )
    return ctx


@pytest.fixture
def join(polling: Context, open_browser: Open) -> Join:
    """Somebody who has just joined by a link, at the keypad."""

    def join_in(page: Page | None = None, **window: object) -> Page:
        page = page or open_browser(**window)
        code = create_teller_link(polling, ("AA",)).code
        page.goto(f"/teller/join/{code}")
        page.locator("[data-test=name]").fill("Tegwen")
        follow(page, "[data-test=join]")
        return page

    return join_in


def ready(page: Page) -> None:
    """Wait for the script to have taken over, and for the worker that keeps the page."""
    page.locator("main.teller[data-ready]").wait_for()
    page.wait_for_function(WORKER)


def log(page: Page, number: str) -> None:
    """Type a number on the keypad and log it."""
    for key in number:
        page.locator(f"[data-key='{key}']").click()
    tap(page, "log")
    expect(page.locator("[data-test=number]")).to_have_value("")


def unsent(page: Page, count: int) -> None:
    """Wait until so many wait for the network."""
    expect(page.locator("[data-test=unsent]")).to_have_attribute("data-value", str(count))


def marks(ctx: Context, **where: object) -> list[TurnoutMark]:
    with ctx.unit() as unit:
        found = select(TurnoutMark).filter_by(**where).order_by(TurnoutMark.at)
        rows = list(unit.session.scalars(found))
        unit.session.expunge_all()
        return rows


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("script", [True, False])
def test_the_page_fits_and_is_sound(join: Join, language: str, script: bool) -> None:
    page, faults = join(size=SHORT_PHONE, language=language, script=script), list[str]()
    if script:
        ready(page)
        log(page, "12")
        page.locator("[data-line][data-state=accepted]").first.wait_for()
        for key in "34/":
            page.locator(f"[data-key='{key}']").click()
    else:
        page.locator("[data-test=number]").fill("12")
        follow(page, "[data-test=log]")
        assert "12" in page.locator("[data-test=flash]").inner_text()
    for (width, height), theme in ((SHORT_PHONE, "light"), (PHONE, "dark"), ((320, 640), "light")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        if PICTURES:
            name = f"teller-{language}-{'script' if script else 'plain'}-{width}x{height}.png"
            page.screenshot(path=str(Path(PICTURES) / name), full_page=True)
        if script:
            faults.extend(f"{width} px: {fault}" for fault in axe_faults(page))
        wide, high = sizes(page) if script else (0, 0)
        if wide > width or (high > height and width == 360):
            faults.append(f"{wide} x {high} px at {width} x {height}")
    assert not faults, "\n".join(faults)


def test_a_number_is_logged_twice_unknown_and_taken_back(join: Join, polling: Context) -> None:
    page = join(size=SHORT_PHONE)
    ready(page)
    said = page.locator("[data-test=said]")
    page.locator("[data-key='1']").click()
    expect(page.locator("[data-test=log]")).to_have_text("Log AA 1")
    tap(page, "log")
    expect(page.locator("[data-line][data-state=accepted]").first).to_be_visible()
    expect(said).to_have_text("Logged 1.")
    log(page, "1")
    expect(said).to_have_text("1: logged already at 1 pm.")
    log(page, "99")
    expect(said).to_contain_text("99 isn’t on our list. Kept")
    page.keyboard.press("z")
    expect(said).to_have_text("99 is taken back.")
    page.keyboard.press("4")
    page.keyboard.press("/")
    page.keyboard.press("/")
    expect(page.locator("[data-test=number]")).to_have_value("4/A")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.locator("[data-line][data-state=accepted]").first).to_contain_text("4")
    unsent(page, 0)
    standing = [one for one in marks(polling) if one.state != "undone"]
    assert sorted(one.elector_number or "" for one in standing) == ["1", "4"]


def test_what_was_noted_without_a_network_goes_when_it_is_back(
    join: Join, polling: Context, clock: SetClock
) -> None:
    page = join()
    ready(page)
    page.context.set_offline(True)
    for number in ("1", "2", "3"):
        log(page, number)
    unsent(page, 3)
    tap(page, "undo-last")
    unsent(page, 2)
    page.reload()
    page.locator("main.teller[data-ready]").wait_for()
    unsent(page, 2)
    log(page, "4")
    unsent(page, 3)
    page.close()
    clock.forward(hours=3)
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto("/teller")
    again.locator("main.teller[data-ready]").wait_for()
    unsent(again, 0)
    assert [one.elector_number for one in marks(polling)] == ["1", "2", "4"]


def test_four_hundred_that_waited_go_in_order_and_once(join: Join, polling: Context) -> None:
    make_electors(polling, *(f"AA-{number}" for number in range(41, 401)))
    page = join()
    ready(page)
    with polling.unit() as unit:
        this_morning = polling.now - dt.timedelta(hours=4)
        unit.session.execute(update(ApiToken).values(created_at=this_morning))
    page.context.set_offline(True)
    log(page, "1")
    unsent(page, 1)
    page.evaluate(
        """async () => {
            const open = indexedDB.open("dialer-outbox");
            const base = await new Promise((done) => (open.onsuccess = () => done(open.result)));
            const store = base.transaction("items", "readwrite").objectStore("items");
            const all = store.getAll();
            const first = await new Promise((done) => (all.onsuccess = () => done(all.result[0])));
            delete first.seq;
            for (let number = 2; number <= 400; number++) {
                const at = first.at - (401 - number) * 25000;
                store.add({ ...first, id: crypto.randomUUID(), number: String(number), at });
            }
            await new Promise((done) => (store.transaction.oncomplete = done));
        }"""
    )
    other = page.context.new_page()
    page.context.set_offline(False)
    other.goto("/teller")
    unsent(other, 0)
    unsent(page, 0)
    found = marks(polling)
    assert len(found) == 400
    assert {one.state for one in found} == {"counted"}, "slow marks, though they came at once"


def test_one_number_that_is_refused_keeps_no_other_back(join: Join, polling: Context) -> None:
    page = join()
    ready(page)
    page.context.set_offline(True)
    for number in ("1", "2", "3", "4", "5"):
        log(page, number)
    unsent(page, 5)
    page.evaluate(
        """async () => {
            const open = indexedDB.open("dialer-outbox");
            const base = await new Promise((done) => (open.onsuccess = () => done(open.result)));
            const store = base.transaction("items", "readwrite").objectStore("items");
            const all = store.getAll();
            const items = await new Promise((done) => (all.onsuccess = () => done(all.result)));
            store.put({ ...items[1], number: "2\u00a0" });
            store.put({ ...items[2], number: "-" });
            await new Promise((done) => (store.transaction.oncomplete = done));
        }"""
    )
    page.context.route("**/teller/marks", lambda route: route.fulfill(status=404), times=1)
    with page.expect_response("**/teller/marks") as answer:
        page.context.set_offline(False)
    assert answer.value.status == 404, "a proxy’s, while the server is away: no refusal"
    page.reload()
    expect(page.locator("[data-test=refused]")).to_have_text("AA -")
    unsent(page, 1)
    assert [one.elector_number for one in marks(polling)] == ["1", "2", "4", "5"]
    with page.expect_request("**/teller/marks"):
        page.reload()
    expect(page.locator("[data-test=refused]")).to_have_text("AA -")


@pytest.mark.parametrize("fault", [KEEPS_NOTHING, KEEPS_LATER, IS_FULL], ids=["nothing", "later", "full"])
def test_where_a_phone_keeps_nothing_a_number_goes_as_a_plain_form(
    join: Join, open_browser: Open, polling: Context, fault: str
) -> None:
    page = open_browser()
    page.add_init_script(fault)
    join(page)
    if fault == IS_FULL:
        ready(page)
    page.locator("[data-test=number]").fill("7")
    follow(page, "[data-test=log]")
    assert "7" in page.locator("[data-test=flash]").inner_text()
    assert [one.elector_number for one in marks(polling)] == ["7"]


def test_an_answer_that_was_lost_doubles_nothing(join: Join, polling: Context) -> None:
    page = join()
    ready(page)
    lost: list[int] = []

    def lose(route: Route) -> None:
        answer = route.fetch()
        lost.append(answer.status)
        route.abort("connectionreset")

    page.context.route("**/teller/marks", lose, times=1)
    log(page, "1")
    expect(page.locator("[data-line][data-state=accepted]").first).to_be_visible()
    assert lost == [200], "the server had it, and the phone didn’t hear"
    unsent(page, 0)
    assert len(marks(polling)) == 1


def test_a_clock_that_is_wrong_by_a_day_dates_nothing_wrongly(
    join: Join, open_browser: Open, polling: Context
) -> None:
    page = open_browser()
    page.add_init_script(A_DAY_BEHIND)
    join(page)
    ready(page)
    page.context.set_offline(True)
    log(page, "1")
    unsent(page, 1)
    page.context.set_offline(False)
    unsent(page, 0)
    (mark,) = marks(polling)
    assert abs(mark.at - polling.now) < dt.timedelta(minutes=1)


def test_a_session_that_ended_loses_nothing_and_blames_nobody(join: Join, polling: Context) -> None:
    page = join()
    ready(page)
    page.context.set_offline(True)
    log(page, "1")
    unsent(page, 1)
    with polling.unit() as unit:
        token_id = unit.session.scalar(select(ApiToken.id).where(ApiToken.role == Role.TELLER))
    delete_token(polling, token_id or uuid.uuid4())
    page.context.set_offline(False)
    expect(page.locator("[data-says=signed-out]")).to_contain_text("Your numbers are safe on this phone")
    log(page, "2")
    unsent(page, 2)
    page.goto("/teller")
    expect(page.locator("[data-says=signed-out]")).to_be_visible()
    assert marks(polling) == []
    join(page)
    ready(page)
    unsent(page, 0)
    assert [one.elector_number for one in marks(polling)] == ["1", "2"]


def test_before_the_polls_open_it_is_practice_and_turns_real_by_itself(
    join: Join, polling: Context, clock: SetClock
) -> None:
    clock.now = dt.datetime(2026, 5, 7, 5, 59, 50, tzinfo=dt.UTC)
    page = join(size=SHORT_PHONE)
    ready(page)
    expect(page.locator("[data-test=said]")).to_contain_text("Practice. Nothing is kept before")
    log(page, "1")
    expect(page.locator("[data-line][data-state=practice]").first).to_be_visible()
    clock.forward(minutes=5)
    # By the page's own clock that is ten seconds away, and it looks every ten.
    expect(page.locator("main.teller[data-phase=open]")).to_be_visible(timeout=60_000)
    log(page, "2")
    expect(page.locator("[data-line][data-state=accepted]").first).to_contain_text("2")
    assert [one.elector_number for one in marks(polling)] == ["2"]


def test_after_the_polls_have_closed_it_says_thank_you(join: Join, polling: Context, clock: SetClock) -> None:
    page = join(size=SHORT_PHONE)
    ready(page)
    page.context.set_offline(True)
    log(page, "1")
    unsent(page, 1)
    clock.now = dt.datetime(2026, 5, 7, 21, 30, tzinfo=dt.UTC)
    page.context.set_offline(False)
    unsent(page, 0)
    page.reload()
    page.get_by_text("Polls are closed. Thank you.").wait_for()
    assert not axe_faults(page)
    assert [one.elector_number for one in marks(polling)] == ["1"], "noted while they were open"


@pytest.mark.parametrize("language", ["en", "cy"])
def test_asking_tellers_in_fits_and_is_sound(
    open_browser: Open, polling: Context, carys: Person, language: str
) -> None:
    page, faults = open_browser(PHONE, language=language), list[str]()
    code = create_teller_link(polling, ("AA",)).code
    known = {"name": "Tegwen", "phone": "07700 900123", "now": polling.now}
    join_as_teller(polling.units, polling.phones, code, **known)

    def look(path: str, test: str) -> None:
        page.goto(path)
        page.locator(f"[data-test={test}]").first.wait_for()
        for width, height in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": height})
            if PICTURES:
                page.screenshot(path=str(Path(PICTURES) / f"{test}-{language}-{width}.png"), full_page=True)
            faults.extend(f"{path} at {width} px: {fault}" for fault in axe_faults(page))
            if (wide := sizes(page)[0]) > width:
                faults.append(f"{path}: {wide} px wide at {width}")

    look(f"/teller/join/{code}", "join")
    sign_in(page, carys)
    look("/tellers", "end-teller")
    look(f"/tellers/{code}", "teller-url")
    look(f"/tellers/{code}/poster", "poster")
    assert not faults, "\n".join(faults)
