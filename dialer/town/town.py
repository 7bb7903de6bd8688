"""The town itself: its parts, what it remembers, and how it goes on after it was killed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from aiohttp import web

from dialer.town.api import Account
from dialer.town.clock import Clock
from dialer.town.config import Terms, TownConfig, first_terms
from dialer.town.faults import Dice, Faults
from dialer.town.ledger import Ledger
from dialer.town.people import Habits, People, Shares
from dialer.town.strict import ComplaintError, changed
from dialer.town.webhooks import Webhooks


class Trade(Protocol):
    """What plugs into the town: texts, or calls."""

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers, under the carrier's API and on the control surface."""
        ...

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what it once wrote into the ledger; False when the kind isn't its own."""
        ...

    def resume(self) -> None:
        """Set going what was under way when the town ended; called once, with the event loop running."""
        ...

    def forget(self) -> None:
        """Begin anew."""
        ...

    def stop(self) -> None:
        """Stand still, for good."""
        ...


ToldAt = Callable[[str, str], str]
"""Where a text (`sms`) or call (`voice`) to one of our numbers is told; "" is nowhere."""
SetFor = Callable[[str], Mapping[str, Any]]
"""What is set for a Messaging Service."""


class Town:
    """Everything that trades share. `terms`, faults and people are remembered in the ledger like the rest."""

    def __init__(self, config: TownConfig) -> None:
        self.config = config
        self.terms = first_terms(config)
        self.clock = Clock(config.speed, config.starts_at)
        self.ledger = Ledger(config.folder / "ledger.jsonl")
        self.people = People(config.seed)
        self.dice = Dice(Faults())
        self.account = Account(config.account_sid, config.auth_token, lambda: self.terms.account_rate)
        self.webhooks = Webhooks(config.auth_token, lambda: self.terms)
        self.trades: list[Trade] = []
        self.told_at: ToldAt = self._as_terms_say
        self.set_for: SetFor = lambda _service: {}
        self.drops: Callable[[str], bool] = lambda _number: False

    def _as_terms_say(self, _number: str, what: str) -> str:
        return self.terms.inbound_url if what == "sms" else self.terms.voice_url

    def plug_in(self, trade: Trade) -> None:
        """Add a trade, before the town is started."""
        self.trades.append(trade)

    async def start(self) -> None:
        """Remember everything and go on with it. Raises LedgerError when the ledger can't be read."""
        for kind, record in self.ledger.open():
            self._replay(kind, record)
        await self.webhooks.start()
        for trade in self.trades:
            trade.resume()

    async def stop(self) -> None:
        """Stand still; what is under way goes on at the next start."""
        self.clock.stop()
        for trade in self.trades:
            trade.stop()
        await self.webhooks.close()
        self.ledger.close()

    def forget(self) -> None:
        """A new town: nothing has happened, nobody is as somebody fixed them, nothing goes wrong."""
        self.clock.stop()
        self.ledger.clear()
        self.terms = first_terms(self.config)
        self.people = People(self.config.seed)
        self.dice = Dice(Faults())
        self.webhooks.forget()
        for trade in self.trades:
            trade.forget()

    async def advance(self, seconds: float) -> int:
        """Move a clock that is moved by hand. Raises ComplaintError where it runs by itself."""
        if not self.clock.by_hand:
            raise ComplaintError("advance: this clock runs by itself")
        happened = await self.clock.advance(seconds)
        self.ledger.append("clock", {"at": self.clock.timestamp()})
        return happened

    def set_now(self, now: dt.datetime) -> None:
        """Have the clock moved by hand, from there, with nothing to come."""
        self.clock.set_to(now)
        self.ledger.append("clock", {"at": self.clock.timestamp()})

    def run_at(self, speed: float) -> None:
        """Have a clock that runs by itself go at another speed."""
        self.clock.run_at(speed)
        self.ledger.append("speed", {"speed": speed})

    def set_terms(self, given: Mapping[str, object]) -> Terms:
        """Change the account. Raises ComplaintError at what isn't a term."""
        self.terms = changed(self.terms, given)
        self.ledger.append("terms", given)  # the others follow the configuration, also after a restart
        return self.terms

    def set_faults(self, given: Mapping[str, object]) -> Faults:
        """Switch on exactly these faults. Raises ComplaintError at what is none."""
        faults = changed(Faults(), given)
        self.ledger.append("faults", asdict(faults))
        self.dice = Dice(faults)
        return faults

    def set_shares(self, given: Mapping[str, object]) -> Shares:
        """Change how many people do what. Raises ComplaintError at what isn't a share."""
        self.people.shares = changed(self.people.shares, given)
        self.ledger.append("shares", asdict(self.people.shares))
        return self.people.shares

    def set_habits(self, number: str, given: Mapping[str, object]) -> Habits:
        """Fix what one person does, and only that. Raises ComplaintError at what isn't a habit."""
        habits = changed(Habits(), given)
        self.ledger.append("habits", {"number": number, **asdict(habits)})
        self.people.habits[number] = habits
        return habits

    def _replay(self, kind: str, record: dict[str, Any]) -> None:
        match kind:
            case "terms":
                self.terms = changed(self.terms, record)
            case "faults":
                self.dice = Dice(changed(Faults(), record))
            case "shares":
                self.people.shares = changed(self.people.shares, record)
            case "habits":
                number = record.pop("number")
                self.people.habits[number] = changed(Habits(), record)
            case "speed":
                self.clock.run_at(record["speed"])
            case "clock":
                self.clock.set_to(dt.datetime.fromtimestamp(record["at"], dt.UTC))
            case _:
                any(trade.replay(kind, record) for trade in self.trades)
