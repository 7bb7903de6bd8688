"""Where a person stands follows from the attempts alone, in whatever order they became known."""

import datetime as dt
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.disposition import Course, Disposition, consequence
from dialer.domain.retry import Attempt, RetryRule, Standing, Turn, standing

T0 = dt.datetime(2026, 4, 1, 18, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
RULE = RetryRule(max_attempts=3, retry_after=4 * HOUR)
MOBILE, HOME = "+447700900001", "+441632960001"


def attempt(
    disposition: str, hours: float = 0, number: str = MOBILE, callback: float | None = None
) -> Attempt:
    return Attempt(
        at=T0 + hours * HOUR,
        number=number,
        disposition=Disposition(disposition),
        callback_at=None if callback is None else T0 + callback * HOUR,
        by="vic",
    )


def stand(*attempts: Attempt, numbers: Sequence[str] = (MOBILE,), rule: RetryRule = RULE) -> Standing:
    return standing(attempts, numbers, rule)


def test_nobody_tried_yet_is_fresh_on_the_first_number() -> None:
    assert stand(numbers=(MOBILE, HOME)) == Standing(Turn.FRESH, number=MOBILE)


def test_nobody_without_a_number_is_called() -> None:
    assert stand(numbers=()).turn is Turn.NO_NUMBER


def test_no_answer_is_tried_again_after_the_gap() -> None:
    after = stand(attempt("no_answer"))

    assert (after.turn, after.due_at, after.attempts) == (Turn.RETRY, T0 + 4 * HOUR, 1)


def test_attempts_are_used_up() -> None:
    after = stand(attempt("busy"), attempt("busy", 4), attempt("busy", 8))

    assert (after.turn, after.attempts, after.outcome) == (Turn.EXHAUSTED, 3, Disposition.BUSY)


def test_attempts_count_over_all_numbers() -> None:
    after = stand(
        attempt("no_answer"), attempt("no_answer", 4, HOME), attempt("no_answer", 8), numbers=(MOBILE, HOME)
    )

    assert after.turn is Turn.EXHAUSTED


def test_no_answer_gives_the_next_number_its_turn_and_round_again() -> None:
    once = stand(attempt("no_answer"), numbers=(MOBILE, HOME))
    twice = stand(attempt("no_answer"), attempt("no_answer", 4, HOME), numbers=(MOBILE, HOME))

    assert (once.number, twice.number) == (HOME, MOBILE)


def test_engaged_stays_on_the_same_number() -> None:
    assert stand(attempt("busy", number=HOME), numbers=(MOBILE, HOME)).number == HOME


def test_a_dead_number_gives_way_to_the_next() -> None:
    after = stand(attempt("disconnected"), numbers=(HOME,))

    assert (after.turn, after.number) == (Turn.RETRY, HOME)


def test_a_dead_number_without_another_ends_it() -> None:
    after = stand(attempt("disconnected"), numbers=())

    assert (after.turn, after.outcome) == (Turn.NO_NUMBER, Disposition.DISCONNECTED)


def test_callback_returns_at_its_time_to_who_promised_it() -> None:
    after = stand(attempt("callback", callback=26))

    assert (after.turn, after.due_at, after.asked_by) == (Turn.CALLBACK, T0 + 26 * HOUR, "vic")


def test_a_promise_is_kept_even_when_attempts_are_used_up() -> None:
    after = stand(attempt("busy"), attempt("busy", 4), attempt("callback", 8, callback=30))

    assert after.turn is Turn.CALLBACK


def test_a_promise_stands_through_a_late_attempt_before_its_time() -> None:
    assert stand(attempt("callback", callback=26), attempt("busy", 1)).turn is Turn.CALLBACK


def test_a_promise_ends_once_somebody_tried_after_its_time() -> None:
    after = stand(attempt("callback", callback=2), attempt("busy", 2))

    assert (after.turn, after.due_at) == (Turn.RETRY, T0 + 6 * HOUR)


def test_a_final_outcome_stands_whatever_comes_later() -> None:
    after = stand(attempt("contacted"), attempt("no_answer", 1), attempt("callback", 2, callback=9))

    assert (after.turn, after.outcome) == (Turn.FINAL, Disposition.CONTACTED)


attempts = st.lists(
    st.builds(
        attempt,
        st.sampled_from(list(Disposition)),
        st.floats(0, 100, allow_nan=False),
        st.sampled_from([MOBILE, HOME]),
        st.floats(101, 200, allow_nan=False),
    ),
    max_size=6,
    unique_by=lambda one: one.at,
)


@given(attempts, st.randoms())
def test_order_of_arrival_does_not_matter(made: list[Attempt], random: object) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert stand(*made, numbers=(MOBILE, HOME)) == stand(*shuffled, numbers=(MOBILE, HOME))


@given(attempts)
def test_nobody_is_bothered_beyond_the_rule(made: list[Attempt]) -> None:
    after = stand(*made, numbers=(MOBILE, HOME))
    final = any(consequence(one.disposition).course is Course.FINAL for one in made)

    assert after.over == (after.turn in {Turn.FINAL, Turn.EXHAUSTED, Turn.NO_NUMBER})
    assert (after.turn is Turn.FINAL) == final
    if after.turn is Turn.RETRY:
        assert len(made) < RULE.max_attempts
        assert after.due_at >= max(one.at for one in made) + RULE.retry_after
        assert after.number in {MOBILE, HOME}
