"""Letters of which nobody knows whether they went: sent again by a person alone, by the one gate."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from dialer.domain.errors import Conflict, InvalidTransition
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.launching import cancel_blast, pause_blast
from dialer.services.messaging.unheard import count_unheard, list_unheard, send_unheard_again
from dialer.services.paging import Page
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models.accounts import AuditEntry
from tests.conftest import SetClock
from tests.letters import FROM, Mailing, address, readers
from tests.texting import Blasting, people


@pytest.fixture
def ids(mailing: Mailing) -> list[uuid.UUID]:
    return readers(mailing.ctx, 3)


@pytest.fixture
def blast_id(mailing: Mailing, clock: SetClock, ids: list[uuid.UUID]) -> uuid.UUID:
    """A blast of three, of which the server answered nothing to the last dot of two; it is over."""
    mailing.host.faults.after_dot = lambda to: "lost" if to != address(0) else None
    made = mailing.launch(ids)
    mailing.plan(made.id)
    mailing.send()
    mailing.host.faults.after_dot = lambda _: None
    mailing.keep()
    assert mailing.counts(made.id) == {"sent": 1, "unknown": 2}
    assert mailing.state(made.id) == "completed"
    assert count_unheard(mailing.ctx, made.id) == 0
    clock.now += dt.timedelta(minutes=11)
    return made.id


def test_they_are_shown_with_what_is_known_of_each(mailing: Mailing, blast_id: uuid.UUID) -> None:
    found = list_unheard(mailing.ctx, blast_id, Page(1))
    assert found.next is not None
    assert count_unheard(mailing.ctx, blast_id) == 2
    everybody = list_unheard(mailing.ctx, blast_id, Page()).items
    assert {(one.address, one.name, one.tries, one.had_dot) for one in everybody} == {
        (address(number), "Gwen Jones", 1, True) for number in (1, 2)
    }


def test_a_person_has_them_sent_again_and_whoever_said_no_meanwhile_gets_nothing(
    mailing: Mailing, blast_id: uuid.UUID, ids: list[uuid.UUID]
) -> None:
    add_opt_out(mailing.ctx, ids[2], "email", "form")
    assert send_unheard_again(mailing.ctx, blast_id) == 2
    assert send_unheard_again(mailing.ctx, blast_id) == 0
    assert mailing.state(blast_id) == "running"
    mailing.send()
    assert mailing.ledger.by_address() == {address(0): 1, address(1): 2, address(2): 1}
    mailing.keep()
    assert mailing.state(blast_id) == "completed"
    assert mailing.counts(blast_id) == {"sent": 2, "skipped": 1}
    with mailing.ctx.unit() as unit:
        [entry] = unit.session.query(AuditEntry).filter(AuditEntry.action == "blast.sent_again")
        assert entry.changes == {"messages": 2}


def test_nothing_sends_them_again_by_itself(mailing: Mailing, clock: SetClock, blast_id: uuid.UUID) -> None:
    for _ in range(3):
        clock.now += dt.timedelta(hours=5)
        mailing.settle()
        mailing.keep()
        mailing.send()
    assert len(mailing.ledger.taken) == 3
    assert mailing.counts(blast_id) == {"sent": 1, "unknown": 2}


def test_one_that_is_paused_keeps_them_until_it_is_resumed(mailing: Mailing, clock: SetClock) -> None:
    mailing.host.faults.after_dot = lambda _: "lost"
    made = mailing.launch(readers(mailing.ctx, 1))
    mailing.plan(made.id)
    mailing.send()
    pause_blast(mailing.ctx, made.id)
    clock.now += dt.timedelta(minutes=11)
    assert send_unheard_again(mailing.ctx, made.id) == 1
    mailing.send()
    assert (mailing.state(made.id), mailing.counts(made.id)) == ("paused", {"queued": 1})


def test_one_that_a_process_left_on_the_wire_says_so(mailing: Mailing, clock: SetClock) -> None:
    made = mailing.launch(readers(mailing.ctx, 1))
    mailing.plan(made.id)
    holder = uuid.uuid4()
    claimed = claim_texts(mailing.system, FROM, made.id, new_lease(mailing.system, holder), 10)
    assert len(pass_gate(mailing.system, holder, claimed)) == 1  # and there its process ends
    clock.now += dt.timedelta(hours=1)
    mailing.settle()
    [one] = list_unheard(mailing.ctx, made.id, Page()).items
    assert not one.had_dot


def test_what_was_called_off_stays_so_and_texts_are_no_letters(
    mailing: Mailing, blasting: Blasting, clock: SetClock
) -> None:
    made = mailing.launch(readers(mailing.ctx, 1))
    cancel_blast(mailing.ctx, made.id)
    with pytest.raises(InvalidTransition):
        send_unheard_again(mailing.ctx, made.id)
    texts = blasting.launch(people(blasting.ctx, 1))
    with pytest.raises(Conflict):
        send_unheard_again(blasting.ctx, texts.id)
