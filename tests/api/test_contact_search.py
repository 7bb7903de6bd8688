"""People are found by whatever one has of them, over HTTP: the best fit first, each once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.access import Role
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.session import UnitFactory
from tests.conftest import NOON, Caller
from tests.examples import examples
from tests.people import Person, make_person
from tests.services.people.importing import bring_in, new_list

LIST = """First name,Surname,Mobile,Landline,Email,Postcode,Elector number
Siân Mair,Jones,07700 900101,,sian@example.org,CF10 1AA,KA1-12/1
Sean,O'Neill,07700 900102,01632 960102,,CF10 1AB,KA1-13
Mary Ann,Smith-Rowntree,07700 900103,,mary@example.org,CF11 9ZZ,KB2-12/1
Łukasz,Prydderch,07700 900104,,,SA1 1AA,KB2-14
Fiona,MacDonald,07700 900105,,,SA1 1AB,KB2-15
Jan,van der Berg,,020 7946 0106,,SA10 1AA,KB2-16
Zoë,Ashdown,07700 900107,,jones@example.org,LL1 1AA,KC1-1
J.,Ashdown-Davies,07700 900108,,,LL1 1AB,KC1-2
"""


@pytest.fixture
def coordinator(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


@pytest.fixture
def brought_in(ctx: Context) -> None:
    assert bring_in(ctx, LIST).counts.created == 8


def found(caller: Caller, q: str, **query: Any) -> list[str]:
    answer = caller.get("/contacts", query_string={"q": q, **query})
    assert answer.status_code == 200, answer.get_json()
    return [each["last_name"] for each in answer.get_json()["data"]]


@pytest.mark.usefixtures("brought_in")
@pytest.mark.parametrize(
    ("q", "who"),
    [
        ("07700 900101", ["Jones"]),
        ("+44 (0)7700-900101", ["Jones"]),
        ("7700900101", ["Jones"]),
        ("01632 960102", ["O'Neill"]),
        ("020 7946 01", ["van der Berg"]),
        ("0102", ["O'Neill"]),
        ("900 107", ["Ashdown"]),
        ("46-0106", ["van der Berg"]),
        ("107", []),
        ("KA1 012/1", ["Jones"]),
        ("12/1", ["Jones", "Smith-Rowntree"]),
        ("cf101aa", ["Jones"]),
        ("CF10", ["Jones", "O'Neill"]),
        ("sa1 1", ["Prydderch", "MacDonald"]),
        ("MARY@example.org", ["Smith-Rowntree"]),
        ("mary@ex", ["Smith-Rowntree"]),
        ("sian jones", ["Jones"]),
        ("SIÂN MAIR JONES", ["Jones"]),
        ("Jones, Mair", ["Jones"]),
        ("jones", ["Jones", "Ashdown"]),
        ("Jonse Siân", ["Jones"]),
        ("oneill", ["O'Neill"]),
        ("O’Neil", ["O'Neill"]),
        ("smith", ["Smith-Rowntree"]),
        ("maryann smith rowntree", ["Smith-Rowntree"]),
        ("Mary-Ann Rowntre", ["Smith-Rowntree"]),
        ("lukasz", ["Prydderch"]),
        ("Pryderch", ["Prydderch"]),
        ("Fiona Mac Donald", ["MacDonald"]),
        ("van der Berg Jan", ["van der Berg"]),
        ("vanderberg jan", ["van der Berg"]),
        ("z ashdown", ["Ashdown"]),
        ("ash", ["Ashdown", "Ashdown-Davies"]),
        ("Gwrtheyrn", []),
        ("-", []),
        ("%", []),
        ("_", []),
    ],
)
def test_a_person_is_found_by_what_one_has_of_them(coordinator: Caller, q: str, who: list[str]) -> None:
    assert found(coordinator, q) == who


@pytest.mark.usefixtures("brought_in")
def test_every_spelling_within_the_rules_finds_the_person(coordinator: Caller) -> None:
    names = [line.split(",")[:2] for line in LIST.splitlines()[1:]]
    long = [(first, last) for first, last in names if len(last) >= 5 and " " not in last]

    typed = st.builds(
        typed_as,
        st.sampled_from(long),
        st.sampled_from(["none", "missing", "wrong", "too much"]),
        st.tuples(st.integers(min_value=0, max_value=30), st.sampled_from("abdefgilmnoprstwy")),
        st.sampled_from([str.upper, str.lower, str.title, without_accents, str]),
        st.sampled_from(["{first} {last}", "{last}  {first}", "{last}, {first}"]),
    )

    @settings(max_examples=examples(80), deadline=None)
    @given(typed)
    def finds(typed: tuple[str, str]) -> None:
        assert typed[0] in found(coordinator, typed[1])

    finds()


def typed_as(
    name: tuple[str, str], slip: str, where: tuple[int, str], shape: Callable[[str], str], order: str
) -> tuple[str, str]:
    """Somebody's surname, and how a person in a hurry types their name."""
    first = name[0].split()[0].rstrip(".")
    return name[1], shape(order.format(first=first, last=misspelt(name[1], slip, *where)))


def misspelt(word: str, slip: str, at: int, letter: str) -> str:
    """One letter of the longest part of a word missing, wrong, or too much."""
    part = max(word.replace("'", "-").split("-"), key=len)
    at %= len(part)
    wrong = {
        "none": part,
        "missing": part[:at] + part[at + 1 :],
        "wrong": part[:at] + letter + part[at + 1 :],
        "too much": part[:at] + letter + part[at:],
    }[slip]
    return word.replace(part, wrong)


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def test_who_is_added_or_renamed_is_found_at_once(coordinator: Caller) -> None:
    made = coordinator.post("/contacts", json={"first_name": "Wren", "last_name": "Sedgley"}).get_json()
    assert found(coordinator, "Sedgely") == ["Sedgley"]
    assert coordinator.patch(f"/contacts/{made['id']}", json={"last_name": "Quarrie"}).status_code == 200
    assert found(coordinator, "Wren Quarry") == ["Quarrie"]
    assert found(coordinator, "Sedgley") == []


def test_an_import_that_renames_somebody_makes_them_found(coordinator: Caller, ctx: Context) -> None:
    list_id = new_list(ctx, register="here 2026")
    bring_in(ctx, "First name,Surname,Mobile,Elector number\nWren,Sedgley,,KA1-1\n", list_id)
    bring_in(ctx, "First name,Surname,Mobile,Elector number\nWren,Inskip,,KA1-1\n", list_id)
    assert found(coordinator, "inskipp") == ["Inskip"]


@pytest.mark.usefixtures("brought_in")
@pytest.mark.slow
def test_pages_go_on_through_all_ranks_and_show_each_person_once(coordinator: Caller) -> None:
    bring_in_more = [{"first_name": "Jones", "last_name": f"Jonas{letter}"} for letter in "abc"]
    for person in [*bring_in_more, {"first_name": "Ann", "last_name": "Jones", "tags": ["member"]}]:
        assert coordinator.post("/contacts", json=person).status_code == 201
    whole = found(coordinator, "jones", limit=500)
    walked, cursor = list[str](), None
    while True:
        query = {"q": "jones", "limit": 1, **({"cursor": cursor} if cursor else {})}
        answer = coordinator.get("/contacts", query_string=query).get_json()
        walked += [each["last_name"] for each in answer["data"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert walked == whole
    assert whole == ["Jones", "Jonasa", "Jonasb", "Jonasc", "Jones", "Ashdown"]
    assert found(coordinator, "jones", tag="member") == ["Jones"]
    assert found(coordinator, "jones", phone="07700 900107") == ["Ashdown"]


@pytest.mark.usefixtures("brought_in")
def test_a_cursor_of_another_list_is_refused(coordinator: Caller) -> None:
    plain = coordinator.get("/contacts?limit=1").get_json()["next_cursor"]
    ranked = coordinator.get("/contacts?limit=1&q=cf10").get_json()["next_cursor"]
    assert coordinator.get(f"/contacts?q=cf10&cursor={plain}").status_code == 422
    assert coordinator.get(f"/contacts?cursor={ranked}").status_code == 422
    assert coordinator.get(f"/contacts?q=cf10&cursor={ranked}").status_code == 200


@pytest.mark.usefixtures("brought_in")
@pytest.mark.parametrize(
    "q", ["Jones", "Jonse", "07700 900101", "KA1-12/1", "CF10 1AA", "CF", "sian@example.org"]
)
def test_nobody_of_another_organisation_is_found(
    units: UnitFactory, api: Callable[[Person], Caller], q: str
) -> None:
    other = Organisation(name="Elsewhere", created_at=NOON)
    with units.read() as unit:
        unit.session.add(other)
    stranger = api(make_person(units, other.id, Role.COORDINATOR, "Dai"))
    made = stranger.post("/contacts", json={"first_name": "Nan", "last_name": "Jonse"})
    assert made.status_code == 201
    assert found(stranger, q) == (["Jonse"] if q in {"Jones", "Jonse"} else [])
