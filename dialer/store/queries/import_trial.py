"""Tables in which an import is tried: the real statements run in them, and the real tables stay as they are.

A temporary table of the same name stands before each table that an import writes to, on a connection of the
trial's own. Into it are copied, chunk by chunk, the people whom the chunk's rows could be and what is known
of them; there they are changed and joined by those whom the file makes, so that its later rows find them.

From then on the transaction is read-only, which PostgreSQL takes for everything but temporary tables: a
statement that would change anything real fails. Nothing is locked, so nobody waits for a trial.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from dialer.store.models.base import Base
from dialer.store.queries.import_match import ADDRESS, CROWD, Scope, may_be_renumbered, other_registers

_OF_PEOPLE: Final = ("contact_phone", "opt_out", "consent", "pledge", "turnout_mark", "voter_record")
_OF_THE_IMPORT: Final = ("import_contact", "import_duplicate", "import_change", "list_member", "contact_list")
SHADOWED: Final = ("contact", *_OF_PEOPLE, *_OF_THE_IMPORT)
"""What an import writes to while it merges."""

_REAL_FIRST: Final = "{real}, pg_temp"
_TRIAL_FIRST: Final = "pg_temp, {real}"
_PATH: Final = text("SELECT set_config('search_path', :path, true)")

_ON_THE_PHONE: Final = f"""
    SELECT p.contact_id FROM unnest(s.numbers) AS reach(number) CROSS JOIN LATERAL (
        SELECT p.contact_id FROM contact_phone AS p
        WHERE p.organisation_id = :organisation AND p.number = reach.number LIMIT {CROWD + 1}
    ) AS p
"""
# Whoever one of the rules of `import_match` may look at, for each row by index as there.
_WAYS: Final = (
    """SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id_source = :source AND c.external_id = s.external_id""",
    """SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.register = :register AND c.elector_key = s.elector_key""",
    _ON_THE_PHONE,
    f"""SELECT c.id FROM (
        SELECT * FROM contact AS c
        WHERE c.organisation_id = :organisation AND c.name_key = s.name_key OFFSET 0
    ) AS c
    WHERE (SELECT count(*) FROM ({_ON_THE_PHONE}) AS reached) > {CROWD} AND EXISTS (
        SELECT FROM contact_phone AS p
        WHERE p.organisation_id = :organisation AND p.contact_id = c.id AND p.number = ANY (s.numbers))""",
    """SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.email_key = s.email_key AND c.name_key = s.name_key""",
)
_BY_NAME_AND_ADDRESS: Final = f"""SELECT c.id FROM (
        SELECT * FROM contact AS c
        WHERE c.organisation_id = :organisation AND c.name_key = s.name_key OFFSET 0
    ) AS c
    WHERE s.elector_key IS NOT NULL AND s.name_key <> '' AND c.elector_key IS NOT NULL
      AND c.register <> :register AND {ADDRESS.format("c")} = {ADDRESS.format("s")}"""
_BY_OUR_ID: Final = """SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id = s.contact_id"""


_FOR_SEARCHES: Final = text(
    """
    SELECT format('pg_temp.%I', c.relname) FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam
    WHERE c.relnamespace = pg_my_temp_schema() AND c.relkind = 'i' AND a.amname = 'gin'
    """
)
"""Indexes by which people are searched for, and no import looks anybody up: they cost most."""


def _columns(name: str) -> str:
    """Every column of a table that isn't computed."""
    table: Table = Base.metadata.tables[name]
    return ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)


def _copy_people(ways: tuple[str, ...]) -> str:
    """Copy whoever can be found in these ways and isn't here yet, with all that is known of them."""
    either = " UNION ALL ".join(f"({way})" for way in ways)
    known = ", ".join(f"of_{name} AS ({_copy_of_people(name)})" for name in _OF_PEOPLE)
    return f"""WITH fresh AS (
        INSERT INTO pg_temp.contact ({_columns("contact")})
        SELECT {_columns("contact")} FROM contact AS c
        WHERE c.organisation_id = :organisation AND c.id = ANY (ARRAY(
            SELECT near.id FROM import_stage AS s CROSS JOIN LATERAL ({either}) AS near))
          AND NOT EXISTS (SELECT FROM pg_temp.contact AS here
            WHERE here.organisation_id = :organisation AND here.id = c.id)
        ON CONFLICT DO NOTHING
        RETURNING id
    ), {known} SELECT count(*) FROM fresh"""


def _copy_of_people(name: str) -> str:
    return f"""
        INSERT INTO pg_temp.{name} ({_columns(name)})
        SELECT {_columns(name)} FROM {name}
        WHERE organisation_id = :organisation AND contact_id IN (SELECT id FROM fresh)
        ON CONFLICT DO NOTHING
    """


def make_trial_tables(session: Session) -> str:
    """Make them, empty, on this connection; returns the name of the real tables' schema."""
    real: str = session.scalar(text("SELECT quote_ident(current_schema())")) or "public"
    session.execute(_PATH, {"path": _REAL_FIRST.format(real=real)})
    for name in SHADOWED:
        session.execute(text(f"CREATE TEMPORARY TABLE {name} (LIKE {real}.{name} INCLUDING ALL)"))
    for index in session.scalars(_FOR_SEARCHES).all():
        session.execute(text(f"DROP INDEX {index}"))
    return real


def enter_trial(session: Session, scope: Scope, real: str) -> None:
    """Copy the people whom the staged rows could be; until it ends, the transaction can change nothing real.

    Whom an earlier chunk brought here stays as that one left them.
    """
    session.execute(text("SET TRANSACTION READ ONLY"))
    session.execute(_PATH, {"path": _REAL_FIRST.format(real=real)})
    session.execute(text(_copy_people(_ways(session, scope))), scope.parameters())
    session.execute(_PATH, {"path": _TRIAL_FIRST.format(real=real)})


def _ways(session: Session, scope: Scope) -> tuple[str, ...]:
    elsewhere = may_be_renumbered(session, other_registers(session, scope))
    return (
        *_WAYS,
        *((_BY_NAME_AND_ADDRESS,) if elsewhere else ()),
        *((_BY_OUR_ID,) if scope.own else ()),
    )


def learn_trial_sizes(session: Session) -> None:
    """Tell the planner how large the trial's tables are now: nothing else does, of temporary ones."""
    session.execute(text(f"ANALYZE {', '.join('pg_temp.' + name for name in SHADOWED)}"))
