"""The plans that PostgreSQL keeps of prepared statements, and what they read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, text


def plans_kept(engine: Engine) -> dict[str, Mapping[str, Any]]:
    """The plan that is kept of each statement that was prepared."""
    known = text("SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements")
    with engine.connect() as connection:
        found = connection.execute(known).all()
        plans = {}
        for name, statement, given in found:
            values = f"({', '.join(['NULL'] * given)})" if given else ""
            explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE {name}{values}")
            [plan] = explained.scalar_one()
            if isinstance(plan, dict):  # what only sets something has none
                plans[statement] = plan["Plan"]
        return plans


def tables_walked(node: Mapping[str, Any], *, small: Collection[str] = ()) -> Iterator[str]:
    """The tables that a plan reads from one end to the other, but for those of which it only reads all of an
    index that is `small`.
    """
    named = {"Index Cond", "Recheck Cond"} & set(node) or node.get("Index Name") in small
    if "Relation Name" in node and "Scan" in node["Node Type"] and not named:
        yield node["Relation Name"]
    for inner in node.get("Plans", ()):
        yield from tables_walked(inner, small=small)
