"""Carys at her desk: signed in, with a phone bank that Vic calls for."""

from __future__ import annotations

import io
import uuid

import pytest
from flask import Flask

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from tests.conftest import SetClock
from tests.people import Person
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.reader import Page, Reader

PEOPLE = """Name,Phone,Email
Siân Prydderch,07700 900123,sian@example.org
Owen Hughes,4.47E+11,
Nasima Begum,07700 900125,not an email
Idris Pugh,n/a,
"""


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    """The campaign “Evening calls”, which runs."""
    return open_phone_bank(ctx, vic)


@pytest.fixture
def desk(app: Flask, carys: Person) -> Reader:
    """The coordinator's browser, without script; no page of hers is open yet."""
    reader = Reader(app.test_client())
    assert reader.sign_in(carys.token, to="/healthz").status == 200
    return reader


@pytest.fixture
def phone(app: Flask, vic: Person, bank: PhoneBank) -> Reader:
    """The volunteer's browser."""
    reader = Reader(app.test_client())
    assert reader.sign_in(vic.token).status == 200
    return reader


def record_pledge(phone: Reader) -> None:
    """One talk, with Siân, that ends with a pledge."""
    for button in ("next", "continue", "answer-yes", "answer-in_person", "continue", "save"):
        phone.press(button)
    assert phone.state == "saved"


@pytest.fixture
def bring_in(desk: Reader, ctx: Context, clock: SetClock):
    """Upload a file on the page that is open, let the worker do it, and look at what came of it."""

    def bring(text: str | bytes, name: str = "people.csv") -> Page:
        data = text.encode() if isinstance(text, str) else text
        page = desk.press("upload-send", file=(io.BytesIO(data), name))
        if "why-mapping" in page.tests or "import-start" not in page.tests:
            return page
        page = desk.press("import-start")
        path = next(form.action for form in page.forms if form.action.endswith("/cancel")).removesuffix(
            "/cancel"
        )
        run_import(ctx, uuid.UUID(path.rsplit("/", 1)[1]), clock)
        return desk.open(path)

    return bring


@pytest.fixture
def new_list(desk: Reader) -> Reader:
    """The page of an empty list."""
    desk.open("/lists")
    page = desk.press("list-create", name="Marsh Vale")
    assert "upload" in page.tests
    return desk
