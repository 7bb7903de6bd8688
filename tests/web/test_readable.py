"""What is no text is refused at the door, on pages as in the API."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("path", ["/join/a%00b", "/sign-in/%00", "/?x=%00", "/login?next=%c3%00"])
def test_an_address_that_is_no_text(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_form_with_a_nul(client: FlaskClient) -> None:
    token = client.get("/login").text.split('name="csrf_token" value="')[1].split('"')[0]
    for form in ({"token": "a\0b"}, {"tok\0en": "a"}):
        assert client.post("/login", data={**form, "csrf_token": token}).status_code == 400
