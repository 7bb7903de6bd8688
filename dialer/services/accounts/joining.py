"""Joining by a link: from three fields to the first call, without an account to think of.

Whoever is known already is let in only on the device that joined; on another one a request is kept, which
a coordinator answers with a sign-in link. So nobody gets into another's account by knowing their number.
What they asked for is done once they have opened it (`pending_joins`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dialer.domain.access import Role
from dialer.domain.errors import FieldError, InvalidTransition, NotFound
from dialer.domain.phone import PhonePolicy
from dialer.domain.reading import Reading
from dialer.services.accounts.account_fields import Reach, clean_name, read_reach
from dialer.services.accounts.devices import account_of_device, stay_remembered
from dialer.services.accounts.joining_link import LINK_IS_OVER, JoiningLink, enter_campaign, find_link
from dialer.services.accounts.link_letters import keep_request
from dialer.services.accounts.logins import open_login, signed_in
from dialer.services.accounts.pending_joins import keep_join
from dialer.services.accounts.views import ComingSession, Joined, JoinLinkState, JoinOutcome, JoinPage
from dialer.store.models.accounts import Account
from dialer.store.queries.events import coming_session, next_session
from dialer.store.session import UnitFactory, UnitOfWork

CLOSED: Final = "This evening’s calls are over."


@dataclass(frozen=True, slots=True)
class JoinForm:
    """What the join page asks: a name, a phone or an email, and the promise to keep what people say; and
    whether this browser is to `remember` them.
    """

    name: str
    reach: str
    consent: bool
    remember: bool = False


def look_at_join_link(units: UnitFactory, code: str, device: str | None, now: dt.datetime) -> JoinPage:
    """What the link's page shows. `device` is the secret that `join` gave this browser, if it has one."""
    with units.read() as unit:
        link = find_link(unit, code, now)
        if link is None:
            return JoinPage(JoinLinkState.GONE)
        known = account_of_device(unit, device, now, link.organisation_id)
        session = _session_of(unit, link, now)
    if link.state is not JoinLinkState.OPEN:
        return JoinPage(link.state, link.campaign_name, link.host_name, session=session)
    if link.full and known is None:
        return JoinPage(JoinLinkState.GONE, link.campaign_name, link.host_name)
    welcome = known.name if known else None
    return JoinPage(link.state, link.campaign_name, link.host_name, welcome, link.approval, session)


def _session_of(unit: UnitOfWork, link: JoiningLink, now: dt.datetime) -> ComingSession | None:
    if link.state is not JoinLinkState.OPEN:
        event = next_session(unit, (link.organisation_id, link.campaign_id), now)
    elif link.event_id is not None:
        event = coming_session(unit, (link.organisation_id, link.campaign_id), link.event_id, now)
    else:
        return None
    if event is None:
        return None
    return ComingSession(event.id, event.title, event.place, event.starts_at, event.timezone)


def join(
    units: UnitFactory,
    phones: PhonePolicy,
    code: str,
    form: JoinForm,
    *,
    device: str | None,
    now: dt.datetime,
) -> Joined:
    """Join the link's campaign.

    Raises NotFound when the link is over or full, InvalidTransition when its campaign isn't calling,
    ValidationFailed at `/name`, `/reach` or `/consent`. Of those who race for the last place, one gets it.
    """
    reach = _check(form, phones)
    link = _open_link(units, code, now)
    with units.begin(link.organisation_id) as unit:
        account, known_by = _account_at(unit, link, reach), None
        if account is None:
            account = _new_account(unit, link, clean_name(form.name), reach, now)
        elif not _is_own_device(unit, link, account, device, now):
            account = None
        else:
            known_by = device
        if account is None:
            _ask_for_link(unit, link, reach, now)
            return Joined(JoinOutcome.LINK_ASKED, link.campaign_id)
        _enter(unit, link, account, now)
        anew = form.remember and known_by is None
        secret = open_login(unit, link.organisation_id, account.id, now, joined_by=link.id, remembered=anew)
        if known_by is not None:
            stay_remembered(unit, known_by, now)
    return _joined(units, link, secret, now, (known_by or secret) if form.remember else None)


def organisation_of_join_link(units: UnitFactory, code: str, now: dt.datetime) -> uuid.UUID | None:
    """Whose link it is; None where there never was one."""
    with units.read() as unit:
        link = find_link(unit, code, now)
    return link.organisation_id if link is not None else None


def come_back(units: UnitFactory, code: str, device: str | None, now: dt.datetime) -> Joined:
    """Sign in the person whom this device belongs to, and have them join. Raises NotFound for any other."""
    link = _open_link(units, code, now)
    with units.begin(link.organisation_id) as unit:
        account = account_of_device(unit, device, now, link.organisation_id)
        if account is None or device is None:
            raise NotFound(LINK_IS_OVER)
        _enter(unit, link, account, now)
        stay_remembered(unit, device, now)
        secret = open_login(unit, link.organisation_id, account.id, now, joined_by=link.id)
    return _joined(units, link, secret, now, device)


def _check(form: JoinForm, phones: PhonePolicy) -> Reach:
    reading = Reading()
    reading.take(lambda: clean_name(form.name), "")
    reach = reading.take(lambda: read_reach(form.reach, phones), Reach())
    no_consent = FieldError("/consent", "Tick this so that people can trust us with what they say.")
    reading.check([] if form.consent else [no_consent])
    return reach


def _joined(
    units: UnitFactory, link: JoiningLink, secret: str, now: dt.datetime, device: str | None
) -> Joined:
    login = signed_in(units, secret, now)
    outcome = JoinOutcome.SIGNED_IN if login.actor.sees_campaign(link.campaign_id) else JoinOutcome.WAITING
    return Joined(outcome, link.campaign_id, login, device)


def _open_link(units: UnitFactory, code: str, now: dt.datetime) -> JoiningLink:
    with units.read() as unit:
        link = find_link(unit, code, now)
    if link is None or link.state is JoinLinkState.GONE:
        raise NotFound(LINK_IS_OVER)
    if link.state is JoinLinkState.CLOSED:
        raise InvalidTransition(CLOSED, state=link.campaign_state)
    return link


def _account_at(unit: UnitOfWork, link: JoiningLink, reach: Reach) -> Account | None:
    reached = Account.phone == reach.phone if reach.phone else func.lower(Account.email) == reach.email
    return unit.session.scalar(
        select(Account).where(Account.organisation_id == link.organisation_id, reached)
    )


def _is_own_device(
    unit: UnitOfWork, link: JoiningLink, account: Account, device: str | None, now: dt.datetime
) -> bool:
    known = account_of_device(unit, device, now, link.organisation_id)
    return known is not None and known.id == account.id


def _new_account(
    unit: UnitOfWork, link: JoiningLink, name: str, reach: Reach, now: dt.datetime
) -> Account | None:
    """Somebody new; None when another request with the same phone or email was first."""
    account = Account(
        organisation_id=link.organisation_id,
        role=Role.VOLUNTEER,
        name=name,
        phone=reach.phone,
        email=reach.email,
        languages=[],
        created_at=now,
    )
    try:
        with unit.session.begin_nested():
            unit.session.add(account)
    except IntegrityError:
        return None
    return account


def _enter(unit: UnitOfWork, link: JoiningLink, account: Account, now: dt.datetime) -> None:
    """Have them in the campaign, and come to the session as soon as nothing is in the way of it."""
    enter_campaign(unit, link, account, now)
    if link.event_id is not None:
        keep_join(unit, link, account, now)


def _ask_for_link(unit: UnitOfWork, link: JoiningLink, reach: Reach, now: dt.datetime) -> None:
    """Keep what they asked, and one open request a person, which a coordinator answers with a link."""
    account = _account_at(unit, link, reach)
    if account is not None:
        keep_request(unit, account.id, now)
        keep_join(unit, link, account, now)
