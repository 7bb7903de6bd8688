"""Texts that come in at once: each is taken once, and what each asks for is done whole."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from dialer.domain.errors import Forbidden
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.no_to_texts import bar_from_texts
from dialer.services.messaging.replies import blast_replies
from dialer.services.people.opt_outs import record_opt_out
from dialer.services.people.weighing import Origin
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Suppression
from dialer.store.queries.conversations import standing_noes
from tests.conftest import SetClock
from tests.examples import examples
from tests.phone_bank import Voter, add_voters, mobile
from tests.texting import Blasting, people

OURS = "+441632960000"
SIAN = mobile(1)


@pytest.fixture
def system(ctx: Context) -> Context:
    """The carrier's texts come into the system's own hand."""
    return ctx.as_actor(system_actor(ctx.organisation_id))


def text(ctx: Context, body: str, sid: str | None = None, number: str = SIAN) -> InboundText:
    return InboundText(sid or uuid.uuid4().hex, number, OURS, body, ctx.now)


def count(ctx: Context, model: type) -> int:
    with ctx.unit() as unit:
        return unit.session.scalar(select(func.count()).select_from(model)) or 0


def is_out(ctx: Context) -> bool:
    with ctx.unit() as unit:
        return bool(standing_noes(unit, SIAN))


def test_a_text_that_comes_many_times_at_once_is_taken_once(system: Context):
    with ThreadPoolExecutor(8) as threads:
        took = list(threads.map(lambda _: receive(system, text(system, "HELP", sid="SM1")), range(8)))
    assert [one.new for one in took].count(True) == 1
    assert len({one.message_id for one in took}) == 1
    assert count(system, Conversation) == 1
    assert count(system, Message) == 2  # theirs, and one answer


def test_a_reply_counts_for_the_blast_that_texted_them_last(blasting: Blasting, clock: SetClock) -> None:
    gwen, owen = people(blasting.ctx, 2)
    system = blasting.system
    receive(system, text(system, "Hello", number=mobile(0)))
    runs = []
    for who in ([gwen], [gwen, owen]):
        run = blasting.launch(who)
        blasting.plan(run.id)
        blasting.send()
        runs.append(run.id)
        system = system.at(clock.forward(minutes=1))
        receive(system, text(system, "Yes", number=mobile(0)))
    receive(system, text(system, "STOP", number=mobile(1)))
    late = replace(text(system, "st op", number=mobile(0)), received_at=clock() - dt.timedelta(seconds=70))
    receive(system, late)
    found = [blast_replies(blasting.ctx, run).by_class for run in runs]
    assert found == [{"other": 1, "review": 1}, {"other": 1, "opt_out": 1}]
    assert check_counters(system) == []


def test_a_household_that_says_no_at_once_is_heard_whole(system: Context, ctx: Context):
    numbers = [mobile(index) for index in range(1, 9)]
    add_voters(ctx, [Voter(str(n), (one, numbers[n - 1])) for n, one in enumerate(numbers)])
    with ThreadPoolExecutor(8) as threads:
        took = list(threads.map(lambda one: receive(system, text(system, "STOP", number=one)), numbers))
    assert {one.klass for one in took} == {"opt_out"}
    with ctx.unit() as unit:
        assert all(standing_noes(unit, number) for number in numbers)


def test_only_the_carriers_hand_brings_texts_in(ctx: Context, vic, context_of: Callable[..., Context]):
    with pytest.raises(Forbidden):
        receive(context_of(vic), text(ctx, "STOP"))


_SAID = st.lists(
    st.sampled_from(["STOP", "START", "YES", "Hello", "st op", "HELP", "link", "please stop"]), max_size=7
)


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=_SAID)
def test_the_last_clear_word_stands_and_only_a_text_takes_back_a_text(system: Context, said: list[str]):
    _forget(system)
    out, by_link, review = False, False, False
    for step, body in enumerate(said):
        now = replace(system, now=system.now.replace(second=step))
        if body == "link":
            with now.unit() as unit:
                bar_from_texts(now, unit, SIAN, None, "link")
            out, by_link = True, True
            continue
        receive(now, text(now, body))
        if body in ("STOP", "please stop"):
            out, review = True, False
        elif body == "START" or (body == "YES" and out and not by_link):
            out = by_link
        review = review or body == "st op"
        assert is_out(system) == out
    with system.unit() as unit:
        row = unit.session.scalars(select(Conversation)).one_or_none()
    if row is not None:
        assert (row.state == "review") == review


def _forget(ctx: Context) -> None:
    with ctx.unit() as unit:
        for model in (Message, Conversation, Suppression):
            for row in unit.session.scalars(select(model)):
                unit.session.delete(row)


@pytest.mark.parametrize("source", ["call", "link"])
def test_a_no_said_again_in_another_way_outlives_start(source: str, system: Context, ctx: Context):
    sian = Voter("Siân", (SIAN, mobile(2)))
    add_voters(ctx, [sian])
    receive(system, text(system, "STOP"))
    with ctx.unit() as unit:
        record_opt_out(unit, sian.id, "sms", Origin(source, ctx.now))
    receive(system, text(system, "START"))
    with ctx.unit() as unit:
        assert standing_noes(unit, SIAN)
        assert standing_noes(unit, mobile(2))


def test_a_start_that_is_found_late_takes_back_no_later_stop(system: Context, clock):
    before = system.now
    later = replace(system, now=clock.forward(seconds=30))
    receive(later, text(later, "STOP"))
    receive(later, replace(text(later, "START"), received_at=before))
    receive(later, replace(text(later, "YES"), received_at=before))
    assert is_out(later)
    receive(later, text(later, "START"))
    assert not is_out(later)
