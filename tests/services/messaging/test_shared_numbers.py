"""Two who would take one place on a shared number at the same moment: one does, and nothing is held up."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text, update

from dialer.services.messaging.planning import plan_chunk
from dialer.store.models import new_id
from dialer.store.models.messaging import Message
from dialer.store.queries.message_rows import promote
from dialer.store.session import UnitOfWork
from tests.phone_bank import mobile
from tests.texting import Blasting, add_people


def three_at_one_number(blasting: Blasting) -> uuid.UUID:
    """A blast of which two of three are planned; the first was skipped for a reason of their own."""
    ids = [new_id() for _ in range(3)]
    add_people(blasting.ctx, [(id_, [mobile(1)]) for id_ in ids])
    blast_id = blasting.launch(ids).id
    assert plan_chunk(blasting.system, blast_id, 2)
    with blasting.ctx.unit() as unit:
        first = (Message.blast_id == blast_id, Message.contact_id == ids[0])
        unit.session.execute(update(Message).where(*first).values(state="skipped", skip_reason="moved"))
    return blast_id


def wait_until_somebody_waits(unit: UnitOfWork) -> None:
    """Until another connection to this database waits for a lock of this unit's."""
    waiting = text(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
        """
    )
    until = time.monotonic() + 20
    while not unit.session.scalar(waiting):
        unit.session.execute(text("SELECT pg_stat_clear_snapshot()"))
        assert time.monotonic() < until


def test_a_chunk_gives_way_to_whoever_was_handed_on(blasting: Blasting) -> None:
    blast_id = three_at_one_number(blasting)
    with ThreadPoolExecutor(1) as pool:
        with blasting.ctx.unit() as unit:
            assert promote(unit, blast_id, [mobile(1)], blasting.ctx.now) == 1
            planned = pool.submit(plan_chunk, blasting.system, blast_id, 2)
            wait_until_somebody_waits(unit)
        assert planned.result(timeout=30)
    blasting.plan(blast_id)
    states = [(one.state, one.skip_reason) for one in blasting.messages(blast_id)]
    assert states == [("skipped", "moved"), ("queued", None), ("skipped", "duplicate_number")]
    mend_figures(blasting, blast_id)


def test_nobody_is_handed_on_where_a_chunk_was_first(blasting: Blasting) -> None:
    blast_id = three_at_one_number(blasting)
    with ThreadPoolExecutor(1) as pool:
        with blasting.ctx.unit() as unit:
            second = (Message.blast_id == blast_id, Message.skip_reason == "duplicate_number")
            unit.session.execute(update(Message).where(*second).values(state="queued", skip_reason=None))
            promoted = pool.submit(promote_alone, blasting, blast_id)
            wait_until_somebody_waits(unit)
        assert promoted.result(timeout=30) == 0
    mend_figures(blasting, blast_id)


def promote_alone(blasting: Blasting, blast_id: uuid.UUID) -> int:
    """Hand the number on to somebody who has come later."""
    ids = [new_id()]
    add_people(blasting.ctx, [(ids[0], [mobile(1)])])
    with blasting.ctx.unit() as unit:
        copied = text(
            """
            INSERT INTO message (organisation_id, id, direction, purpose, blast_id, campaign_id, contact_id,
                                 number, body, encoding, segments, state, skip_reason, created_at)
            SELECT organisation_id, :id, direction, purpose, blast_id, campaign_id, :contact, number, body,
                   encoding, segments, 'skipped', 'duplicate_number', created_at
            FROM message WHERE blast_id = :blast LIMIT 1
            """
        )
        unit.session.execute(copied, {"id": new_id(), "contact": ids[0], "blast": blast_id})
        return promote(unit, blast_id, [mobile(1)], blasting.ctx.now)


def mend_figures(blasting: Blasting, blast_id: uuid.UUID) -> None:
    """The rows were changed by hand, so the figures are none of this test's."""
    with blasting.ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM message"))
        unit.session.execute(text("DELETE FROM counter"))
