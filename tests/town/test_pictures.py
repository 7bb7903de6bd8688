"""Pictures with texts, as the carrier takes, fetches, bills and shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from werkzeug.wrappers import Request, Response

from tests.pictures import jpeg, png
from tests.towns import PUBLIC_URL

AMERICAN, GRACE = "+12025550100", "+12025550123"
SHORT = "20210"
URL = f"{PUBLIC_URL}/p/abcdefghijklmn"


@pytest.fixture
def picture(town, send):
    town.orderly()

    def picture(**fields):
        return send(**{"to": GRACE, "from_": AMERICAN, "media_url": [URL], "status_callback": None, **fields})

    return picture


@dataclass
class Place:
    """Where our pictures lie: what it answers, and for which paths it was asked."""

    answer: tuple[int, bytes, str] = (200, png(), "image/png")
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.asked.append(request.path)
        status, data, kind = self.answer
        response = Response(data, status, mimetype=kind, headers={"Cache-Control": "max-age=300"})
        return response(environ, start_response)


@pytest.fixture
def place(town):
    place = Place()
    with town.served_by(place):
        yield place


def test_a_picture_goes_with_its_text_and_costs_one_price(town, picture, place, client):
    long = "Polls are open. " * 60
    message = picture(body=long)
    assert message.sid.startswith("MM")
    assert (message.status, message.num_segments, message.num_media) == ("queued", "1", "1")
    town.advance(60)
    found = message.fetch()
    assert (found.status, found.num_segments, found.price) == ("delivered", "1", "-0.02200")
    [kept] = found.media.list()
    assert kept.content_type == "image/png"
    path = kept.uri.removesuffix(".json")
    auth = (town.account_sid, town.auth_token)
    assert requests.get(f"{town.url}{path}", auth=auth, timeout=10).content == png()
    page = requests.get(f"{town.url}/people/{GRACE}", timeout=10)
    [shown] = [line.split('"')[1] for line in page.text.splitlines() if "<img src=" in line]
    seen = requests.get(f"{town.url}{shown}", timeout=10)
    assert (seen.content, seen.headers["Content-Type"]) == (png(), "image/png")
    assert "img-src 'self'" in page.headers["Content-Security-Policy"]
    assert requests.get(f"{town.url}/pictures/..%2Fledger", timeout=10).status_code == 404


def test_one_that_may_be_kept_is_fetched_once_for_many(town, picture, place):
    for _ in range(5):
        picture()
    town.advance(60)
    assert {text["status"] for text in town.texts()} == {"delivered"}
    assert len(place.asked) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((410, b"gone", "text/html"), 11200),
        ((200, b"<svg/>", "image/svg+xml"), 12300),
        ((200, jpeg(), "image/png"), 12300),
        ((200, png() + bytes(5 * 1024 * 1024), "image/png"), 11751),
    ],
)
def test_what_cant_be_fetched_fails_the_text(town, picture, place, answer, code):
    place.answer = answer
    message = picture()
    town.advance(60)
    found = message.fetch()
    assert (found.status, found.error_code) == ("failed", code)


def test_nobody_elses_picture_is_fetched(town, picture, place):
    message = picture(media_url=["https://example.org/a.png"])
    town.advance(60)
    assert (message.fetch().error_code, place.asked) == (11200, [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"from_": "+447700900900"}, 21621),
        ({"from_": "Vote"}, 21621),
        ({"from_": SHORT}, 21621),
        ({"media_url": ["/p/here"]}, 21620),
        ({"media_url": [URL] * 11}, 21623),
        ({"body": "", "media_url": []}, 21602),
    ],
)
def test_what_it_refuses(town, picture, place, fields, code):
    with pytest.raises(TwilioRestException) as refused:
        picture(**fields)
    assert refused.value.code == code
    assert town.texts() == []


def test_a_short_code_sends_them_once_it_is_enabled(town, picture, place):
    town.account(picture_codes=[SHORT])
    assert picture(from_=SHORT).num_media == "1"


def test_where_none_can_go_words_lead_there_or_it_is_refused(town, picture, place):
    message = picture(to="+447700900123", body="Polls are open")
    assert message.sid.startswith("MM")
    assert message.num_media == "0"
    assert message.body.startswith("Polls are open\nhttps://mms.example.net/")
    town.account(mms_converter=False)
    with pytest.raises(TwilioRestException) as refused:
        picture(to="+447700900123")
    assert refused.value.code == 21612


def test_it_knows_pictures_after_it_was_killed(town, picture, place):
    message = picture()
    town.advance(60)
    town.kill()
    town.start()
    [kept] = message.fetch().media.list()
    assert kept.content_type == "image/png"
