"""The link in a text: one press ends the texts, a look does nothing, and nobody learns whose number it is."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.domain.phone import masked
from dialer.services.context import Context
from dialer.services.messaging.opt_out_links import opt_out_urls
from dialer.store.models.people import Suppression
from tests.phone_bank import Voter, add_voters, mobile
from tests.web.reader import Reader

SIAN = mobile(123)


@pytest.fixture
def path(ctx: Context) -> str:
    """The way to Siân's page."""
    add_voters(ctx, [Voter("Siân", (SIAN, mobile(124)))])
    with ctx.unit() as unit:
        return opt_out_urls(ctx, unit, [SIAN])[SIAN].removeprefix("http://localhost")


@pytest.fixture
def reader(app: Flask) -> Reader:
    """Nobody who is known."""
    return Reader(app.test_client())


def barred(ctx: Context) -> dict[str, str]:
    with ctx.unit() as unit:
        standing = select(Suppression).where(Suppression.lifted_at.is_(None), Suppression.channel == "sms")
        return {str(row.number): row.source for row in unit.session.scalars(standing)}


def test_the_page_says_enough_for_its_owner_and_nothing_for_others(reader: Reader, path: str):
    page = reader.open(path)
    assert page.status == 200
    assert "Common Ground texted ••••• •••123" in page.text
    assert "opt-out" in page.buttons
    for told in ("Siân", "Jones", "7700", "900123"):
        assert told not in page.html


def test_one_press_ends_the_texts_for_all_their_numbers(reader: Reader, path: str, ctx: Context):
    reader.open(path)
    assert barred(ctx) == {}
    page = reader.press("opt-out")
    assert "You get no more texts from us" in page.text
    assert "opt-out" not in page.buttons
    assert barred(ctx) == {SIAN: "link", mobile(124): "link"}


def test_pressing_again_changes_nothing(app: Flask, path: str, ctx: Context):
    readers = [Reader(app.test_client()) for _ in range(2)]
    for one in readers:
        one.open(path)
    for one in readers:
        assert "You get no more texts" in one.press("opt-out").text
    assert len(barred(ctx)) == 2


def test_nothing_happens_without_the_form_of_the_page(client, path: str, ctx: Context):
    assert client.post(path).status_code == 403
    assert client.head(path).status_code == 200
    assert barred(ctx) == {}


@pytest.mark.parametrize("code", ["abcdefghjkmnp", "x", "..", "a" * 3000])
def test_a_code_that_was_never_given_out_leads_nowhere(code: str, client, path: str):
    assert client.get(f"/o/{code}").status_code == 404


def test_in_welsh(client, path: str):
    page = client.get(path, headers={"Accept-Language": "cy"})
    assert "Dim rhagor o negeseuon?" in page.text


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+447700900123", "••••• •••123"),
        ("+441632960001", "••••• •••001"),
        ("+12125550123", "+• •••-•••-•123"),
        ("60777", "••777"),
    ],
)
def test_masks(number: str, shown: str):
    assert masked(number) == shown
