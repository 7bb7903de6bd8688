"""The host of a dialled campaign: starts what the policy asks for, and joins people to volunteers.

Seconds count from the beginning of the evening; the policy is told Unix seconds. What the host does is what
the interface says: whoever waited longest is joined at once; a person for whom nobody is free waits for the
grace, and a volunteer who comes ready meanwhile takes them; the caps on calls are the host's to keep.
"""

from __future__ import annotations

import heapq
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from bench.room.callbacks import Callbacks
from bench.room.people import Fate, Outcome, People
from bench.room.policy import Event, MakePolicy, Policy
from bench.room.scenario import Scenario
from bench.room.truth import Truth
from bench.room.volunteers import At, Volunteer, recruit

EVENING: Final = 1_750_000_000.0
"""The Unix second at which every evening begins."""
DOUBLED_KINDS: Final = frozenset({"call_answered", "call_connected", "call_abandoned"})
"""What may be told once more, beside what comes by a callback of its own."""
SILENCE_S: Final = 6.0
"""How long people stay on a line on which the host doesn't know of them."""


@dataclass(slots=True, eq=False)
class Call:
    """One call, as it really is."""

    id: str
    fate: Fate
    answers_at: float | None = None
    """When the host will learn of the answer, for calls that somebody or something answers."""
    volunteer: Volunteer | None = None
    over: bool = False


class Host:
    """One evening with one policy."""

    def __init__(
        self,
        scenario: Scenario,
        ceiling: float,
        seed: str,
        make: MakePolicy,
        switch_every_s: float | None = None,
    ) -> None:
        self.scenario = scenario
        self.settings = scenario.settings(ceiling)
        self.people = People(scenario, seed)
        self.volunteers = recruit(scenario, seed)
        self.truth = Truth()
        self.now = 0.0
        self.flying: dict[str, Call] = {}
        """Calls started that the host will still hear of as answered, or that are not yet over."""
        self.queued: dict[str, Call] = {}
        """Answered, and waiting for a volunteer."""
        self.waiting: dict[str, Volunteer] = {}
        """Ready volunteers; who waited longest first."""
        self._callbacks = Callbacks(scenario, seed)
        self._agenda: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._turn = count()
        self._ids = count()
        self._switch_every_s = switch_every_s
        self.policy: Policy = make(self.settings, self)

    # The evening

    def run(self) -> Truth:
        """Everything from the first volunteer's arrival until the last call is over."""
        for volunteer in self.volunteers:
            self._at(volunteer.arrives_s, self._free, volunteer)
        tick = 0.0
        while tick < self.scenario.seconds and not self._out_of_numbers():
            self._until(tick)
            self._switch(tick)
            self._ask()
            tick += self.settings.tick_s
        self._until(tick)
        self._count_duty()
        self._until(float("inf"))
        return self.truth

    def _out_of_numbers(self) -> bool:
        on_line = any(one.state is At.IN_CALL for one in self.volunteers)
        return not self.people.left and not self.flying and not self.queued and not on_line

    def _count_duty(self) -> None:
        """Only the evening itself counts; calls under way then are still ended in order."""
        for volunteer in self.volunteers:
            volunteer.enter(volunteer.state, self.now)
            self.truth.on_duty_s += volunteer.on_duty_s

    def _until(self, second: float) -> None:
        agenda = self._agenda
        while agenda and agenda[0][0] <= second:
            self.now, _, deed, about = heapq.heappop(agenda)
            deed(*about)
        self.now = max(self.now, second) if second < float("inf") else self.now

    def _at(self, second: float, deed: Callable[..., None], *about: Any) -> None:
        heapq.heappush(self._agenda, (max(second, self.now), next(self._turn), deed, about))

    # The policy

    def _ask(self) -> None:
        began = time.thread_time_ns()
        asked = self.policy.calls_to_start(EVENING + self.now)
        self.truth.ask_ns.append(time.thread_time_ns() - began)
        a_tick = max(1, int(self.settings.max_calls_per_second * self.settings.tick_s))
        room = self.settings.max_concurrent_calls - len(self.flying)
        number = int(min(asked, a_tick, room, self.people.left))
        if number > 0:
            self.truth.started.append((self.now, number))
        for _ in range(number):
            self._start()

    def _switch(self, tick: float) -> None:
        """Put the policy away and go on with what its state makes of it, as after a restart."""
        if self._switch_every_s and tick and tick % self._switch_every_s == 0:
            policy: Any = self.policy
            state = json.loads(json.dumps(policy.to_state()))
            self.policy = type(policy).from_state(self.settings, state)

    def _tell(
        self, kind: str, call: Call | None, volunteer: Volunteer | None = None, result: str | None = None
    ) -> None:
        event = Event(
            kind,
            EVENING + self.now,
            call.id if call else None,
            volunteer.id if volunteer else None,
            result,
        )
        self.policy.observe(event)
        if kind in DOUBLED_KINDS and self._callbacks.repeats():
            self._at(self.now + self._callbacks.lateness(), self._repeat, event)

    def _repeat(self, event: Event) -> None:
        self.policy.observe(replace(event, t=EVENING + self.now))

    # Calls

    def _start(self) -> None:
        fate = self.people.ring(self.now)
        call = Call(f"c{next(self._ids)}", fate)
        self.flying[call.id] = call
        self.truth.calls += 1
        self._tell("call_started", call)
        rings = self.now + fate.setup_s
        if fate.outcome is Outcome.FAILED:
            self._at(rings, self._unanswered, call, "failed")
            return
        for heard in self._callbacks.of_status(rings):
            self._at(heard, self._tell, "call_ringing", call)
        self._ring(call, rings)

    def _ring(self, call: Call, rings: float) -> None:
        fate, ends = call.fate, rings + self.settings.ring_timeout_s
        if fate.outcome is Outcome.BUSY:
            self._at(rings + fate.ring_s, self._unanswered, call, "busy")
        elif not fate.answers or fate.ring_s >= self.settings.ring_timeout_s:
            self._at(ends, self._unanswered, call, "no_answer")
        else:
            self._answer(call, rings + fate.ring_s)

    def _unanswered(self, call: Call, result: str) -> None:
        self._over(call, result)
        for heard in self._callbacks.of_status(self.now):
            self._at(heard, self._tell, "call_ended", call, None, result)

    def _answer(self, call: Call, answered: float) -> None:
        """What will come of an answer, which the host learns of later, or too late."""
        missed = self._callbacks.missed_answer(answered)
        if missed is not None:
            gone = answered + min(call.fate.patience_s, SILENCE_S)
            self._at(gone, self._never_known, call, missed)
            return
        call.answers_at = answered + call.fate.learn_s
        if call.fate.patience_s <= call.fate.learn_s:
            self._at(answered + call.fate.patience_s, self._hang_up, call)
            return
        self._at(call.answers_at, self._learn, call, answered)

    def _never_known(self, call: Call, learned: float) -> None:
        """A person hung up on silence, or a machine did, and the host learns of it when it is long over."""
        person = call.fate.outcome is Outcome.PERSON
        self.truth.live_answers += person
        result = "hung_up" if person else "failed"
        self._over(call, result)
        for heard in self._callbacks.of_end(max(self.now, learned)):
            self._at(heard, self._tell, "call_ended", call, None, result)

    def _learn(self, call: Call, answered: float) -> None:
        """The host learns that somebody answered, and does what is to be done at once."""
        del self.flying[call.id]
        person = call.fate.outcome is Outcome.PERSON
        self.truth.live_answers += person
        if call.fate.taken_for_machine:
            self._hang_up_on_machine(call)
            return
        self._tell("call_answered", call, None, "human" if self.settings.amd else "unknown")
        if self.waiting:
            self._join(call, self.waiting.pop(next(iter(self.waiting))))
            return
        self.queued[call.id] = call
        self._at(self.now + self.settings.grace_s, self._abandon, call)
        if answered + call.fate.patience_s < self.now + self.settings.grace_s:
            self._at(answered + call.fate.patience_s, self._hang_up, call)

    def _hang_up_on_machine(self, call: Call) -> None:
        self._tell("call_answered", call, None, "machine")
        self.truth.abandoned += call.fate.outcome is Outcome.PERSON
        self._over(call, "machine")
        for heard in self._callbacks.of_end(self.now + self._callbacks.lateness()):
            self._at(heard, self._tell, "call_ended", call, None, "machine")

    def _hang_up(self, call: Call) -> None:
        """The person hangs up: before the host knew of the answer, or while it looks for a volunteer."""
        if call.over or call.volunteer:
            return
        if call.id in self.flying:
            self.truth.live_answers += 1
        self.queued.pop(call.id, None)
        self._over(call, "hung_up")
        for heard in self._callbacks.of_end(self.now + self._callbacks.lateness()):
            self._at(heard, self._tell, "call_ended", call, None, "hung_up")

    def _abandon(self, call: Call) -> None:
        if self.queued.pop(call.id, None) is None:
            return
        self.truth.abandoned += call.fate.outcome is Outcome.PERSON
        self._over(call, "abandoned")
        self._tell("call_abandoned", call)

    def _over(self, call: Call, how: str) -> None:
        assert not call.over, f"{call.id} ended twice"
        call.over = True
        self.flying.pop(call.id, None)
        self.truth.endings[how] += 1

    # Volunteers

    def _join(self, call: Call, volunteer: Volunteer) -> None:
        self.truth.waits_s.append(self.now - volunteer.since_s)
        self.truth.contacts += call.fate.outcome is Outcome.PERSON
        volunteer.enter(At.IN_CALL, self.now)
        call.volunteer = volunteer
        ends = self.now + self.talk_s(call.fate, volunteer)
        learned = ends + call.fate.end_learn_s
        volunteer.free_s = learned + self.wrap_up_s(call.fate, volunteer)
        self._tell("call_connected", call, volunteer)
        self._at(ends, self._end_talk, call, volunteer, learned)

    def _end_talk(self, call: Call, volunteer: Volunteer, learned: float) -> None:
        result = "completed" if call.fate.outcome is Outcome.PERSON else "machine"
        self._over(call, result)
        volunteer.enter(At.WRAP_UP, self.now)
        for heard in self._callbacks.of_end(learned):
            self._at(heard, self._tell, "call_ended", call, volunteer, result)
        self._at(volunteer.free_s, self._free, volunteer)

    def _free(self, volunteer: Volunteer) -> None:
        """They would take a call now, if they stay."""
        absence = volunteer.due_absence(self.now)
        if absence is None:
            self._ready(volunteer)
            return
        self.waiting.pop(volunteer.id, None)
        volunteer.enter(At.AWAY if absence.gone else At.ON_BREAK, self.now)
        self._tell("volunteer_left" if absence.gone else "volunteer_paused", None, volunteer)
        if absence.ends_s < float("inf"):
            self._at(absence.ends_s, self._free, volunteer)

    def _ready(self, volunteer: Volunteer) -> None:
        volunteer.enter(At.READY, self.now)
        self._tell("volunteer_ready", None, volunteer)
        if self.queued:
            self._join(self.queued.pop(next(iter(self.queued))), volunteer)
            return
        self.waiting[volunteer.id] = volunteer
        if volunteer.there_until_s < float("inf"):
            self._at(volunteer.there_until_s, self._leave_waiting, volunteer, volunteer.since_s)

    def _leave_waiting(self, volunteer: Volunteer, since: float) -> None:
        """Their break or their going home comes while they wait; else `_free` sees to it after their call."""
        if volunteer.state is At.READY and volunteer.since_s == since:
            self._free(volunteer)

    @staticmethod
    def talk_s(fate: Fate, volunteer: Volunteer) -> float:
        """A person takes as long as the volunteer makes of it, a machine as long as it takes to notice."""
        return fate.talk_s * volunteer.pace if fate.outcome is Outcome.PERSON else fate.talk_s

    @staticmethod
    def wrap_up_s(fate: Fate, volunteer: Volunteer) -> float:
        return fate.wrap_up_s * volunteer.pace
