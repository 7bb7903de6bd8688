"""Single values of a list."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.domain.importing import values

NOW = dt.datetime(2026, 5, 7, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "day_first", "date"),
    [
        ("03/04/2024", True, dt.date(2024, 4, 3)),
        ("03/04/2024", False, dt.date(2024, 3, 4)),
        ("3.4.24", True, dt.date(2024, 4, 3)),
        ("03-04-99", True, dt.date(1999, 4, 3)),
        ("2024-04-03", False, dt.date(2024, 4, 3)),
        ("3 April 2024", True, dt.date(2024, 4, 3)),
        ("3rd Apr 2024", True, dt.date(2024, 4, 3)),
        ("3 Ebrill 2024", True, dt.date(2024, 4, 3)),
        ("31/02/2024", True, None),
        ("13/13/2024", True, None),
        ("soon", True, None),
        ("", True, None),
    ],
)
def test_dates(text: str, day_first: bool, date: dt.date | None) -> None:
    assert values.read_date(text, day_first=day_first, newest=NOW.date()) == date


@pytest.mark.parametrize(
    ("text", "on", "hour"),
    [
        ("09:11", dt.date(2024, 7, 4), "2024-07-04T08:11"),
        ("9.11 am", dt.date(2024, 7, 4), "2024-07-04T08:11"),
        ("9:11pm", dt.date(2024, 1, 4), "2024-01-04T21:11"),
        ("04/07/2024 21:30", None, "2024-07-04T20:30"),
        ("04/07/2024", None, "2024-07-03T23:00"),
        ("2024-07-04T21:30:00Z", None, "2024-07-04T21:30"),
        ("2024-07-04 21:30+02:00", None, "2024-07-04T19:30"),
        ("09:11", None, None),
        ("25:00", dt.date(2024, 7, 4), None),
        ("", dt.date(2024, 7, 4), None),
        ("yes", dt.date(2024, 7, 4), None),
    ],
)
def test_instants(text: str, on: dt.date | None, hour: str | None) -> None:
    at = values.read_instant(text, day_first=True, zone="Europe/London", on=on, now=NOW)
    assert (f"{at:%Y-%m-%dT%H:%M}" if at else None) == hour


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Y", True),
        ("yes", True),
        ("Oes", True),
        ("✓", True),
        ("n", False),
        ("Nac oes", False),
        ("", None),
        ("?", None),
    ],
)
def test_yes_and_no(text: str, meant: bool | None) -> None:
    assert values.yes_or_no(text) is meant


@pytest.mark.parametrize(
    ("text", "support"),
    [
        ("1", 1),
        ("5.0", 5),
        ("2 - leaning", 2),
        ("Strong support", 1),
        ("Against", 5),
        ("6", None),
        ("0", None),
        ("12", None),
    ],
)
def test_support(text: str, support: int | None) -> None:
    assert values.read_support(text) == support


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Sian@Example.ORG", "Sian@example.org"),
        (" mailto:s@example.org ", "s@example.org"),
        ("not an email", None),
        ("a@b", None),
        ("a@@example.org", None),
        ("a@example.org,b@example.org", None),
        (".a@example.org", None),
        ("a..b@example.org", None),
        ("@example.org", None),
    ],
)
def test_email_addresses(text: str, address: str | None) -> None:
    assert values.read_email(text) == address


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Siân Jones", ("Siân", "Jones")),
        ("Jones, Siân Mair", ("Siân Mair", "Jones")),
        ("Dr Siân Mair Jones", ("Siân Mair", "Jones")),
        ("Madonna", ("Madonna", "")),
        ("Mr & Mrs Jones", ("", "Jones")),
        ("Mr and Mrs Tom Jones", ("Tom", "Jones")),
        ("Mr. a Mrs. Jones", ("", "Jones")),
        ("Mrs Jones", ("", "Jones")),
        ("Miss A. Jones", ("A.", "Jones")),
        ("Mr A Jones", ("A", "Jones")),
        ("Jones, Mrs", ("", "Jones")),
        ("Dr", ("Dr", "")),
        ("", ("", "")),
    ],
)
def test_whole_names(text: str, name: tuple[str, str]) -> None:
    assert values.split_name(text) == name


@pytest.mark.parametrize(
    ("text", "postcode"),
    [("l19zz", "L1 9ZZ"), ("CF10 1AA", "CF10 1AA"), ("sw1a1aa", "SW1A 1AA"), ("90210", "90210"), ("", "")],
)
def test_postcodes(text: str, postcode: str) -> None:
    assert values.read_postcode(text) == postcode


def test_tags_and_addresses() -> None:
    assert values.read_tags("volunteer;driver | volunteer,,two  words") == [
        "volunteer",
        "driver",
        "two words",
    ]
    assert values.join_address(["1a", "Made-Up Terrace", "", "Poole,"]) == "1a Made-Up Terrace, Poole"
    assert values.join_address(["Flat 2", "1-3", "High Street"]) == "Flat 2, 1-3 High Street"


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.read_language, "Cymraeg", "cy"),
        (values.read_language, "EN", "en"),
        (values.read_language, "Polish", "Polish"),
        (values.read_source, "phone bank", "call"),
        (values.read_source, "pigeon", "import"),
        (values.read_voting_method, "By post", "postal"),
        (values.read_voting_method, "pigeon", None),
        (values.read_pledge, "Efallai", "maybe"),
        (values.read_pledge, "won’t say", "refused"),
        (values.read_pledge, "Y", "yes"),
    ],
)
def test_words(read: object, text: str, value: str | None) -> None:
    assert callable(read)
    assert read(text) == value
