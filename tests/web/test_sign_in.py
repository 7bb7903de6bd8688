"""The ways in: a token, a sign-in link, a join link. And what is refused at the door."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from flask import Flask

from dialer.app import create_app
from dialer.domain.access import Role
from dialer.queueing import RedisJobQueue
from dialer.services.accounts.join_links import NewJoinLink, create_join_link
from dialer.services.accounts.sign_in_links import create_invite
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import Person, make_person
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.reader import Reader


@pytest.fixture
def reader(app: Flask) -> Reader:
    """Nobody yet."""
    return Reader(app.test_client())


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    """Vic's evening."""
    return open_phone_bank(ctx, vic)


@pytest.fixture
def join_path(ctx: Context, bank: PhoneBank) -> str:
    """Where people join this evening."""
    return f"/join/{create_join_link(ctx, bank.campaign_id, NewJoinLink()).code}"


def _join_as_tom(reader: Reader, join_path: str) -> None:
    reader.open(join_path)
    reader.press("join", name="Tom", reach="07700 900123", consent="yes", remember="yes")


def test_the_start_page_says_what_this_is_and_how_to_sign_in(reader: Reader, carys: Person):
    page = reader.open("/")
    assert "Common Ground rings voters from here" in page.text
    assert "Sign in with a token" in page.text


def test_a_token_leads_to_ones_work(app: Flask, vic: Person, carys: Person, bank: PhoneBank):
    volunteer = Reader(app.test_client())
    volunteer.sign_in(vic.token)
    assert volunteer.state == "idle"
    coordinator = app.test_client()
    page = coordinator.get("/login").text
    hidden = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = coordinator.post("/login", data={"token": carys.token, "csrf_token": hidden})
    assert answer.location == "/campaigns"


def test_one_comes_back_to_the_page_one_asked_for(reader: Reader, vic: Person, bank: PhoneBank):
    reader.open("/call/keys")
    assert "token" in reader.page.tests
    page = reader.press("sign-in", token=vic.token)
    assert "Keys" in page.text


def test_a_wrong_token_is_refused_in_plain_words(reader: Reader):
    reader.open("/login")
    page = reader.press("sign-in", token="dlr_wrong")
    assert page.status == 401
    assert "This token doesn’t open anything." in page.text
    assert "<title>Error: " in page.html


def test_ten_failed_sign_ins_a_minute_are_enough(reader: Reader, vic: Person):
    for _ in range(10):
        reader.open("/login")
        assert reader.press("sign-in", token="dlr_guess").status == 401
    reader.open("/login")
    page = reader.press("sign-in", token=vic.token)
    assert page.status == 429
    assert "Try again in a minute." in page.text


@pytest.mark.slow
def test_more_public_posts_than_the_rate_are_refused(
    settings: Settings, units: UnitFactory, jobs: RedisJobQueue, clock: SetClock, vic: Person
):
    app = create_app(replace(settings, public_rate=3), units=units, jobs=jobs, clock=clock)
    reader = Reader(app.test_client())
    for _ in range(3):
        reader.sign_in(vic.token)
    assert reader.sign_in(vic.token).status == 429


def test_a_quiet_hour_signs_out_and_says_so(reader: Reader, vic: Person, bank: PhoneBank, clock: SetClock):
    reader.sign_in(vic.token)
    clock.forward(hours=25)
    page = reader.open("/call/keys")
    assert "signed out after a quiet hour" in page.text
    assert "Keys" in reader.press("sign-in", token=vic.token).text


def test_signing_out_ends_the_session_on_the_server_too(reader: Reader, vic: Person, bank: PhoneBank):
    reader.sign_in(vic.token)
    before = reader.client.get_cookie("dialer_session")
    reader.press(next(key for key, one in reader.page.buttons.items() if one.action == "/sign-out"))
    assert "You’re signed out" in reader.page.text
    assert before
    reader.client.set_cookie("dialer_session", before.value)
    assert "token" in reader.open("/call").tests


def test_a_sign_in_link_is_used_up_by_its_button_only(
    reader: Reader, ctx: Context, vic: Person, bank: PhoneBank
):
    path = "/sign-in/" + create_invite(ctx, vic.id).url.rsplit("/", 1)[1]
    for _ in range(3):
        assert "Good to see you, Vic." in reader.open(path).text
    reader.press("sign-in")
    assert reader.state == "idle"
    again = reader.open(path)
    assert "sign-in" not in again.tests
    assert "This link has had its day." in again.text


def test_an_unknown_sign_in_link(reader: Reader, carys: Person):
    page = reader.open(f"/sign-in/{uuid.uuid4().hex}")
    assert page.status == 404
    assert "Ask the person who sent it for a new one." in page.text


def test_from_a_join_link_to_the_first_call(reader: Reader, join_path: str):
    page = reader.open(join_path)
    assert "Carys asked you" in page.text
    page = reader.press("join", name="Tom", reach="07700 900123", consent="yes")
    assert "First, ring someone who isn’t real." in page.text
    reader.open("/call")
    reader.press("next")
    assert reader.state == "ringing"


def test_the_join_form_says_what_is_missing_and_keeps_the_rest(reader: Reader, join_path: str):
    reader.open(join_path)
    page = reader.press("join", name="Tom", reach="not a phone")
    assert page.status == 422
    assert page.tests["name"]["value"] == "Tom"
    assert "Tick this so that people can trust us" in page.text
    page = reader.press("join", name="Tom", reach="not a phone", consent="yes")
    assert page.tests["reach"]["aria-invalid"] == "true"


def test_joined_already_on_this_device_and_on_another(app: Flask, reader: Reader, join_path: str):
    sent = {"name": "Tom", "reach": "07700 900123", "consent": "yes", "remember": "yes"}
    reader.open(join_path)
    reader.press("join", **sent)
    assert "Welcome back, Tom." in reader.open(join_path).text
    reader.press("join")
    assert reader.open("/call").tests["status"]["data-state"] == "idle"
    other = Reader(app.test_client())
    other.open(join_path)
    page = other.press("join", **sent)
    assert "We know you already." in page.text
    assert "token" in other.open("/call").tests


def test_whoever_joined_goes_on_where_they_were_by_one_press(reader: Reader, join_path: str, clock: SetClock):
    _join_as_tom(reader, join_path)
    clock.forward(hours=25)
    page = reader.open("/call/keys")
    assert "Welcome back, Tom." in page.text
    assert "One press and you’re back at the same place." in page.text
    assert "Keys" in reader.press("again").text
    clock.forward(hours=25)
    assert "Go on as Tom" in reader.open("/").text
    clock.forward(hours=30 * 24)
    assert "again" not in reader.open("/login").tests


def test_somebody_else_after_a_quiet_hour_signs_in_as_themselves(
    reader: Reader, join_path: str, carys: Person, clock: SetClock
):
    _join_as_tom(reader, join_path)
    reader.sign_in(carys.token)
    clock.forward(hours=25)
    page = reader.open("/campaigns")
    assert "Welcome back" not in page.text
    assert "Sign in and you’re back at the same place." in page.text
    assert page.html.index('data-test="token"') < page.html.index('data-test="again"')
    assert "forget-device" not in page.tests
    reader.press("again")
    assert reader.state == "idle"  # Tom's own page, not the one that Carys asked for


def test_a_device_remembers_nobody_who_didnt_ask_for_it(reader: Reader, join_path: str, clock: SetClock):
    reader.open(join_path)
    reader.press("join", name="Tom", reach="07700 900123", consent="yes")
    assert "First, ring someone" in reader.page.text
    clock.forward(hours=25)
    assert "again" not in reader.open("/login").tests
    assert "Welcome back" not in reader.open(join_path).text


def _press_sign_out(reader: Reader) -> None:
    reader.press(next(key for key, one in reader.page.buttons.items() if one.action == "/sign-out"))
    assert "You’re signed out" in reader.page.text


def _assert_nobody_is_greeted(reader: Reader, join_path: str) -> None:
    for path in ("/", "/login", join_path):
        page = reader.open(path)
        assert "again" not in page.tests
        assert "Tom" not in page.text


def test_whoever_joins_unremembered_leaves_nobody_remembered(reader: Reader, join_path: str, clock: SetClock):
    _join_as_tom(reader, join_path)
    page = reader.open(join_path)
    del page.buttons["join"].form.fields["again"]  # the form as it was open in another tab
    reader.press("join", name="Ann", reach="07700 900124", consent="yes")
    assert reader.client.get_cookie("device") is None
    clock.forward(hours=25)
    _assert_nobody_is_greeted(reader, join_path)


def test_a_device_forgets_when_it_is_told_to(reader: Reader, join_path: str):
    _join_as_tom(reader, join_path)
    kept = reader.client.get_cookie("device")
    assert kept
    reader.open("/login")
    page = reader.press("forget-device")
    assert "This device has forgotten you." in page.text
    reader.client.set_cookie("device", kept.value)
    assert "again" not in reader.open("/login").tests


@pytest.mark.parametrize("hours", [0, 2, 25])
def test_whoever_signs_out_is_forgotten_even_on_a_page_that_went_quiet(
    reader: Reader, join_path: str, clock: SetClock, hours: int
):
    _join_as_tom(reader, join_path)
    kept = reader.client.get_cookie("device")
    assert kept
    reader.open("/call")
    clock.forward(hours=hours)
    _press_sign_out(reader)
    assert reader.client.get_cookie("device") is None
    _assert_nobody_is_greeted(reader, join_path)
    reader.client.set_cookie("device", kept.value)
    _assert_nobody_is_greeted(reader, join_path)


def test_signing_out_of_another_session_forgets_the_device_too(
    reader: Reader, join_path: str, vic: Person, clock: SetClock
):
    _join_as_tom(reader, join_path)
    clock.forward(hours=25)
    reader.sign_in(vic.token, to="/call")
    _press_sign_out(reader)
    _assert_nobody_is_greeted(reader, join_path)


def test_a_copy_of_the_cookie_ends_with_the_device_however_often_it_came_back(
    reader: Reader, app: Flask, join_path: str, clock: SetClock
):
    _join_as_tom(reader, join_path)
    copied = reader.client.get_cookie("device")
    assert copied
    for path in ("/login", join_path):
        clock.forward(hours=20 * 24)  # counted from the last time, so 40 days are none too many
        page = reader.open(path)
        reader.press("again" if "again" in page.tests else "join")
    reader.open("/call")
    _press_sign_out(reader)
    other = Reader(app.test_client())
    other.client.set_cookie("device", copied.value)
    _assert_nobody_is_greeted(other, join_path)


def test_whoever_joins_after_another_takes_their_place_on_the_device(
    reader: Reader, app: Flask, join_path: str
):
    _join_as_tom(reader, join_path)
    copied = reader.client.get_cookie("device")
    assert copied
    page = reader.open(join_path)
    del page.buttons["join"].form.fields["again"]
    reader.press("join", name="Ann", reach="07700 900124", consent="yes", remember="yes")
    assert "Welcome back, Ann." in reader.open("/login").text
    other = Reader(app.test_client())
    other.client.set_cookie("device", copied.value)
    _assert_nobody_is_greeted(other, join_path)


def test_a_press_that_comes_twice_is_as_good_as_one(reader: Reader, join_path: str, clock: SetClock):
    _join_as_tom(reader, join_path)
    clock.forward(hours=25)
    kept = reader.client.get_cookie("device")
    assert kept
    for _ in range(2):
        reader.client.set_cookie("device", kept.value)  # the first answer was lost
        reader.client.delete_cookie("dialer_session")
        reader.open("/login")
        reader.press("again")
        assert reader.state == "idle"


def test_a_cookie_of_join_pages_alone_gives_way_to_the_new_one(reader: Reader, join_path: str):
    _join_as_tom(reader, join_path)
    toms = reader.client.get_cookie("device")
    assert toms
    reader.client.delete_cookie("device")
    reader.client.set_cookie("device", toms.value, path="/join")  # as it was before the start page had it
    assert "Welcome back, Tom." in reader.open(join_path).text
    reader.press("join")
    assert reader.client.get_cookie("device", path="/join") is None
    assert "Welcome back, Tom." in reader.open("/login").text


def test_whoever_joined_last_is_greeted_where_an_old_cookie_is_left(app: Flask, join_path: str):
    toms, anns = Reader(app.test_client()), Reader(app.test_client())
    _join_as_tom(toms, join_path)
    anns.open(join_path)
    anns.press("join", name="Ann", reach="07700 900124", consent="yes", remember="yes")
    kept = [one.client.get_cookie("device") for one in (toms, anns)]
    assert kept[0]
    assert kept[1]
    both = Reader(app.test_client())
    both.client.set_cookie("device", kept[0].value, path="/join")
    both.client.set_cookie("device", kept[1].value)
    assert "Welcome back, Ann." in both.open(join_path).text
    both.press("join")
    both.open("/call")
    _press_sign_out(both)
    _assert_nobody_is_greeted(both, join_path)


def test_a_press_after_the_device_was_forgotten_says_what_to_do(reader: Reader, join_path: str):
    _join_as_tom(reader, join_path)
    reader.open("/login")
    reader.client.delete_cookie("device")
    page = reader.press("again")
    assert page.status == 401
    assert "This device isn’t remembered any more." in page.text


def test_an_invited_volunteer_may_be_remembered(
    reader: Reader, ctx: Context, vic: Person, bank: PhoneBank, clock: SetClock
):
    reader.open("/sign-in/" + create_invite(ctx, vic.id).url.rsplit("/", 1)[1])
    reader.press("sign-in", remember="yes")
    clock.forward(hours=25)
    reader.open("/call")
    reader.press("again")
    assert reader.state == "idle"


def test_a_join_link_that_is_over(reader: Reader, carys: Person):
    page = reader.open("/join/nonsense")
    assert page.status == 404
    assert "This link has had its day." in page.text
    assert "join" not in page.tests


def test_whoever_was_signed_out_asks_for_a_new_link_at_the_door(
    reader: Reader, app: Flask, ctx: Context, carys: Person, units: UnitFactory
):
    make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", phone="+447700900123")
    said = []
    for number in ("07700 900123", "07700 900999"):
        reader.open("/login")
        said.append(reader.press("ask-link", reach=number).text)
    assert said[0] == said[1], "who is known here isn’t told to who asks"
    assert "If that is how we know you" in said[0]
    assert reader.press("ask-link", reach="me").status == 422
    assert "Give a phone number or an email" in reader.page.text
    desk = Reader(app.test_client())
    desk.sign_in(carys.token)
    assert "Olwen" in desk.open("/accounts").words["link-requests"]
    assert "invite-url" in desk.press("answer-link").tests
    assert "link-requests" not in desk.open("/accounts").tests
