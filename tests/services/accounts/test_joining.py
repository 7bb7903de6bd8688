"""Joining by a link: quick for strangers, and no way into anybody else's account."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.domain.phone import PhonePolicy
from dialer.services.accounts.join_links import (
    NewJoinLink,
    create_join_link,
    delete_join_link,
    list_join_links,
)
from dialer.services.accounts.joining import JoinForm, come_back, join, look_at_join_link
from dialer.services.accounts.logins import sign_in_with_token, sign_out
from dialer.services.accounts.sign_in_links import create_invite
from dialer.services.accounts.views import Joined, JoinLinkState, JoinOutcome
from dialer.services.accounts.volunteers import (
    VolunteerChanges,
    change_volunteer,
    get_volunteer,
    list_volunteers,
)
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitFactory
from tests.people import Person

PHONES = PhonePolicy(allow_fictional=True)
TOM = JoinForm("Tom Rees", "07700 900123", consent=True, remember=True)

Joining = Callable[..., Joined]


@pytest.fixture
def joining(units: UnitFactory, ctx: Context) -> Joining:
    """Join by a code, as Tom unless told otherwise."""

    def attempt(code: str, form: JoinForm = TOM, device: str | None = None) -> Joined:
        return join(units, PHONES, code, form, device=device, now=ctx.now)

    return attempt


@pytest.fixture
def code(ctx: Context, marsh: uuid.UUID) -> str:
    """A link into Aber Marsh that anybody may use."""
    return create_join_link(ctx, marsh, NewJoinLink()).code


def secret_of(joined: Joined) -> str:
    assert joined.signed_in is not None
    return joined.signed_in.secret


def test_a_stranger_is_in_at_once(
    joining: Joining, ctx: Context, units: UnitFactory, code: str, marsh: uuid.UUID
) -> None:
    page = look_at_join_link(units, code, None, ctx.now)
    assert (page.state, page.campaign_name, page.host_name) == (JoinLinkState.OPEN, "Aber Marsh", "Carys")
    joined = joining(code)
    assert joined.outcome is JoinOutcome.SIGNED_IN
    assert joined.signed_in is not None
    assert joined.signed_in.actor.campaign_ids == {marsh}
    tom = get_volunteer(ctx, joined.signed_in.actor.account_id or uuid.uuid4())
    assert (tom.name, tom.phone, tom.campaign_ids) == ("Tom Rees", "+447700900123", [marsh])


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        (JoinForm(" ", "07700 900123", True), "/name"),
        (JoinForm("Tom", "", True), "/reach"),
        (JoinForm("Tom", "my phone", True), "/reach"),
        (JoinForm("Tom", "tom@", True), "/reach"),
        (JoinForm("Tom", "07700 900123", False), "/consent"),
    ],
)
def test_each_field_says_what_is_missing(joining: Joining, code: str, form: JoinForm, pointer: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        joining(code, form)
    assert refused.value.errors[0].pointer == pointer


def test_the_device_that_joined_is_greeted_and_comes_back(
    joining: Joining, ctx: Context, units: UnitFactory, code: str
) -> None:
    device = secret_of(joining(code))
    later = ctx.now + dt.timedelta(days=2)
    assert look_at_join_link(units, code, device, later).welcome_back == "Tom Rees"
    back = come_back(units, code, device, later)
    assert back.outcome is JoinOutcome.SIGNED_IN
    assert joining(code, device=device).outcome is JoinOutcome.SIGNED_IN


def test_another_device_is_not_let_in_by_a_known_number(
    joining: Joining, ctx: Context, units: UnitFactory, code: str, vic: Person
) -> None:
    first = joining(code)
    vics_browser = sign_in_with_token(units, vic.token, ctx.now).secret
    mallorys = secret_of(joining(code, JoinForm("Mallory", "mallory@example.org", True)))
    for device in (None, "unknown", vics_browser, mallorys):
        assert joining(code, device=device) == Joined(JoinOutcome.LINK_ASKED, first.campaign_id)
        assert look_at_join_link(units, code, device, ctx.now).welcome_back != "Tom Rees"
    with pytest.raises(NotFound):
        come_back(units, code, vics_browser, ctx.now)


def test_a_coordinator_sees_the_request_and_answers_it(
    joining: Joining, ctx: Context, units: UnitFactory, code: str
) -> None:
    first = joining(code)
    joining(code)
    joining(code)
    assert first.signed_in is not None
    tom = first.signed_in.actor.account_id
    assert tom is not None
    assert get_volunteer(ctx, tom).asked_for_link_at == ctx.now
    create_invite(ctx, tom)
    assert get_volunteer(ctx, tom).asked_for_link_at is None


def test_a_signed_out_device_is_a_stranger(
    joining: Joining, ctx: Context, units: UnitFactory, code: str
) -> None:
    device = secret_of(joining(code))
    sign_out(units, device, ctx.now)
    assert look_at_join_link(units, code, device, ctx.now).welcome_back is None
    with pytest.raises(NotFound):
        come_back(units, code, device, ctx.now)


def test_somebody_sent_home_does_not_come_back(
    joining: Joining, ctx: Context, units: UnitFactory, code: str
) -> None:
    joined = joining(code)
    assert joined.signed_in is not None
    change_volunteer(ctx, joined.signed_in.actor.account_id or uuid.uuid4(), VolunteerChanges(active=False))
    assert joining(code, device=joined.signed_in.secret).outcome is JoinOutcome.LINK_ASKED


def test_with_approval_nobody_calls_before_a_coordinator_agrees(
    joining: Joining, ctx: Context, units: UnitFactory, marsh: uuid.UUID
) -> None:
    code = create_join_link(ctx, marsh, NewJoinLink(approval=True)).code
    joined = joining(code)
    assert joined.outcome is JoinOutcome.WAITING
    assert joined.signed_in is not None
    assert joined.signed_in.actor.campaign_ids == frozenset()
    tom = joined.signed_in.actor.account_id
    assert tom is not None
    assert get_volunteer(ctx, tom).waiting_campaign_ids == [marsh]
    let_in = change_volunteer(ctx, tom, VolunteerChanges(campaign_ids=[marsh]))
    assert (let_in.campaign_ids, let_in.waiting_campaign_ids) == ([marsh], [])
    assert come_back(units, code, joined.signed_in.secret, ctx.now).outcome is JoinOutcome.SIGNED_IN


def test_of_those_who_race_for_the_last_places_no_more_get_in(
    joining: Joining, ctx: Context, units: UnitFactory, marsh: uuid.UUID
) -> None:
    code = create_join_link(ctx, marsh, NewJoinLink(max_joins=3)).code

    def attempt(n: int) -> bool:
        try:
            joining(code, JoinForm(f"Person {n}", f"person{n}@example.org", True))
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 3
    assert len(list_volunteers(ctx, Page()).items) == 3 + 1  # and Vic
    assert list_join_links(ctx, marsh, Page()).items[0].joins == 3
    assert look_at_join_link(units, code, None, ctx.now).state is JoinLinkState.GONE


def test_of_many_with_one_number_one_is_made(
    joining: Joining, ctx: Context, code: str, marsh: uuid.UUID
) -> None:
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda _: joining(code).outcome, range(6)))
    assert outcomes.count(JoinOutcome.SIGNED_IN) == 1
    assert outcomes.count(JoinOutcome.LINK_ASKED) == 5
    assert list_join_links(ctx, marsh, Page()).items[0].joins == 1


def test_coming_back_takes_no_second_place(
    joining: Joining, ctx: Context, units: UnitFactory, marsh: uuid.UUID
) -> None:
    code = create_join_link(ctx, marsh, NewJoinLink(max_joins=1)).code
    device = secret_of(joining(code))
    assert look_at_join_link(units, code, device, ctx.now).welcome_back == "Tom Rees"
    assert come_back(units, code, device, ctx.now).outcome is JoinOutcome.SIGNED_IN


def test_a_link_that_is_over_lets_nobody_in(
    joining: Joining, ctx: Context, units: UnitFactory, marsh: uuid.UUID
) -> None:
    deleted = create_join_link(ctx, marsh, NewJoinLink()).code
    delete_join_link(ctx, deleted)
    past = create_join_link(ctx, marsh, NewJoinLink(expires_in_s=60)).code
    later = ctx.now + dt.timedelta(seconds=60)
    for code in (deleted, past, "unknown"):
        assert look_at_join_link(units, code, None, later).state is JoinLinkState.GONE
        with pytest.raises(NotFound):
            join(units, PHONES, code, TOM, device=None, now=later)
    with pytest.raises(NotFound):
        delete_join_link(ctx, deleted)


def test_a_campaign_that_is_not_calling_is_closed(
    joining: Joining, ctx: Context, units: UnitFactory, code: str, marsh: uuid.UUID
) -> None:
    with ctx.unit() as unit:
        campaign = unit.session.get(Campaign, (ctx.organisation_id, marsh))
        assert campaign is not None
        campaign.state = "ended"
    assert look_at_join_link(units, code, None, ctx.now).state is JoinLinkState.CLOSED
    with pytest.raises(InvalidTransition):
        joining(code)


@pytest.mark.parametrize("new", [NewJoinLink(max_joins=0), NewJoinLink(expires_in_s=0)])
def test_a_link_that_could_let_nobody_in_is_refused(ctx: Context, marsh: uuid.UUID, new: NewJoinLink) -> None:
    with pytest.raises(ValidationFailed):
        create_join_link(ctx, marsh, new)


def test_a_link_into_nothing_is_refused(ctx: Context) -> None:
    with pytest.raises(NotFound):
        create_join_link(ctx, uuid.uuid4(), NewJoinLink())
