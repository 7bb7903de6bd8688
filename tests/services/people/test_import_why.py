"""Why a row was taken for somebody who was known, and what an import changed of them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people.import_rows import list_known_rows
from dialer.services.people.views import ImportView
from dialer.store.models.imports import ImportChange
from tests.services.people.importing import bring_in

HEADER = "First name,Surname,Phone,Email,ID,Elector number"


def why(ctx: Context, view: ImportView, outcome: str | None = None) -> list[tuple[int, str, str, int | None]]:
    rows = list_known_rows(ctx, view.id, Page(limit=500), outcome).items
    return [(row.row, row.outcome, row.why, row.first_row) for row in rows]


def changes(ctx: Context, import_id: uuid.UUID) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with ctx.unit() as unit:
        rows = unit.session.scalars(select(ImportChange).where(ImportChange.import_id == import_id))
        return [(row.before, row.after) for row in rows]


def test_each_row_that_names_somebody_known_says_by_which_rule(ctx: Context) -> None:
    rows = (
        "Siân,Jones,07700900001,,7,\nGwyn,Prys,07700900002,,,KA1-1\nNest,Rees,07700900003,,,\n"
        "Mair,Lee,,m@example.org,,"
    )
    assert why(ctx, bring_in(ctx, f"{HEADER}\n{rows}\n")) == []
    again = (
        "Siân,Jones,07700900009,,7,\nGwyn,Prys,,,,KA1-1\nNest,Rees,07700900003,n@example.org,,\n"
        "Mair,Lee,,m@example.org,,\nNest,Rees,07700900003,,,\n"
    )
    done = bring_in(ctx, f"{HEADER}\n{again}")
    assert why(ctx, done) == [
        (2, "updated", "external_id", None),
        (3, "unchanged", "elector_number", None),
        (4, "updated", "phone_and_name", None),
        (5, "unchanged", "email_and_name", None),
        (6, "duplicate", "phone_and_name", 4),
    ]
    assert [row for row, *_ in why(ctx, done, "unchanged")] == [3, 5]
    assert [row for row, *_ in why(ctx, done, "duplicate")] == [6]


@pytest.mark.parametrize("at_once", [5_000, 1])
def test_a_row_that_repeats_one_of_its_file_says_which(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", at_once)
    rows = "Siân,Jones,07700900001,,,\nGwyn,Prys,07700900001,,,\nSIAN,Jones,07700 900 001,s@example.org,,\n"
    done = bring_in(ctx, f"{HEADER}\n{rows}")
    assert why(ctx, done) == [(4, "duplicate", "phone_and_name", 2)]
    assert changes(ctx, done.id) == []  # whom it made itself goes whole, or stays


def test_what_changed_is_kept_with_its_value_before(ctx: Context) -> None:
    header = "First name,Surname,Phone,Postcode,Tags,Shoe"
    bring_in(ctx, f"{header}\nSiân,Jones,07700900001,CF10 1AA,member,42\n")
    again = f"{header}\nSIÂN,Jones,07700900001; 07700900002,CF10 1AB,driver,43\n"
    done = bring_in(ctx, again)
    ((before, after),) = changes(ctx, done.id)
    assert before == {
        "first_name": ["Siân", "sian"],
        "postcode": "CF10 1AA",
        "tag.driver": None,
        "custom.Shoe": "42",
        "phone.+447700900002": None,
    }
    assert after == {
        "first_name": ["SIÂN", "sian"],
        "postcode": "CF10 1AB",
        "tag.driver": True,
        "custom.Shoe": "43",
        "phone.+447700900002": True,
    }


def test_what_a_later_list_says_too_is_kept_as_said(ctx: Context) -> None:
    header = "First name,Surname,Phone,Postcode,Tags"
    bring_in(ctx, f"{header}\nSiân,Jones,07700900001,CF10 1AA,\n")
    bring_in(ctx, f"{header}\nSiân,Jones,07700900001,CF10 1AB,driver\n")
    later = bring_in(ctx, "First name,Surname,Phone,Postcode\nSiân,Jones,07700900001,CF10 1AB\n")
    assert later.counts.unchanged == 1
    assert changes(ctx, later.id) == [({"postcode": "CF10 1AB"}, {"postcode": "CF10 1AB"})]


def test_whose_elector_number_went_over_is_kept_too(ctx: Context) -> None:
    header = "Elector number,First name,Surname,Phone"
    bring_in(ctx, f"{header}\nKA1-12,Siân,Jones,07700900001\n", register="2025")
    done = bring_in(ctx, f"{header}\nKA1-12,Gwyn,Prys,07700900002\n", register="2025")
    ((before, after),) = changes(ctx, done.id)
    assert before == {"elector_number": ["KA1-12", "ka1-12", "2025"]}
    assert after == {"elector_number": [None, None, "2025"]}
