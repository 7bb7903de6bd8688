"""The doors behind the page's telephone: what they may do, for whom, and on which pages."""

# ruff: noqa: F811 -- fixtures are named as what they are

from __future__ import annotations

import dataclasses
import re

import pytest
from flask import Flask

from dialer.app import create_app
from dialer.cli.doctor_carrier import check_browser_calls
from dialer.settings import Settings
from tests.people import Person
from tests.phone_bank import mobile
from tests.web.reader import Reader
from tests.web.webhooks.test_line import (  # noqa: F401 -- fixtures
    GWEN,
    OURS,
    Api,
    Desk,
    caller,
    campaign_id,
    desk,
    gwen,
    reader,
    street,
)

TOKEN = "/call/softphone/token"
LEGS = "/call/softphone/legs"


def post(reader: Reader, path: str, **fields: str):
    """A press of the page's script: the page's own CSRF token goes along."""
    key = re.search(r'name="csrf_token" value="([^"]+)"', reader.open("/call").html)
    assert key is not None
    return reader.client.post(path, data={"csrf_token": key[1], **fields})


def allowed(reader: Reader, path: str) -> tuple[str, str]:
    """What a page may: its microphone, and whom it may reach."""
    headers = reader.client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    return headers["Permissions-Policy"].rpartition(" ")[2], policy["connect-src"]


def by_browser(desk: Desk, reader: Reader) -> str:
    """Vic is on the line in this browser; the leg."""
    reader.press("next")
    reader.press("call-browser")
    leg: str = post(reader, LEGS, token=post(reader, TOKEN).json["token"]).json["sid"]
    desk.session_id = str(re.search(r'data-session="([^"]+)"', reader.open("/call").html)[1])  # type: ignore[index]
    desk.advance(10)
    return leg


def test_the_page_is_the_telephone_and_only_it_may_hear(desk: Desk, reader: Reader) -> None:
    nobody = ("microphone=()", "'self'")
    assert post(reader, TOKEN).json == {"over": True}
    assert post(reader, LEGS, token="x").status_code == 404
    leg = by_browser(desk, reader)
    assert desk.stands() == ("ready", None, "open")
    assert allowed(reader, "/call") == ("microphone=(self)", "'self'"), "in the town nobody else is needed"
    assert [allowed(reader, path) for path in ("/call/keys", "/practice")] == [nobody, nobody]
    assert 'id="softphone"' not in reader.open("/call/keys").html, "nobody is put through to who reads them"
    heard = reader.client.get(f"{LEGS}/{leg}").json
    assert (heard["state"], heard["hears"]) == ("in-progress", "play")
    assert post(reader, TOKEN, leg=leg).json["lasts_s"] == 3000
    assert post(reader, f"{LEGS}/{leg}/end").status_code == 204
    desk.advance(5)
    desk.look()
    assert desk.stands() == ("paused", "line_lost", "none")
    assert "Putting you on the line" in reader.open("/call").text, "it comes back by itself"
    assert "token" in post(reader, TOKEN, leg=leg).json
    reader.open("/call")
    reader.press("end-shift")
    assert post(reader, TOKEN).json == {"over": True}


@pytest.mark.slow
def test_a_line_that_went_to_the_phone_is_left_there(
    desk: Desk, reader: Reader, app: Flask, vic: Person
) -> None:
    leg = by_browser(desk, reader)
    elsewhere = Reader(app.test_client())
    elsewhere.sign_in(vic.token)
    assert 'id="softphone"' not in elsewhere.open("/call").html, "another browser doesn't take it by looking"
    sid = desk.town.connect(desk.vic.post(f"/sessions/{desk.session_id}/token").json["token"])
    desk.advance(5)
    assert post(reader, TOKEN, leg=leg).json == {"elsewhere": True}
    assert post(reader, TOKEN, leg=sid).json.keys() == {"token", "lasts_s"}
    assert desk.ask_for_line(via="phone", phone="+447700900500") == 202
    assert post(reader, TOKEN, leg=sid).json == {"over": True}


@pytest.mark.slow
def test_nobody_hears_or_ends_another_ones_leg(desk: Desk, reader: Reader) -> None:
    by_browser(desk, reader)
    other = desk.town.ring_in(mobile(77), "+441632960900")
    assert reader.client.get(f"{LEGS}/{other}").status_code == 404
    assert post(reader, f"{LEGS}/{other}/end").status_code == 404
    assert reader.client.get(f"{LEGS}/nonsense").status_code == 404


@pytest.mark.slow
def test_with_the_real_carrier_the_page_reaches_its_edges_and_no_stand_in(
    settings: Settings,
    desk: Desk,
    reader: Reader,
) -> None:
    real = create_app(_real(settings), units=desk.units, jobs=desk.system().jobs, clock=desk.clock)
    real.testing = False
    mine = Reader(real.test_client())
    mine.sign_in(desk.vic.person.token)
    mine.press("next")
    page = mine.press("call-browser")
    assert "twilio-voice.min.js" in page.html
    microphone, reached = allowed(mine, "/call")
    assert microphone == "microphone=(self)"
    assert reached.split() == ["'self'", "wss://voice-js.roaming.twilio.com", "https://eventgw.twilio.com"]
    assert post(mine, LEGS, token="x").status_code == 404
    assert "token" in post(mine, TOKEN).json


def _real(settings: Settings, **changed: str) -> Settings:
    return dataclasses.replace(settings, carrier="twilio", **changed)


def test_the_doctor_says_what_browser_calls_lack(settings: Settings) -> None:
    (well,) = check_browser_calls(settings)
    assert well.ok
    nothing = dict.fromkeys(("twilio_api_key_sid", "twilio_api_key_secret", "twilio_app_sid"), "")
    (none,) = check_browser_calls(_real(settings, **nothing))
    assert (none.ok, "not set up" in none.detail) == (True, True)
    (half,) = check_browser_calls(_real(settings, twilio_app_sid=""))
    assert (half.ok, half.remedy) == (False, "set DIALER_TWILIO_APP_SID")
    (away,) = check_browser_calls(_real(settings, twilio_api_base_url="http://127.0.0.1:9"))
    assert not away.ok
    (unknown,) = check_browser_calls(_real(settings))
    assert "TwiML App" in unknown.detail


@pytest.mark.slow
def test_a_browser_rings_whom_its_session_has_in_hand(
    desk: Desk, reader: Reader, api: Api, carys: Person
) -> None:
    api(carys).patch(f"/campaigns/{desk.campaign_id}", json={"dialing_mode": "preview"})
    desk.town.person(GWEN, phone="answers", ring_s=4, talk_s=30)
    page = reader.press("next")
    assignment = page.tests["call-browser"] and re.search(r'data-ring="([^"]+)"', page.html)
    assert assignment is not None
    named, unknown = assignment[1], str(desk.campaign_id)
    assert post(reader, TOKEN, assignment=unknown).json == {"over": True}
    token = post(reader, TOKEN, assignment=named).json["token"]
    for nobodys in (unknown, "nonsense"):
        post(reader, LEGS, token=token, Assignment=nobodys)
        desk.advance(5)
    assert [call["to"] for call in desk.town.calls()] == ["", ""], "nobody was rung"
    leg = post(reader, LEGS, token=token, Assignment=named).json["sid"]
    desk.advance(2)
    page = reader.open("/call")
    assert "You’ll hear it ring" in page.text
    post(reader, LEGS, token=token, Assignment=named)
    desk.advance(5)
    rung = [call for call in desk.town.calls() if call["to"] == GWEN]
    assert [(call["parent_sid"], call["from"]) for call in rung] == [(leg, OURS)], "once, from our number"
    reader.open("/call")
    assert reader.state == "talking"
    desk.advance(40)
    page = reader.open("/call")
    assert reader.state == "wrap_up"
    assert desk.town.troubles() == []
