"""Volunteers from the coordinator's side: let in, invited, helped, sent home."""

from __future__ import annotations

import pytest
from flask import Flask

from dialer.services.accounts.join_links import NewJoinLink, create_join_link
from dialer.services.context import Context
from tests.people import Person
from tests.web.coordinator.conftest import record_pledge
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_somebody_is_added_and_signs_in_by_a_link_that_is_shown_once(
    desk: Reader, bank: PhoneBank, app: Flask
) -> None:
    desk.open(f"/volunteers?campaign_id={bank.campaign_id}")
    page = desk.press("volunteer-add", name="Rhodri Bevan", phone="07700 900301")
    assert "Rhodri Bevan is added." in page.words["flash"]
    page = desk.press("invite-make")
    link = page.words["invite-url"]
    assert "/sign-in/" in link
    rhodri = Reader(app.test_client())
    rhodri.open(link.removeprefix("http://localhost"))
    assert rhodri.press("sign-in").tests["status"]["data-state"] == "idle"
    here = next(form.action for form in page.forms if form.action.endswith("/invite")).removesuffix("/invite")
    assert "invite-url" not in desk.open(here).tests


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give a name"),
        ({"name": "Rhodri", "phone": "12"}, "This can’t be a phone number."),
        ({"name": "Rhodri", "email": "rhodri@@example"}, "This can’t be an email address."),
    ],
)
def test_what_is_wrong_is_said(desk: Reader, fields: dict[str, str], words: str) -> None:
    desk.open("/volunteers")
    page = desk.press("volunteer-add", **fields)
    assert page.status == 422
    assert words in page.words["flash"]


def test_a_number_that_is_somebodys_already(desk: Reader) -> None:
    desk.open("/volunteers")
    desk.press("volunteer-add", name="Rhodri", phone="07700 900301")
    desk.open("/volunteers")
    page = desk.press("volunteer-add", name="Another", phone="07700900301")
    assert page.status == 409
    assert "is here already" in page.words["flash"]


@pytest.mark.slow
def test_going_home_ends_the_shift_and_every_sign_in(
    desk: Reader, phone: Reader, vic: Person, bank: PhoneBank
) -> None:
    phone.press("next")
    desk.open(f"/volunteers/{vic.id}")
    assert "is signed out everywhere" in desk.press("volunteer-deactivate").text
    assert "token" in phone.open("/call").tests
    assert "may come back" in desk.press("volunteer-reactivate").text


@pytest.mark.slow
def test_a_volunteer_who_passed_over_many_is_let_go_on(
    desk: Reader, phone: Reader, vic: Person, bank: PhoneBank, ctx: Context
) -> None:
    for _ in range(6):
        phone.press("next")
        phone.press("skip")
    assert phone.press("next").status in (200, 429)
    page = desk.open(f"/volunteers/{vic.id}")
    assert "Held up" in page.words["limited"]
    assert "Passed over many people" in desk.open("/live").words["needs"]
    desk.open(f"/volunteers/{vic.id}")
    assert "They can go on." in desk.press("let-go-on").text
    assert "limited" not in desk.page.tests


@pytest.mark.slow
def test_results_are_taken_back_with_a_reason(
    desk: Reader, phone: Reader, vic: Person, bank: PhoneBank
) -> None:
    record_pledge(phone)
    desk.open(f"/volunteers/{vic.id}/void")
    assert desk.press("confirm", reason="").status == 422
    assert "One result is taken back." in desk.press("confirm", reason="Made them up").words["flash"]
    assert desk.open(f"/campaigns/{bank.campaign_id}").tests["stat-pledges"]["data-value"] == "0"


def test_who_joins_by_a_link_that_asks_is_let_in_by_hand(
    desk: Reader, bank: PhoneBank, ctx: Context, app: Flask
) -> None:
    code = create_join_link(ctx, bank.campaign_id, NewJoinLink(approval=True)).code
    tom = Reader(app.test_client())
    tom.open(f"/join/{code}")
    tom.press("join", name="Tom", reach="07700 900302", consent="yes")
    page = desk.open("/campaigns")
    assert "Tom wants to join in" in page.words["sign-in-requests"]
    form = next(form for form in page.forms if form.action.endswith("/approve"))
    desk.client.post(form.action, data=form.fields)
    assert "Tom is in and can call now." in desk.open("/campaigns").text
    assert "sign-in-requests" not in desk.page.tests


def test_a_request_for_a_link_is_answered(desk: Reader, bank: PhoneBank, ctx: Context, app: Flask) -> None:
    code = create_join_link(ctx, bank.campaign_id, NewJoinLink()).code
    for _ in range(2):  # the second time from another device: the known number asks for its link
        tom = Reader(app.test_client())
        tom.open(f"/join/{code}")
        tom.press("join", name="Tom", reach="07700 900302", consent="yes")
    page = desk.open("/campaigns")
    assert "Tom asked for a sign-in link" in page.words["sign-in-requests"]
    form = next(form for form in page.forms if form.action.endswith("/invite"))
    answer = desk.client.post(form.action, data=form.fields, follow_redirects=True)
    assert "/sign-in/" in answer.text
    assert "sign-in-requests" not in desk.open("/campaigns").tests
