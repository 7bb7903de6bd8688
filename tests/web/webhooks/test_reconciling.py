"""Callbacks that never came: the carrier is asked, less and less often, and what it says counts the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dialer.services.messaging.reconciling import ASKED_FOR, ask_to_reconcile, reconcile_texts
from tests.conftest import NOON, SetClock
from tests.towns import Town
from tests.web.webhooks.conftest import Post

NUMBER = "+447700900123"


def accepted(post: Post, *numbers: str, **fields: object) -> list:
    """Texts that the carrier took and whose callbacks go nowhere."""
    texts = [post.text(number) for number in numbers]
    sids = [outcome.sid for outcome in post.hand_over(*texts)]
    for text, sid in zip(texts, sids, strict=True):
        post.change(
            text, **{"state": "sent", "carrier_sid": sid, "sent_at": NOON, "reconcile_at": NOON, **fields}
        )
    return texts


def test_what_was_never_told_is_asked_for(town: Town, post: Post):
    one, other = accepted(post, NUMBER, "+447700900124", cost=Decimal("0.04"), cost_currency="USD")
    post.change(other, cost_currency="GBP")
    town.advance(120)
    assert reconcile_texts(post.context(), post.carrier) == 2
    post.apply()
    assert [post.row(each).state for each in (one, other)] == ["delivered", "delivered"]
    assert post.row(one).reconcile_at is None
    costs = [post.row(each).cost for each in (one, other)]
    assert costs == [Decimal("0.0399"), Decimal("0.04")], "what is billed in dollars isn't a sum in pounds"


@pytest.mark.slow
def test_before_its_time_nobody_asks(town: Town, post: Post, clock: SetClock, jobs):
    accepted(post, NUMBER, reconcile_at=NOON + dt.timedelta(seconds=300))
    ask_to_reconcile(post.context())
    assert reconcile_texts(post.context(), post.carrier) == 0
    assert jobs.waiting()["events"] == 0
    clock.forward(seconds=300)
    ask_to_reconcile(post.context())
    assert jobs.waiting()["events"] == 1
    assert reconcile_texts(post.context(), post.carrier) == 1


def test_a_text_that_stays_sent_is_asked_about_less_and_less(town: Town, post: Post, clock: SetClock):
    town.person(NUMBER, outcome="sent")
    [text] = accepted(post, NUMBER)
    town.advance(60)
    waits = []
    while (due := post.row(text).reconcile_at) is not None:
        waits.append((due - clock.now).total_seconds())
        clock.now = due
        assert reconcile_texts(post.context(), post.carrier) == 1
        post.apply()
    assert post.row(text).state == "sent"
    assert waits[:4] == [0, 300, 600, 1200]
    assert max(waits) == 86_400
    assert clock.now - NOON > ASKED_FOR


def test_a_carrier_that_cannot_be_read_is_asked_again(town: Town, post: Post, clock: SetClock):
    texts = accepted(post, *(f"+447700900{each}" for each in range(100, 110)))
    town.advance(120)
    town.faults(fetch_error=1.0)
    assert reconcile_texts(post.context(), post.carrier) == 10
    assert {post.row(each).state for each in texts} == {"sent"}
    town.faults()
    clock.forward(seconds=300)
    assert reconcile_texts(post.context(), post.carrier) == 10
    post.apply()
    assert {post.row(each).state for each in texts} == {"delivered"}


def test_a_number_found_dead_by_asking_is_marked_as_by_callback(town: Town, post: Post):
    town.person(NUMBER, outcome="undelivered", error_code=30005)
    [text] = accepted(post, NUMBER)
    town.advance(120)
    reconcile_texts(post.context(), post.carrier)
    post.apply()
    assert (post.row(text).state, post.row(text).error_code) == ("undelivered", 30005)


@pytest.mark.parametrize("sid", ["SM" + "9" * 32, None])
def test_one_that_the_carrier_does_not_know_stays_as_it_is(sid: str | None, post: Post):
    text = post.text(NUMBER, state="sent", carrier_sid=sid, sent_at=NOON, reconcile_at=NOON)
    reconcile_texts(post.context(), post.carrier)
    assert post.row(text).state == "sent"
    assert post.row(text).reconcile_at > NOON
