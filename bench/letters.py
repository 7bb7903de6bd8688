"""How many letters a second go out, exactly once and through the gate, beside what one would write first.

The mail server is a bare one on this machine that takes everything. In the same run: a loop with the standard
library's client and letters, one after another on one connection, which keeps nothing. The aim is to be
no slower, with the gate, the names and what becomes of each letter committed.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import smtplib
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from multiprocessing.connection import Connection

import redis
from sqlalchemy import text

from bench.texting import context_of
from dialer.buckets import RedisBuckets
from dialer.carrier.smtp import SmtpMailer
from dialer.carrier.smtp_session import MailServer
from dialer.carrier.twilio import TwilioCarrier
from dialer.clock import utc_now
from dialer.domain.carrier_policy import MailPolicy
from dialer.domain.letter import as_html, as_text
from dialer.embedded.throwaway import throwaway_postgres, throwaway_valkey
from dialer.services.calling.campaigns import CampaignFields, activate_campaign, create_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.tools import Tools
from dialer.services.messaging.wires import Wires

AIM = 1.0
"""Of the loop."""
RATE = 100_000.0
LONGEST_S = 120.0
FROM = "campaign@example.org"
BODY = "# Polls are open\n\nDear {first_name|friend},\n\nvote [today](https://example.org/vote)."
_PEOPLE = text(
    """
    INSERT INTO contact (organisation_id, id, first_name, email, email_key, custom, created_at)
    SELECT :organisation, gen_random_uuid(), 'Gwen', a.address, a.address, '{}', now()
    FROM (SELECT 'voter' || n || '@example.org' AS address FROM generate_series(1, :count) AS n) AS a
    """
)
_LIST = text("INSERT INTO contact_list (organisation_id, id, name) VALUES (:organisation, :list, 'Readers')")
_MEMBERS = text(
    "INSERT INTO list_member (organisation_id, list_id, contact_id)"
    " SELECT organisation_id, :list, id FROM contact WHERE email IS NOT NULL"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=3_000)
    letters: int = parser.parse_args().letters
    with throwaway_postgres(forgetful=False) as database, throwaway_valkey() as queue, bare_server() as port:
        ctx = with_letters(context_of(database, queue))
        loop = by_loop(port, letters)
        ours, own_ms = by_us(ctx, queue, port, letters)
    met = ours >= AIM * loop
    print(f"one after another, nothing kept: {loop:,.0f} letters a second")
    print(
        f"ours, one process: {ours:,.0f} a second, {own_ms:.2f} ms of its own each: {ours / loop:.0%} of that"
    )
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; aim: {AIM:.0%}: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def with_letters(ctx: Context) -> Context:
    """The same context, where letters have a sender."""
    return replace(ctx, messaging=replace(ctx.messaging, mail=MailPolicy(sender=FROM, rate=RATE)))


def by_loop(port: int, letters: int) -> float:
    """Letters a second of the standard library, one after another."""
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for number in range(letters):
            letter = EmailMessage()
            letter["From"], letter["To"], letter["Subject"] = FROM, f"voter{number}@example.org", "Polls"
            letter["Message-ID"] = f"<{uuid.uuid4().hex}@example.org>"
            letter.set_content(as_text(BODY))
            letter.add_alternative(as_html(BODY), subtype="html")
            smtp.send_message(letter)
    return letters / (time.monotonic() - began)


def by_us(ctx: Context, queue: str, port: int, letters: int) -> tuple[float, float]:
    """Letters a second of a blast, from the first claim to the last outcome that is recorded; and
    milliseconds of this process for each.
    """
    blast_id = launched(ctx, letters)
    carrier, mailer = TwilioCarrier("AC" + "0" * 32, "none"), SmtpMailer(MailServer("127.0.0.1", port))
    tools = Tools(carrier, RedisBuckets(redis.Redis.from_url(queue)), mailer=mailer)
    began, used = time.monotonic(), time.process_time()
    while blast_progress(ctx, blast_id).counts["queued"] and time.monotonic() < began + LONGEST_S:
        wires = Wires()
        send_due(ctx.at(utc_now()), tools, wires, channel="email")
        wires.close()
    wall_s, own_s = time.monotonic() - began, time.process_time() - used
    mailer.close()
    carrier.close()
    sent = blast_progress(ctx, blast_id).counts["sent"]
    assert sent == letters, f"{sent} of {letters} went"
    return sent / wall_s, own_s / sent * 1000


def launched(ctx: Context, letters: int) -> uuid.UUID:
    """A running blast of which all letters are written down."""
    list_id = uuid.uuid4()
    with ctx.unit() as unit:
        unit.session.execute(_PEOPLE, {"organisation": ctx.organisation_id, "count": letters})
        unit.session.execute(_LIST, {"organisation": ctx.organisation_id, "list": list_id})
        unit.session.execute(_MEMBERS, {"list": list_id})
        for table in ("contact", "list_member"):
            unit.session.execute(text(f"ANALYZE {table}"))
    campaign = create_campaign(ctx, CampaignFields(name="Letters", kind="text_blast"))
    activate_campaign(ctx, campaign.id)
    fields = BlastFields(name="Today", channel="email", subject="Polls", body=BODY, list_ids=[list_id])
    blast_id = create_blast(ctx, campaign.id, fields).id
    launch_blast(ctx, blast_id)
    while plan_chunk(ctx.at(utc_now()), blast_id):
        pass
    return blast_id


@contextmanager
def bare_server() -> Iterator[int]:
    """A server in a process of its own that takes everything and keeps nothing."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    server = context.Process(target=_serve, args=(theirs,))
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()
        server.join()


def _serve(told: Connection) -> None:
    async def listen() -> None:
        server = await asyncio.start_server(_take, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of RFC 5321 as a client needs to be rid of a letter."""
    writer.write(b"220 bare\r\n")
    while line := await reader.readline():
        match line[:4].upper():
            case b"EHLO":
                writer.write(b"250-bare\r\n250 PIPELINING\r\n")
            case b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 taken\r\n")
            case b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            case _:
                writer.write(b"250 ok\r\n")
    writer.close()


if __name__ == "__main__":
    raise SystemExit(main())
