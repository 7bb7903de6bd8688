"""Lists of what must not be contacted: brought in over HTTP, again, as a whole register, killed half-way."""

from __future__ import annotations

import datetime as dt
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from dialer.services.context import Context
from dialer.services.people import suppression_run
from dialer.services.people.deceased import lift_suppression_of_deceased, suppress_number
from dialer.services.people.import_run import resume_imports, run_import
from dialer.services.people.import_undo_run import run_undo
from dialer.services.people.suppression_run import run_suppression_import
from dialer.services.people.weighing import Origin
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.people import Suppression
from tests.conftest import Caller
from tests.people import Person
from tests.workbooks import xlsx

Bring = Callable[..., dict[str, Any]]


@pytest.fixture
def coordinator(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


def upload(caller: Caller, data: bytes, name: str = "list.txt", **options: Any) -> TestResponse:
    form: dict[str, Any] = {"file": (io.BytesIO(data), name), "options": json.dumps(options)}
    return caller.post("/suppressions/imports", data=form)


@pytest.fixture
def bring(coordinator: Caller, ctx: Context) -> Bring:
    """Upload a list, have it brought in, and show the import."""

    def bring(data: bytes, **options: Any) -> dict[str, Any]:
        answer = upload(coordinator, data, **options)
        assert answer.status_code == 202, answer.get_json()
        path = answer.headers["Location"].partition("/api/v1")[2]
        run_suppression_import(ctx, uuid.UUID(answer.get_json()["id"]), lambda: ctx.now)
        shown: dict[str, Any] = coordinator.get(path).get_json()
        return shown

    return bring


def standing(caller: Caller, **query: str) -> dict[str, list[str]]:
    rows = caller.get("/suppressions", query_string={"limit": 100, **query}).get_json()["data"]
    return {row["number"] or row["email"]: row["channels"] for row in rows}


def test_one_number_a_line(coordinator: Caller, bring: Bring) -> None:
    done = bring(b"07700900001\r\n+44 7700 900002\nnonsense\n\n07700 900001\n", reason="tps")
    assert done["state"] == "completed"
    assert done["list_id"] is None
    assert done["counts"] == {
        "rows": 4, "created": 2, "updated": 0, "unchanged": 0, "duplicates": 1, "rejected": 1,
    }  # fmt: skip
    assert standing(coordinator) == {"+447700900001": ["voice"], "+447700900002": ["voice"]}
    (bad,) = coordinator.get(f"/imports/{done['id']}/rejected").get_json()["data"]
    assert (bad["line"], bad["reason"], bad["value"]) == (3, "no_phone", "nonsense")
    (first, _) = coordinator.get("/suppressions").get_json()["data"]
    assert (first["source"], first["register"], first["import_id"]) == ("import", "tps", done["id"])


def test_numbers_and_addresses_in_columns(coordinator: Caller, bring: Bring) -> None:
    data = (
        "Name;Tel;Mobile;Email\n"
        "Ann;01632 960001;07700 900001;Ann@Example.org\n"
        ";;;bob@example.org\n"
        ";;12345;cat@example.org\n"
        "Dan;;;\n"
    )
    done = bring(data.encode(), reason="opt_out")
    assert done["mapping"] == {"Name": "ignore", "Tel": "phone", "Mobile": "phone", "Email": "email"}
    assert (done["counts"]["created"], done["counts"]["rejected"]) == (3, 1)
    assert standing(coordinator) == {
        "+441632960001": ["sms", "voice"],
        "+447700900001": ["sms", "voice"],
        "ann@example.org": ["email"],
        "bob@example.org": ["email"],
        "cat@example.org": ["email"],
    }
    report = coordinator.get(f"/imports/{done['id']}/rejected").get_json()["data"]
    assert [(row["line"], row["outcome"], row["reason"]) for row in report] == [
        (4, "kept", "invalid_phone"),
        (5, "rejected", "no_phone"),
    ]


def test_addresses_among_numbers_and_channels_of_choice(coordinator: Caller, bring: Bring) -> None:
    bring(b"07700900001\nann@example.org\n07700900002\n", reason="complaint", channels=["sms", "email"])
    assert standing(coordinator) == {
        "+447700900001": ["sms"],
        "ann@example.org": ["email"],
        "+447700900002": ["sms"],
    }


def test_the_same_list_again_changes_nothing_and_other_channels_add(
    coordinator: Caller, bring: Bring
) -> None:
    bring(b"07700900001\n07700900002\n", reason="manual", channels=["voice"])
    again = bring(b"07700900001\n07700900002\n", reason="manual", channels=["voice"])
    assert again["counts"]["unchanged"] == 2
    more = bring(b"07700900001\n", reason="manual")
    assert (more["counts"]["updated"], more["counts"]["created"]) == (1, 0)
    assert standing(coordinator)["+447700900001"] == ["sms", "voice"]


def test_a_full_list_lifts_what_its_register_no_longer_holds(coordinator: Caller, bring: Bring) -> None:
    by_hand = {"number": "07700900008", "channels": ["voice"], "reason": "tps"}
    coordinator.post("/suppressions", json=by_hand)
    first = b"07700900008\n07700900001\n07700900002\n07700900003\n"
    bring(first, reason="tps", dated="2026-03-01")
    bring(b"07700900003\n", reason="tps", register="Another")
    bring(b"07700900001\n", reason="opt_out")
    done = bring(b"07700900002\n07700900004\n", reason="tps", replace=True, dated="2026-04-01")
    assert done["suppressions"]["lifted"] == 1
    assert done["suppressions"]["standing"] == 2
    # by hand, named by another register, still on it, new: only 001 is gone, and the opt-out has stayed
    assert sorted(standing(coordinator, reason="tps")) == [
        "+447700900002",
        "+447700900003",
        "+447700900004",
        "+447700900008",
    ]
    assert sorted(standing(coordinator, reason="opt_out")) == ["+447700900001"]


def test_a_full_list_that_lost_its_half_lifts_nothing_unless_told(
    coordinator: Caller, bring: Bring, ctx: Context
) -> None:
    today = ctx.now.date().isoformat()
    bring("\n".join(f"077009000{nth:02}" for nth in range(10)).encode(), reason="tps")
    short = bring(b"07700900001\n", reason="tps", replace=True, dated=today)
    assert [warning["code"] for warning in short["warnings"]] == ["nothing_lifted"]
    assert len(standing(coordinator)) == 10
    bring(b"07700900001\n", reason="tps", replace=True, shrunk=True)
    assert list(standing(coordinator)) == ["+447700900001"]


@pytest.mark.parametrize(
    ("rows", "dated", "why"),
    [
        (b"07700900001\n07700900002\n4.47E+11\n", "2026-04-01", "unread"),  # a spreadsheet damaged it
        (b"07700900001\n07700900002\n", "2026-02-01", "older"),  # than the one that barred the third
        (b"07700900001\n", "2026-04-01", "shrunk"),
    ],
)
def test_a_full_list_that_cannot_tell_who_has_gone_lifts_nothing(
    coordinator: Caller, bring: Bring, rows: bytes, dated: str, why: str
) -> None:
    bring(b"07700900001\n07700900002\n07700900003\n", reason="tps", dated="2026-03-01")
    done = bring(rows, reason="tps", replace=True, dated=dated)
    assert ("nothing_lifted", why) in [(one["code"], one.get("why")) for one in done["warnings"]]
    assert len(standing(coordinator)) == 3


@pytest.mark.slow
def test_one_of_several_sheets_is_not_taken_for_a_whole_register(coordinator: Caller) -> None:
    sheets = {"First": [["Phone"], ["07700 900001"]], "Second": [["Phone"], ["07700 900002"]]}
    data = xlsx(sheets)
    refused = upload(coordinator, data, reason="tps", replace=True)
    assert [error["pointer"] for error in refused.get_json()["errors"]] == ["/options/sheet"]
    assert upload(coordinator, data, reason="tps", replace=True, sheet="First").status_code == 202


@pytest.mark.parametrize(
    ("options", "at"),
    [
        ({"reason": "opt_out", "replace": True}, "/options/replace"),
        ({"reason": "tps", "channels": ["sms"]}, "/options/channels"),
        ({"reason": "tps", "dated": "2999-01-01"}, "/options/dated"),
        ({"reason": "boredom"}, "/options/reason"),
        ({"default_region": "ZZ"}, "/options/default_region"),
        ({"extra": 1}, "/options/extra"),
    ],
)
def test_options_that_cannot_be_are_refused(coordinator: Caller, options: dict[str, Any], at: str) -> None:
    answer = upload(coordinator, b"07700900001\n", **options)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [at]


def test_a_file_without_numbers_is_refused(coordinator: Caller) -> None:
    answer = upload(coordinator, b"red\ngreen\n")
    assert (answer.status_code, answer.get_json()["type"].rsplit("/", 1)[1]) == (422, "unreadable-file")
    assert coordinator.get("/suppressions/imports").get_json()["data"] == []


def test_killed_half_way_it_goes_on_with_the_same_counts(
    coordinator: Caller, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression_run, "CHUNK_ROWS", 10)
    data = "\n".join(f"077009000{nth % 40:02}" for nth in range(50))
    started = upload(coordinator, data.encode(), reason="tps", replace=True).get_json()
    found, turns = uuid.UUID(started["id"]), iter(range(3))

    class KilledError(BaseException):
        """What nothing catches."""

    def dying() -> dt.datetime:
        if next(turns, None) is None:
            raise KilledError
        return ctx.now

    with pytest.raises(KilledError):
        run_suppression_import(ctx, found, dying)
    half = coordinator.get(f"/imports/{started['id']}").get_json()
    assert (half["state"], half["counts"]["rows"]) == ("running", 30)
    later = ctx.at(ctx.now + dt.timedelta(minutes=1))
    assert resume_imports(later) == 1
    run_import(later, found, lambda: later.now)  # not one of people: left alone
    run_suppression_import(later, found, lambda: later.now)
    done = coordinator.get(f"/imports/{started['id']}").get_json()
    assert (done["state"], done["counts"]["created"], done["counts"]["duplicates"]) == ("completed", 40, 10)


def test_a_cancelled_one_stops_and_keeps_what_is_barred(coordinator: Caller, ctx: Context) -> None:
    started = upload(coordinator, b"07700900001\n", reason="tps").get_json()
    assert coordinator.post(f"/imports/{started['id']}/cancel").get_json()["state"] == "cancelled"
    run_suppression_import(ctx, uuid.UUID(started["id"]), lambda: ctx.now)
    assert standing(coordinator) == {}


def test_a_register_without_a_day_is_warned_of(coordinator: Caller, bring: Bring) -> None:
    def codes(**options: Any) -> list[str]:
        return [warning["code"] for warning in bring(b"07700900001\n", **options)["warnings"]]

    assert codes(reason="tps") == ["undated"]
    assert codes(reason="tps", dated="2026-01-01") == []
    assert codes(reason="manual") == []


def test_registers_tell_their_age(coordinator: Caller, bring: Bring, ctx: Context) -> None:
    def told() -> list[tuple[Any, ...]]:
        rows = coordinator.get("/suppressions/registers").get_json()["data"]
        return [(row["reason"], row["state"], row["age_days"], row["standing"]) for row in rows]

    assert told() == [("tps", "never", None, None), ("ctps", "never", None, None)]
    for days in (29, 28):
        dated = (ctx.now.date() - dt.timedelta(days=days)).isoformat()
        bring(b"07700900001\n", reason="tps" if days == 28 else "ctps", dated=dated)
    bring(b"07700900001\n", reason="complaint", register="Our old system")
    assert told() == [
        ("tps", "fresh", 28, 1),
        ("ctps", "stale", 29, 1),
        ("complaint", None, None, 1),
    ]


@pytest.fixture
def undo(coordinator: Caller, ctx: Context) -> Bring:
    """Ask for a list to be undone, have it done, and show the import; what it is refused with, if it is."""

    def undo(done: dict[str, Any], **given: Any) -> dict[str, Any]:
        answer = coordinator.post(f"/imports/{done['id']}/undo", json=given)
        if answer.status_code == 409:
            refused: dict[str, Any] = answer.get_json()
            return refused
        run_undo(ctx, uuid.UUID(done["id"]), lambda: ctx.now)
        shown: dict[str, Any] = coordinator.get(f"/imports/{done['id']}").get_json()
        return shown

    return undo


def test_undoing_a_list_takes_away_only_what_it_alone_bars(
    coordinator: Caller, bring: Bring, undo: Bring, ctx: Context
) -> None:
    by_hand = {"number": "07700900008", "channels": ["voice"], "reason": "tps"}
    coordinator.post("/suppressions", json=by_hand)
    first = bring(b"07700900008\n07700900001\n07700900002\n07700900003\n", reason="tps")
    bring(b"07700900002\n", reason="opt_out")
    second = bring(b"07700900003\n07700900004\n", reason="tps", register="Another")
    undone = undo(first)
    assert undone["state"] == "undone"
    assert (undone["undo"]["taken"]["suppressions"], undone["undo"]["stays"]["suppressions"]) == (2, 2)
    assert sorted(standing(coordinator, reason="tps")) == ["+447700900003", "+447700900004", "+447700900008"]
    assert sorted(standing(coordinator, reason="opt_out")) == ["+447700900002"]
    assert undo(second)["undo"]["taken"]["suppressions"] == 2  # it alone has 003 by now
    assert sorted(standing(coordinator, reason="tps")) == ["+447700900008"]
    with ctx.unit() as unit:
        said = unit.session.scalars(select(AuditEntry).where(AuditEntry.action == "import.undone")).all()
    assert [entry.changes["taken"]["suppressions"] for entry in said] == [2, 2]


def test_undoing_lists_in_any_order_leaves_what_one_that_stands_names(
    coordinator: Caller, bring: Bring, undo: Bring
) -> None:
    lists = [bring(b"07700900001\n", reason="tps", dated=f"2026-0{month}-01") for month in (1, 2, 3)]
    for nth in (0, 2):
        assert undo(lists[nth])["undo"]["taken"]["suppressions"] == 0
        assert standing(coordinator) == {"+447700900001": ["voice"]}
    undo(lists[1])
    assert standing(coordinator) == {}


def test_undoing_a_full_list_bars_again_what_it_lifted(
    coordinator: Caller, bring: Bring, undo: Bring
) -> None:
    bring(b"07700900001\n07700900002\nann@example.org\n", reason="manual", dated="2026-01-01")
    full = bring(b"07700900002\n07700900003\n", reason="manual", replace=True, dated="2026-02-01")
    assert full["suppressions"]["lifted"] == 2
    undone = undo(full)
    assert (undone["undo"]["taken"]["suppressions"], undone["undo"]["taken"]["lifts"]) == (1, 2)
    assert sorted(standing(coordinator)) == ["+447700900001", "+447700900002", "ann@example.org"]
    registers = coordinator.get("/suppressions/registers").get_json()["data"]
    assert [one["dated"] for one in registers if one["reason"] == "manual"] == ["2026-01-01"]


def test_undoing_full_lists_in_any_order_leaves_what_one_that_stands_names(
    coordinator: Caller, bring: Bring, undo: Bring
) -> None:
    old = bring(b"07700900001\n07700900002\n07700900003\n", reason="tps", dated="2026-01-01")
    full = bring(b"07700900003\n", reason="tps", replace=True, shrunk=True, dated="2026-02-01")
    new = bring(b"07700900002\n", reason="tps", dated="2026-03-01")
    undo(full)
    undo(new)
    assert sorted(standing(coordinator)) == ["+447700900001", "+447700900002", "+447700900003"]
    again = bring(b"07700900003\n", reason="tps", replace=True, shrunk=True, dated="2026-04-01")
    undo(old)
    undo(again)
    assert standing(coordinator) == {}


def test_a_full_list_that_lifted_nothing_tells_nothing_of_whom_it_lacks(
    coordinator: Caller, bring: Bring, undo: Bring
) -> None:
    bring(b"07700900001\n07700900002\n", reason="tps", dated="2026-01-01")
    full = bring(b"07700900002\n07700900003\n", reason="tps", replace=True, dated="2026-03-01")
    bring(b"07700900002\n07700900003\n", reason="tps", replace=True, dated="2026-02-01")  # too old
    undo(full)
    assert sorted(standing(coordinator)) == ["+447700900001", "+447700900002", "+447700900003"]


@pytest.mark.parametrize("way", ["undone", "replaced"])
def test_what_a_list_bars_and_somebody_types_in_too_stays_barred(
    coordinator: Caller, bring: Bring, undo: Bring, ctx: Context, way: str
) -> None:
    listed = bring(b"07700900001\n07700900002\n", reason="manual", channels=["sms", "voice"])
    by_hand = {"number": "07700900001", "channels": ["voice"], "reason": "manual"}
    answers = [coordinator.post("/suppressions", json=by_hand) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    if way == "undone":
        undo(listed)
    else:
        bring(b"07700900005\n07700900006\n", reason="manual", replace=True, shrunk=True)
    assert standing(coordinator)["+447700900001"] == ["voice"]
    assert "+447700900002" not in standing(coordinator)
    with ctx.unit() as unit:
        said = unit.session.scalars(select(AuditEntry).where(AuditEntry.action == "suppression.added")).all()
    assert [entry.changes["channels"] for entry in said] == [["voice"]]


def test_a_death_taken_back_leaves_what_a_list_or_somebody_says(
    coordinator: Caller, bring: Bring, undo: Bring, ctx: Context
) -> None:
    numbers = [f"+44770090000{nth}" for nth in (1, 2, 3)]
    with ctx.unit() as unit:
        for number in numbers:
            suppress_number(unit, number, Origin("call", ctx.now))
    listed = bring(b"07700900002\n", reason="deceased")
    by_hand = {"number": numbers[2], "channels": ["sms", "voice"], "reason": "deceased"}
    assert coordinator.post("/suppressions", json=by_hand).status_code == 200
    with ctx.unit() as unit:
        for number in numbers:
            lift_suppression_of_deceased(unit, number, made_at=ctx.now, now=ctx.now)
    assert sorted(standing(coordinator)) == numbers[1:]
    undo(listed)
    assert sorted(standing(coordinator)) == numbers[2:]


def test_undoing_says_whom_it_would_let_be_called_again(
    coordinator: Caller, bring: Bring, undo: Bring, ctx: Context
) -> None:
    for nth in (1, 2, 3):
        person = {"first_name": "Ann", "last_name": f"N{nth}", "phone": f"0770090000{nth}"}
        assert coordinator.post("/contacts", json=person).status_code == 201
    bring(b"07700900002\n", reason="complaint")
    with ctx.unit() as unit:  # brought in before lists were told apart
        unit.session.execute(update(Suppression).values(named_by=None))
    done = bring(b"07700900001\n07700900002\n07700900004\n", reason="tps")
    refused = undo(done)
    assert (refused["status"], refused["people"]) == (409, 1)
    assert len(standing(coordinator, reason="tps")) == 3
    assert undo(done, force=True)["undo"]["forced"] is True
    assert standing(coordinator, reason="tps") == {}


@pytest.mark.parametrize("reason", ["opt_out", "complaint"])
def test_what_people_asked_for_is_not_undone(
    coordinator: Caller, bring: Bring, undo: Bring, reason: str
) -> None:
    done = bring(b"07700900001\n", reason=reason)
    assert "themselves" in undo(done, force=True)["detail"]
    assert len(standing(coordinator)) == 1
