"""Carys at her desk: signed in, with a phone bank that Vic calls for."""

from __future__ import annotations

import pytest
from flask import Flask

from dialer.services.context import Context
from tests.people import Person
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.reader import Reader


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    """The campaign “Evening calls”, which runs."""
    return open_phone_bank(ctx, vic)


@pytest.fixture
def desk(app: Flask, carys: Person) -> Reader:
    """The coordinator's browser, without script."""
    reader = Reader(app.test_client())
    assert reader.sign_in(carys.token).status == 200
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
