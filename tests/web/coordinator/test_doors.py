"""Coordinators' pages open to nobody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.people import Person, make_person
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

PAGES = (
    "/campaigns",
    "/campaigns/new",
    "/lists",
    "/contacts",
    "/suppressions",
    "/scripts",
    "/scripts/new",
    "/volunteers",
    "/teams",
    "/accounts",
    "/elections",
    "/postal-votes",
    "/tellers",
    "/turnout",
    "/knock-up",
    "/knock-up.csv",
    "/turnout/marks",
    "/turnout/sheets",
    "/turnout/crosstab",
    "/turnout/pledges.csv",
    "/live",
    "/blasts",
    "/blasts/new",
    "/circulars",
    "/inbox",
    "/senders",
    "/look-ups",
    "/numbers",
    "/numbers/search",
    "/pictures",
    "/sounds",
    "/spending",
    "/text-templates",
)


@pytest.mark.parametrize("path", sorted({*PAGES} - {"/inbox"}))
def test_a_volunteer_is_told_that_it_isnt_theirs(phone: Reader, path: str) -> None:
    assert phone.open(path).status == 403


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_sign_in(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 303
    assert "/login" in answer.headers["Location"]


@pytest.mark.slow
def test_an_organiser_is_offered_what_they_may_open_and_nothing_else(
    app: Flask, ctx: Context, units: UnitFactory, bank: PhoneBank
) -> None:
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(bank.campaign_id,))
    reader = Reader(app.test_client())
    reader.sign_in(olwen.token)
    offered = set()
    for path in ("/campaigns", "/turnout", "/blasts", "/live", "/scripts", "/volunteers", "/elections"):
        page = reader.open(path)
        assert page.status == 200
        assert "pause-all" not in page.tests
        offered |= set(re.findall(r'<a href="(/[a-z-]+)"', page.html))
    assert offered >= {"/live", "/campaigns", "/blasts", "/turnout", "/scripts"}
    assert {path: reader.open(path).status for path in offered} == dict.fromkeys(offered, 200)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_and_a_skip_link_in_both_languages(
    app: Flask, carys: Person, bank: PhoneBank, path: str
) -> None:
    for language in ("en", "cy"):
        reader = Reader(app.test_client(), language)
        reader.sign_in(carys.token)
        text = reader.client.get(path, headers={"Accept-Language": language}).text
        if path.endswith(".csv"):
            continue
        assert text.count("<h1") == 1
        assert f'<html lang="{language}"' in text
        assert 'class="skip"' in text
