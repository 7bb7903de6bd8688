"""Tellers: joining by a link, marks that name themselves, their own taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden, NotFound, ValidationFailed
from dialer.domain.telling import Outcome
from dialer.services.accounts.accounts import invite_account
from dialer.services.accounts.authentication import actor_for_login
from dialer.services.accounts.sign_in_links import sign_in_with_link
from dialer.services.accounts.teller_links import (
    create_teller_link,
    delete_teller_link,
    join_as_teller,
    list_tellers,
    look_at_teller_link,
)
from dialer.services.accounts.tokens import delete_token
from dialer.services.context import Context
from dialer.services.gotv.elections import change_election
from dialer.services.gotv.telling import take_back_own, tell, teller_desk
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.turnout_summary import turnout_summary
from dialer.services.gotv.views import NewMark
from dialer.services.paging import Page
from dialer.store.models.gotv import TurnoutMark, VoterRecord
from tests.people import Person
from tests.services.gotv.electors import election_id, make_electors

ContextOf = Callable[[Person], Context]
POLLING_DAY = dt.date(2026, 5, 7)


@pytest.fixture
def polling(ctx: Context) -> Context:
    """Carys on polling day, at noon."""
    change_election(ctx, election_id(ctx), {"polling_on": POLLING_DAY})
    return ctx


def joined(ctx: Context, *districts: str, name: str = "Tegwen", phone: str = "") -> Context:
    """Somebody who has just joined by a link."""
    code = create_teller_link(ctx, districts).code
    signed = join_as_teller(ctx.units, ctx.phones, code, name=name, phone=phone, now=ctx.now)
    return ctx.as_actor(signed.actor)


def noted(number: str, client_id: uuid.UUID | None = None, **more: object) -> NewMark:
    """A number as a phone notes it."""
    return NewMark(number, client_id=client_id or uuid.uuid4(), **more)  # type: ignore[arg-type]


def outcomes(ctx: Context, *marks: NewMark) -> list[Outcome]:
    told = tell(ctx, marks)
    assert told is not None
    by_id = {one.client_id: one.outcome for one in told}
    return [by_id[mark.client_id] for mark in marks if mark.client_id]


def rows(ctx: Context) -> int:
    with ctx.unit() as unit:
        return unit.session.scalar(select(func.count()).select_from(TurnoutMark)) or 0


def has_voted(ctx: Context, contact_id: uuid.UUID) -> bool:
    with ctx.unit() as unit:
        voted_at = select(VoterRecord.voted_at).where(VoterRecord.contact_id == contact_id)
        return unit.session.scalar(voted_at) is not None


def test_who_joins_marks_in_the_districts_of_the_link_alone(polling: Context) -> None:
    make_electors(polling, "AA-1", "AA-2")
    make_electors(polling, "AB-1", polling_district="AB")
    tegwen = joined(polling, "AA")
    assert tegwen.actor.role is Role.TELLER
    assert [one.name for one in teller_desk(tegwen).districts] == ["AA"]
    told = outcomes(tegwen, noted("1"), noted("AB-1"), noted("99"), noted("AA-1"))
    assert told == [Outcome.ACCEPTED, Outcome.HELD, Outcome.UNKNOWN, Outcome.DUPLICATE]
    desk = teller_desk(tegwen)
    assert (desk.this_hour, desk.today, len(desk.lines)) == (3, 3, 3)


def test_a_mark_whose_answer_was_lost_is_taken_once_and_answered_alike(polling: Context) -> None:
    make_electors(polling, "AA-1")
    tegwen = joined(polling, "AA")
    marks = [noted("1"), noted("99"), noted("1")]
    first = outcomes(tegwen, *marks)
    later = tegwen.at(tegwen.now + dt.timedelta(minutes=5))
    assert outcomes(later, *marks) == first == [Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.DUPLICATE]
    assert rows(polling) == 2


def test_a_retry_by_the_next_teller_on_that_phone_doubles_nothing(polling: Context) -> None:
    make_electors(polling, "AA-1")
    mark = noted("1")
    assert outcomes(joined(polling, "AA"), mark) == [Outcome.ACCEPTED]
    assert outcomes(joined(polling, "AA", name="Dewi"), mark) == [Outcome.ACCEPTED]
    assert rows(polling) == 1


def test_the_api_says_what_became_of_each_that_names_itself(polling: Context) -> None:
    make_electors(polling, "AA-1")
    named = noted("AA-1")
    done = mark_turnout(polling, [named, NewMark("AA-1"), replace(named)])
    assert (done.accepted, done.duplicates) == (1, 1)
    assert [(one.outcome, one.voted_at) for one in done.each] == [(Outcome.ACCEPTED, polling.now)]


def test_a_teller_takes_back_their_own_and_nobody_elses(polling: Context) -> None:
    (voter,) = make_electors(polling, "AA-1")
    tegwen, dewi = joined(polling, "AA"), joined(polling, "AA", name="Dewi")
    hers, his, strange = noted("1"), noted("1"), noted("77")
    tell(tegwen, [hers, strange])
    tell(dewi, [his])
    assert take_back_own(dewi, [hers.client_id or uuid.uuid4(), uuid.uuid4()]) == 0
    assert take_back_own(tegwen, [hers.client_id or uuid.uuid4()]) == 1
    assert has_voted(polling, voter), "Dewi saw them too"
    assert take_back_own(dewi, [his.client_id or uuid.uuid4()]) == 1
    assert not has_voted(polling, voter)
    assert outcomes(tegwen, hers) == [Outcome.UNDONE], "late news of it brings nothing back"
    assert not has_voted(polling, voter)
    assert [one.elector_number for one in teller_desk(tegwen).lines] == ["77"]


def test_after_a_day_it_is_a_coordinators_to_take_back(polling: Context) -> None:
    (voter,) = make_electors(polling, "AA-1")
    tegwen, mark = joined(polling, "AA"), noted("1")
    tell(tegwen, [mark])
    later = tegwen.at(tegwen.now + dt.timedelta(hours=25))
    assert take_back_own(later, [mark.client_id or uuid.uuid4()]) == 0
    assert has_voted(polling, voter)


def test_practice_keeps_nothing(ctx: Context) -> None:
    change_election(ctx, election_id(ctx), {"polling_on": POLLING_DAY + dt.timedelta(days=1)})
    make_electors(ctx, "AA-1")
    assert tell(joined(ctx, "AA"), [noted("1")]) is None
    assert rows(ctx) == 0


def test_a_phone_that_is_wrong_by_a_day_moves_nobodys_vote(polling: Context) -> None:
    (voter,) = make_electors(polling, "AA-1")
    tegwen = joined(polling.at(polling.now - dt.timedelta(days=2)), "AA").at(polling.now)
    tell(tegwen, [noted("1", at=polling.now - dt.timedelta(days=1))])
    with polling.unit() as unit:
        voted_at = unit.session.scalar(select(VoterRecord.voted_at).where(VoterRecord.contact_id == voter))
    assert voted_at == dt.datetime(2026, 5, 7, 6, 0, tzinfo=dt.UTC), "when the polls opened"


def test_three_hours_without_a_network_and_then_four_hundred(polling: Context) -> None:
    make_electors(polling, *(f"AA-{number}" for number in range(1, 401)))
    begin = polling.now - dt.timedelta(hours=3)
    tegwen = joined(polling.at(begin), "AA").at(polling.now)
    marks = [noted(str(number), at=begin + dt.timedelta(seconds=25 * number)) for number in range(1, 401)]
    assert set(outcomes(tegwen, *marks)) == {Outcome.ACCEPTED}, "slow marks, though they came at once"
    assert set(outcomes(tegwen, *marks)) == {Outcome.ACCEPTED}
    assert rows(polling) == 400


def test_who_joins_now_has_seen_nobody_vote_this_morning(polling: Context) -> None:
    make_electors(polling, "AA-1", "AA-2")
    tegwen = joined(polling, "AA")
    early = noted("1", at=polling.now - dt.timedelta(hours=3))
    just_now = noted("2", at=polling.now - dt.timedelta(seconds=30))
    assert outcomes(tegwen, early, just_now) == [Outcome.HELD, Outcome.ACCEPTED], "clocks aren't that exact"


def slow(polling: Context, first: int, last: int) -> list[NewMark]:
    """Numbers noted one every eight seconds since the polls opened."""
    opened = dt.datetime(2026, 5, 7, 6, 0, tzinfo=dt.UTC)
    return [
        noted(str(number), at=opened + dt.timedelta(seconds=8 * (number - first)))
        for number in range(first, last + 1)
    ]


def test_a_day_made_up_on_one_phone_counts_for_an_hour_alone(polling: Context) -> None:
    make_electors(polling, *(f"AA-{number}" for number in range(1, 711)))
    tegwen = joined(polling.at(polling.now - dt.timedelta(days=1)), "AA").at(polling.now)
    told = outcomes(tegwen, *slow(polling, 1, 700))
    assert told == [Outcome.ACCEPTED] * 600 + [Outcome.HELD] * 100
    assert outcomes(tegwen, noted("701")) == [Outcome.HELD]
    an_hour_passes(polling)
    assert outcomes(tegwen, noted("702")) == [Outcome.ACCEPTED]


def test_whoever_joins_by_a_link_again_and_again_brings_no_more(polling: Context) -> None:
    make_electors(polling, *(f"AA-{number}" for number in range(1, 1502)))
    link, before = create_teller_link(polling, ("AA",)), polling.now - dt.timedelta(days=1)
    tellers = [
        polling.as_actor(
            join_as_teller(polling.units, polling.phones, link.code, name="Mal", phone="", now=before).actor
        )
        for _ in range(3)
    ]
    told = [outcomes(one, *slow(polling, 500 * n + 1, 500 * n + 500)) for n, one in enumerate(tellers)]
    assert [marks.count(Outcome.ACCEPTED) for marks in told] == [500, 500, 200]
    assert outcomes(joined(polling, "AA"), noted("1501")) == [Outcome.ACCEPTED], "by another link"


def an_hour_passes(polling: Context) -> None:
    """On the clock by which marks come."""
    with polling.unit() as unit:
        unit.session.execute(
            update(TurnoutMark).values(recorded_at=TurnoutMark.recorded_at - dt.timedelta(hours=1))
        )


def test_who_joins_stays_in_all_day_and_no_longer(polling: Context) -> None:
    code = create_teller_link(polling, ()).code
    secret = join_as_teller(
        polling.units, polling.phones, code, name="Tegwen", phone="", now=polling.now
    ).secret
    close = dt.datetime(2026, 5, 7, 21, tzinfo=dt.UTC)
    assert actor_for_login(polling.units, secret, close) is not None, "nine quiet hours"
    assert actor_for_login(polling.units, secret, close + dt.timedelta(hours=25)) is None


def test_marks_of_another_district_or_too_fast_watch_no_station(polling: Context) -> None:
    """Who types at random neither ends a station's silence nor narrows its bounds."""
    make_electors(polling, *[f"AA-{number}" for number in range(1, 4)])
    make_electors(polling, *[f"AB-{number}" for number in range(1, 4)], polling_district="AB")
    tegwen = joined(polling, "AA")
    assert outcomes(tegwen, noted("AB-1", polling_district="AB")) == [Outcome.HELD]

    def stations() -> dict[str | None, bool]:
        districts = turnout_summary(polling.at(polling.now + dt.timedelta(minutes=9))).by_polling_district
        return {
            one.polling_district: bool(one.watched_s) and one.last_mark_at is not None for one in districts
        }

    assert stations() == {"AA": False, "AB": False}
    assert outcomes(tegwen, noted("AA-1", polling_district="AA")) == [Outcome.ACCEPTED]
    assert stations() == {"AA": True, "AB": False}
    with polling.unit() as unit:
        unit.session.execute(update(TurnoutMark).values(state="held", why="too_fast"))
    assert stations() == {"AA": False, "AB": False}
    with polling.unit() as unit:
        unit.session.execute(update(TurnoutMark).values(why="moved"))
    assert stations() == {"AA": True, "AB": True}


def test_a_number_that_is_somebodys_lets_nobody_into_their_account(polling: Context) -> None:
    code = create_teller_link(polling, ("AA",)).code
    first = joined(polling, "AA", name="Dewi", phone="07700 900123")
    signed = join_as_teller(
        polling.units, polling.phones, code, name="Mallory", phone="07700 900123", now=polling.now
    )
    assert signed.actor.account_id != first.actor.account_id
    people = {one.name: one.phone for one in list_tellers(polling, Page(50)).items}
    assert people == {"Dewi": "+447700900123", "Mallory": None}


def test_a_new_sign_in_link_leads_back_to_the_same_districts(polling: Context) -> None:
    tegwen = joined(polling, "AA")
    assert tegwen.actor.account_id is not None
    code = invite_account(polling, tegwen.actor.account_id).url.rsplit("/", 1)[1]
    again = sign_in_with_link(polling.units, code, polling.now).actor
    assert again.polling_districts == {"AA"}
    code = invite_account(polling, tegwen.actor.account_id).url.rsplit("/", 1)[1]
    assert tegwen.actor.token_id is not None
    delete_token(polling, tegwen.actor.token_id)
    with pytest.raises(NotFound):
        sign_in_with_link(polling.units, code, polling.now)
    assert list_tellers(polling, Page(50)).items == []


def test_a_link_that_is_closed_opens_nothing(polling: Context) -> None:
    link = create_teller_link(polling, (" AA ", "AA", ""))
    assert link.polling_districts == ["AA"]
    assert look_at_teller_link(polling.units, link.code, polling.now) is not None
    delete_teller_link(polling, link.code)
    assert look_at_teller_link(polling.units, link.code, polling.now) is None
    with pytest.raises(NotFound):
        join_as_teller(polling.units, polling.phones, link.code, name="Tom", phone="", now=polling.now)
    with pytest.raises(NotFound):
        delete_teller_link(polling, link.code)


def test_a_link_opens_for_late_marks_and_not_a_moment_longer(polling: Context) -> None:
    make_electors(polling, "AA-1")
    code, units = create_teller_link(polling, ("AA",)).code, polling.units
    late = polling.at(dt.datetime(2026, 5, 8, 20, 59, tzinfo=dt.UTC))
    who = {"name": "Tegwen", "phone": ""}
    signed = join_as_teller(units, polling.phones, code, **who, now=late.now)
    assert outcomes(late.as_actor(signed.actor), noted("1", at=polling.now)) == [Outcome.HELD]
    over = late.now + dt.timedelta(minutes=1)
    assert actor_for_login(units, signed.secret, over) is None
    assert look_at_teller_link(units, code, over) is None
    with pytest.raises(NotFound):
        join_as_teller(units, polling.phones, code, **who, now=over)


def test_only_coordinators_ask_tellers_in(polling: Context, vic: Person, context_of: ContextOf) -> None:
    with pytest.raises(Forbidden):
        create_teller_link(joined(polling), ())
    with pytest.raises(Forbidden):
        teller_desk(context_of(vic))
    with pytest.raises(ValidationFailed):
        create_teller_link(polling, (), uuid.uuid4())
    with pytest.raises(ValidationFailed):
        joined(polling, name=" ")
