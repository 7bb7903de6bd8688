"""What a result says of its columns."""

from __future__ import annotations

from sqlalchemy import Engine


def test_names_and_types_of_columns_are_told_and_no_more(engine: Engine) -> None:
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("SELECT 1 AS one, 'x'::text AS \"sïon\"")
        assert cursor.description == [
            ("one", 23, None, None, None, None, None),
            ("sïon", 25, None, None, None, None, None),
        ]
        cursor.execute("SELECT 1 AS one WHERE false")
        assert [column[0] for column in cursor.description] == ["one"], "without a row as well"
        cursor.execute("SET LOCAL statement_timeout = 0")
        assert cursor.description is None
