"""A sign-in link by email: to the address that we know of somebody, seldom, and to nobody else."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.errors import NotFound
from dialer.domain.sign_in_letter import wording
from dialer.services.accounts.account_fields import Reach
from dialer.services.accounts.account_search import AccountSearch
from dialer.services.accounts.accounts import NewAccount, create_account, invite_account, list_accounts
from dialer.services.accounts.link_letters import SELDOM, SHORT_LIFE, ask_for_link, send_link
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.sign_in_links import sign_in_with_link
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    create_volunteer,
)
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.models.messaging import Message
from tests.letters import POLICY

TOM = "tom@example.org"


@pytest.fixture
def desk(ctx: Context) -> Context:
    """The coordinator's context where letters may be written."""
    return replace(ctx, messaging=POLICY)


def letters(ctx: Context) -> list[Message]:
    with ctx.unit() as unit:
        return list(
            unit.session.scalars(select(Message).where(Message.purpose == "sign_in").order_by(Message.id))
        )


def ask(ctx: Context, reach: str = TOM) -> bool:
    return send_link(ctx.as_actor(system_actor(ctx.organisation_id)), reach)


def test_a_known_address_is_sent_a_link_that_signs_in_once(desk: Context) -> None:
    create_volunteer(
        desk, NewVolunteer(campaign_ids=[], name="Tom [Rees]", email="Tom@Example.org", languages=["cy"])
    )
    assert ask(desk, " TOM@example.org ")
    (letter,) = letters(desk)
    assert (letter.channel, letter.number, letter.state) == ("email", TOM, "queued")
    assert "Helo Tom (Rees)" in letter.body
    code = re.search(r"/sign-in/([\w-]+)", letter.body)
    assert code is not None
    assert sign_in_with_link(desk.units, code[1], desk.now).actor.account_id is not None


def test_whoever_asks_often_fills_no_mailbox(desk: Context) -> None:
    create_volunteer(desk, NewVolunteer(campaign_ids=[], name="Tom", email=TOM))
    assert [ask(desk), ask(desk)] == [True, False]
    assert ask(desk.at(desk.now + SELDOM + dt.timedelta(seconds=1)))
    assert len(letters(desk)) == 2


def waiting(ctx: Context) -> list[str]:
    return [one.name for one in list_accounts(ctx, Page(), AccountSearch(asked_for_link=True)).items]


@pytest.mark.parametrize("reach", ["nobody@example.org", "07700 900123", "", "a@b"])
def test_nobody_else_is_sent_one(desk: Context, reach: str) -> None:
    create_volunteer(desk, NewVolunteer(campaign_ids=[], name="Tom", email=TOM))
    assert not ask(desk, reach)
    assert letters(desk) == []


def test_who_was_sent_home_is_sent_none(desk: Context) -> None:
    tom = create_volunteer(desk, NewVolunteer(campaign_ids=[], name="Tom", email=TOM))
    change_volunteer(desk, tom.id, VolunteerChanges(active=False))
    assert not ask(desk)


def test_without_an_address_of_ours_none_is_written(ctx: Context) -> None:
    create_volunteer(ctx, NewVolunteer(campaign_ids=[], name="Tom", email=TOM))
    assert not ask(ctx)


@pytest.mark.parametrize(("languages", "begins"), [(["cy", "en"], "Helo"), ([], "Hello"), (["pl"], "Hello")])
def test_it_is_written_in_their_language(languages: list[str], begins: str) -> None:
    subject, body = wording("Tom", "Llais", "https://example.org/sign-in/x", languages)
    assert body.startswith(begins)
    assert "Llais" in subject


def test_an_organiser_is_sent_one_that_lasts_an_hour(desk: Context) -> None:
    create_account(desk, NewAccount("Olwen", Role.ORGANISER, email=TOM))
    assert ask(desk)
    (letter,) = letters(desk)
    assert "works once, within the next hour." in letter.body
    (code,) = re.findall(r"/sign-in/([\w-]+)", letter.body)
    with pytest.raises(NotFound):
        sign_in_with_link(desk.units, code, desk.now + SHORT_LIFE)
    within = desk.now + SHORT_LIFE - dt.timedelta(minutes=1)
    assert sign_in_with_link(desk.units, code, within).actor.role is Role.ORGANISER


def test_a_teller_is_sent_one_too(desk: Context) -> None:
    create_account(desk, NewAccount("Tegid", Role.TELLER, email=TOM))
    assert ask(desk)


def test_who_cannot_be_written_to_is_shown_until_a_link_is_made(desk: Context) -> None:
    olwen = create_account(
        desk, NewAccount("Olwen", Role.ORGANISER, phone="07700 900123", email="olwen@example.org")
    )
    door = desk.as_actor(system_actor(desk.organisation_id))
    ask_for_link(door, Reach(phone="+447700900999"))
    ask_for_link(door, Reach(email="olwen@example.org"))
    assert (len(letters(desk)), waiting(desk)) == (1, []), "the letter is the answer"
    for _ in range(2):
        ask_for_link(door, Reach(phone="+447700900123"))
    assert waiting(desk) == ["Olwen"]
    invite_account(desk, olwen.id)
    assert waiting(desk) == []
    ask_for_link(door, Reach(email="olwen@example.org"))
    assert waiting(desk) == ["Olwen"], "the letter of a moment ago didn’t help"
