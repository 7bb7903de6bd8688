"""The pictures of `docs/tour.md`: a demo in a folder of its own, some calls, and the pages after them.

Called by `scripts/tour`. Everybody in the pictures is made up.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "tour"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1024, "height": 720}
CALLS, STEPS_MOST = 14, 10
STOPS_WITHIN_S = 20


def main() -> None:
    """Make all pictures, or none."""
    if CHROMIUM is None:
        sys.exit("There is no chromium here: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with demo() as (coordinator, volunteer), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        phone = signed_in(browser, volunteer, PHONE, script=False)
        calls(phone)
        follow(phone, "[data-test=next]")
        take(phone, "call")
        desk = signed_in(browser, coordinator, DESK)
        desk.goto("/live")
        take(desk, "live")
        desk.goto("/turnout/crosstab?columns=support&rows=polling_district&known=yes")
        take(desk, "crosstab", "#bars")
        desk.goto("/turnout")
        desk.goto(desk.locator("[data-test=pledges] tbody a").first.get_attribute("href") or "/contacts")
        take(desk, "person", "#history-title")
        browser.close()


@contextlib.contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """A demo that runs, with the links that sign its coordinator and its volunteer in."""
    with tempfile.TemporaryDirectory(prefix="dialer-tour-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        environ = {**os.environ, "DIALER_BIND": bind, "DIALER_DATA_DIR": folder, "DIALER_DEMO": "1"}
        running = subprocess.Popen(
            [sys.executable, "-m", "dialer.supervisor"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield links_of(running)
        finally:
            running.terminate()
            running.wait(STOPS_WITHIN_S)


def links_of(running: subprocess.Popen[str]) -> tuple[str, str]:
    """The links as the demo prints them, the coordinator's first."""
    found = []
    for line in running.stdout or ():
        _, is_link, link = line.strip().partition("sign in: ")
        found += [link] if is_link else []
        if len(found) == 2:
            return found[0], found[1]
    raise SystemExit("The demo didn't start. Try scripts/run.")


def signed_in(browser: Browser, link: str, size: dict[str, int], *, script: bool = True) -> Page:
    """A page of somebody's browser."""
    base = link.partition("/sign-in/")[0]
    context = browser.new_context(viewport=size, base_url=base, java_script_enabled=script)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(link)
    follow(page, "[data-test=sign-in]")
    return page


def follow(page: Page, selector: str) -> None:
    """Press the first that fits, and wait for where it leads."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def calls(page: Page) -> None:
    """Some calls, with all sorts of answers; each fourth finds nobody."""
    page.goto("/call")
    for nth in range(CALLS):
        follow(page, "[data-test=next]")
        if nth % 4 == 3:
            follow(page, "[data-test=not-reached]")
            page.locator("[data-test=disposition-no_answer]").click()
        for _ in range(STEPS_MOST):
            if page.locator("[data-test=save]").count():
                break
            answers = page.locator("[data-test^=answer-]")
            if count := answers.count():
                with page.expect_navigation():
                    answers.nth(nth % min(count, 3)).click()
            else:
                follow(page, "[data-test=continue]")
        follow(page, "[data-test=save]")


def take(page: Page, name: str, at: str = "h1") -> None:
    """Photograph what is seen once the page has been scrolled to what fits `at`, to a little above it."""
    page.locator(at).first.evaluate("found => scrollTo(0, found.getBoundingClientRect().top - 120)")
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
