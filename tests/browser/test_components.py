"""Every component in every state on one page, in both themes: axe finds nothing, nothing sticks out."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from flask import Flask, render_template

from dialer.domain.access import Permission
from dialer.web.guard import allow
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, sign_in, sizes
from tests.people import Person


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """An app with one page more."""
    here = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    own_app.jinja_loader = jinja2.ChoiceLoader([own_app.jinja_loader, here])  # type: ignore[list-item]

    @own_app.get("/gallery")
    @allow(Permission.PUBLIC_READ)
    def gallery() -> str:
        return render_template("gallery.html")

    return own_app


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_gallery(size: tuple[int, int], dark: bool, open_browser: Open, carys: Person):
    page = open_browser(size, dark=dark)
    sign_in(page, carys)
    answer = page.goto("/gallery")
    assert answer
    assert answer.status == 200
    assert not axe_faults(page)
    assert sizes(page)[0] <= size[0]


def test_the_menu_of_a_phone_opens_without_a_script(open_browser: Open, carys: Person):
    page = open_browser(PHONE, script=False)
    sign_in(page, carys)
    page.goto("/gallery")
    page.get_by_text("Menu", exact=True).click()
    assert page.locator(".menu nav a").nth(3).is_visible()


def test_the_accent_follows_nowhere_that_a_state_is_told(open_browser: Open, carys: Person):
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto("/gallery")
    colour = "(selector) => getComputedStyle(document.querySelector(selector)).backgroundColor"
    talking = page.evaluate(colour, "[data-state=talking]")
    button = page.evaluate(colour, ".btn:not(.line, .stop, .bad)")
    page.evaluate("document.documentElement.dataset.accent = 'harbour'")
    assert page.evaluate(colour, "[data-state=talking]") == talking
    assert page.evaluate(colour, ".btn:not(.line, .stop, .bad)") != button
