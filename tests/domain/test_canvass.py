"""Doors cut into walks."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.canvass import cut
from dialer.domain.walk import Place, place_of

People = list[tuple[str | None, str, int]]

PEOPLE = st.lists(
    st.tuples(
        st.sampled_from([None, "AA", "AB"]),
        st.builds("{} {}".format, st.integers(1, 20), st.sampled_from(["High Street", "Mill Lane"])),
    ),
    max_size=60,
).map(lambda doors: [(*door, nth) for nth, door in enumerate(doors)])


def place(person: tuple[str | None, str, int]) -> Place:
    return place_of(person[0], person[1], "CF10 1AA")


@given(PEOPLE, st.integers(1, 15))
def test_everybody_is_on_one_walk_in_walking_order(people: People, doors_most: int) -> None:
    walked = [one for walk in cut(people, place, doors_most) for one in walk]
    assert walked == sorted(people, key=place)


@given(PEOPLE, st.integers(1, 15))
def test_walks_are_short_and_share_no_door_and_no_district(people: People, doors_most: int) -> None:
    walks = [[place(one) for one in walk] for walk in cut(people, place, doors_most)]
    for walk in walks:
        assert walk == sorted(walk)
        assert 1 <= len(set(walk)) <= doors_most
        assert len({one[:2] for one in walk}) == 1
    for one, other in pairwise(walks):
        assert one[-1] < other[0]
        if one[0][:2] == other[0][:2]:
            assert abs(len(set(one)) - len(set(other))) <= 1
