"""A binomial bound on the risk: as many calls as keep the chance of more answers than volunteers small.

Calls are taken to be answered each with the same chance, which is a running estimate, and the less the longer
they have been ringing; volunteers who talk are taken to come free within the time of an answer, each with the
chance that the usual length of a call says. The chance that more calls are answered than volunteers are free
then must stay under the risk.
"""

from __future__ import annotations

import math
from typing import Final

from bench.room.policies.book import Book
from bench.room.policy import Event
from bench.room.scenario import Settings

HORIZON_S: Final = 10.0
"""About as long as an answer takes from the start of a call."""
HOPEFUL_S: Final = 6.0
HOPELESS_S: Final = 20.0
"""From its start a call counts whole for so long, then less and less; past the second it counts no more."""
MEMORY: Final = 300.0
"""Over so many calls the running estimate forgets."""
OVER: Final = 0.25
"""The risk taken is cut to this share of it while more has been abandoned than may be."""
EXACT: Final = 60
"""Up to so many calls and volunteers chances are added up one by one; beyond, a bell curve does."""
PRIOR_RATE: Final = 0.3
PRIOR_CALLS: Final = 20.0
PRIOR_OCCUPIED_S: Final = 90.0


class BinomialBound:
    """The bound that a good dialler of today uses."""

    def __init__(self, settings: Settings) -> None:
        self._book = Book(settings)
        self._ceiling = settings.max_abandon_rate
        self._answers = PRIOR_RATE * PRIOR_CALLS
        self._calls = PRIOR_CALLS
        self._seen = (0, 0)

    def observe(self, event: Event) -> None:
        self._book.observe(event)
        self._learn()

    def calls_to_start(self, now: float) -> int:
        book = self._book
        book.look(now)
        self._learn()
        if not book.on_duty:
            return 0
        over = book.abandoned > max(1.0, self._ceiling * book.answered)
        most = self._most(self._ceiling * OVER if over else self._ceiling)
        return max(0, book.free - len(book.flying), most - self._hopeful(now))

    def _hopeful(self, now: float) -> int:
        """As how many calls just started those in the air count."""
        span = HOPELESS_S - HOPEFUL_S
        ages = (now - started for started in self._book.flying.values())
        return round(sum(min(1.0, max(0.0, (HOPELESS_S - age) / span)) for age in ages))

    def _learn(self) -> None:
        book = self._book
        seen = (book.answered, book.unanswered)
        if seen == self._seen:
            return
        answered, unanswered = seen[0] - self._seen[0], seen[1] - self._seen[1]
        self._seen = seen
        keep = (1.0 - 1.0 / MEMORY) ** (answered + unanswered)
        self._answers = self._answers * keep + answered
        self._calls = self._calls * keep + answered + unanswered

    def _most(self, risk: float) -> int:
        """How many calls may be in the air at once."""
        book = self._book
        rate = self._answers / self._calls
        occupied = (PRIOR_OCCUPIED_S * 5 + book.occupied_s) / (5 + book.occupied)
        freed = 1.0 - math.exp(-HORIZON_S / occupied)
        if len(book.busy) > EXACT or len(book.waiting) > EXACT / 4:
            return self._by_bell_curve(rate, freed, risk)
        return self._one_by_one(rate, freed, risk)

    def _by_bell_curve(self, rate: float, freed: float, risk: float) -> int:
        """The most n for which n·rate + z·sqrt(variance) stays under the volunteers to be expected."""
        z = _quantile(risk)
        busy = len(self._book.busy)
        room = self._book.free + busy * freed + 0.5
        spread = busy * freed * (1.0 - freed)
        low, high = 0, int(room / rate) + 1
        while low < high:
            middle = (low + high + 1) // 2
            needed = middle * rate + z * math.sqrt(middle * rate * (1.0 - rate) + spread)
            low, high = (middle, high) if needed <= room else (low, middle - 1)
        return low

    def _one_by_one(self, rate: float, freed: float, risk: float) -> int:
        """The same with every chance added up: exact where few are concerned."""
        within = _at_most(_binomial(len(self._book.busy), freed), self._book.free)
        answers = [1.0]
        for calls in range(int(4 * (len(within) + 3) / rate)):
            answers = _one_more(answers, rate, len(within))
            if sum(p * over for p, over in zip(answers, within, strict=False)) + _beyond(answers) > risk:
                return calls
        return 0


def _binomial(number: int, chance: float) -> list[float]:
    found = [1.0]
    for _ in range(number):
        found = _one_more(found, chance, number + 1)
    return found


def _one_more(chances: list[float], rate: float, longest: int) -> list[float]:
    """The chances of 0, 1, 2 … answers with one more call in the air; those beyond `longest` are cut off."""
    found = [p * (1.0 - rate) for p in chances]
    for number, p in enumerate(chances[: longest - 1]):
        if number + 1 < len(found):
            found[number + 1] += p * rate
        else:
            found.append(p * rate)
    return found


def _at_most(freed: list[float], free: int) -> list[float]:
    """For 0, 1, 2 … answers: the chance that fewer volunteers are there than that."""
    found, fewer = [0.0] * (max(0, free) + 1), 0.0
    for p in freed:
        fewer += p
        found.append(fewer)
    return found if free >= 0 else found[-free:]


def _beyond(answers: list[float]) -> float:
    return max(0.0, 1.0 - sum(answers))


def _quantile(risk: float) -> float:
    """How many standard deviations leave that much of a bell curve above them."""
    low, high = 0.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if math.erfc(middle / math.sqrt(2.0)) / 2.0 > risk else (low, middle)
    return low
