"""Signed-in browsers: they follow their token and account, go quiet after an hour, and lose no call."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.errors import Unauthenticated
from dialer.services.accounts.authentication import actor_for_login
from dialer.services.accounts.logins import (
    LONGEST_LOGIN,
    REMEMBERED_FOR,
    forget_old_logins,
    sign_in_with_token,
    sign_out,
)
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.tokens import NewToken, create_token, delete_token
from dialer.services.context import Context
from dialer.store.models.accounts import LoginSession
from dialer.store.session import UnitFactory
from tests.people import Person
from tests.services.accounts.campaigns import put_in_a_call

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def test_a_browser_acts_for_the_holder_of_the_token(ctx: Context, units: UnitFactory, vic: Person) -> None:
    login = sign_in_with_token(units, f" {vic.token}\n", ctx.now)
    actor = actor_for_login(units, login.secret, ctx.now)
    assert actor == login.actor
    assert (login.actor.account_id, login.actor.role) == (vic.id, Role.VOLUNTEER)
    with ctx.unit() as unit:
        kept = unit.session.scalars(select(LoginSession)).one()
    assert login.secret.encode() not in kept.secret_hash


@pytest.mark.parametrize("token", ["", "dlr_", "dlr_unknown", "ü\x00"])
def test_what_is_no_token_signs_nobody_in(ctx: Context, units: UnitFactory, token: str) -> None:
    with pytest.raises(Unauthenticated):
        sign_in_with_token(units, token, ctx.now)


def test_the_browser_is_out_with_its_token(ctx: Context, units: UnitFactory) -> None:
    deleted = create_token(ctx, NewToken(Role.COORDINATOR, "Deleted"))
    ending = create_token(ctx, NewToken(Role.COORDINATOR, "Ending", expires_in_s=60))
    first = sign_in_with_token(units, deleted.secret, ctx.now).secret
    second = sign_in_with_token(units, ending.secret, ctx.now).secret
    delete_token(ctx, deleted.view.id)
    assert actor_for_login(units, first, ctx.now) is None
    assert actor_for_login(units, second, ctx.now) is not None
    assert actor_for_login(units, second, ctx.now + MINUTE) is None


def test_signing_out_ends_it_once_and_for_all(ctx: Context, units: UnitFactory, vic: Person) -> None:
    secret = sign_in_with_token(units, vic.token, ctx.now).secret
    other = sign_in_with_token(units, vic.token, ctx.now).secret
    sign_out(units, secret, ctx.now)
    sign_out(units, secret, ctx.now)
    assert actor_for_login(units, secret, ctx.now) is None
    assert actor_for_login(units, other, ctx.now) is not None


def test_a_quiet_hour_ends_it(ctx: Context, units: UnitFactory, vic: Person) -> None:
    secret = sign_in_with_token(units, vic.token, ctx.now).secret
    assert actor_for_login(units, secret, ctx.now + HOUR) is not None
    assert actor_for_login(units, secret, ctx.now + 2 * HOUR + MINUTE) is None


def test_somebody_busy_stays_signed_in_for_a_day_at_most(
    ctx: Context, units: UnitFactory, vic: Person
) -> None:
    secret = sign_in_with_token(units, vic.token, ctx.now).secret
    moment = ctx.now
    while moment + 30 * MINUTE < ctx.now + LONGEST_LOGIN:
        moment += 30 * MINUTE
        assert actor_for_login(units, secret, moment) is not None
    assert actor_for_login(units, secret, ctx.now + LONGEST_LOGIN) is None


@pytest.mark.parametrize("state", ["open", "expired"])
def test_a_call_without_its_result_outlasts_the_quiet_hour(
    ctx: Context, units: UnitFactory, vic: Person, marsh: uuid.UUID, state: str
) -> None:
    secret = sign_in_with_token(units, vic.token, ctx.now).secret
    put_in_a_call(ctx, vic, marsh, state)
    assert actor_for_login(units, secret, ctx.now + 3 * HOUR) is not None
    assert actor_for_login(units, secret, ctx.now + 5 * HOUR) is None


def test_a_finished_call_does_not(ctx: Context, units: UnitFactory, vic: Person, marsh: uuid.UUID) -> None:
    secret = sign_in_with_token(units, vic.token, ctx.now).secret
    put_in_a_call(ctx, vic, marsh, "completed")
    assert actor_for_login(units, secret, ctx.now + 3 * HOUR) is None


def test_old_sessions_are_forgotten(ctx: Context, units: UnitFactory, vic: Person) -> None:
    sign_in_with_token(units, vic.token, ctx.now)
    machine = ctx.as_actor(system_actor(ctx.organisation_id))
    assert forget_old_logins(machine) == 0
    assert forget_old_logins(dataclasses.replace(machine, now=ctx.now + REMEMBERED_FOR)) == 1
