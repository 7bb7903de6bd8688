"""Sign-in links: used up by their button alone, by one of those who press it, within a week."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden, NotFound
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.sign_in_links import (
    create_invite,
    look_at_sign_in_link,
    renew_demo_link,
    sign_in_with_link,
)
from dialer.services.accounts.views import SignInLinkPage
from dialer.services.context import Context
from dialer.store.session import UnitFactory
from tests.people import Person

WEEK = dt.timedelta(days=7)


def code_of(url: str) -> str:
    """The code at the end of the address."""
    address, _, code = url.rpartition("/")
    assert address == "http://localhost/sign-in"
    return code


def test_looking_uses_nothing_up(ctx: Context, units: UnitFactory, vic: Person) -> None:
    code = code_of(create_invite(ctx, vic.id).url)
    for _ in range(3):
        assert look_at_sign_in_link(units, code, ctx.now) == SignInLinkPage("Vic", "volunteer", True)
    assert sign_in_with_link(units, code, ctx.now).actor.account_id == vic.id
    assert look_at_sign_in_link(units, code, ctx.now) == SignInLinkPage("Vic", "volunteer", False)
    with pytest.raises(NotFound):
        sign_in_with_link(units, code, ctx.now)


def test_a_link_is_over_after_a_week(ctx: Context, units: UnitFactory, vic: Person) -> None:
    invite = create_invite(ctx, vic.id)
    assert invite.expires_at == ctx.now + WEEK
    with pytest.raises(NotFound):
        sign_in_with_link(units, code_of(invite.url), ctx.now + WEEK)
    assert sign_in_with_link(units, code_of(invite.url), ctx.now + WEEK - dt.timedelta(seconds=1))


def test_an_unknown_code_opens_nothing(ctx: Context, units: UnitFactory) -> None:
    assert look_at_sign_in_link(units, "nothing", ctx.now) is None
    with pytest.raises(NotFound):
        sign_in_with_link(units, "nothing", ctx.now)


def test_of_many_who_press_at_once_one_is_in(ctx: Context, units: UnitFactory, vic: Person) -> None:
    code = code_of(create_invite(ctx, vic.id).url)

    def press(_: int) -> bool:
        try:
            sign_in_with_link(units, code, ctx.now)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(press, range(6))) == 1


def test_a_demo_link_works_until_it_is_made_anew(ctx: Context, units: UnitFactory, carys: Person) -> None:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    first = code_of(renew_demo_link(system, carys.id))
    for _ in range(3):
        assert sign_in_with_link(units, first, ctx.now + 52 * WEEK).actor.role is Role.COORDINATOR
    second = code_of(renew_demo_link(system, carys.id))
    with pytest.raises(NotFound):
        sign_in_with_link(units, first, ctx.now)
    assert sign_in_with_link(units, second, ctx.now)


def test_only_the_machine_itself_makes_demo_links(ctx: Context, carys: Person) -> None:
    with pytest.raises(Forbidden):
        renew_demo_link(ctx, carys.id)
