"""What one would write first: a loop, or a job, that sends one text after another with an ORM commit before
and after each; and the bare asynchronous sender, which keeps nothing at all.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence

import redis
import rq
from rq.serializers import JSONSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bench.texting import ACCOUNT, BODY, SENDER, TOKEN
from dialer.carrier.port import IN_FLIGHT
from dialer.carrier.transport import API, Transport, make_client
from dialer.clock import utc_now
from dialer.store.models.messaging import Message
from dialer.store.session import make_engine


def waiting(session: Session, count: int) -> Sequence[uuid.UUID]:
    """So many texts that wait."""
    query = select(Message.id).where(Message.state == "queued").order_by(Message.id).limit(count)
    return session.scalars(query).all()


class SyncClient:
    """The official client as it comes, at another place."""

    def __init__(self, url: str) -> None:
        self._client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=10))
        self._client.api.base_url = url

    def send(self, message: Message) -> str:
        made = self._client.messages.create(to=message.number or "", from_=SENDER, body=message.body)
        return str(made.sid)


def send_one(session: Session, client: SyncClient, message_id: uuid.UUID) -> None:
    """`sending`, committed; on the wire; `sent`, committed."""
    message = session.scalars(select(Message).where(Message.id == message_id)).one()
    message.state, message.attempts, message.attempted_at = "sending", 1, utc_now()
    session.commit()
    message.carrier_sid, message.state, message.sent_at = client.send(message), "sent", utc_now()
    session.commit()


def by_loop(database: str, url: str, count: int) -> float:
    """Texts a second of the loop."""
    with Session(make_engine(database)) as session:
        ids, client = waiting(session, count), SyncClient(url)
        began = time.monotonic()
        for message_id in ids:
            send_one(session, client, message_id)
        return len(ids) / (time.monotonic() - began)


def job(database: str, url: str, message_id: str) -> None:
    """One text as one job, which begins with nothing, as a forked worker's does."""
    engine = make_engine(database)
    with Session(engine) as session:
        send_one(session, SyncClient(url), uuid.UUID(message_id))
    engine.dispose()


def by_jobs(database: str, queue: str, url: str, count: int) -> float:
    """Texts a second of rq's own worker, a job for each."""
    client = redis.Redis.from_url(queue)
    jobs = rq.Queue("one by one", connection=client, serializer=JSONSerializer)
    with Session(make_engine(database)) as session:
        ids = waiting(session, count)
    for message_id in ids:
        jobs.enqueue(job, database, url, str(message_id), result_ttl=0)
    worker = rq.Worker([jobs], connection=client, serializer=JSONSerializer)
    began = time.monotonic()
    worker.work(burst=True, logging_level="ERROR")
    return len(ids) / (time.monotonic() - began)


def bare(url: str, count: int) -> float:
    """Texts a second of the official asynchronous client as it comes, as many in flight as we have, and no
    database.
    """
    return asyncio.run(_as_it_comes(url, count))


def bare_wire(url: str, count: int) -> float:
    """The same with the HTTP that we give that client."""
    return asyncio.run(_with_our_wire(url, count))


async def _as_it_comes(url: str, count: int) -> float:
    async with AsyncTwilioHttpClient() as http:
        return await _post_all(Client(ACCOUNT, TOKEN, http_client=http), url, count)


async def _with_our_wire(url: str, count: int) -> float:
    transport = Transport(url)
    a_second = await _post_all(make_client(ACCOUNT, TOKEN, transport), API, count)
    await transport.close()
    return a_second


async def _post_all(client: Client, url: str, count: int) -> float:
    left = iter(range(count))

    async def one_after_another() -> None:
        for number in left:
            form = {"To": f"+1202555{number % 10_000:04}", "From": SENDER, "Body": BODY}
            answer = await client.request_async(
                "POST", f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data=form
            )
            assert answer.status_code == 201

    began = time.monotonic()
    await asyncio.gather(*(one_after_another() for _ in range(IN_FLIGHT)))
    return count / (time.monotonic() - began)
