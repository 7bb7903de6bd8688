"""Every outcome has its row, and the row says what the contract says."""

import pytest

from dialer.domain.disposition import CONSEQUENCES, Course, Disposition, Effect, consequence

FINAL = {"contacted", "refused", "moved", "deceased", "already_voted", "do_not_call"}
EVERYONE = {"no_answer", "busy", "answering_machine", "left_message", "hung_up", "abandoned"}


def test_every_disposition_has_a_consequence() -> None:
    assert set(CONSEQUENCES) == set(Disposition)


@pytest.mark.parametrize("disposition", Disposition)
def test_course(disposition: Disposition) -> None:
    row = consequence(disposition)

    assert (row.course is Course.FINAL) == (disposition in FINAL)
    assert row.for_everyone == (disposition in EVERYONE)


@pytest.mark.parametrize(
    ("disposition", "effect"),
    [
        ("do_not_call", Effect.OPTS_OUT_OF_VOICE),
        ("already_voted", Effect.MARKS_TURNOUT),
        ("moved", Effect.SETS_MOVED),
        ("deceased", Effect.SETS_DECEASED),
        ("wrong_number", Effect.TAKES_NUMBER_OFF),
        ("disconnected", Effect.MARKS_NUMBER_DEAD),
    ],
)
def test_effect(disposition: str, effect: Effect) -> None:
    assert consequence(disposition).effects == {effect}


@pytest.mark.parametrize("disposition", ["no_answer", "disconnected", "wrong_number"])
def test_next_number_has_its_turn(disposition: str) -> None:
    assert consequence(disposition).tries_next_number


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="rung_off"):
        consequence("rung_off")
