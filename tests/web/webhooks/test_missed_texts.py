"""After an outage nothing goes out before what people wrote meanwhile has been read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select, update

from dialer.app import create_app
from dialer.cli.serve import options
from dialer.queueing import MISSED_TEXTS_KEY, RedisJobQueue, connect
from dialer.services.calling.pause_all import pause_all, resume_all
from dialer.services.context import Context
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.inbound_reading import HELD, read_inbound
from dialer.services.messaging.launching import pause_blast, resume_blast
from dialer.services.messaging.missed_texts import (
    ask_where_missed,
    look_before_work,
    texts_may_be_missed,
    unreadable_since,
)
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.senders import sender_rows
from dialer.services.messaging.views import BlastView
from dialer.settings import Settings
from dialer.store.models import new_id
from dialer.store.models.accounts import Organisation
from dialer.store.models.people import Suppression
from dialer.store.queries import inbound_readings
from dialer.store.session import UnitFactory, make_engine
from tests.carriers import Unmetered
from tests.conftest import NOON, SetClock
from tests.phone_bank import landline, mobile
from tests.texting import SENDER, Blasting, people
from tests.towns import Town
from tests.web.webhooks.conftest import Post, Signer
from workers.cron import Cron
from workers.main import catch_up
from workers.runtime import Runtime
from workers.ticks import Tick

NOBODY = "127.0.0.1:9"
INBOUND = "/webhooks/twilio/voice/inbound"
A_TEXT = {"MessageSid": "SM" + "1" * 32, "From": mobile(0), "To": SENDER, "Body": "STOP"}


@pytest.fixture
def blasting(ctx: Context, clock: SetClock) -> Blasting:
    return Blasting(ctx, clock)


@pytest.fixture
def away(settings: Settings, jobs: RedisJobQueue, clock: SetClock) -> Iterator[Signer]:
    """The carrier at the door of a web server whose database is away."""
    engine = make_engine(f"postgresql+psycopg://nobody@{NOBODY}/nothing")
    app: Flask = create_app(settings, units=UnitFactory(engine), jobs=jobs, clock=clock)
    yield Signer(app.test_client())
    engine.dispose()


def restart_the_database(post: Post) -> None:
    """As every row stands after one: the lists were read under a start that isn't this one."""
    earlier = Organisation.inbound_read_under - dt.timedelta(hours=1)
    with post.units.begin(post.organisation_id) as unit:
        unit.session.execute(update(Organisation).values(inbound_read_under=earlier))


def waiting(blasting: Blasting, blast: BlastView) -> str | None:
    return blast_progress(blasting.ctx, blast.id).waiting_reason


def begun(blasting: Blasting, count: int = 3) -> BlastView:
    """A blast that is under way; its sender is known."""
    blast = blasting.launch(people(blasting.ctx, count))
    blasting.plan(blast.id)
    with blasting.ctx.unit() as unit:
        sender_rows(unit, [SENDER])[SENDER].created_at = NOON
    return blast


def test_a_stop_that_came_while_the_database_started_again_holds(
    blasting: Blasting, town: Town, post: Post, clock: SetClock, jobs: RedisJobQueue
) -> None:
    blast = begun(blasting)
    town.text(mobile(0), SENDER, "STOP")
    restart_the_database(post)
    blasting.send()
    blasting.keep()
    assert (blasting.judge.asked, waiting(blasting, blast)) == ([], "unread_texts")
    before = jobs.waiting()["events"]
    ask_where_missed(post.context())
    assert jobs.waiting()["events"] == before + 1
    assert read_inbound(post.context(), post.carrier) == 1
    assert waiting(blasting, blast) is None
    clock.forward(seconds=2)
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(1): 1, mobile(2): 1}
    assert blasting.skipped(blast.id) == {"opted_out": 1}


def test_the_gate_itself_sees_the_outage(blasting: Blasting, post: Post, clock: SetClock) -> None:
    """A worker that had claimed before it goes on at once: nobody has told it anything."""
    blast, holder = begun(blasting), new_id()
    lease = new_lease(blasting.system, holder)
    claimed = claim_texts(blasting.system, SENDER, blast.id, lease, 10)
    restart_the_database(post)
    assert pass_gate(blasting.system, holder, claimed) == []
    assert blasting.counts(blast.id) == {"queued": 3}


def test_codes_go_out_all_the_same(blasting: Blasting, post: Post) -> None:
    blast = begun(blasting)
    texts_may_be_missed(post.context())
    with blasting.ctx.unit() as unit:
        queue_text(unit, blasting.ctx, number=mobile(9), body="Your code", purpose="code", sender=SENDER)
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(9): 1}
    assert waiting(blasting, blast) == "unread_texts"


def test_a_pause_is_said_first_and_changes_nothing(blasting: Blasting, town: Town, post: Post) -> None:
    blast = begun(blasting)
    texts_may_be_missed(post.context())
    pause_all(blasting.ctx, "Wait")
    assert waiting(blasting, blast) == "organisation_paused"
    resume_all(blasting.ctx)
    assert waiting(blasting, blast) == "unread_texts"
    pause_blast(blasting.ctx, blast.id)
    resume_blast(blasting.ctx, blast.id)
    read_inbound(post.context(), post.carrier)
    blasting.send()
    assert len(blasting.judge.accepted_by_number()) == 3


@pytest.mark.slow
def test_a_list_that_cannot_be_read_is_asked_for_later_and_later_and_shown(
    blasting: Blasting, town: Town, post: Post, clock: SetClock, queue_client
) -> None:
    blast = begun(blasting)
    texts_may_be_missed(post.context())
    town.faults(list_error=1.0)
    tries = [0]
    for second in range(100):
        clock.now = NOON + dt.timedelta(seconds=second)
        queue_client.flushdb()
        ask_where_missed(post.context())
        if RedisJobQueue(queue_client).waiting()["events"]:
            read_inbound(post.context(), post.carrier)
            tries.append(second)
        if second == 10:
            assert waiting(blasting, blast) == "unread_texts"
    assert tries == [0, 0, 1, 2, 4, 8, 16, 32, 62, 92]
    assert waiting(blasting, blast) == "unreadable_texts"
    assert unreadable_since(post.context()) == NOON
    blasting.send()
    assert blasting.judge.asked == []
    town.faults()
    read_inbound(post.context(), post.carrier)
    assert (waiting(blasting, blast), unreadable_since(post.context())) == (None, None)


def test_what_is_missed_while_they_are_read_needs_another_reading(
    blasting: Blasting, post: Post, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    blast = begun(blasting)
    texts_may_be_missed(post.context())
    listed = post.carrier.messages

    def lost_meanwhile(*args: object, **options: object) -> object:
        clock.forward(seconds=1)
        texts_may_be_missed(post.context())
        return listed(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(post.carrier, "messages", lost_meanwhile)
    read_inbound(post.context(), post.carrier)
    assert waiting(blasting, blast) == "unread_texts"
    monkeypatch.undo()
    read_inbound(post.context(), post.carrier)
    assert waiting(blasting, blast) is None


def test_a_reading_that_dies_is_asked_for_again(post: Post, jobs: RedisJobQueue, clock: SetClock) -> None:
    restart_the_database(post)
    with post.units.begin(post.organisation_id) as unit:
        inbound_readings.hold(unit, clock.now + HELD)
    ask_where_missed(post.context())
    assert jobs.waiting()["events"] == 0
    clock.forward(seconds=HELD.total_seconds())
    ask_where_missed(post.context())
    assert jobs.waiting()["events"] == 1


def test_a_pool_that_is_gone_holds_nothing_up(blasting: Blasting, town: Town, post: Post) -> None:
    blast = begun(blasting)
    with post.units.begin(post.organisation_id) as unit:
        sender_rows(unit, ["MG" + "b" * 32])
    texts_may_be_missed(post.context())
    read_inbound(post.context(), post.carrier)
    assert waiting(blasting, blast) is None


def test_before_a_worker_begins_lists_that_nobody_has_read_for_long_come_first(
    blasting: Blasting, post: Post, jobs: RedisJobQueue, settings: Settings, clock: SetClock
) -> None:
    blast = begun(blasting)
    runtime = Runtime(settings, post.units, jobs, post.carrier, Unmetered(), clock)
    read_inbound(post.context(), post.carrier)
    clock.forward(seconds=70)
    assert not look_before_work(post.context())
    clock.forward(hours=1)
    catch_up(runtime)
    assert (waiting(blasting, blast), jobs.waiting()["events"]) == ("unread_texts", 1)


def test_a_text_that_found_no_database_has_the_lists_read(
    away: Signer, post: Post, settings: Settings, jobs: RedisJobQueue, clock: SetClock
) -> None:
    """The clockwork itself never missed it: not one of its ticks failed."""
    cron = Cron(
        Runtime(settings, post.units, jobs, post.carrier, Unmetered(), clock),
        [Tick("read after an outage", float("inf"), texts_may_be_missed, after_outage=True)],
    )
    cron.run_due(0.0)
    read_inbound(post.context(), post.carrier)
    cron.run_due(1.0)
    assert missed_at(post) is None
    assert away.post("/webhooks/twilio/messages/inbound", A_TEXT).status_code == 503
    clock.forward(seconds=2)
    cron.run_due(2.0)
    assert missed_at(post) == clock.now
    assert not jobs.take_missed_texts()


def test_word_is_left_later_where_the_queue_is_away_too(
    settings: Settings, jobs: RedisJobQueue, clock: SetClock, queue_client
) -> None:
    engine = make_engine(f"postgresql+psycopg://nobody@{NOBODY}/nothing")
    lost = RedisJobQueue(connect(f"redis://{NOBODY}/0"))
    app = create_app(settings, units=UnitFactory(engine), jobs=lost, clock=clock)
    signer = Signer(app.test_client())
    signer.post("/webhooks/twilio/messages/inbound", A_TEXT)
    app.extensions["dialer"] = replace(app.extensions["dialer"], jobs=jobs)
    assert queue_client.get(MISSED_TEXTS_KEY) is None
    signer.post("/webhooks/twilio/messages/status", {"MessageSid": A_TEXT["MessageSid"]})
    assert jobs.take_missed_texts()
    engine.dispose()


def test_a_web_process_that_dies_has_the_lists_read(settings: Settings, jobs: RedisJobQueue) -> None:
    assert not jobs.take_missed_texts()
    options(settings)["child_exit"](None, None)  # type: ignore[operator]
    assert jobs.take_missed_texts()


def test_what_is_answered_well_leaves_no_word(signer: Signer, jobs: RedisJobQueue, post: Post) -> None:
    path = f"/webhooks/twilio/messages/inbound?o={post.organisation_id}"
    assert signer.post(path, A_TEXT).status_code == 200
    assert signer.post(path, A_TEXT, signature="wrong").status_code == 403
    assert not jobs.take_missed_texts()


@pytest.mark.slow
def test_a_key_pressed_while_the_database_is_away_is_heard_once_it_is_back(
    away: Signer, signer: Signer, post: Post
) -> None:
    path = f"{INBOUND}?o={post.organisation_id}&then=keys"
    call = {"CallSid": "CA" + "1" * 32, "From": landline(123), "To": landline(900)}
    answer = away.post(path, {**call, "Digits": "9"})
    for _ in range(3):
        assert answer.status_code == 200
        answer = away.post(_asked_again(answer.text), call)
    assert "Stopped" not in answer.text
    assert signer.post(_asked_again(answer.text), call).status_code == 200
    with post.units.begin(post.organisation_id) as unit:
        barred = unit.session.scalars(select(Suppression.number)).all()
    assert barred == [landline(123)]


def test_nobody_is_held_for_ever(away: Signer, post: Post) -> None:
    call = {"CallSid": "CA" + "1" * 32, "From": landline(123), "To": landline(900)}
    answer = away.post(f"{INBOUND}?o={post.organisation_id}&then=keys&again=10", call)
    assert answer.status_code == 200
    assert "Redirect" not in answer.text
    assert "ring again in a few minutes" in answer.text
    assert answer.text.endswith("<Hangup></Hangup></Response>")


def _asked_again(document: str) -> str:
    """Where the carrier goes on, without our own host."""
    redirect = ET.fromstring(document).find("Redirect")
    assert redirect is not None
    address = urlsplit(redirect.text or "")
    return f"{address.path}?{address.query}"


def missed_at(post: Post) -> dt.datetime | None:
    with post.units.begin(post.organisation_id) as unit:
        return unit.session.scalar(select(Organisation.inbound_missed_at))
