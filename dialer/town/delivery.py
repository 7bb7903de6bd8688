"""Texts on their way: accepted, sent, delivered or not, answered; and each webhook that tells of it.

Everything that happens is in the ledger before anybody learns of it, so a town that was killed goes on where
it was: what had not reached its last status goes on, what had not been told is told.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialer.town.api import RefusedError
from dialer.town.book import Book, Text
from dialer.town.flow import Queues, Step, next_step
from dialer.town.gallery import Gallery, NotFetchedError, Picture
from dialer.town.numbers import is_name
from dialer.town.opening import Opening
from dialer.town.opting_out import CONFIRMATIONS, keyword
from dialer.town.people import Person
from dialer.town.refusals import LONGEST_VALIDITY_S, Order, sends_pictures, takes_pictures
from dialer.town.segments import segment_count
from dialer.town.services import ANY_POOL
from dialer.town.telling import Telling, mark_told
from dialer.town.town import Town
from dialer.town.webhooks import Reply


@dataclass
class Delivery:
    """All texts of the town and what moves them."""

    town: Town
    book: Book = field(default_factory=Book)
    queues: Queues = field(default_factory=Queues)
    telling: Telling = field(init=False)
    opening: Opening = field(init=False)
    gallery: Gallery = field(init=False)

    def __post_init__(self) -> None:
        self.telling = Telling(self.town)
        self.opening = Opening(self.town)
        self.gallery = Gallery(self.town)

    def forget(self) -> None:
        self.book, self.queues = Book(), Queues()
        self.gallery.forget()

    def accept(self, order: Order) -> Text:
        """Take a text that somebody wants sent. Raises RefusedError, with nothing entered."""
        town, book = self.town, self.book
        sender = order.sender or self._chosen_sender(order)
        said = town.set_for(order.service) if order.service else {}
        self._check(order, sender)
        now = town.clock.timestamp()
        goes = takes_pictures(order.to, sender)
        body, media_urls = (order.body, order.media_urls) if goes else (converted(order), ())
        segments = 1 if media_urls else segment_count(body)
        text = Text(
            sid=new_sid("MM" if order.media_urls else "SM"),
            to=order.to,
            sender=order.sender,
            body=body,
            direction="outbound-api",
            status="accepted" if order.service else "queued",
            created_at=now,
            updated_at=now,
            segments=segments,
            service=order.service,
            callback=order.callback or said.get("status_callback") or "",
            nth=book.outbound_to[order.to],
            waits_s=self.queues.enter(sender, town.clock.reading(), segments, town.terms.sender_rate),
            validity_s=order.validity_s or said.get("validity_period", LONGEST_VALIDITY_S),
            media_urls=list(media_urls),
        )
        self._enter(text)
        self._schedule(text)
        return text

    async def arrive(
        self, number: str, to: str, body: str, answers: str = "", media: Sequence[str] = ()
    ) -> tuple[Text, Reply]:
        """A townsperson writes to one of our numbers: it is entered, then our webhook is told, once."""
        town = self.town
        now = town.clock.timestamp()
        about = self.book.by_sid.get(answers) or self.book.last_to(number, to)
        told_at = town.told_at(to, "sms")
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
            callback=told_at,
            answers=answers,
            media=list(media),
            untold=["received"] if told_at else [],
        )
        if town.drops(to):
            return text, Reply(0, "", "")
        was_blocked = (to, number) in self.book.blocked
        self._enter(text)
        reply = await self.telling.tell(text, "received")
        self._confirm(text, was_blocked=was_blocked)
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
                mark_told(self.book.by_sid[record["sid"]], record["status"], record.get("taken_at"))
            case "redacted":
                self.book.by_sid[record["sid"]].body = ""
            case "media_forgotten":
                self.book.by_sid[record["sid"]].media[record["nth"]] = ""
            case _:
                return False
        return True

    def resume(self) -> None:
        """Go on with what was under way."""
        clock, rate = self.town.clock, self.town.terms.sender_rate
        for text in self.book.texts:
            for status in text.untold:
                clock.after(0.0, functools.partial(self.telling.send, text, status))
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

    def forget_media(self, text: Text, nth: int) -> None:
        """Forget what came with a text; its place stays, empty."""
        self.town.ledger.append("media_forgotten", {"sid": text.sid, "nth": nth})
        text.media[nth] = ""

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

        if order.media_urls and not sends_pictures(sender, self.town.terms):
            raise RefusedError(21621)
        if order.media_urls and not (takes_pictures(order.to, sender) or self.town.terms.mms_converter):
            raise RefusedError(21612)

    def _chosen_sender(self, order: Order) -> str:
        """The sender that a Messaging Service takes for this number: always the same."""
        assert order.service is not None, "read_order refuses what has neither"  # noqa: S101
        pool = self.town.terms.services.get(order.service) or ANY_POOL
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

    def _confirm(self, text: Text, *, was_blocked: bool) -> None:
        """The carrier's own answer to a keyword, which it gives for us; a YES that lifts nothing has none."""
        word = keyword(text.body)
        if word is None or not self.town.terms.confirms_opt_out or (word == "START" and not was_blocked):
            return
        assert text.sender is not None, "everybody who writes has a number"  # noqa: S101
        now = self.town.clock.timestamp()
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
        if text.answered or text.status in {"undelivered", "failed"}:
            return
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
        """One step on a text's way, entered before it is told. What goes with it is fetched first."""
        pictures: list[Picture] = []
        if step.status == "sent":
            try:
                pictures = await self.gallery.fetch_all(text.media_urls)
            except NotFetchedError as error:
                step = Step("failed", step.after_s, error.code)
        record: dict[str, Any] = {"sid": text.sid, "status": step.status, "at": self.town.clock.timestamp()}
        if step.error_code is not None:
            record["error_code"] = step.error_code
        if text.sender is None:
            record["sender"] = self._chosen_sender_of(text)
        if pictures:
            record["media"] = [one.kind for one in pictures]
            record["pictures"] = [one.name for one in pictures]
        self.town.ledger.append("status", record)
        self._apply(text, record)
        self._schedule(text)
        if step.status == self.person(text).texting(text.nth).outcome and step.status in {
            "delivered",
            "sent",
        }:
            self.opening.arrived(text, self.person(text))
        await self.telling.tell(text, step.status)

    def _chosen_sender_of(self, text: Text) -> str:
        return self._chosen_sender(Order(text.to, None, text.service, text.body, "", text.validity_s))

    def _apply(self, text: Text, record: Mapping[str, Any]) -> None:
        text.status, text.updated_at = record["status"], record["at"]
        text.error_code = record.get("error_code")
        if text.status == "sent":
            text.sent_at = record["at"]
        if "pictures" in record:
            text.media, text.pictures = list(record["media"]), list(record["pictures"])
        if "sender" in record:
            self.book.assign(text, record["sender"])
        if text.callback:
            text.untold.append(text.status)

    async def _answer(self, text: Text, body: str) -> None:
        assert text.sender is not None  # noqa: S101
        await self.arrive(text.to, text.sender, body, text.sid)


def converted(order: Order) -> str:
    """The words of a text whose picture can't go there, with an address of the carrier's where it is seen."""
    addresses = (f"https://mms.example.net/{secrets.token_hex(4)}" for _ in order.media_urls)
    return "\n".join([order.body, *addresses])


def new_sid(prefix: str = "SM") -> str:
    """An identifier as the carrier makes them."""
    return prefix + secrets.token_hex(16)
