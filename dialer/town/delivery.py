"""Texts on their way: accepted, sent, delivered or not, answered; and each webhook that tells of it.

Everything that happens is in the ledger before anybody learns of it, so a town that was killed goes on where
it was: what had not reached its last status goes on, what had not been told is told.
"""

from __future__ import annotations

import datetime as dt
import functools
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dialer.town.api import VERSION, RefusedError
from dialer.town.book import Book, Text
from dialer.town.flow import Queues, Step, next_step
from dialer.town.numbers import is_name
from dialer.town.opting_out import CONFIRMATIONS, Keyword, keyword
from dialer.town.people import Person
from dialer.town.refusals import Order
from dialer.town.segments import segment_count
from dialer.town.town import Town
from dialer.town.webhooks import NOBODY, Reply

TOKENS: Final = uuid.UUID("6f1ad0a2-9a35-4f6c-8a2e-3f6c0b7d9d11")
"""The name space of idempotency tokens, so that each copy of a webhook carries the same."""

REORDERED_S: Final = 8.0
"""Longer than anybody's receipt takes after `sent`, so that the later status is told first."""


@dataclass
class Delivery:
    """All texts of the town and what moves them."""

    town: Town
    book: Book = field(default_factory=Book)
    queues: Queues = field(default_factory=Queues)

    def forget(self) -> None:
        self.book, self.queues = Book(), Queues()

    def accept(self, order: Order) -> Text:
        """Take a text that somebody wants sent. Raises RefusedError, with nothing entered."""
        town, book = self.town, self.book
        sender = order.sender or self._chosen_sender(order)
        self._check(order, sender)
        now = town.clock.timestamp()
        segments = segment_count(order.body)
        text = Text(
            sid=new_sid(),
            to=order.to,
            sender=order.sender,
            body=order.body,
            direction="outbound-api",
            status="accepted" if order.service else "queued",
            created_at=now,
            updated_at=now,
            segments=segments,
            service=order.service,
            callback=order.callback,
            nth=book.outbound_to[order.to],
            waits_s=self.queues.enter(sender, town.clock.reading(), segments, town.terms.sender_rate),
            validity_s=order.validity_s,
        )
        self._enter(text)
        self._schedule(text)
        return text

    async def arrive(self, number: str, to: str, body: str, answers: str = "") -> tuple[Text, Reply]:
        """A townsperson writes to one of our numbers: it is entered, then our webhook is told, once."""
        town = self.town
        now = town.clock.timestamp()
        about = self.book.by_sid.get(answers) or self.book.last_to(number, to)
        text = Text(
            sid=new_sid(),
            to=to,
            sender=number,
            body=body,
            direction="inbound",
            status="received",
            created_at=now,
            updated_at=now,
            sent_at=now,
            segments=segment_count(body),
            service=about.service if about else None,
            callback=town.terms.inbound_url,
            answers=answers,
            untold=["received"] if town.terms.inbound_url else [],
        )
        self._enter(text)
        reply = await self._tell(text, "received")
        self._confirm(text)
        return text, reply

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once entered."""
        match kind:
            case "text":
                self._take_in(Text(**record))
            case "status":
                text = self.book.by_sid[record["sid"]]
                self._apply(text, record)
            case "told":
                self._mark_told(self.book.by_sid[record["sid"]], record["status"])
            case "redacted":
                self.book.by_sid[record["sid"]].body = ""
            case _:
                return False
        return True

    def resume(self) -> None:
        """Go on with what was under way."""
        clock, rate = self.town.clock, self.town.terms.sender_rate
        for text in self.book.texts:
            for status in text.untold:
                clock.after(0.0, functools.partial(self._tell_now, text, status))
            if text.direction != "outbound-api":
                continue
            if rate and text.sender and text.status in {"accepted", "queued"}:
                left = text.waits_s - clock.elapsed_since(text.created_at) + text.segments / rate
                self.queues.restore(text.sender, clock.reading() + left)
            self._schedule(text)

    def redact(self, text: Text) -> None:
        """Forget what a text said."""
        self.town.ledger.append("redacted", {"sid": text.sid})
        text.body = ""

    def person(self, text: Text) -> Person:
        return self.town.people.person(text.to)

    def _check(self, order: Order, sender: str) -> None:
        """What is refused because of who it is from or to."""
        if refused := self.town.people.person(order.to).refused():
            raise RefusedError(refused)
        if not self.book.blocked.isdisjoint({(sender, order.to), (order.service or sender, order.to)}):
            raise RefusedError(21610)
        if self.queues.waiting_s(sender, self.town.clock.reading()) > self.town.terms.sender_queue_s:
            raise RefusedError(21611, 429)

    def _chosen_sender(self, order: Order) -> str:
        """The sender that a Messaging Service takes for this number: always the same."""
        assert order.service is not None, "read_order refuses what has neither"  # noqa: S101
        pool = self.town.terms.services.get(order.service) or ("+447700900990", "+447700900991")
        return pool[sum(order.to.encode()) % len(pool)]

    def _enter(self, text: Text) -> None:
        self.town.ledger.append("text", text.record())
        self._take_in(text)

    def _take_in(self, text: Text) -> None:
        self.book.enter(text)
        if text.direction == "inbound":
            self._obey(text)

    def _obey(self, text: Text) -> None:
        """The carrier's own part in STOP and START."""
        assert text.sender is not None, "everybody who writes has a number"  # noqa: S101
        pairs = {(party, text.sender) for party in (text.to, text.service) if party}
        match keyword(text.body):
            case "STOP":
                self.book.blocked |= pairs
            case "START":
                self.book.blocked -= pairs

    def _confirm(self, text: Text) -> None:
        """The carrier's own answer to a keyword, which it gives for us."""
        word = keyword(text.body)
        if word is None or not self.town.terms.confirms_opt_out or not text.sender:
            return
        self._reply(text, word)

    def _reply(self, text: Text, word: Keyword) -> None:
        now = self.town.clock.timestamp()
        assert text.sender is not None  # noqa: S101
        self._enter(
            Text(
                sid=new_sid(),
                to=text.sender,
                sender=text.to,
                body=CONFIRMATIONS[word],
                direction="outbound-reply",
                status="delivered",
                created_at=now,
                updated_at=now,
                sent_at=now,
                segments=segment_count(CONFIRMATIONS[word]),
            )
        )

    def _schedule(self, text: Text) -> None:
        """Have the next thing happen to a text: its next status, or the reply of whoever read it."""
        texting = self.person(text).texting(text.nth)
        elapsed = self.town.clock.elapsed_since(text.created_at)
        step = next_step(text, texting)
        if step is not None:
            self.town.clock.after(step.after_s - elapsed, functools.partial(self._take, text, step))
        elif texting.reply and self._can_answer(text):
            read_at = text.waits_s + texting.sent_after_s + texting.receipt_after_s
            self.town.clock.after(
                read_at + texting.reply_after_s - elapsed,
                functools.partial(self._answer, text, texting.reply),
            )

    def _can_answer(self, text: Text) -> bool:
        arrived = text.status in {"delivered", "sent"}
        return arrived and not text.answered and text.sender is not None and not is_name(text.sender)

    async def _take(self, text: Text, step: Step) -> None:
        """One step on a text's way, entered before it is told."""
        record = {"sid": text.sid, "status": step.status, "at": self.town.clock.timestamp()}
        if step.error_code is not None:
            record["error_code"] = step.error_code
        if text.sender is None:
            record["sender"] = self._chosen_sender_of(text)
        self.town.ledger.append("status", record)
        self._apply(text, record)
        self._schedule(text)
        await self._tell(text, step.status)

    def _chosen_sender_of(self, text: Text) -> str:
        return self._chosen_sender(Order(text.to, None, text.service, text.body, "", text.validity_s))

    def _apply(self, text: Text, record: Mapping[str, Any]) -> None:
        text.status, text.updated_at = record["status"], record["at"]
        text.error_code = record.get("error_code")
        if text.status == "sent":
            text.sent_at = record["at"]
        if "sender" in record:
            self.book.assign(text, record["sender"])
        if text.callback:
            text.untold.append(text.status)

    async def _answer(self, text: Text, body: str) -> None:
        assert text.sender is not None  # noqa: S101
        await self.arrive(text.to, text.sender, body, text.sid)

    async def _tell(self, text: Text, status: str) -> Reply:
        """Send the webhook, unless a fault has it lost, late or behind the next one."""
        if not text.callback:
            return NOBODY
        dice = self.town.dice
        if dice.happens("lost_inbound" if text.direction == "inbound" else "lost_callback"):
            self._told(text, status)
        elif text.direction != "inbound" and dice.happens("late_callback"):
            self.town.clock.after(dice.faults.late_s, functools.partial(self._tell_now, text, status))
        elif status == "sent" and dice.happens("reordered_callback"):
            self.town.clock.after(REORDERED_S, functools.partial(self._tell_now, text, status))
        else:
            return await self._send(text, status)
        return NOBODY

    async def _tell_now(self, text: Text, status: str) -> None:
        await self._send(text, status)

    async def _send(self, text: Text, status: str) -> Reply:
        params = (
            inbound_params(self.town, text) if text.direction == "inbound" else self._params(text, status)
        )
        token = str(uuid.uuid5(TOKENS, f"{text.sid}{status}"))
        reply = await self.town.webhooks.send(text.callback, params, token)
        if self.town.dice.happens("doubled_inbound" if text.direction == "inbound" else "doubled_callback"):
            await self.town.webhooks.send(text.callback, params, token)
        self._told(text, status)
        return reply

    def _told(self, text: Text, status: str) -> None:
        self.town.ledger.append("told", {"sid": text.sid, "status": status})
        self._mark_told(text, status)

    def _mark_told(self, text: Text, status: str) -> None:
        if status in text.untold:
            text.untold.remove(status)

    def _params(self, text: Text, status: str) -> dict[str, str]:
        """A status callback's parameters."""
        params = {
            "SmsSid": text.sid,
            "SmsStatus": status,
            "MessageSid": text.sid,
            "MessageStatus": status,
            "To": text.to,
            "From": text.sender or "",
            "AccountSid": self.town.config.account_sid,
            "ApiVersion": VERSION,
        }
        if text.service:
            params["MessagingServiceSid"] = text.service
        if text.error_code is not None and status in {"failed", "undelivered"}:
            params["ErrorCode"] = str(text.error_code)
        if status == "delivered":
            received = dt.datetime.fromtimestamp(text.updated_at, dt.UTC)
            params["RawDlrDoneDate"] = received.strftime("%y%m%d%H%M")
        return params


def inbound_params(town: Town, text: Text) -> dict[str, str]:
    """What the webhook for an inbound text says; the carrier sends what it doesn't know as blank."""
    params = {
        "ToCountry": "GB",
        "ToState": "",
        "ToCity": "",
        "ToZip": "",
        "FromCountry": "GB",
        "FromState": "",
        "FromCity": "",
        "FromZip": "",
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageSid": text.sid,
        "SmsStatus": "received",
        "NumMedia": "0",
        "NumSegments": str(text.segments),
        "Body": text.body,
        "To": text.to,
        "From": text.sender or "",
        "AccountSid": town.config.account_sid,
        "ApiVersion": VERSION,
    }
    if text.service:
        params["MessagingServiceSid"] = text.service
    word = keyword(text.body)
    if town.terms.advanced_opt_out and word is not None:
        params["OptOutType"] = word
    return params


def new_sid(prefix: str = "SM") -> str:
    """An identifier as the carrier makes them."""
    return prefix + secrets.token_hex(16)
