"""`/campaigns/{id}/crosstab`."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.models.accounts import AuditEntry
from tests.api.test_pledges import put
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.services.gotv.electors import make_campaign, make_electors

Api = Callable[[Person], Caller]


@pytest.fixture
def path(ctx: Context, api: Api, carys: Person) -> str:
    """Twelve electors in AA, seven of them for us, one against; two more in BB."""
    voters = make_electors(ctx, *(f"AA-{nth}" for nth in range(12)))
    others = make_electors(ctx, "BB-1", "BB-2", polling_district="BB")
    campaign = make_campaign(ctx, *voters, *others)
    for nth, voter in enumerate(voters[:8]):
        put(api(carys), voter, campaign, 1 if nth < 7 else 5)
    return f"/campaigns/{campaign}/crosstab?rows=polling_district&columns=support"


def test_people_are_counted_both_ways(api: Api, carys: Person, path: str) -> None:
    told = api(carys).get(path).json
    assert (told["rows"], told["columns"], told["people"]) == ("polling_district", "support", 14)
    assert [(row["key"], row["people"]) for row in told["row_groups"]] == [("AA", 12), ("BB", 2)]
    assert [(one["key"], one["people"]) for one in told["column_groups"]] == [("1", 7), ("5", 1), (None, 6)]
    assert told["column_groups"][0]["share"] == 0.5
    assert told["cells"][0][0] == {"people": 7, "row_share": 0.5833, "column_share": 1.0}
    assert (told["minimum"], told["rows_left_out"]) == (None, 0)


def test_who_sees_figures_only_gets_none_that_points_at_somebody(api: Api, ctx: Context, path: str) -> None:
    observer = make_person(ctx.units, ctx.organisation_id, Role.OBSERVER, "Obi")
    told = api(observer).get(path).json
    assert (told["minimum"], told["people"], told["rows_left_out"], told["columns_left_out"]) == (5, 15, 1, 1)
    assert [(one["key"], one["people"]) for one in told["column_groups"]] == [("1", 5), (None, 5)]
    assert [cell["people"] for cell in told["cells"][0]] == [5, None]
    assert api(observer).get(path.replace("rows=polling_district", "rows=volunteer")).status_code == 403


def test_it_goes_away_as_a_file_and_that_is_audited(api: Api, carys: Person, ctx: Context, path: str) -> None:
    answer = api(carys).get(path, headers={"Accept": "text/csv"})
    assert list(csv.reader(answer.text.splitlines())) == [
        ["polling_district by support", "1", "5", "not known", "all"],
        ["AA", "7", "1", "4", "12"],
        ["BB", "0", "0", "2", "2"],
        ["all", "7", "1", "6", "14"],
    ]
    with ctx.unit() as unit:
        of_it = select(AuditEntry.changes).where(AuditEntry.action == "crosstab.exported")
        assert unit.session.scalars(of_it).all() == [
            {"rows": "polling_district", "columns": "support", "format": "csv"}
        ]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("rows=name&columns=answer", ["/rows", "/columns"]),
        ("rows=support&columns=answer:none", ["/columns"]),
        ("rows=support", ["/columns"]),
        ("rows=support&columns=ward&support=6", ["/support"]),
        ("rows=support&columns=ward&voted=perhaps", ["/voted"]),
    ],
)
def test_what_there_isnt_is_named(
    api: Api, carys: Person, path: str, query: str, pointers: list[str]
) -> None:
    answer = api(carys).get(f"{path.partition('?')[0]}?{query}")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == pointers


def test_filters_leave_people_out(api: Api, carys: Person, path: str) -> None:
    assert api(carys).get(f"{path}&known=true").json["people"] == 8
    assert api(carys).get(f"{path}&support=5&polling_district=AA&voted=false").json["people"] == 1
