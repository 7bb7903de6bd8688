"""The door of the pages: who isn't signed in goes to sign in, and back to where they were."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from dialer.store.models.accounts import Account
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import Person
from tests.web.reader import Reader


def test_a_stranger_signs_in_and_is_back_at_the_page(client: FlaskClient) -> None:
    answer = client.get("/live?campaign_id=7")
    assert answer.status_code == 303
    login = urlsplit(answer.location)
    assert login.path == "/login"
    assert parse_qs(login.query) == {"next": ["/live?campaign_id=7"]}


def test_a_part_of_a_page_takes_the_whole_page_to_sign_in(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/live?campaign_id=7#board"}
    answer = client.get(f"/live/{uuid.uuid4()}/board", headers=headers)
    assert answer.status_code == 401
    login = urlsplit(answer.headers["HX-Redirect"])
    assert (login.path, parse_qs(login.query)) == ("/login", {"next": ["/live?campaign_id=7"]})


def test_whoever_was_let_go_is_not_told_of_a_quiet_hour(
    client: FlaskClient, units: UnitFactory, vic: Person
) -> None:
    Reader(client).sign_in(vic.token)
    with units.begin(vic.organisation_id) as unit:
        unit.session.get_one(Account, (vic.organisation_id, vic.id)).active = False
    answer = client.get("/call")
    assert parse_qs(urlsplit(answer.location).query)["ended"] == ["over"]
    page = client.get(answer.location).text
    assert "this sign-in has ended" in page
    assert "quiet hour" not in page


def test_after_a_quiet_hour_one_is_told_so(client: FlaskClient, carys: Person, clock: SetClock) -> None:
    Reader(client).sign_in(carys.token)
    assert client.get("/campaigns").status_code == 200
    clock.forward(minutes=61)
    answer = client.get("/campaigns")
    assert parse_qs(urlsplit(answer.location).query) == {"next": ["/campaigns"], "ended": ["quiet"]}
    assert "quiet hour" in client.get(answer.location).text
