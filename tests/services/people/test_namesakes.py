"""People of one name: who of them a row is, whatever registers they stand in, and how many rows are read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.person import Identity, Match, match
from dialer.services.context import Context
from dialer.services.people import import_chunk
from dialer.store.queries.import_match import Scope, find_known
from tests.examples import examples
from tests.services.people.importing import bring_in

HEADER = "First name,Surname,Phone,Email,Elector number"
NAMES, NAMESAKES = 400, 4

rows = st.tuples(
    st.sampled_from(["Siân,Jones", "Gwyn,Prys"]),
    st.sampled_from(["", "07700900001", "07700900002"]),
    st.sampled_from(["", "a@example.org"]),
    st.sampled_from(["", "KA1-1", "KA1-2"]),
    st.sampled_from(["", "2025", "2026"]),
).filter(lambda row: any(row[1:4]))


def _line(row: tuple[str, ...]) -> str:
    return f"{HEADER}\n{','.join(row[:-1])}\n"


def _people(ctx: Context) -> Iterator[Identity]:
    """Everybody as they are."""
    with ctx.unit() as unit:
        for person in unit.session.execute(
            text("""SELECT first_key, last_key, ARRAY(SELECT number FROM contact_phone AS p
                WHERE p.contact_id = c.id) AS numbers, coalesce(email_key, '') AS email,
                coalesce(elector_key, '') AS elector, CASE WHEN elector_key IS NULL THEN '' ELSE register END
                AS register FROM contact AS c""")
        ):
            yield Identity(
                person.first_key,
                person.last_key,
                tuple(person.numbers),
                person.email,
                elector=person.elector,
                register=person.register,
            )


@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(rows, min_size=1, max_size=4), rows)
def test_a_row_is_somebody_of_several_registers_as_the_rule_says(
    ctx: Context, before: list[tuple[str, ...]], row: tuple[str, ...]
) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM contact"))
    for earlier in before:
        bring_in(ctx, _line(earlier), register=earlier[-1])
    there = list(_people(ctx))
    done = bring_in(ctx, _line(row), register=row[-1])
    if done.counts.rejected:
        return
    first, last = ("sian", "jones") if row[0].startswith("S") else ("gwyn", "prys")
    numbers = (f"+44{row[1][1:]}",) if row[1] else ()
    who = Identity(first, last, numbers, row[2], elector=row[3].lower(), register=row[4] if row[3] else "")
    known = any(match(person, who) not in {None, Match.RENUMBERED} for person in there)
    assert done.counts.created == (not known), (there, who)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows of people each look at who is known read, one after the other."""
    figures: list[int] = []
    fetched = "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'contact'"

    def counted(session: Session, scope: Scope) -> bool:
        before = session.scalar(text(fetched))
        known = find_known(session, scope)
        figures.append(session.scalar(text(fetched)) - before)
        return known

    monkeypatch.setattr(import_chunk, "find_known", counted)
    return figures


def _register(prefix: str, people: int) -> str:
    """So many people who share NAMES, each with a number of their own."""
    of_them = (
        f"V{nth % NAMES},Jones,07700 900{nth % 1000:03},,{prefix}-{nth + 1}\n" for nth in range(people)
    )
    return f"{HEADER}\n" + "".join(of_them)


def test_namesakes_with_another_number_of_the_same_register_are_not_read(
    ctx: Context, read: list[int]
) -> None:
    """A register of a million has a few for each name, on pages that memory doesn't hold."""
    assert bring_in(ctx, _register("KA1", NAMES * NAMESAKES), register="2026").counts.rejected == 0
    with ctx.unit() as unit:
        unit.session.execute(text("ANALYZE contact"))
    read.clear()
    assert bring_in(ctx, _register("KB1", NAMES), register="2026").counts.created == NAMES
    assert sum(read) < NAMESAKES
    read.clear()
    without = f"{HEADER}\nV3,Jones,07700900003,,\n"
    assert bring_in(ctx, without, register="2026").counts.created == 0
    assert sum(read) > NAMESAKES
    elsewhere = bring_in(ctx, f"{HEADER}\nV4,Jones,07700900004,,KC1-1\n", register="2027")
    assert elsewhere.counts.updated == 1


def test_whoever_lost_their_number_is_known_by_their_telephone(ctx: Context) -> None:
    """They keep the register's name on their row, and stand in it no more."""
    bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,,KA1-1\n", register="2026")
    bring_in(ctx, f"{HEADER}\nGwyn,Prys,07700900002,,KA1-1\n", register="2026")
    moved = bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,,KA1-7\n", register="2026")
    assert (moved.counts.created, moved.counts.updated) == (0, 1)
