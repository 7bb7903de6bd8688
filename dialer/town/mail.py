"""The town's post office: an SMTP server that takes letters, and the people they come to.

What was taken is in the ledger before that is said, so a town that was killed goes on where it was. What
comes back is posted to the installation as a mail server would have it posted (`/webhooks/email/letters`),
again and again until it is taken.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from dialer.town.control import local, read_json
from dialer.town.mail_letters import Letter, answer, bounce, complaint
from dialer.town.mail_people import Correspondent, PostHabits, PostShares
from dialer.town.strict import ComplaintError, changed
from dialer.town.town import Town

MOST_BYTES: Final = 30 * 1024 * 1024
WHOLE: Final = 5000
TRIES: Final = 8
AGAIN_AFTER_S: Final = 5.0
UNKNOWN: Final = "550 5.1.1 No such user here"
FULL: Final = "552 5.2.2 The mailbox is full"
PATH: Final = "/webhooks/email/letters"
ONE_CLICK: Final = b"List-Unsubscribe=One-Click"
AWAY: Final = "I am away until Monday and read nothing before. / Dw i i ffwrdd tan ddydd Llun."


class Mail:
    """The trade in letters."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._server: asyncio.Server | None = None
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.letters: OrderedDict[str, Letter] = OrderedDict()
        self.shares = PostShares()
        self.habits: dict[str, PostHabits] = {}
        self._to: dict[str, int] = {}
        self._whole: deque[Letter] = deque()

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.post("/post", local(self._set_shares)),
            web.post("/post/{address}", local(self._set_habits)),
            web.get("/ledger/letters", local(self._ledger)),
        ]

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once written into the ledger."""
        match kind:
            case "letter":
                raw = record["raw"].encode("latin-1")
                self._enter(Letter(**{**record, "raw": raw}))
            case "letter_done":
                self.letters[record["sid"]].done = True
            case "post_shares":
                self.shares = changed(PostShares(), record)
            case "post_habits":
                self.habits[record["address"]] = changed(PostHabits(), record["habits"])
            case _:
                return False
        return True

    def resume(self) -> None:
        """Have done what was still to be done."""
        for letter in self.letters.values():
            if not letter.done:
                self._later(letter, self._person(letter.to).after_s(letter.nth))

    def stop(self) -> None:
        """Take no more letters."""
        if self._server is not None:
            self._server.close()

    async def open(self, host: str, port: int) -> int:
        """Take letters at this port (0: a free one), which this returns."""
        loop = asyncio.get_running_loop()
        make = functools.partial(
            SMTP, self, data_size_limit=MOST_BYTES, hostname="mx.town.example", loop=loop
        )
        self._server = await loop.create_server(make, host, port)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Whether a letter for this address is taken."""
        place = address.strip().lower()
        if self._person(place).deed(self._to.get(place, 0)) == "is_refused":
            return UNKNOWN
        envelope.rcpt_tos.append(place)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a letter, for each of its recipients."""
        raw = envelope.original_content or b""
        for to in envelope.rcpt_tos:
            letter = Letter(
                sid=secrets.token_hex(12),
                sender=envelope.mail_from or "",
                to=to,
                raw=raw,
                at=self._town.clock.timestamp(),
                nth=self._to.get(to, 0),
            )
            letter.deed = self._person(to).deed(letter.nth)
            self._town.ledger.append("letter", {**asdict(letter), "raw": raw.decode("latin-1")})
            self._enter(letter)
            self._later(letter, self._person(to).after_s(letter.nth))
        return "250 2.0.0 Taken"

    def newest_first(self) -> Iterable[Letter]:
        """All letters, for the page."""
        return reversed(self.letters.values())

    def counts(self) -> dict[str, int]:
        """How many letters ended how."""
        found: dict[str, int] = {}
        for letter in self.letters.values():
            found[letter.deed] = found.get(letter.deed, 0) + 1
        return found

    def _person(self, address: str) -> Correspondent:
        habits = self.habits.get(address, PostHabits())
        return Correspondent(address, self._town.config.seed, self.shares, habits)

    def _enter(self, letter: Letter) -> None:
        self.letters[letter.sid] = letter
        self._whole.append(letter)
        self._to[letter.to] = max(self._to.get(letter.to, 0), letter.nth + 1)

    def _forget_words(self) -> None:
        """Of what is long done, keep what became of it alone: a blast has hundreds of thousands."""
        while len(self._whole) > WHOLE and self._whole[0].done:
            self._whole.popleft().raw = b""

    def _later(self, letter: Letter, after_s: float, tries: int = 0) -> None:
        self._town.clock.after(after_s, functools.partial(self._do, letter, tries))

    async def _do(self, letter: Letter, tries: int) -> None:
        """What whoever got it does; again later where the installation didn't take what came of it."""
        if not await self._done(letter) and tries + 1 < TRIES:
            self._later(letter, AGAIN_AFTER_S * 2.0**tries, tries + 1)
            return
        letter.done = True
        self._town.ledger.append("letter_done", {"sid": letter.sid})
        self._forget_words()

    async def _done(self, letter: Letter) -> bool:
        match letter.deed:
            case "is_unknown":
                brings = bounce(letter, "5.1.1", UNKNOWN), letter.sender
            case "is_full":
                brings = bounce(letter, "5.2.2", FULL), letter.sender
            case "complains":
                brings = complaint(letter), letter.sender
            case "is_away":
                brings = answer(letter, AWAY, automatic=True)
            case "replies" | "stops" as deed:
                brings = answer(letter, self._person(letter.to).words(letter.nth, deed))
            case "unsubscribes":
                return await self._unsubscribe(letter)
            case _:
                return True
        return await self._post(*brings)

    async def _post(self, raw: bytes, to: str) -> bool:
        """Bring a letter to the installation; whether that took it."""
        base = self._town.terms.public_url
        if not base:
            return True
        moment = str(int(time.time()))
        signed = hmac.digest(
            self._town.config.auth_token.encode(), f"{moment}\n{to}\n\n".encode() + raw, hashlib.sha256
        )
        headers = {
            "Content-Type": "message/rfc822",
            "Dialer-Signature": f"t={moment},v2={signed.hex()}",
        }
        reply = await self._town.webhooks.bring(f"{base}{PATH}?{urlencode({'to': to})}", raw, headers)
        return reply.ok

    async def _unsubscribe(self, letter: Letter) -> bool:
        """The button of their mail program, where the letter leads to the installation."""
        base, url = self._town.terms.public_url, letter.one_click
        if not base or not url.startswith(f"{base}/"):
            return True
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return (await self._town.webhooks.bring(url, ONE_CLICK, headers)).ok

    async def _set_shares(self, request: web.Request) -> web.Response:
        given = await read_json(request)
        self.shares = changed(self.shares, given)
        self._town.ledger.append("post_shares", asdict(self.shares))
        return web.json_response(asdict(self.shares))

    async def _set_habits(self, request: web.Request) -> web.Response:
        address = request.match_info["address"].strip().lower()
        if "@" not in address:
            raise ComplaintError(f"{address} is no address")
        self.habits[address] = changed(PostHabits(), await read_json(request))
        habits = asdict(self.habits[address])
        self._town.ledger.append("post_habits", {"address": address, "habits": habits})
        return web.json_response(habits)

    async def _ledger(self, _request: web.Request) -> web.Response:
        """All letters, oldest first."""
        return web.json_response({"letters": [_shown(letter) for letter in self.letters.values()]})


def _shown(letter: Letter) -> dict[str, object]:
    return {
        "sid": letter.sid,
        "from": letter.sender,
        "to": letter.to,
        "subject": letter.subject,
        "text": letter.text,
        "deed": letter.deed,
        "done": letter.done,
        "raw": letter.raw.decode("latin-1"),
    }
