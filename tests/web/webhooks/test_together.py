"""Statuses that come at once, on the short way in."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from dialer.domain.errors import Unavailable
from dialer.store.models.messaging import CarrierEvent
from dialer.store.session import UnitFactory
from dialer.web.webhooks.together import Together
from tests.towns import ACCOUNT_SID
from tests.web.webhooks.conftest import Post, Signer

NUMBER = "+447700900123"
STATUS = "/webhooks/twilio/messages/status"
MANY = 8


def _at_once(together: Together[int]) -> list[bool]:
    begin = threading.Barrier(MANY)

    def keep(number: int) -> bool:
        begin.wait(5)
        return together.keep(number)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(keep, range(MANY)))


def test_what_comes_at_once_is_kept_together_each_once():
    batches: list[Sequence[int]] = []
    assert _at_once(Together(batches.append)) == [True] * MANY
    assert sorted(number for batch in batches for number in batch) == list(range(MANY))
    assert len(batches) < MANY


def test_where_one_cannot_be_kept_nobody_is_told_that_theirs_was():
    def refuse(batch: Sequence[int]) -> None:
        if 3 in batch:
            raise Unavailable

    assert not _at_once(Together(refuse))[3]


def test_the_short_way_takes_only_what_the_door_would(signer: Signer, post: Post, units: UnitFactory):
    """Answers of the door itself name the request. It is asked until the organisation is known."""
    path = f"{STATUS}?o={post.organisation_id}&m={post.text(NUMBER)}"
    as_written = {"content_type": "application/x-www-form-urlencoded; charset=utf-8"}
    first, sent = (signer.post(path, told(status), **as_written) for status in ("queued", "sent"))
    assert (first.status_code, sent.status_code) == (204, 204)
    assert "X-Request-Id" not in sent.headers
    refused = [
        signer.post(path, told("delivered"), signature="x"),
        signer.post(path, {**told("delivered"), "AccountSid": "AC" + "1" * 32}),
        signer.post(path, {**told("delivered"), "AccountSid": [ACCOUNT_SID, ACCOUNT_SID]}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 3
    assert all("X-Request-Id" in answer.headers for answer in refused)
    with units.read() as unit:
        kept = unit.session.scalars(select(CarrierEvent.status).order_by(CarrierEvent.id)).all()
    assert kept == ["queued", "sent"]


def told(status: str) -> dict[str, str | list[str]]:
    return {"MessageSid": "SM" + "0" * 32, "MessageStatus": status, "To": NUMBER}
