"""The rules of a country over the API, and on the senders' page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialer.domain.number_notes import KINDS, NOTES
from tests.conftest import Caller
from tests.people import Person

Api = Callable[[Person], Caller]


def test_a_countrys_rules_are_told_with_their_sources(api: Api, carys: Person, vic: Person) -> None:
    found = api(carys).get("/numbers/notes?country=gb").json
    assert found["country"] == "GB"
    assert [one["name"] for one in found["notes"]] == [note.name for note in NOTES["GB"]]
    assert all(one["source"].startswith("http") and one["checked_on"] for one in found["notes"])
    assert set(found["notes"][0]["kinds"]) <= set(KINDS)
    about = api(carys).get("/numbers/notes?country=US&kind=10dlc").json["notes"]
    assert about
    assert all("10dlc" in one["kinds"] for one in about)
    assert api(vic).get("/numbers/notes?country=GB").status_code == 403


@pytest.mark.parametrize("query", ["", "?country=", "?country=GBR", "?country=G1", "?country=GB&kind=fax"])
def test_nonsense_is_refused(api: Api, carys: Person, query: str) -> None:
    assert api(carys).get(f"/numbers/notes{query}").status_code == 422
