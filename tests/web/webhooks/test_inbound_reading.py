"""Texts to us whose webhook found nobody: read from the carrier's list, and taken in as if it had come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from dialer.services.messaging.inbound_reading import OVERLAP, read_inbound
from dialer.services.messaging.missed_texts import ask_to_read
from dialer.services.messaging.senders import sender_rows
from dialer.store.models.messaging import Message
from dialer.store.models.people import Suppression
from tests.conftest import NOON, SetClock
from tests.towns import Town
from tests.web.webhooks.conftest import SENDER, Post

OTHER_SENDER = "+447700900002"
ANN, BOB = "+447700900123", "+447700900124"


@pytest.fixture(autouse=True)
def senders(post: Post) -> None:
    """Two numbers of ours, and a name that nobody can write to."""
    with post.units.begin(post.organisation_id) as unit:
        rows = sender_rows(unit, [SENDER, OTHER_SENDER, "Labour"])
        for row in rows.values():
            row.created_at = NOON


def received(post: Post) -> list[tuple[str | None, str]]:
    with post.units.begin(post.organisation_id) as unit:
        query = select(Message.number, Message.body).where(Message.direction == "inbound")
        return [tuple(row) for row in unit.session.execute(query.order_by(Message.id))]


def barred(post: Post) -> Sequence[str | None]:
    with post.units.begin(post.organisation_id) as unit:
        return unit.session.scalars(select(Suppression.number).where(Suppression.lifted_at.is_(None))).all()


def test_a_stop_that_found_nobody_holds_once_it_is_read(town: Town, post: Post):
    town.text(ANN, SENDER, "STOP")
    town.text(BOB, OTHER_SENDER, "Count me in")
    assert read_inbound(post.context(), post.carrier) == 2
    assert sorted(received(post)) == [(ANN, "STOP"), (BOB, "Count me in")]
    assert barred(post) == [ANN]


@pytest.mark.usefixtures("told")
def test_what_a_webhook_brought_is_not_taken_in_again(town: Town, post: Post):
    town.text(ANN, SENDER, "Which hall is it?")
    assert len(received(post)) == 1
    assert read_inbound(post.context(), post.carrier) == 0
    assert read_inbound(post.context(), post.carrier) == 0
    assert len(received(post)) == 1


def test_the_last_word_stands(town: Town, post: Post):
    for word in ("STOP", "START", "stop"):
        town.text(ANN, SENDER, word)
        town.advance(60)
    read_inbound(post.context(), post.carrier)
    assert [body for _, body in received(post)] == ["STOP", "START", "stop"]
    assert barred(post) == [ANN]


def test_it_goes_on_from_the_last_reading_with_an_overlap(town: Town, post: Post, clock: SetClock):
    clock.forward(hours=1)
    town.set_now(clock.now)
    read_inbound(post.context(), post.carrier)
    town.text(ANN, SENDER, "late in the list")
    clock.now += OVERLAP - dt.timedelta(seconds=1)
    town.set_now(clock.now)
    assert read_inbound(post.context(), post.carrier) == 1


def test_a_list_that_cannot_be_read_is_read_from_the_same_place_again(
    town: Town, post: Post, clock: SetClock
):
    town.text(ANN, SENDER, "STOP")
    town.faults(list_error=1.0)
    assert read_inbound(post.context(), post.carrier) == 0
    town.faults()
    clock.forward(days=2)
    town.set_now(clock.now)
    assert read_inbound(post.context(), post.carrier) == 1
    assert barred(post) == [ANN]


def test_texts_to_a_pools_numbers_are_texts_to_us(town: Town, post: Post):
    pool = "MG" + "a" * 32
    town.account(services={pool: ["+447700900003", "+447700900004"]})
    with post.units.begin(post.organisation_id) as unit:
        sender_rows(unit, [pool])[pool].created_at = NOON
    town.text(ANN, "+447700900004", "STOP")
    town.text(BOB, "+447700900003", "Yes!")
    assert read_inbound(post.context(), post.carrier) == 2
    assert barred(post) == [ANN]


def test_a_list_that_fails_now_and_then_is_read_all_the_same(town: Town, post: Post):
    town.text(ANN, SENDER, "STOP")
    town.faults(list_error=0.4, seed=5)
    for _ in range(5):
        read_inbound(post.context(), post.carrier)
    assert barred(post) == [ANN]


def test_our_own_texts_in_the_list_are_not_texts_to_us(town: Town, post: Post):
    post.hand_over(post.text(ANN))
    town.advance(60)
    assert read_inbound(post.context(), post.carrier) == 0


def test_it_is_asked_for_as_a_job(post: Post, jobs):
    ask_to_read(post.context())
    ask_to_read(post.context())
    assert jobs.waiting()["events"] == 1
