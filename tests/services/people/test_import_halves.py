"""A chunk that comes in as two halves brings what it would bring whole."""

from __future__ import annotations

import pytest

from dialer.services.context import Context
from dialer.services.people import import_batches, import_run
from tests.services.people.importing import bring_in, new_list

ELECTORS = "Elector number,First name,Surname,Address,Postcode"
SON = "John,Rees,1 High Street,AA1 1AA"
IDS = "Id,Elector number,First name,Surname"


@pytest.fixture(autouse=True)
def halved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_batches, "WORTH_HALVING", 2)


@pytest.mark.parametrize(
    "father", [pytest.param("JOHN,Rees,1 High street,AA1 1AA", marks=pytest.mark.slow), f"{SON},"]
)
def test_father_and_son_of_one_name_and_address_stay_two_wherever_they_stand(
    ctx: Context, father: str
) -> None:
    mapping, list_id = {"Elector number": "elector_number"}, new_list(ctx, register="2026")
    bring_in(ctx, f"{ELECTORS}\nAA-1,{SON}\n", new_list(ctx, register="2025"), mapping=mapping)
    others = [f"BB-{n},Ann,Lee,{n} High Street,AA1 1AA" for n in range(2, 6)]
    source = "\n".join([ELECTORS, f"BB-1,{father}", *others, f"BB-6,{SON}"])
    tried = bring_in(ctx, source, list_id, mapping=mapping, dry_run=True)
    assert (tried.counts.created, tried.counts.duplicates) == (6, 0)
    assert bring_in(ctx, source, list_id, mapping=mapping).counts == tried.counts


@pytest.mark.parametrize("calling", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_whose_number_was_anothers_doesnt_hang_on_whether_somebody_calls(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, calling: bool
) -> None:
    monkeypatch.setattr(import_run, "anybody_calls", lambda *_: calling)
    list_id, mapping = new_list(ctx, id_source="CRM"), {"Id": "external_id"}
    bring_in(ctx, f"{IDS}\n1,AA-1,John,Rees\n", list_id, mapping=mapping)
    source = f"{IDS}\n1,AA-9,John,Rees\n2,AA-2,Una,Lee\n3,AA-3,Una,Ray\n4,AA-1,Una,Prys\n"
    tried = bring_in(ctx, source, list_id, mapping=mapping, dry_run=True)
    assert "renumbered" in {warning["code"] for warning in tried.warnings}
    done = bring_in(ctx, source, list_id, mapping=mapping)
    assert (done.counts, done.warnings) == (tried.counts, tried.warnings)
