"""A real browser on a live server. Without chromium these tests are skipped, loudly."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from dialer.services.calling.campaigns import CampaignFields, change_campaign
from dialer.services.context import Context
from dialer.web import i18n
from tests.people import Person
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.served import served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
LOOK = "axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations)"
"""By all rules; of what is sound it writes no account."""
PHONE, SHORT_PHONE, DESK = (360, 740), (360, 640), (1280, 900)

MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""One that beeps each second, and a volunteer who allows it."""

PATIENCE_MS = 20_000
"""How long a page may take to come to what is looked for: two busy cores are slow, and not wrong."""

Open = Callable[..., Page]

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, which the quick run leaves out; where there is none, say so."""
    of_here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in of_here:
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: no page was looked at in a browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this worker."""
    i18n.compile_if_stale()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *MICROPHONE])
        yield browser
        browser.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the live server."""
    with served(app) as address:
        yield address


@pytest.fixture
def open_browser(browser: Browser, site: str) -> Iterator[Open]:
    """Opens a window of its own: `open_browser(size=PHONE, language="cy", script=False)`."""
    opened: list[BrowserContext] = []

    def open_window(
        size: tuple[int, int] = PHONE, *, language: str = "en", dark: bool = False, script: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport={"width": size[0], "height": size[1]},
            locale={"en": "en-GB", "cy": "cy"}[language],
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            has_touch=size[0] < 600,
            reduced_motion="reduce",
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield open_window
    for context in opened:
        context.unroute_all(behavior="ignoreErrors")
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    """Vic's evening, in a campaign that can also put calls through and text."""
    bank = open_phone_bank(ctx, vic)
    numbers = {"caller_ids": ["+441632960010"], "senders": ["+447700900001"]}
    change_campaign(ctx, bank.campaign_id, CampaignFields(**numbers))
    return bank


def sign_in(page: Page, person: Person) -> None:
    """In by the token form."""
    page.goto("/login")
    page.locator("[data-test=token]").fill(person.token)
    page.locator("[data-test=sign-in]").click()
    page.wait_for_url(lambda url: "/login" not in url)


def tap(page: Page, test: str) -> None:
    """Press the element with this `data-test`."""
    page.locator(f"[data-test={test}]").click()


def follow(page: Page, selector: str) -> None:
    """Press the first that fits, and wait for the page that it leads to: a press alone waits for nothing."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def state(page: Page, wanted: str) -> None:
    """Wait until the call screen's bar shows this state."""
    page.locator(f"[data-test=status][data-state={wanted}]").wait_for()


def axe_faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(LOOK)
    return [
        f"{fault['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for fault in found
        for node in fault["nodes"]
    ]


def sizes(page: Page) -> tuple[int, int]:
    """How wide and high the page's content is."""
    page.wait_for_load_state()
    width, height = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    return width, height
