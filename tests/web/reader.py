"""A reader without a script: follows links and presses buttons of the pages as a browser would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_VOID = {"input", "meta", "link", "br", "hr", "img"}


@dataclass
class Form:
    """A form with what would be sent, and its buttons by `data-test` or label."""

    action: str
    method: str
    id: str = ""
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Button:
    """Something to press, in its form."""

    form: Form
    action: str
    name: str
    value: str


@dataclass
class Page:
    """What a page offers."""

    status: int
    html: str
    text: str = ""
    forms: list[Form] = field(default_factory=list)
    buttons: dict[str, Button] = field(default_factory=dict)
    tests: dict[str, dict[str, str]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


class _Reading(HTMLParser):
    def __init__(self, page: Page, here: str) -> None:
        super().__init__()
        self.page, self.here = page, here
        self.form: Form | None = None
        self.open: list[tuple[str, str | None]] = []
        self.area: str | None = None
        self.select: str | None = None
        self.late: list[tuple[str, str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        test = given.get("data-test")
        if test:
            self.page.tests[test] = given
            self.page.words.setdefault(test, "")
        if tag not in _VOID:
            self.open.append((tag, test))
        if tag == "form":
            self.form = Form(
                given.get("action") or self.here, given.get("method", "get"), given.get("id", "")
            )
            self.page.forms.append(self.form)
        elif tag == "button":
            self._button(given)
        elif self.form is not None:
            self._field(tag, given)

    def _button(self, given: dict[str, str]) -> None:
        key = given.get("data-test") or given.get("value") or str(len(self.page.buttons))
        if "form" in given:
            self.late.append((key, given["form"], given))
        elif self.form is not None:
            self._press(key, self.form, given)

    def _press(self, key: str, form: Form, given: dict[str, str]) -> None:
        action = given.get("formaction") or form.action
        self.page.buttons[key] = Button(form, action, given.get("name", ""), given.get("value", ""))

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self.form is not None
        name = given.get("name", "")
        if tag == "input" and name:
            if given.get("type") in ("radio", "checkbox") and "checked" not in given:
                return
            self.form.fields[name] = given.get("value", "")
        elif tag == "textarea":
            self.area = name
            self.form.fields[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in given or self.select not in self.form.fields):
            self.form.fields[self.select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if self.area and self.form:
            self.form.fields[self.area] += data
        for _, test in self.open:
            if test:
                self.page.words[test] += data

    def close(self) -> None:
        super().close()
        for key, form_id, given in self.late:
            form = next(one for one in self.page.forms if one.id == form_id)
            self._press(key, form, given)


class Reader:
    """A browser without script. `page` is what is on the screen."""

    def __init__(self, client: FlaskClient, language: str = "en") -> None:
        self.client, self.language = client, language
        self.page = Page(0, "")

    def open(self, path: str) -> Page:
        """Go to an address."""
        return self.read(self._ask("GET", path))

    def _ask(self, method: str, path: str, data: Mapping[str, str | list[str]] | None = None) -> TestResponse:
        headers = {"Accept-Language": self.language}
        return self.client.open(path, method=method, data=data, headers=headers, follow_redirects=True)

    def read(self, answer: TestResponse) -> Page:
        """What a page says that was asked for in another way."""
        page = Page(answer.status_code, answer.text)
        reading = _Reading(page, answer.request.path)
        reading.feed(answer.text)
        reading.close()
        page.text = " ".join(page.text.split())
        page.words = {test: " ".join(words.split()) for test, words in page.words.items()}
        self.page = page
        return page

    def press(self, button: str, **filled: str | list[str]) -> Page:
        """Press a button by its `data-test` (or value), with fields filled in."""
        pressed = self.page.buttons[button]
        fields: dict[str, str | list[str]] = {**pressed.form.fields, **filled}
        if pressed.name:
            fields[pressed.name] = pressed.value
        return self.read(self._ask(pressed.form.method.upper(), pressed.action, fields))

    def sign_in(self, token: str, to: str = "") -> Page:
        """In by the token form, then on to a page, or to the one that everybody begins with."""
        self.open("/login")
        return self.press("sign-in", token=token, next=to)

    @property
    def state(self) -> str:
        """The state that the call screen's bar shows."""
        return self.page.tests["status"]["data-state"]
