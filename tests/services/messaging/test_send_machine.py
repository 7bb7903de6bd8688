"""Any order of planning, claiming, gate, wire, lost answers, callbacks, crashes, looks and noes sends once.

The judge is the carrier's own ledger: at most one accepted text to a number, none that passed the gate after
somebody there had said no or while the blast was paused. After each step texts have only gone forward and
figures equal the facts; in the end, whatever happened, everybody who should have the text has it once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text, update

from dialer.domain.errors import RuleBroken
from dialer.domain.message import FINAL, FOLLOWS
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging.blasts import create_blast
from dialer.services.messaging.carrier_events import StatusOfText, apply_statuses, record_status
from dialer.services.messaging.clocks import Clocks
from dialer.services.messaging.gate import claim_texts, give_back, new_lease, outbound, pass_gate
from dialer.services.messaging.keeping import keep_blasts_going
from dialer.services.messaging.launching import launch_blast, pause_blast, resume_blast
from dialer.services.messaging.outcomes import Sent, record_outcomes
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.reconciling import reconcile_texts
from dialer.services.messaging.settling import Found, look, lose_silent, record_look, take_doubtful
from dialer.services.people.no_contact import add_opt_out
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models import Base
from dialer.store.models.messaging import Blast
from dialer.store.models.people import ContactPhone
from dialer.store.queries import counters
from tests.people import Person
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.services.messaging.judge import Fate, Judge
from tests.services.messaging.standing import Row, Worker, reachable, rows_of

SENDERS: Final = (landline(1), landline(2))
STREET: Final = {"Siân": 1, "Gwyn": 1, "Tom": 2, "Ann": 3, "Bob": 3, "Eve": 4, "Dai": 5, "Una": 6, "Ali": 7}
"""People and whose number is whose: two numbers are shared."""

ON_THE_WIRE_S: Final = 20
"""The client posts and hears within this time or not at all; its process counts as dead after 30 s."""

WORKERS = st.integers(0, 2)
ANY = st.integers(0, 30)
FATES = st.lists(
    st.sampled_from(
        [
            *(Fate.REPLY_LOST, Fate.VANISHED, Fate.ACCEPTED) * 3,
            Fate.SLOW_DOWN,
            Fate.NO_MOBILE,
            Fate.OPTED_OUT,
            Fate.WRONG_SENDER,
        ]
    ),
    min_size=1,
    max_size=3,
)
FAR = st.sampled_from([3, 2, 3, 1, 3, 0])
"""How far a worker gets at once: to its claim, through the gate, over the wire, to the outcome."""
NETWORK: Final = (("sent", None), ("delivered", None), ("undelivered", 30003), ("failed", 30008))
"""What the network says in the end, each text one of the three last."""


class Sending(RuleBasedStateMachine):
    """Three workers, one blast, a street of nine people on seven numbers."""

    make: Callable[[], tuple[Context, uuid.UUID, dict[str, uuid.UUID]]]

    def __init__(self) -> None:
        super().__init__()
        self.base, self.blast_id, self.people = self.make()
        self.now = self.base.now
        self.carrier = Judge(lambda: self.now)
        self.workers = [Worker() for _ in range(3)]
        self.looks: list[tuple[Context, Found]] = []
        self.said_no: set[str] = set()
        self.before: dict[uuid.UUID, Row] = {}

    # --- what the machine does ----------------------------------------------------------------------

    def at(self, *, machine: bool = True) -> Context:
        """The context of the next moment, in the machine's or the coordinator's hands."""
        self.now += dt.timedelta(milliseconds=100)
        actor = system_actor(self.base.organisation_id) if machine else self.base.actor
        return dataclasses.replace(self.base.as_actor(actor), now=self.now)

    @initialize(chunks=st.sampled_from([5, 1, 3, 0]))
    def begin(self, chunks: int) -> None:
        for _ in range(chunks):
            plan_chunk(self.at(), self.blast_id, size=2)

    @rule(who=WORKERS, fates=FATES, far=FAR)
    def work(self, who: int, fates: list[Fate], far: int) -> None:
        """A worker does its round, and gets so far for now."""
        worker = self.workers[who]
        if not worker.holds_anything():
            self._claim(worker, 2)
        for _ in range(far):
            self._go_on(worker, fates)

    @rule(fates=FATES, fates_again=FATES, seconds=st.sampled_from([31, 11, 6]))
    def work_and_settle(self, fates: list[Fate], fates_again: list[Fate], seconds: int) -> None:
        """Two rounds with time between them in which what is unknown is looked for, as on most days."""
        self.work(0, fates, 3)
        self.settle(6)  # the carrier's list does not show it yet
        self.settle(seconds)
        self.work(1, fates_again, 3)

    @rule(who=WORKERS, fates=FATES)
    def go_on(self, who: int, fates: list[Fate]) -> None:
        self._go_on(self.workers[who], fates)

    def _go_on(self, worker: Worker, fates: list[Fate]) -> None:
        if worker.answered:
            self._record(worker)
        elif worker.passed:
            self._wire(worker, fates)
        elif worker.claimed:
            self._gate(worker)

    def _claim(self, worker: Worker, limit: int) -> None:
        for sender in SENDERS:
            ctx = self.at()
            lease = new_lease(ctx, worker.holder)
            worker.claimed += claim_texts(ctx, sender, self.blast_id, lease, limit - len(worker.claimed))

    def _gate(self, worker: Worker) -> None:
        running = self._blast().state == "running"
        worker.passed = pass_gate(self.at(), worker.holder, worker.claimed)
        worker.passed_at, worker.claimed = self.now, []
        assert running or not worker.passed, "a text passed the gate of a blast that doesn't run"
        for one in worker.passed:
            assert one.number not in self.said_no, "a text passed the gate to somebody who had said no"

    def _wire(self, worker: Worker, fates: list[Fate]) -> None:
        passed, worker.passed = worker.passed, []
        assert worker.passed_at is not None
        if self.now - worker.passed_at > dt.timedelta(seconds=ON_THE_WIRE_S):
            return  # too late to post: they stay `sending`, as of a process that died
        ctx = self.at()
        with ctx.unit() as unit:
            messages = outbound(ctx, passed, Clocks(ctx, unit, passed))
        self.carrier.coming = list(fates)
        worker.answered = list(zip(passed, self.carrier.send_messages(messages), strict=True))

    def _record(self, worker: Worker) -> None:
        batch = [Sent(judged, outcome) for judged, outcome in worker.answered]
        worker.answered = []
        record_outcomes(self.at(), batch, lambda: 0.5)

    @precondition(lambda self: any(one.holds_anything() for one in self.workers))
    @rule(who=WORKERS, in_order=st.booleans())
    def end(self, who: int, in_order: bool) -> None:
        """A process ends. Killed, it leaves leases, texts on the wire and answers that nobody writes down."""
        worker, self.workers[who] = self.workers[who], Worker()
        if in_order:
            give_back(self.at(), worker.holder, worker.claimed)

    @rule()
    def sweep(self) -> None:
        plan_chunk(self.at(), self.blast_id, size=2)
        lose_silent(self.at())
        keep_blasts_going(self.at())

    @rule(readable=st.booleans())
    def look(self, readable: bool) -> None:
        ctx = self.at()
        self.carrier.unreadable = not readable
        if texts := take_doubtful(ctx):
            self.looks.append((ctx, look(ctx, self.carrier, texts)))
        self.carrier.unreadable = False

    @rule(seconds=st.sampled_from([0, 6, 11, 31]))
    def settle(self, seconds: int) -> None:
        """What a worker does for texts of unknown outcome, some time later."""
        self.now += dt.timedelta(seconds=seconds)
        lose_silent(self.at())
        self.look(readable=True)
        if self.looks:
            record_look(*self.looks.pop())

    @precondition(lambda self: self.looks)
    @rule(which=ANY)
    def write_look_down(self, which: int) -> None:
        found = _pick(self.looks, which)
        self.looks.remove(found)
        record_look(*found)

    @precondition(lambda self: self.carrier.ledger)
    @rule(which=ANY, how=st.integers(0, 2), heard=st.booleans(), applied=st.booleans())
    def network(self, which: int, how: int, heard: bool, applied: bool) -> None:
        """A text that was accepted gets on; its callback comes early, late, twice, out of order or never."""
        index = which % len(self.carrier.ledger)
        status, code = (NETWORK[0], NETWORK[1 + index % 3], ("queued", None))[how]
        if status != "queued" and self.carrier.ledger[index].status in {"queued", "sent"}:
            self.carrier.reaches(index, status, code)
        reconcile_texts(self.at(), self.carrier)
        if heard:
            sid = self.carrier.ledger[index].sid
            record_status(self.at(), StatusOfText(sid, status, self.carrier.named[sid], code))
        if applied:
            apply_statuses(self.at(), self.carrier)

    @precondition(lambda self: len(self.said_no) < 3)
    @rule(name=st.sampled_from(sorted(STREET)), by_person=st.booleans())
    def says_no(self, name: str, by_person: bool) -> None:
        ctx, number = self.at(machine=False), mobile(STREET[name])
        if by_person:
            add_opt_out(ctx, self.people[name], "sms")
        else:
            add_suppression(ctx, NewSuppression(channels=("sms",), reason="manual", number=number))
        self.said_no.add(number)

    @rule()
    def pause_or_resume(self) -> None:
        deed = pause_blast if self._blast().state == "running" else resume_blast
        self._tried(lambda: deed(self.at(machine=False), self.blast_id))

    @rule(seconds=st.sampled_from([1, 31, 6, 11, 400]))
    def time_goes_by(self, seconds: int) -> None:
        self.now += dt.timedelta(seconds=seconds)

    # --- what must hold at any moment ---------------------------------------------------------------

    @invariant()
    def nobody_gets_it_twice(self) -> None:
        accepted = Counter(one.to for one in self.carrier.ledger)
        assert max(accepted.values(), default=0) <= 1, "two texts to one number were accepted"

    @invariant()
    def texts_go_forward_only(self) -> None:
        rows = self._rows()
        for id_, old in self.before.items():
            new = rows[id_]
            assert new.state in reachable(old), f"{old.state} became {new.state}"
            assert old.sid in {None, new.sid}, "a text changed the name that the carrier knows it by"
        self.before = rows

    @invariant()
    def what_is_known_is_in_the_ledger(self) -> None:
        accepted = {one.sid: one for one in self.carrier.ledger}
        for id_, row in self._rows().items():
            if row.state in {"sent", "delivered", "undelivered"}:
                assert row.sid in accepted
            if row.sid is not None:
                assert (accepted[row.sid].to, self.carrier.named[row.sid]) == (row.number, id_)
            assert row.attempts - row.put_back <= 2, "sent again after two unknown outcomes"

    @invariant()
    def figures_equal_the_facts(self) -> None:
        facts = Counter(row.state for row in self._rows().values())
        facts.update(f"skipped_{row.skip_reason}" for row in self._rows().values() if row.skip_reason)
        with self.base.unit() as unit:
            figures = counters.read(unit, "blast", [self.blast_id])
        ours = {name: figures[name] for name in figures if name in FOLLOWS or name.split("_")[0] in FINAL}
        assert ours == dict(facts)
        assert check_counters(self.at()) == []

    # --- the end, whatever went before ----------------------------------------------------------------

    def teardown(self) -> None:
        """Every process is started again, the carrier answers, time goes by: then all is settled."""
        self.workers, self.looks = [Worker()], []
        self.carrier.coming = []
        for _ in range(12):
            if self._blast().state == "completed" and all(
                self._is_final(row) for row in self._rows().values()
            ):
                break
            self._an_ordinary_minute()
            self.nobody_gets_it_twice()
            self.texts_go_forward_only()
        self.figures_equal_the_facts()
        self.what_is_known_is_in_the_ledger()
        assert self._blast().state == "completed"
        self._judge()

    def _an_ordinary_minute(self) -> None:
        self.now += dt.timedelta(seconds=60)
        self._tried(lambda: resume_blast(self.at(machine=False), self.blast_id))
        for _ in range(4):
            self.sweep()
        self.look(readable=True)
        for each in tuple(self.looks):
            record_look(*each)
        self.looks.clear()
        for _ in range(2):
            self._claim(self.workers[0], 10)
            for _ in range(3):
                self._go_on(self.workers[0], [])
        for index, one in enumerate(self.carrier.ledger):
            if one.status == "queued":
                self.carrier.reaches(index, *NETWORK[1 + index % 3])
        reconcile_texts(self.at(), self.carrier)
        for _ in range(3):
            self.now += dt.timedelta(seconds=5)
            apply_statuses(self.at(), self.carrier)

    def _judge(self) -> None:
        """Exactly one text to each number, unless somebody there said no, or the carrier would not."""
        accepted = {one.to: one for one in self.carrier.ledger}
        stands = {row.number: row for row in self._rows().values() if row.state != "skipped"}
        for number in {mobile(index) for index in STREET.values()}:
            row, sent = stands.get(number), accepted.get(number)
            if sent is not None:
                assert row is not None
                assert (row.sid, row.state) == (sent.sid, sent.status)
            elif row is not None and row.state == "unknown":
                assert self.carrier.fates[number, Fate.VANISHED] + self._crashes(row) >= 2
            elif row is not None:
                assert row.state == "failed"
                assert self._refused(number)
            else:
                assert number in self.said_no or self._refused(number)

    def _is_final(self, row: Row) -> bool:
        """Whether nothing more is to come, by the ledger: `sent` is the last of some, `unknown` of a few."""
        told = self.carrier.message(row.sid or "")
        return row.state in FINAL or (told is not None and told.status == row.state == "sent")

    def _refused(self, number: str) -> int:
        return self.carrier.fates[number, Fate.NO_MOBILE] + self.carrier.fates[number, Fate.OPTED_OUT]

    @staticmethod
    def _crashes(row: Row) -> int:
        """Tries that ended with their process: nobody can tell, and the ledger has nothing."""
        return row.attempts - row.put_back

    def _blast(self) -> Blast:
        with self.base.unit() as unit:
            return unit.session.get_one(Blast, (unit.organisation_id, self.blast_id))

    def _rows(self) -> dict[uuid.UUID, Row]:
        return rows_of(self.base, self.blast_id)

    def _tried(self, deed: Callable[[], object]) -> None:
        with contextlib.suppress(RuleBroken):
            deed()


def _pick(among: Sequence[Any], which: int) -> Any:
    return among[which % len(among)]


_KEPT = {"organisation", "account", "api_token"}
_CLEAR = "; ".join(f'DELETE FROM "{name}"' for name in Base.metadata.tables if name not in _KEPT)


@pytest.fixture
def machine(ctx: Context, carys: Person) -> type[Sending]:
    """The machine on this test's database, which each run of it empties."""

    def make() -> tuple[Context, uuid.UUID, dict[str, uuid.UUID]]:
        with ctx.units.engine.begin() as connection:
            connection.execute(text(f"SET LOCAL session_replication_role = replica; {_CLEAR}"))
        street = [Voter(name, [mobile(index)]) for name, index in STREET.items()]
        never = dt.time(0)
        campaign = running_campaign(
            ctx, street, quiet_start=never, quiet_end=never, require_consent_sms=False
        )
        with ctx.unit() as unit:
            unit.session.execute(update(ContactPhone).values(line_type="mobile"))
        fields = {
            "name": "Vote",
            "body": "Will you vote?",
            "list_ids": campaign.list_ids,
            "senders": [*SENDERS],
        }
        blast = create_blast(ctx, campaign.id, fields)  # type: ignore[arg-type]
        launch_blast(ctx, blast.id)
        return ctx, blast.id, {one.name: one.id for one in street}

    return type("Machine", (Sending,), {"make": staticmethod(make)})


@pytest.mark.slow
def test_a_text_is_found_whose_worker_was_held_up_before_it_said_so(
    machine: type[Sending],
) -> None:
    """Its machine slept, say: the carrier's copy is then much older than the end of the attempt."""
    state = machine()
    state.begin(5)
    state.work(0, [Fate.REPLY_LOST], 2)
    state.time_goes_by(400)
    state.go_on(0, [])
    assert "unknown" in {row.state for row in state._rows().values()}
    state.teardown()


@pytest.mark.slow
def test_whatever_the_order(machine: type[Sending]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
