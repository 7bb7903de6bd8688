"""The link in a text: one press ends the texts, a look does nothing, and nobody learns whose number it is."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.domain.phone import masked
from dialer.services.context import Context
from dialer.services.messaging.opt_out_links import opt_out_urls
from dialer.store.models import new_id
from dialer.store.models.people import Contact, Suppression
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


GWEN = "gwen@example.net"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def letter(ctx: Context) -> str:
    """The way to Gwen's page, from a letter."""
    with ctx.unit() as unit:
        unit.session.add(
            Contact(
                organisation_id=unit.organisation_id,
                id=new_id(),
                first_name="Gwen",
                email="Gwen@example.net",
                email_key=GWEN,
                created_at=ctx.now,
            )
        )
        return opt_out_urls(ctx, unit, [GWEN])[GWEN].removeprefix("http://localhost")


def out_by_email(ctx: Context) -> dict[str, tuple[str, bool]]:
    """Addresses that get no letters, with who said so, and whether it is known whose no it is."""
    with ctx.unit() as unit:
        standing = select(Suppression).where(Suppression.lifted_at.is_(None), Suppression.channel == "email")
        rows = unit.session.scalars(standing)
        return {str(row.email): (row.source, row.opt_out_id is not None) for row in rows}


def test_a_letters_link_ends_letters_and_nothing_else(reader: Reader, letter: str, ctx: Context):
    page = reader.open(letter)
    assert "Common Ground emailed g•••@e•••.net" in page.text
    assert "gwen" not in page.html.lower().replace(letter, "")
    page = reader.press("opt-out")
    assert "You get no more emails from us" in page.text
    assert out_by_email(ctx) == {GWEN: ("link", True)}
    assert barred(ctx) == {}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_program_says_no_in_one_click(kind: str, client, letter: str, ctx: Context):
    answers = [client.post(letter, data=ONE_CLICK, content_type=kind) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert not any("Set-Cookie" in answer.headers for answer in answers)
    assert out_by_email(ctx) == {GWEN: ("link", True)}


@pytest.mark.parametrize("given", [{}, {"List-Unsubscribe": "Perhaps"}, {"list-unsubscribe": "One-Click"}])
def test_nothing_else_is_one_click(given: dict[str, str], client, letter: str, ctx: Context):
    assert client.post(letter, data=given).status_code == 403
    assert client.get(f"{letter}?List-Unsubscribe=One-Click").status_code == 200
    assert client.post(f"{letter}?List-Unsubscribe=One-Click").status_code == 403
    assert out_by_email(ctx) == {}


def test_one_click_at_an_unknown_code_ends_nothing(client, ctx: Context):
    assert client.post("/o/abcdefghjkmnp", data=ONE_CLICK).status_code == 404
    assert out_by_email(ctx) == {}


def test_a_letters_page_in_welsh(client, letter: str):
    page = client.get(letter, headers={"Accept-Language": "cy"})
    assert "Dim rhagor o e-byst?" in page.text
