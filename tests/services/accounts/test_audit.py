"""The audit log: readable by admins only, newest first, filtered by who, what and when."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden
from dialer.services.accounts.audit import AuditFilter, list_audit_entries
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.tokens import NewToken, create_token, delete_token
from dialer.services.accounts.volunteers import NewVolunteer, create_volunteer
from dialer.services.context import Context
from dialer.services.paging import Page


def test_tells_who_did_what_newest_first(ctx: Context) -> None:
    token = create_token(ctx, NewToken(Role.OBSERVER, "Screen")).view
    delete_token(ctx, token.id)
    create_volunteer(ctx, NewVolunteer("Tom", []))
    admin = ctx.as_actor(system_actor(ctx.organisation_id))
    entries = list_audit_entries(admin, AuditFilter(), Page()).items
    assert [entry.action for entry in entries] == ["volunteer.created", "token.deleted", "token.created"]
    by_object = list_audit_entries(admin, AuditFilter(object_kind="token", object_id=str(token.id)), Page())
    assert [entry.action for entry in by_object.items] == ["token.deleted", "token.created"]
    by_actor = AuditFilter(actor_id=ctx.actor.account_id, action="token.deleted")
    assert len(list_audit_entries(admin, by_actor, Page()).items) == 1
    later = AuditFilter(since=ctx.now + dt.timedelta(seconds=1))
    assert not list_audit_entries(admin, later, Page()).items
    first = list_audit_entries(admin, AuditFilter(), Page(limit=2))
    rest = list_audit_entries(admin, AuditFilter(), Page(limit=2, after=first.next))
    assert [*first.items, *rest.items] == list(entries)


def test_is_not_for_coordinators(ctx: Context) -> None:
    with pytest.raises(Forbidden):
        list_audit_entries(ctx, AuditFilter(), Page())
