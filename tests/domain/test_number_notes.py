"""What is told of the rules of countries has a source, a date and a kind that it is about."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import pytest

from dialer.domain.number_notes import CALLER_ID, ELSEWHERE, KINDS, NOTES, Note, notes_for

ALL = [(country, note) for country, notes in NOTES.items() for note in notes]


@pytest.mark.parametrize(("country", "note"), ALL, ids=[f"{country}-{note.name}" for country, note in ALL])
def test_each_note_says_where_and_when_it_was_read(country: str, note: Note) -> None:
    where = urlsplit(note.source)
    assert where.scheme == "https"
    assert "." in where.netloc
    assert note.checked >= dt.date(2026, 11, 1)
    assert note.kinds
    assert note.kinds <= set(KINDS)
    assert note.words.endswith(".")
    assert len(note.words) < 300


@pytest.mark.parametrize("country", NOTES)
def test_names_are_unique_within_a_country(country: str) -> None:
    names = [note.name for note in NOTES[country]]
    assert len(names) == len(set(names))


def test_the_kind_picks_what_is_about_it() -> None:
    assert {"registration_10dlc", "political_use"} <= {note.name for note in notes_for("us", "10dlc")}
    assert "registration_10dlc" not in {note.name for note in notes_for("US", CALLER_ID)}
    assert "sender_registry" in {note.name for note in notes_for("IE", "alphanumeric")}
    assert "voter_contact_registry" in {note.name for note in notes_for("CA", CALLER_ID)}
    for country in ("GB", "IE", "US", "CA"):
        for kind in ("local", "toll_free", "alphanumeric", CALLER_ID):
            assert set(notes_for(country, kind)) <= set(notes_for(country))


def test_of_a_country_that_is_not_known_is_told_what_holds_nearly_everywhere() -> None:
    assert notes_for("XX") == NOTES[ELSEWHERE]
    assert {note.name for note in notes_for("FR", "mobile")} == {"bundle", "address"}
