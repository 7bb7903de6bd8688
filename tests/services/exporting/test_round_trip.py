"""An export of ours that comes back changes nothing, whatever stands in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dialer.domain.errors import Conflict
from dialer.services.context import Context
from dialer.services.people.contacts import create_contact
from tests.examples import examples
from tests.services.exporting.taking import take
from tests.services.people.importing import bring_in, new_list

_TABLES = (
    "contact",
    "contact_phone",
    "consent",
    "opt_out",
    "suppression",
    "pledge",
    "turnout_mark",
    "voter_record",
)


def everything(ctx: Context) -> dict[str, Any]:
    """All that is held of people, byte by byte."""
    with ctx.unit() as unit:
        return {
            name: unit.session.scalars(text(f"SELECT to_jsonb(t)::text FROM {name} AS t ORDER BY 1")).all()
            for name in _TABLES
        }


def back_again(ctx: Context, of: str) -> None:
    """Export everybody, bring the file in, and see that nothing is otherwise."""
    before = everything(ctx)
    view = bring_in(ctx, take(ctx, of=of).read_bytes())
    assert view.state == "completed", view
    assert view.question is None
    counts = view.counts
    assert (counts.rows, counts.unchanged) == (len(before["contact"]),) * 2, (counts, view.warnings)
    assert everything(ctx) == before


_NASTY = st.one_of(
    st.sampled_from(
        [
            "=HYPERLINK(A1)",
            "+1+1",
            "-2",
            "@x",
            "'",
            "''",
            "'t Hooft",
            "'=1",
            "\t=1",
            "a,b;c|d",
            'say "hi"',
            "two\nlines",
            "two\r\nlines",
            "cr\rhere",
            " edge ",
            "a  b",
            "Siân",
            "ŵ\u2028ŷ",
            "no",
            "yes",
            "0012",
            "4.47E+11",
            "sep=;",
            "-",
            "n/a",
            "\u202eevil",
            "_x000D_",
            "\ufeffbom",
            "1,5",
            "07700 900123",
            "null",
            '["a"]',
            "e\u0301",
            "𝒳",
        ]
    ),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd"), min_size=1, max_size=12
    ),
)
_PEOPLE = st.fixed_dictionaries(
    {"last_name": _NASTY},
    optional={
        "first_name": _NASTY,
        "external_id": _NASTY,
        "elector_number": _NASTY,
        "address": _NASTY,
        "postcode": _NASTY.map(lambda text: text[:20]),
        "constituency": _NASTY,
        "polling_district": _NASTY,
        "polling_station": _NASTY,
        "language": _NASTY,
        "elector_markers": _NASTY,
        "notes": _NASTY,
        "needs_lift": st.booleans(),
        "date_of_birth": st.dates(),
        "tags": st.lists(_NASTY.filter(str.strip), max_size=3),
        "custom": st.dictionaries(
            _NASTY.filter(str.strip),
            st.one_of(_NASTY, st.integers(), st.booleans(), st.just(1.5)),
            max_size=3,
        ),
        "status": st.sampled_from(["active", "moved", "deceased"]),
        "phones": st.lists(st.integers(0, 999).map(lambda n: {"number": f"07700 900{n:03}"}), max_size=3),
        "email": st.sampled_from(["a@example.org", "+A.b@Example.ORG", "'o@example.org", "=x@example.org"]),
    },
)


@pytest.mark.parametrize("of", ["csv", "xlsx"])
def test_whatever_is_taken_away_and_brought_back_changes_nothing(ctx: Context, of: str) -> None:
    @settings(
        max_examples=examples(12),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        database=None,
    )
    @given(st.lists(_PEOPLE, min_size=1, max_size=12))
    def holds(people: list[dict[str, Any]]) -> None:
        _forget(ctx)
        for fields in people:
            try:
                create_contact(ctx, fields)  # type: ignore[arg-type]
            except Conflict:
                continue
        back_again(ctx, of)

    holds()


def _forget(ctx: Context) -> None:
    with ctx.unit() as unit:
        for name in ("import", "contact", "suppression", "contact_list"):
            unit.session.execute(text(f"DELETE FROM {name}"))


def test_what_lists_brought_comes_back_as_it_was(ctx: Context) -> None:
    """Noes, consents, pledges, votes and evidence of other sources: nothing is told twice."""
    bring_in(
        ctx,
        "First name,Surname,Phone,Email,Elector number,Do not call,SMS consent,Support,Pledge date,Voted at\n"
        "Siân,Hughes,07700 900123,sian@example.org,KD1-2,y,yes,1,2026-05-01 10:00,2026-05-07 09:00\n"
        "Gareth,Hughes,01632 960001 / 07700 900124,,KD1-3/1,,,2,,\n"
        "Mair,Rees,07700 900123,,,,no,,,\n",
        new_list(ctx, register="2025", id_source="old crm"),
        mapping={"Phone": "phone"},
    )
    back_again(ctx, "csv")
    back_again(ctx, "xlsx")


def test_two_registers_and_a_household_stay_apart(ctx: Context) -> None:
    for register in ("2024", "2025"):
        bring_in(
            ctx,
            f"First name,Surname,Elector number,Phone\nAnn,Lee {register},KD1-2,01632 960001\n",
            new_list(ctx, register=register),
        )
    back_again(ctx, "csv")
