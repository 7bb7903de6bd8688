"""Welsh is whole: every sentence, all six plural forms, nothing fuzzy, nothing left over."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages import Message
from flask.testing import FlaskClient

from dialer.domain.errors import Conflict, FieldError, ValidationFailed
from dialer.domain.team import DEEPEST, TOO_DEEP
from dialer.web import i18n
from dialer.web.forms import faults_of
from dialer.web.rule_words import SAID_BY_RULES
from dialer.web.words import clock, long_day

DIALER = Path(i18n.__file__).parents[1]
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    i18n.compile_if_stale()


def _said() -> list[Message]:
    return [message for message in i18n.said_on_pages() if message.id]


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_sentence_has_its_welsh():
    welsh = i18n.welsh()
    kept = {message.id: message for message in welsh if message.id}
    said = {message.id for message in _said()}
    assert said - kept.keys() == set(), "run python -m dialer.web.i18n update, then translate"
    assert kept.keys() - said == set(), "run python -m dialer.web.i18n update"
    for message in kept.values():
        forms = _forms(message.string)
        assert len(forms) == (6 if isinstance(message.id, tuple) else 1), message.id
        assert all(forms), f"no Welsh yet for {message.id}"
        assert not message.fuzzy, message.id
    assert welsh.num_plurals == 6


def test_welsh_fills_in_what_english_does():
    """Of several forms each fills in no more than the English singular names: so does the compiler look at
    them, which tells whoever sets the program up for the first time of every fault.
    """
    welsh = i18n.welsh()
    for message in welsh:
        if not message.id:
            continue
        assert list(message.check(welsh)) == [], message.id
        wanted = set(_PLACEHOLDER.findall(" ".join(_forms(message.id))))
        for form in _forms(message.string):
            assert set(_PLACEHOLDER.findall(form)) <= wanted, message.id
        if isinstance(message.id, str):
            assert set(_PLACEHOLDER.findall(str(message.string))) == wanted, message.id


def test_nothing_is_said_both_alone_and_with_a_number():
    assert i18n.said_with_and_without_number() == set()


def test_the_list_of_what_rules_say_is_what_they_say():
    sources = "".join(
        file.read_text("utf-8") for room in ("domain", "services") for file in (DIALER / room).rglob("*.py")
    )
    for sentence in SAID_BY_RULES:
        assert sentence in sources, sentence


def test_a_refusal_stands_at_its_field_in_the_reader_s_language(app):
    same, deep = "There is a team with this name there already.", TOO_DEEP
    assert str(DEEPEST) in deep
    refused = ValidationFailed(errors=[FieldError("/name", same), FieldError("/parent_id", deep)])
    with app.test_request_context(headers={"Accept-Language": "cy"}):
        assert faults_of(refused, {"/name": "name"}) == {
            "name": "Mae tîm â’r enw hwn yno’n barod.",
            "main": "Dim mwy nag 8 lefel o dimau.",
        }
        sent_home = Conflict("They were sent home. Let them back first.")
        assert faults_of(sent_home, {})["main"].startswith("Cawsant eu hanfon adref.")
        assert faults_of(Conflict("100% of this is in English."), {})["main"] == "100% of this is in English."
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert faults_of(refused, {"/name": "name"})["name"] == same


def test_a_page_in_welsh(client: FlaskClient):
    page = client.get("/login", headers={"Accept-Language": "cy"}).text
    assert "Mewngofnodi" in page
    assert "Neidio i’r prif gynnwys" in page
    assert "Your token" not in page


def test_numbers_count_in_six_forms(app):
    from flask_babel import force_locale, ngettext

    with app.test_request_context(headers={"Accept-Language": "cy"}), force_locale("cy"):
        counted = [
            ngettext("That’s %(num)s call", "That’s %(num)s calls", count) for count in (1, 2, 3, 6, 13)
        ]
    assert counted == ["Dyna 1 alwad", "Dyna 2 alwad", "Dyna 3 galwad", "Dyna 6 galwad", "Dyna 13 galwad"]


def test_times_are_written_the_welsh_way(app):
    with app.test_request_context(headers={"Accept-Language": "cy"}):
        assert (clock(dt.time(9)), clock(dt.time(21, 30))) == ("9 yb", "9:30 yh")
        assert long_day(dt.date(2026, 5, 7)) == "Dydd Iau 7 Mai"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert (clock(dt.time(9)), clock(dt.time(21, 30))) == ("9 am", "9:30 pm")
