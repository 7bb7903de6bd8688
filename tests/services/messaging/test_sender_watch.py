"""A sender that networks filter rests by itself, others send what waits at it, and it tries again slowly."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import pytest

from dialer.services.gotv.figures_check import check_counters, mend_counters
from dialer.services.messaging.handing_over import move_some
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.sender_figures import forget_old_hours
from dialer.services.messaging.sender_health import sender_health, week_of_senders
from dialer.services.messaging.sender_settings import list_senders, pause_sender, resume_sender
from dialer.services.messaging.sender_watch import wake_senders, watch_senders
from dialer.services.messaging.views import SenderView
from dialer.services.paging import Page
from dialer.store.models.messaging import Message
from dialer.store.models.senders import SenderHour
from tests.conftest import SetClock
from tests.phone_bank import landline
from tests.services.messaging.test_told import Codes, tell
from tests.texting import Blasting, people

ONE, OTHER = landline(901), landline(902)


def launched(blasting: Blasting, count: int, first: int = 0, **fields: object) -> uuid.UUID:
    blast_id = blasting.launch(people(blasting.ctx, count, first=first), **fields).id
    blasting.plan(blast_id)
    return blast_id


def sender(blasting: Blasting, address: str = ONE) -> SenderView:
    return next(one for one in list_senders(blasting.ctx, Page()).items if one.address == address)


def of_sender(texts: Sequence[Message], address: str) -> list[Message]:
    return [text for text in texts if text.sender == address]


def watch(blasting: Blasting) -> int:
    return watch_senders(blasting.system, Codes())  # type: ignore[arg-type]


def faring(blasting: Blasting, blast_id: uuid.UUID, lost: int, code: int = 30003) -> None:
    """Let `lost` texts of ONE not arrive, and all others."""
    texts = blasting.messages(blast_id)
    own = of_sender(texts, ONE)
    tell(blasting, own[:lost], "undelivered", code)
    tell(blasting, [*own[lost:], *of_sender(texts, OTHER)], "delivered")


@pytest.fixture
def filtered(blasting: Blasting) -> uuid.UUID:
    """A blast from two numbers, one of which loses half of what it sends; some of it still waits."""
    blast_id = launched(blasting, 240, senders=[ONE, OTHER])
    blasting.send()
    faring(blasting, blast_id, 60)
    assert watch(blasting) == 1
    return blast_id


def test_figures_by_day_and_code_are_what_the_texts_say(blasting: Blasting, clock: SetClock) -> None:
    blast_id = launched(blasting, 20, senders=[ONE])
    blasting.send()
    texts = blasting.messages(blast_id)
    tell(blasting, texts[:10], "delivered")
    clock.now += dt.timedelta(days=1)
    tell(blasting, texts[10:14], "undelivered", 30003)
    tell(blasting, texts[14:15], "failed", 30008)
    for nth, body in enumerate(("Thank you", "STOP")):
        received = InboundText(f"SM{900 + nth:032x}", texts[nth].number or "", ONE, body, clock.now)
        receive(blasting.system, received)
    found = sender_health(blasting.ctx, sender(blasting).id)
    whole = found.whole
    assert (whole.texts, whole.delivered, whole.undelivered, whole.failed) == (20, 10, 4, 1)
    assert whole.waiting == 5
    assert whole.rate == pytest.approx(10 / 15)
    assert whole.bounds[0] < 10 / 15 < whole.bounds[1]
    assert (whole.replies, whole.opt_outs, whole.replies_per_thousand) == (2, 1, pytest.approx(2000 / 19))
    assert found.codes == [(30003, 4), (30008, 1)]
    assert [day.isoformat() for day, _ in found.days] == ["2026-05-08", "2026-05-07"]
    assert found.days[1][1].undelivered == 4, "a text belongs to the day on which it was tried"
    assert week_of_senders(blasting.ctx, [ONE])[ONE] == whole
    assert check_counters(blasting.system) == []


def test_what_went_wrong_with_the_figures_is_found_and_mended(blasting: Blasting) -> None:
    launched(blasting, 3, senders=[ONE])
    blasting.send()
    with blasting.ctx.unit() as unit:
        unit.session.query(SenderHour).delete()
    [fault] = check_counters(blasting.system)
    assert (fault.scope, fault.kept, fault.counted) == ("sender_hour", 0, 3)
    mend_counters(blasting.system)
    assert check_counters(blasting.system) == []
    assert sender_health(blasting.ctx, sender(blasting).id).whole.texts == 3


def test_hours_are_kept_for_three_months(blasting: Blasting, clock: SetClock) -> None:
    launched(blasting, 3, senders=[ONE])
    blasting.send()
    clock.now += dt.timedelta(days=89)
    forget_old_hours(blasting.system)
    assert sender_health(blasting.ctx, sender(blasting).id, 60).whole.texts == 0, "past what is asked for"
    with blasting.ctx.unit() as unit:
        assert unit.session.query(SenderHour).count() > 0
    clock.now += dt.timedelta(days=2)
    forget_old_hours(blasting.system)
    with blasting.ctx.unit() as unit:
        assert unit.session.query(SenderHour).count() == 0


def test_one_that_loses_more_than_the_other_rests_and_says_until_when(
    blasting: Blasting, filtered: uuid.UUID, clock: SetClock
) -> None:
    rests = sender(blasting)
    assert (rests.state, rests.pause_reason) == ("paused", "texts_lost_30003")
    assert rests.tries_again_at == clock.now + dt.timedelta(hours=2)
    assert rests.handed_over_at == clock.now
    assert sender(blasting, OTHER).state == "active"
    assert watch(blasting) == 0, "once"


def test_others_send_what_waits_at_it(blasting: Blasting, filtered: uuid.UUID) -> None:
    following = launched(blasting, 20, first=400, senders=[ONE, OTHER])
    assert {one.sender for one in blasting.messages(following)} == {OTHER}
    while move_some(blasting.system):
        pass
    blasting.send()
    assert blasting.counts(following) == {"sent": 20}


def test_it_tries_again_slowly_and_is_whole_again_when_it_fares_well(
    blasting: Blasting, filtered: uuid.UUID, clock: SetClock
) -> None:
    assert wake_senders(blasting.system) == 0
    clock.now += dt.timedelta(hours=2)
    assert wake_senders(blasting.system) == 1
    assert wake_senders(blasting.system) == 0
    tries = sender(blasting)
    assert (tries.state, tries.trial_since, tries.tries_again_at) == ("active", clock.now, None)
    assert tries.effective_rate_per_s == pytest.approx(sender(blasting, OTHER).effective_rate_per_s / 10)
    watch(blasting)
    assert sender(blasting).state == "active", "what it did before doesn't count"
    resume_sender(blasting.ctx, tries.id)
    assert sender(blasting).trial_since is None, "a person may say so at once"


def test_it_rests_longer_when_it_is_filtered_again(
    blasting: Blasting, filtered: uuid.UUID, clock: SetClock
) -> None:
    clock.now += dt.timedelta(hours=2)
    wake_senders(blasting.system)
    again = launched(blasting, 700, first=400, senders=[ONE, OTHER])
    blasting.send()
    own = len(of_sender(blasting.messages(again), ONE))
    assert 50 <= own < 200, "a tenth of the rate, a tenth of the people"
    faring(blasting, again, own // 2)
    assert watch(blasting) == 1
    assert sender(blasting).tries_again_at == clock.now + dt.timedelta(hours=4)
    clock.now += dt.timedelta(hours=4)
    wake_senders(blasting.system)
    well = launched(blasting, 700, first=1_200, senders=[ONE, OTHER])
    blasting.send()
    faring(blasting, well, 0)
    assert watch(blasting) == 0
    assert sender(blasting).trial_since is None
    assert sender(blasting).effective_rate_per_s == sender(blasting, OTHER).effective_rate_per_s


def test_a_trial_with_nobody_to_compare_it_with_goes_on_while_its_texts_are_blocked(
    blasting: Blasting, filtered: uuid.UUID, clock: SetClock
) -> None:
    clock.now += dt.timedelta(hours=24)
    wake_senders(blasting.system)
    alone = launched(blasting, 60, first=400, senders=[ONE])
    blasting.send()
    tell(blasting, of_sender(blasting.messages(alone), ONE), "undelivered", 30007)
    assert watch(blasting) == 0
    tries = sender(blasting)
    assert tries.trial_since is not None, "it hasn't recovered"
    assert tries.effective_rate_per_s < sender(blasting, OTHER).effective_rate_per_s


def test_one_stopped_by_hand_stays_so(blasting: Blasting, filtered: uuid.UUID, clock: SetClock) -> None:
    pause_sender(blasting.ctx, sender(blasting).id)
    assert (sender(blasting).pause_reason, sender(blasting).tries_again_at) == ("by_hand", None)
    clock.now += dt.timedelta(days=2)
    assert wake_senders(blasting.system) == 0


def test_where_all_lose_as_much_nobody_rests(blasting: Blasting) -> None:
    blast_id = launched(blasting, 240, senders=[ONE, OTHER])
    blasting.send()
    texts = blasting.messages(blast_id)
    for address in (ONE, OTHER):
        tell(blasting, of_sender(texts, address)[:50], "undelivered", 30003)
        tell(blasting, of_sender(texts, address)[50:], "delivered")
    assert watch(blasting) == 0


def test_one_that_stands_apart_when_it_is_stopped_for_blocks_tries_again_by_itself(
    blasting: Blasting,
) -> None:
    blast_id = launched(blasting, 400, senders=[ONE, OTHER])
    blasting.send()
    texts = blasting.messages(blast_id)
    tell(blasting, of_sender(texts, OTHER), "delivered")
    tell(blasting, of_sender(texts, ONE)[:-20], "delivered")
    tell(blasting, of_sender(texts, ONE)[-20:], "undelivered", 30007)
    assert (sender(blasting).pause_reason, sender(blasting).tries_again_at) == ("texts_blocked_30007", None)
    assert watch(blasting) == 1
    rests = sender(blasting)
    assert (rests.pause_reason, rests.handed_over_at) == ("texts_blocked_30007", blasting.ctx.now)
    assert rests.tries_again_at is not None


def test_one_that_is_stopped_alone_waits_for_a_person(blasting: Blasting, clock: SetClock) -> None:
    blast_id = launched(blasting, 100, senders=[ONE])
    blasting.send()
    tell(blasting, blasting.messages(blast_id)[:20], "undelivered", 30007)
    tell(blasting, blasting.messages(blast_id)[20:], "delivered")
    assert watch(blasting) == 0
    assert (sender(blasting).state, sender(blasting).tries_again_at) == ("paused", None)
    clock.now += dt.timedelta(days=2)
    assert wake_senders(blasting.system) == 0
