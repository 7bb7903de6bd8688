"""What the carrier tells later of a blast's texts: figures follow, and what is wrong with us pauses it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import pytest

from dialer.carrier.errors import action_of
from dialer.carrier.port import Accepted, OutboundMessage, SendOutcome
from dialer.domain.carrier_action import Action
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging.blasts import get_blast
from dialer.services.messaging.carrier_events import StatusOfText, apply_statuses, record_status
from dialer.services.messaging.progress import blast_progress
from dialer.store.models.messaging import Message, Sender
from tests.carriers import Judge
from tests.conftest import SetClock
from tests.texting import SENDER, Blasting, people


class Codes:
    """All that applying events asks of a carrier."""

    def action_of(self, code: int) -> Action:
        return action_of(code)


def tell(blasting: Blasting, texts: Sequence[Message], status: str, code: int | None = None) -> None:
    for text in texts:
        record_status(blasting.system, StatusOfText(text.carrier_sid or "", status, text.id, code))
    apply_statuses(blasting.system, Codes())


def sent(blasting: Blasting, count: int) -> tuple[uuid.UUID, list[Message]]:
    blast_id = blasting.launch(people(blasting.ctx, count)).id
    blasting.plan(blast_id)
    blasting.send()
    return blast_id, blasting.messages(blast_id)


def test_figures_follow_what_was_told(blasting: Blasting):
    blast_id, texts = sent(blasting, 10)
    tell(blasting, texts[:6], "delivered")
    tell(blasting, texts[6:8], "undelivered", 30003)
    tell(blasting, texts[8:9], "failed", 30008)
    assert blasting.counts(blast_id) == {"sent": 1, "delivered": 6, "undelivered": 2, "failed": 1}


class Hasty(Judge):
    """Tells what becomes of a text before it answers."""

    blasting: Blasting

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        outcomes = super().send_messages(messages)
        for message, outcome in zip(messages, outcomes, strict=True):
            assert isinstance(outcome, Accepted)
            record_status(self.blasting.system, StatusOfText(outcome.sid, "delivered", message.id))
        apply_statuses(self.blasting.system, Codes())
        return outcomes


def test_a_callback_before_the_answer_counts_and_costs_once(ctx: Context, clock: SetClock):
    judge = Hasty(clock)
    judge.blasting = blasting = Blasting(ctx, clock, judge)
    blast_id = blasting.launch(people(blasting.ctx, 2)).id
    blasting.plan(blast_id)
    blasting.send()
    assert blasting.counts(blast_id) == {"delivered": 2}
    assert blast_progress(blasting.ctx, blast_id).spent == 2 * blasting.ctx.messaging.prices.usual
    assert check_counters(blasting.system) == []


@pytest.mark.parametrize(
    ("code", "reason"), [(30002, "carrier_account_30002"), (21606, "carrier_configuration_21606")]
)
def test_what_is_about_us_pauses_the_blast(code: int, reason: str, blasting: Blasting):
    blast_id, texts = sent(blasting, 4)
    tell(blasting, texts[:1], "failed", code)
    view = get_blast(blasting.ctx, blast_id)
    assert (view.state, view.pause_reason) == ("paused", reason)


def test_many_filtered_texts_pause_the_blast(blasting: Blasting):
    blast_id, texts = sent(blasting, 40)
    tell(blasting, texts[:5], "undelivered", 30007)
    before = get_blast(blasting.ctx, blast_id)
    tell(blasting, texts[5:6], "undelivered", 30007)
    after = get_blast(blasting.ctx, blast_id)
    assert before.pause_reason is None
    assert (after.state, after.pause_reason) == ("paused", "texts_blocked_30007")


def test_refusals_that_nothing_explains_pause_the_blast(blasting: Blasting):
    blast_id, texts = sent(blasting, 40)
    tell(blasting, texts[:6], "undelivered", 30999)
    assert get_blast(blasting.ctx, blast_id).pause_reason == "too_many_refused"


def test_what_came_too_late_by_our_own_limit_pauses_nothing(blasting: Blasting):
    blast_id, texts = sent(blasting, 40)
    tell(blasting, [*texts, texts[0]], "failed", 30036)
    found = blast_progress(blasting.ctx, blast_id)
    assert (found.pause_reason, found.expired, found.counts["failed"]) == (None, 40, 40)


def test_numbers_that_do_not_answer_pause_nothing(blasting: Blasting):
    blast_id, texts = sent(blasting, 40)
    tell(blasting, texts, "undelivered", 30003)
    assert get_blast(blasting.ctx, blast_id).pause_reason is None


def test_a_full_queue_rests_the_sender(blasting: Blasting):
    _, texts = sent(blasting, 2)
    tell(blasting, texts[:1], "failed", 30001)
    with blasting.ctx.unit() as unit:
        rests = unit.session.query(Sender.resting_until).filter(Sender.address == SENDER).scalar()
    assert rests - blasting.ctx.now == dt.timedelta(minutes=1)
