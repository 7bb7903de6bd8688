"""Language and colours are chosen by a form and kept by a cookie; the way back stays on this site."""

import re

import pytest
from flask.testing import FlaskClient


def _token(client: FlaskClient, page: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert found
    return found[1]


def _choose(client: FlaskClient, door: str, **fields: str):
    return client.post(door, data={"csrf_token": _token(client), **fields})


def test_the_language_stays_and_the_reader_comes_back_to_the_page(client: FlaskClient):
    answer = _choose(client, "/language", language="cy", next="/login?next=/call")
    assert (answer.status_code, answer.location) == (302, "/login?next=/call")
    page = client.get("/login").text
    assert '<html lang="cy"' in page
    assert 'data-test="lang-en"' in page
    assert 'data-test="lang-cy"' not in page


def test_without_a_choice_the_browser_is_asked(client: FlaskClient):
    assert '<html lang="cy"' in client.get("/login", headers={"Accept-Language": "cy, en;q=0.5"}).text
    assert '<html lang="en"' in client.get("/login", headers={"Accept-Language": "fr"}).text


def test_the_theme_is_set_by_the_server_so_that_nothing_flashes(client: FlaskClient):
    assert "data-theme" not in client.get("/login").text
    _choose(client, "/theme", theme="dark", next="/login")
    assert 'data-theme="dark"' in client.get("/login").text


@pytest.mark.parametrize("door", ["/language", "/theme"])
def test_an_unknown_choice_changes_nothing(client: FlaskClient, door: str):
    answer = _choose(client, door, language="tlh", theme="pink", next="/login")
    assert answer.location == "/login"
    assert not [
        header for header in answer.headers.getlist("Set-Cookie") if "pink" in header or "tlh" in header
    ]


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", ""])
def test_no_form_sends_a_reader_elsewhere(client: FlaskClient, away: str):
    assert _choose(client, "/language", language="cy", next=away).location == "/"


def test_without_the_hidden_field_nothing_is_looked_at(client: FlaskClient):
    answer = client.post("/language", data={"language": "cy"})
    assert answer.status_code == 403
    assert "open for a while" in answer.text
