"""Which numbers are handed to whom, by what they speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.languages import (
    HOME,
    SPOKEN,
    Lane,
    LanguageMatch,
    code_of,
    lanes_of_room,
    lanes_of_volunteer,
    others_than,
    tongues,
)

CODES = st.sampled_from(["", "cy", "pl"])
SPEAKERS = st.lists(st.frozensets(CODES, min_size=1), max_size=6)


@pytest.mark.parametrize(
    ("written", "code", "in_welsh"),
    [
        (None, "", ""),
        ("", "", ""),
        ("en", "", "en"),
        ("EN-gb", "", "en"),
        ("cy", "cy", ""),
        ("cy_GB", "cy", ""),
        (" CY ", "cy", ""),
        ("pl", "pl", "pl"),
        ("Klingon", "", ""),
    ],
)
def test_a_record_says_under_which_language_somebody_waits(
    written: str | None, code: str, in_welsh: str
) -> None:
    assert code_of(written, HOME) == code
    assert code_of(written, "cy") == in_welsh


def test_of_whom_nothing_is_known_speaks_the_home_language() -> None:
    assert tongues([], HOME) == tongues([HOME], HOME) == {""}
    assert tongues(["cy"], HOME) == {"cy"}
    assert tongues(["en", "cy"], HOME) == {"", "cy"}
    assert tongues(["en", "cy"], "cy") == {"", "en"}
    assert tongues([], "cy") == tongues(["cy"], "cy") == {""}


def test_what_else_somebody_may_speak() -> None:
    assert "en" not in others_than("en")
    assert others_than("cy").keys() | {"cy"} == SPOKEN.keys()


@given(st.frozensets(CODES, min_size=1), st.sampled_from(LanguageMatch))
def test_a_volunteer_looks_where_they_may_and_each_language_once(
    speaks: frozenset[str], match: LanguageMatch
) -> None:
    lanes = lanes_of_volunteer(match, speaks)
    for language in ("", *others_than(HOME)):
        first = next((nth for nth, lane in enumerate(lanes) if lane.holds(language)), None)
        if match is LanguageMatch.ONLY:
            assert (first is not None) is (language in speaks)
        else:
            assert first is not None, "nothing is left lying"
        if match is LanguageMatch.PREFER and language in speaks:
            assert first < len(speaks), "before what they don't speak"


@given(
    SPEAKERS,
    st.dictionaries(CODES, st.integers(0, 4)),
    st.integers(1, 9),
    st.sampled_from([LanguageMatch.PREFER, LanguageMatch.ONLY]),
)
def test_the_dialler_rings_no_more_of_a_language_than_speakers_wait(
    waiting: list[frozenset[str]], under_way: dict[str, int], most: int, match: LanguageMatch
) -> None:
    lanes = lanes_of_room(match, waiting, under_way, most)
    for lane in (lane for lane in lanes if lane.low == lane.high != ""):
        speakers = sum(lane.low in speaks for speaks in waiting)
        assert 0 < lane.most <= speakers - under_way.get(lane.low, 0)
    at_home = sum(lane.most for lane in lanes if lane.holds(""))
    strangers = sum("" not in speaks for speaks in waiting)
    strict = match is LanguageMatch.ONLY
    assert at_home == (max(most - strangers, 0) if strict else most)
    assert all(lane.low == lane.high for lane in lanes) is strict


def test_where_languages_make_no_difference_there_is_one_lane() -> None:
    assert lanes_of_volunteer(LanguageMatch.OFF, {"", "cy"}) == [Lane("", "~")]
    assert lanes_of_room(LanguageMatch.OFF, [], {}, 3) == [Lane("", "~", 3)]
    assert all(Lane("", "~").holds(code) for code in ("", *SPOKEN))
