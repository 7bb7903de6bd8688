"""Refusals are pages in plain words, in the reader's language, and need no database."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dialer.domain.errors import RateLimited, Unavailable


def test_an_address_that_is_not_there(client: FlaskClient):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "That page isn’t here, or isn’t yours to see." in answer.text


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (RateLimited(retry_after_s=7), 429, "That’s a lot at once. Try again in a minute."),
        (Unavailable(), 503, "We’re off for a moment. Nothing is lost; try again in a minute."),
        (ZeroDivisionError(), 500, "Nothing was half done."),
    ],
)
def test_refusals_say_what_happened_and_what_to_do(
    app: Flask, monkeypatch: pytest.MonkeyPatch, refusal: Exception, status: int, words: str
):
    def refuse() -> str:
        raise refusal

    vars(refuse)["__permission__"] = vars(app.view_functions["public.index"])["__permission__"]
    monkeypatch.setitem(app.view_functions, "public.index", refuse)
    answer = app.test_client().get("/")
    assert answer.status_code == status
    assert words in answer.text
    assert ("Retry-After" in answer.headers) is (status in (429, 503))


def test_every_page_has_one_heading_a_language_and_a_way_past_the_head(client: FlaskClient):
    for path in ("/", "/login", "/nowhere"):
        page = client.get(path).text
        assert page.count("<h1") == 1, path
        assert '<html lang="en"' in page
        assert 'class="skip" href="#main"' in page
        assert " style=" not in page
