"""Who came in with a form of address for a forename is known again by the list that said so."""

from __future__ import annotations

from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from dialer.domain.person import fold
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people.contacts import ContactSearch, list_contacts
from dialer.services.people.views import ContactView
from tests.services.people.importing import bring_in

ODD = import_module("dialer.store.migrations.versions.0100_names_without_forms_of_address")


def upgrade(ctx: Context) -> None:
    """Run the migration's statements on the people who are there."""
    with ctx.unit() as unit, Operations.context(MigrationContext.configure(unit.session.connection())):
        ODD.upgrade()


def one(ctx: Context) -> ContactView:
    (person,) = list_contacts(ctx, ContactSearch(), Page()).items
    return person


@pytest.mark.parametrize(
    ("listed", "forename", "name"),
    [
        ("Mr & Mrs Jones", "& Mrs", (None, "Jones")),
        ("Mr and Mrs. Tom Jones", "and Mrs. Tom", ("Tom", "Jones")),
        ("MR & MRS SIÂN JONES", "& MRS SIÂN", ("SIÂN", "JONES")),
        ("Parch. a Dr Jones", "a Dr", (None, "Jones")),
        ("Jones, Mr ac Mrs", "ac Mrs", (None, "Jones")),
    ],
)
def test_a_list_that_came_in_with_forms_of_address_finds_its_people_again(
    ctx: Context, listed: str, forename: str, name: tuple[str | None, str]
) -> None:
    bring_in(ctx, f"First name,Surname,Phone\n{forename},{name[1]},07700900001\n")
    upgrade(ctx)
    person = one(ctx)
    assert (person.first_name, person.last_name) == name
    with ctx.unit() as unit:
        first, last = fold(name[0] or ""), fold(name[1])
        keys = text("SELECT first_key, last_key, name_key FROM contact")
        assert unit.session.execute(keys).one() == (first, last, first + last)
    listed = f'"{listed}"'
    assert bring_in(ctx, f"Name,Phone\n{listed},07700900001\n").counts.created == 0
    assert (one(ctx).first_name, one(ctx).last_name) == name


@pytest.mark.parametrize(
    ("forename", "surname"),
    [("Andrea", "Jones"), ("A Lord", "Jones"), ("Tom & Mrs", "Jones"), ("& Mrs", ""), ("Ac", "Jones")],
)
def test_other_forenames_stay(ctx: Context, forename: str, surname: str) -> None:
    bring_in(ctx, f"First name,Surname,Phone\n{forename},{surname},07700900001\n")
    upgrade(ctx)
    assert (one(ctx).first_name, one(ctx).last_name) == (forename, surname or None)
