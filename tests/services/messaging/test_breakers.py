"""Networks that block our texts: the sender stops, and the campaign’s blasts, until a person has looked."""

from __future__ import annotations

import datetime as dt
import uuid

from dialer.services.messaging.blasts import get_blast
from dialer.services.messaging.launching import resume_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sender_settings import list_senders, pause_sender, resume_sender
from dialer.services.messaging.views import SenderView
from dialer.services.paging import Page
from dialer.store.models.messaging import Message
from tests.conftest import SetClock
from tests.phone_bank import landline
from tests.services.messaging.test_told import tell
from tests.texting import Blasting, campaign, people

ONE, OTHER = landline(901), landline(902)


def launched(blasting: Blasting, count: int, first: int = 0, **fields: object) -> uuid.UUID:
    blast_id = blasting.launch(people(blasting.ctx, count, first=first), **fields).id
    blasting.plan(blast_id)
    return blast_id


def sender(blasting: Blasting, address: str) -> SenderView:
    return next(one for one in list_senders(blasting.ctx, Page()).items if one.address == address)


def from_sender(texts: list[Message], address: str) -> list[Message]:
    return [text for text in texts if text.sender == address]


def test_one_of_two_senders_stops_and_the_other_goes_on(blasting: Blasting, clock: SetClock):
    blast_id = launched(blasting, 200, senders=[ONE, OTHER])
    blasting.send()
    texts = blasting.messages(blast_id)
    tell(blasting, from_sender(texts, ONE)[:5], "undelivered", 30007)
    assert sender(blasting, ONE).state == "active"
    tell(blasting, from_sender(texts, OTHER), "delivered")
    tell(blasting, from_sender(texts, ONE)[5:6], "undelivered", 30007)
    assert sender(blasting, ONE).pause_reason == "texts_blocked_30007"
    assert sender(blasting, OTHER).state == "active"


def test_texts_of_a_stopped_sender_wait_and_the_page_says_why(blasting: Blasting):
    blast_id = launched(blasting, 3, senders=[ONE])
    pause_sender(blasting.ctx, sender(blasting, ONE).id)
    blasting.send()
    assert blasting.counts(blast_id) == {"queued": 3}
    assert blast_progress(blasting.ctx, blast_id).waiting_reason == "senders_stopped"
    resume_sender(blasting.ctx, sender(blasting, ONE).id)
    blasting.send()
    assert blasting.counts(blast_id) == {"sent": 3}


def test_what_is_left_of_a_stopped_sender_alone_says_why_it_waits(blasting: Blasting):
    blast_id = launched(blasting, 20, senders=[ONE, OTHER])
    of_other = len(from_sender(blasting.messages(blast_id), OTHER))
    pause_sender(blasting.ctx, sender(blasting, ONE).id)
    assert blast_progress(blasting.ctx, blast_id).waiting_reason is None
    blasting.send()
    assert blasting.counts(blast_id) == {"queued": 20 - of_other, "sent": of_other}
    assert blast_progress(blasting.ctx, blast_id).waiting_reason == "senders_stopped"


def test_a_blast_is_written_down_for_the_senders_that_go(blasting: Blasting):
    launched(blasting, 1, senders=[ONE])
    pause_sender(blasting.ctx, sender(blasting, ONE).id)
    blast_id = launched(blasting, 20, first=1, senders=[ONE, OTHER])
    assert {text.sender for text in blasting.messages(blast_id)} == {OTHER}


def test_several_small_blasts_of_a_campaign_count_together(blasting: Blasting):
    of_it = campaign(blasting.ctx, senders=[ONE]).id
    blasts = [launched(blasting, 3, first=3 * n, campaign_id=of_it) for n in range(3)]
    elsewhere = launched(blasting, 3, first=20, senders=[OTHER])
    blasting.send()
    for blast_id in blasts[:2]:
        tell(blasting, blasting.messages(blast_id), "undelivered", 30034)
    found = [get_blast(blasting.ctx, each) for each in (*blasts, elsewhere)]
    assert [one.pause_reason for one in found] == [*["texts_blocked_30034"] * 3, None]


def test_networks_that_speak_up_after_the_end_stop_the_sender_and_the_next_blast(
    blasting: Blasting, clock: SetClock
):
    of_it = campaign(blasting.ctx, senders=[ONE]).id
    over = launched(blasting, 12, campaign_id=of_it)
    blasting.send()
    blasting.keep()
    assert get_blast(blasting.ctx, over).state == "completed"
    following = launched(blasting, 3, first=20, campaign_id=of_it)
    texts = blasting.messages(over)
    tell(blasting, texts[:6], "undelivered", 30007)
    assert sender(blasting, ONE).pause_reason == "texts_blocked_30007"
    assert get_blast(blasting.ctx, following).pause_reason == "texts_blocked_30007"
    clock.now += dt.timedelta(minutes=10)
    resume_sender(blasting.ctx, sender(blasting, ONE).id)
    resume_blast(blasting.ctx, following)
    tell(blasting, texts[6:], "undelivered", 30007)
    assert sender(blasting, ONE).state == "active"
    assert get_blast(blasting.ctx, following).state == "running"


def test_what_a_person_has_looked_at_stops_nothing_again(blasting: Blasting, clock: SetClock):
    blast_id = launched(blasting, 30, senders=[ONE])
    blasting.send()
    texts = blasting.messages(blast_id)
    tell(blasting, texts[:6], "undelivered", 30007)
    clock.now += dt.timedelta(minutes=10)
    resume_sender(blasting.ctx, sender(blasting, ONE).id)
    resume_blast(blasting.ctx, blast_id)
    tell(blasting, texts[6:12], "undelivered", 30007)
    assert sender(blasting, ONE).state == "active"
    assert get_blast(blasting.ctx, blast_id).state == "running"
