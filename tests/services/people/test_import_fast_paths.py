"""What an import does the short way is what the long way would have done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.orm import Session

from dialer.services.context import Context
from dialer.services.gotv.record import recompute_records
from dialer.services.people import import_chunk
from dialer.services.people.views import ImportView
from dialer.store.models.gotv import VoterRecord
from dialer.store.queries import counters
from dialer.store.queries.import_match import CROWD
from dialer.store.queries.import_stage import find_by_contact
from dialer.store.session import UnitFactory
from tests.services.people.importing import bring_in

VOTERS = """External ID,First name,Surname,Phone,Support,Pledged at,Postal vote,Voted,Do not call
1,Ann,Prys,07700 900001,1,,,,
2,Bob,Prys,07700 900002,,,Y,,Y
3,Cai,Prys,07700 900003,2,01/05/2026 10:00,Y,,
4,Dai,Prys,,,,,Y,
5,Eve,Prys,07700 900005,5,,,Y,
3,Cai,Prys,07700 900013,4,02/05/2026 10:00,,,
6,Fay,Prys,07700 900006,,,,,
"""
DATABASE = text("SELECT quote_ident(current_database())")
REFERENCES = text(
    """
    SELECT con.conrelid::regclass::text AS child, con.confrelid::regclass::text AS parent,
        (SELECT string_agg(format('c.%I = p.%I', a.attname, b.attname), ' AND ')
         FROM unnest(con.conkey, con.confkey) AS k(mine, theirs)
         JOIN pg_attribute AS a ON a.attrelid = con.conrelid AND a.attnum = k.mine
         JOIN pg_attribute AS b ON b.attrelid = con.confrelid AND b.attnum = k.theirs) AS joined,
        (SELECT string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ')
         FROM unnest(con.conkey) AS k(mine)
         JOIN pg_attribute AS a ON a.attrelid = con.conrelid AND a.attnum = k.mine) AS filled
    FROM pg_constraint AS con WHERE con.contype = 'f'
    """
)


def orphans(ctx: Context) -> list[str]:
    """Every foreign key that some row breaks."""
    with ctx.unit() as unit:
        connection = unit.session.connection()
        return [
            f"{child} -> {parent}"
            for child, parent, joined, filled in connection.execute(REFERENCES).all()
            if connection.scalar(
                text(
                    f"SELECT count(*) FROM {child} AS c WHERE {filled}"
                    f" AND NOT EXISTS (SELECT FROM {parent} AS p WHERE {joined})"
                )
            )
        ]


def counted(view: ImportView) -> tuple[int, int, int, int, int]:
    of = view.counts
    return of.created, of.updated, of.unchanged, of.duplicates, of.rejected


def test_what_new_people_refer_to_is_there(ctx: Context) -> None:
    assert counted(bring_in(ctx, VOTERS)) == (6, 0, 0, 1, 0)
    assert counted(bring_in(ctx, VOTERS + "7,Gwen,Prys,07700 900007,1,,Y,Y,Y\n")) == (1, 0, 6, 1, 0)
    assert orphans(ctx) == []


def test_rows_are_found_by_contact_only_where_one_may_be_named_twice(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def noted(session: Session) -> None:
        asked.append(True)
        find_by_contact(session)

    monkeypatch.setattr(import_chunk, "find_by_contact", noted)
    apart = "".join(line for line in VOTERS.splitlines(keepends=True) if "900013" not in line)
    assert counted(bring_in(ctx, apart)) == (6, 0, 0, 0, 0)
    assert asked == []
    assert counted(bring_in(ctx, apart)) == (0, 0, 6, 0, 0)
    assert asked == [True]
    others = VOTERS.replace("07700 9000", "07700 9001").replace("Prys", "Rees")
    assert counted(bring_in(ctx, others, id_source="other")) == (6, 0, 0, 1, 0)
    assert asked == [True, True]


INDEXES = text(
    """
    SELECT i.indcheckxmin FROM pg_index AS i
    WHERE i.indrelid = 'import_stage'::regclass AND pg_get_expr(i.indpred, i.indrelid) IS NULL
    """
)
BY_CONTACT = text(
    "EXPLAIN SELECT FROM import_stage WHERE contact_id = '00000000-0000-7000-8000-000000000000'"
)
REGISTER = "Elector number,Change type,First name,Surname,Phone\n"
ANN = REGISTER + "AB-1,,Ann,Prys,07700 900001\n"


@pytest.mark.parametrize(
    "rows",
    [VOTERS, REGISTER + "AB-1,,Zoe,Rees,07700 900009\n", REGISTER + "AB-1,D,Ann,Prys,\n"],
    ids=["known", "whose number another holds", "gone"],
)
def test_the_index_by_contact_is_one_that_plans_may_use_once_somebody_was_known(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, rows: str
) -> None:
    looked: list[tuple[list[bool], str]] = []

    def looked_at(session: Session) -> None:
        find_by_contact(session)
        checked = list(session.scalars(INDEXES))
        session.execute(text("SET LOCAL enable_seqscan = off"))
        looked.append((checked, "\n".join(session.scalars(BY_CONTACT))))
        session.execute(text("SET LOCAL enable_seqscan = DEFAULT"))

    bring_in(ctx, VOTERS)
    bring_in(ctx, ANN)
    monkeypatch.setattr(import_chunk, "find_by_contact", looked_at)
    bring_in(ctx, rows)
    [(checked, plan)] = looked
    assert checked == [False]
    assert "import_stage_contact_id_idx" in plan


def test_records_of_new_people_are_what_their_evidence_says(ctx: Context) -> None:
    bring_in(ctx, VOTERS)
    with ctx.unit() as unit:
        held = unit.session.execute(select(VoterRecord.__table__).order_by(VoterRecord.contact_id)).all()
        election_id = held[0].election_id
        figures = counters.read(unit, "election", [election_id])
        assert len(held) == 5
        recompute_records(unit, election_id, [row.contact_id for row in held])
        again = unit.session.execute(select(VoterRecord.__table__).order_by(VoterRecord.contact_id)).all()
        assert again == held
    with ctx.unit() as unit:
        assert counters.read(unit, "election", [election_id]) == figures
        unit.session.execute(text("DELETE FROM voter_record"))
        unit.session.execute(text("DELETE FROM counter"))
        recompute_records(unit, election_id, [row.contact_id for row in held])
        afresh = unit.session.execute(select(VoterRecord.__table__).order_by(VoterRecord.contact_id)).all()
        assert afresh == held
    with ctx.unit() as unit:
        assert counters.read(unit, "election", [election_id]) == figures


def test_a_crowd_on_one_number_is_told_apart_by_name(ctx: Context) -> None:
    names = [f"Voter {nth}" for nth in range(2 * CROWD)]
    crowd = "First name,Surname,Phone\n" + "".join(f"{name},Jones,01632 960001\n" for name in names)
    assert counted(bring_in(ctx, crowd)) == (2 * CROWD, 0, 0, 0, 0)
    more = crowd + "Voter 7,Prys,01632 960001\n"
    assert counted(bring_in(ctx, more)) == (1, 0, 2 * CROWD, 0, 0)


@pytest.fixture
def careful(ctx: Context) -> Iterator[Context]:
    """Us as a role of the database that may write rows and not skip checks, as at most hosters'."""
    with ctx.unit() as unit:
        unit.session.execute(text("CREATE ROLE careful NOLOGIN"))
        unit.session.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO careful"))
        unit.session.execute(
            text("GRANT TEMPORARY ON DATABASE " + unit.session.scalar(DATABASE) + " TO careful")
        )
    limited = create_engine(ctx.units.engine.url)
    event.listen(limited, "connect", lambda connection, _: connection.execute("SET ROLE careful"))
    yield replace(ctx, units=UnitFactory(limited))
    limited.dispose()
    with ctx.unit() as unit:
        unit.session.execute(text("DROP OWNED BY careful"))
        unit.session.execute(text("DROP ROLE careful"))


def test_where_the_database_may_not_skip_its_checks_the_same_comes_of_it(careful: Context) -> None:
    with careful.unit() as unit:
        allowed = text("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        assert unit.session.scalar(allowed) is False
    assert counted(bring_in(careful, VOTERS)) == (6, 0, 0, 1, 0)
    assert counted(bring_in(careful, VOTERS)) == (0, 0, 6, 1, 0)
