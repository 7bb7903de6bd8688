"""An import is taken back: what it alone brought goes, the rest stays."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from dialer.domain.errors import Conflict, InvalidTransition
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people import import_undo_run
from dialer.services.people.contacts import ContactSearch, change_contact, list_contacts
from dialer.services.people.import_undo import resume_undos, undo_import
from dialer.services.people.import_undo_run import run_undo
from dialer.services.people.imports import get_import
from dialer.services.people.views import ContactView, ImportView
from dialer.store.models.people import Suppression
from tests.examples import examples
from tests.services.people.importing import bring_in, new_list

HEADER = "First name,Surname,Phone,Postcode,Tags,Shoe,Elector number"


@pytest.fixture
def later(ctx: Context) -> Callable[[], Context]:
    """The context a minute later, each time."""
    minutes = iter(range(1, 10_000))
    return lambda: replace(ctx, now=ctx.now + dt.timedelta(minutes=next(minutes)))


def people(ctx: Context) -> list[ContactView]:
    return list(list_contacts(ctx, ContactSearch(), Page(limit=500)).items)


def undo(ctx: Context, import_id: uuid.UUID, *, force: bool = False) -> ImportView:
    assert undo_import(ctx, import_id, force=force).state == "undoing"
    run_undo(ctx, import_id, lambda: ctx.now)
    return get_import(ctx, import_id)


def taken(view: ImportView) -> dict[str, int]:
    assert view.undo is not None
    return {kind: count for kind, count in view.undo.taken.items() if count}


def stays(view: ImportView) -> dict[str, int]:
    assert view.undo is not None
    return {reason: count for reason, count in view.undo.stays.items() if count}


_SNAPSHOT = {
    "contact": "SELECT to_jsonb(t) FROM contact AS t ORDER BY id",
    "contact_phone": "SELECT to_jsonb(t) FROM contact_phone AS t ORDER BY contact_id, number",
    "list_member": "SELECT to_jsonb(t) FROM list_member AS t ORDER BY contact_id, list_id",
    "contact_list": "SELECT to_jsonb(t) FROM contact_list AS t ORDER BY id",
    "consent": "SELECT to_jsonb(t) FROM consent AS t ORDER BY id",
    "pledge": "SELECT to_jsonb(t) FROM pledge AS t ORDER BY id",
    "turnout_mark": "SELECT to_jsonb(t) FROM turnout_mark AS t ORDER BY id",
    "voter_record": "SELECT to_jsonb(t) FROM voter_record AS t"
    " WHERE coalesce(support::text, voting_method, voted_at::text) IS NOT NULL ORDER BY contact_id",
    "counter": "SELECT scope, name, sum(value)::int FROM counter"
    " GROUP BY 1, 2 HAVING sum(value) <> 0 ORDER BY 1, 2",
    "import_change": "SELECT to_jsonb(t) FROM import_change AS t ORDER BY import_id, contact_id",
}


def snapshot(ctx: Context) -> dict[str, list[Any]]:
    with ctx.unit() as unit:
        return {
            name: [tuple(row) for row in unit.session.execute(text(sql))] for name, sql in _SNAPSHOT.items()
        }


def test_whom_it_made_and_what_it_changed_goes(ctx: Context, later: Callable[[], Context]) -> None:
    list_id = new_list(ctx)
    bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,CF10 1AA,member,42,\n", list_id)
    before = snapshot(ctx)
    rows = "Siân,Jones,07700900001; 07700900002,CF10 1AB,driver,43,KA1-1\nGwyn,Prys,07700900003,,,,\n"
    done = bring_in(later(), f"{HEADER}\n{rows}", list_id)
    undone = undo(later(), done.id)
    assert (undone.state, undone.counts) == ("undone", done.counts)
    assert taken(undone) == {"people": 1, "memberships": 1, "changes": 1, "numbers": 1}
    assert stays(undone) == {}
    assert snapshot(ctx) == before
    assert undo_import(ctx, done.id).state == "undone"


def test_what_was_changed_by_hand_or_named_by_another_stays(
    ctx: Context, later: Callable[[], Context]
) -> None:
    rows = "Siân,Jones,07700900001,,,,\nGwyn,Prys,07700900002,,,,\nNest,Rees,07700900003,,,,\n"
    done = bring_in(ctx, f"{HEADER}\n{rows}")
    gwyn = people(ctx)[1]
    change_contact(later(), gwyn.id, {"notes": "Has moved"})
    other = bring_in(later(), f"{HEADER}\nNest,Rees,07700900003,CF10 1AA,,,\n")
    undone = undo(later(), done.id)
    assert (taken(undone), stays(undone)) == (
        {"people": 1, "memberships": 3},
        {"changed": 1, "other_imports": 1},
    )
    assert [person.first_name for person in people(ctx)] == ["Gwyn", "Nest"]
    assert taken(undo(later(), other.id)) == {"people": 1, "memberships": 1, "changes": 1}


def test_one_that_only_said_what_another_brought_takes_nothing_away(
    ctx: Context, later: Callable[[], Context]
) -> None:
    list_id = new_list(ctx)
    bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,,,,\n", list_id)
    brought = f"{HEADER}\nSiân,Jones,07700900001; 07700900002,CF10 1AB,driver,43,KA1-1\n"
    bring_in(later(), brought, list_id)
    before = snapshot(ctx)
    again = bring_in(later(), brought, list_id)
    assert again.counts.unchanged == 1
    assert taken(undo(later(), again.id)) == {}
    assert snapshot(ctx) == before


def test_two_imports_undone_in_the_order_in_which_they_came(
    ctx: Context, later: Callable[[], Context]
) -> None:
    bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,CF10 1AA,,,\n")
    before = snapshot(ctx)
    first = bring_in(later(), f"{HEADER}\nSiân,Jones,07700900001,CF10 1AB,driver,43,\n")
    second = bring_in(later(), f"{HEADER}\nSiân,Jones,07700900001,CF10 1AB,,44,\n")
    undone = undo(later(), first.id)
    (sian,) = people(ctx)
    assert (sian.postcode, sian.tags, sian.custom) == ("CF10 1AB", [], {"Shoe": "44"})
    assert stays(undone) == {"fields": 1}
    undo(later(), second.id)
    lists_aside = {"contact_list"}
    after = snapshot(ctx)
    assert {name: rows for name, rows in after.items() if name not in lists_aside} == {
        name: rows for name, rows in before.items() if name not in lists_aside
    }


def test_elector_numbers_go_back_to_whom_they_were_taken_from(
    ctx: Context, later: Callable[[], Context]
) -> None:
    list_id = new_list(ctx)
    header = "Elector number,First name,Surname,Phone"
    bring_in(ctx, f"{header}\nKA1-1,Siân,Jones,07700900001\nKA1-2,Gwyn,Prys,07700900002\n", list_id)
    before = snapshot(ctx)
    swapped = f"{header}\nKA1-1,Nest,Rees,07700900003\nKA1-2,Mair,Lee,07700900004\n"
    done = bring_in(later(), swapped, list_id)
    assert [person.elector_number for person in people(ctx)] == [None, None, "KA1-1", "KA1-2"]
    undo(later(), done.id)
    assert snapshot(ctx) == before


ONE_NUMBER = "Elector number,First name,Surname,Phone"
NEST, MAIR = "KA1-1,Nest,Rees,07700900003", "KA1-1,Mair,Lee,07700900004"


@pytest.mark.parametrize(
    "lists",
    [
        pytest.param((NEST, NEST), id="a later one says it too"),
        pytest.param((NEST, ",Nest,Rees,07700900003"), id="a later one knows her without it"),
        pytest.param((NEST, MAIR), id="a later one gives it to a third person"),
        pytest.param((NEST, MAIR, NEST), id="and back"),
        pytest.param((NEST, NEST, NEST), id="two say it too"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_an_elector_number_goes_back_with_the_last_import_that_kept_it_from_its_owner(
    ctx: Context, later: Callable[[], Context], lists: tuple[str, ...], backwards: bool
) -> None:
    list_id = new_list(ctx)
    bring_in(ctx, f"{ONE_NUMBER}\nKA1-1,Siân,Jones,07700900001\n", list_id)
    before = snapshot(ctx)
    done = [bring_in(later(), f"{ONE_NUMBER}\n{rows}\n", list_id) for rows in lists]
    undone = [undo(later(), each.id) for each in (reversed(done) if backwards else done)]
    assert snapshot(ctx) == before
    assert [stays(each).get("elector_numbers") for each in undone] == [None] * len(done)


def test_noes_stay(ctx: Context) -> None:
    header = "First name,Surname,Phone,Do not call,Do not knock"
    done = bring_in(ctx, f"{header}\nSiân,Jones,07700900001,yes,\nGwyn,Prys,07700900002,,yes\n")
    undone = undo(ctx, done.id)
    assert (undone.undo.taken["people"], stays(undone)) == (0, {"noes": 2})
    assert [person.first_name for person in people(ctx)] == ["Siân", "Gwyn"]
    bring_in(ctx, "First name,Surname,Phone,Mobile\nSiân,Jones,07700900001,07700900009\n")
    with ctx.unit() as unit:
        barred = unit.session.scalars(select(Suppression.number).where(Suppression.lifted_at.is_(None))).all()
    assert set(barred) == {"+447700900001", "+447700900009"}  # the number she got later, too


def test_evidence_and_consent_go_with_it(ctx: Context, later: Callable[[], Context]) -> None:
    list_id = new_list(ctx)
    header = "First name,Surname,Phone,Support,Voted,Opt in"
    bring_in(ctx, f"{header}\nSiân,Jones,07700900001,,,\n", list_id)
    before = snapshot(ctx)
    done = bring_in(
        later(), f"{header}\nSiân,Jones,07700900001,2,Y,yes\nGwyn,Prys,07700900002,1,,yes\n", list_id
    )
    undone = undo(later(), done.id)
    assert taken(undone) == {"people": 1, "memberships": 1, "evidence": 3, "consents": 4}
    assert snapshot(ctx) == before


def _text_out(ctx: Context, person: ContactView, state: str = "sent") -> None:
    with ctx.unit() as unit:
        unit.session.execute(
            text(
                "INSERT INTO message (organisation_id, id, direction, contact_id, number, body, encoding,"
                " segments, state, purpose, attempted_at, created_at) VALUES (:o, gen_random_uuid(),"
                " 'outbound', :c, :n, 'Hello', 'gsm7', 1, :state, 'reply', :tried, :now)"
            ),
            {
                "o": unit.organisation_id,
                "c": person.id,
                "n": person.phone,
                "state": state,
                "tried": None if state == "queued" else ctx.now,
                "now": ctx.now,
            },
        )


def test_once_something_was_sent_it_takes_force_and_they_stay(
    ctx: Context, later: Callable[[], Context]
) -> None:
    done = bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,,,,\nGwyn,Prys,07700900002,,,,\n")
    _text_out(later(), people(ctx)[0])
    with pytest.raises(Conflict) as refused:
        undo_import(ctx, done.id)
    assert refused.value.extra == {"messages": 1, "calls": 0}
    undone = undo(later(), done.id, force=True)
    assert (taken(undone), stays(undone)) == ({"people": 1, "memberships": 2}, {"contacted": 1})
    assert [person.first_name for person in people(ctx)] == ["Siân"]


def test_a_text_that_waits_to_go_out_counts_like_one_that_went(
    ctx: Context, later: Callable[[], Context]
) -> None:
    done = bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,,,,\n")
    _text_out(later(), people(ctx)[0], state="queued")
    with pytest.raises(Conflict) as refused:
        undo_import(ctx, done.id)
    assert refused.value.extra == {"messages": 1, "calls": 0}


def test_one_that_waits_for_its_columns_is_not_undone(ctx: Context) -> None:
    waiting = bring_in(ctx, "Alpha,Beta\nAnn,07700900001\n")
    assert waiting.state == "needs_mapping"
    with pytest.raises(InvalidTransition):
        undo_import(ctx, waiting.id)


class _KilledError(Exception):
    pass


def test_killed_at_any_chunk_it_goes_on_and_counts_once(
    ctx: Context, later: Callable[[], Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_undo_run, "AT_ONCE", 2)
    rows = "".join(f"V{n},Jones,0770090000{n},,,,KA1-{n}\n" for n in range(7))
    done = bring_in(ctx, f"{HEADER}\n{rows}")
    undo_import(ctx, done.id)

    def ticking() -> Iterator[dt.datetime]:
        yield from [ctx.now] * 4  # of two chunks and the rests after them
        raise _KilledError

    moments = ticking()
    with pytest.raises(_KilledError):
        run_undo(ctx, done.id, lambda: next(moments))
    assert len(people(ctx)) == 3
    assert resume_undos(ctx) == 0
    after = replace(ctx, now=ctx.now + dt.timedelta(minutes=1))
    assert resume_undos(after) == 1
    run_undo(after, done.id, lambda: after.now)
    view = get_import(ctx, done.id)
    assert (view.state, taken(view)) == ("undone", {"people": 7, "memberships": 7})
    assert people(ctx) == []


# --- any lists ------------------------------------------------------------------------------------------

FULL = "First name,Surname,Phone,Email,ID,Elector number,Postcode,Tags,Shoe,Support,Voted,Opt in"
rows_of_lists = st.lists(
    st.tuples(
        st.sampled_from(["Siân,Jones", "Gwyn,Prys", "Siân,Prys"]),
        st.sampled_from(["", "07700900001", "07700900002", "07700900001; 07700900003"]),
        st.sampled_from(["", "a@example.org"]),
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["", "KA1-1", "KA1-2"]),
        st.sampled_from(["", "CF10 1AA", "CF10 1AB"]),
        st.sampled_from(["", "member", "member; driver"]),
        st.sampled_from(["", "42", "43"]),
        st.sampled_from(["", "1", "5"]),
        st.sampled_from(["", "Y"]),
        st.sampled_from(["", "yes"]),
    ).map(",".join),
    min_size=1,
    max_size=5,
)


def _list_of(rows: list[str]) -> str:
    return "\n".join([FULL, *rows]) + "\n"


def _emptied(ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM contact"))
        unit.session.execute(text("DELETE FROM contact_list"))
        unit.session.execute(text("DELETE FROM counter"))


@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows_of_lists, rows_of_lists)
def test_undone_it_is_as_before(
    ctx: Context, later: Callable[[], Context], first: list[str], second: list[str]
) -> None:
    _emptied(ctx)
    list_id = new_list(ctx)
    bring_in(later(), _list_of(first), list_id)
    before = snapshot(ctx)
    done = bring_in(later(), _list_of(second), list_id)
    undone = undo(later(), done.id)
    assert stays(undone) == {}
    assert snapshot(ctx) == before


@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows_of_lists, rows_of_lists, rows_of_lists)
def test_undone_before_or_after_a_later_one_the_same_is_left(
    ctx: Context, later: Callable[[], Context], base: list[str], first: list[str], second: list[str]
) -> None:
    """What the later one brought stays, and with both gone all is as before."""
    _emptied(ctx)
    list_id = new_list(ctx)
    bring_in(later(), _list_of(base), list_id)
    before = snapshot(ctx)
    a = bring_in(later(), _list_of(first), list_id)
    b = bring_in(later(), _list_of(second), list_id)
    said = {person.id: person for person in people(ctx)}
    undo(later(), a.id)
    named = _named(ctx, b.id)
    assert named <= {person.id for person in people(ctx)}
    for person in people(ctx):
        if person.id in named:
            assert person.list_ids == said[person.id].list_ids
    undo(later(), b.id)
    assert snapshot(ctx) == before


def _named(ctx: Context, import_id: uuid.UUID) -> set[uuid.UUID]:
    with ctx.unit() as unit:
        ids = unit.session.scalars(
            text("SELECT contact_id FROM import_contact WHERE import_id = :i"), {"i": import_id}
        )
        return set(ids)
