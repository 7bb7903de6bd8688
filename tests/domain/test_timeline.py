"""Who is shown which part of a person's timeline."""

from __future__ import annotations

import uuid

import pytest

from dialer.domain.access import Actor, Role
from dialer.domain.timeline import Kind, kinds_for


def actor_of(role: Role) -> Actor:
    """Somebody with this role."""
    return Actor(uuid.uuid4(), uuid.uuid4(), role, "Somebody")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.COORDINATOR])
def test_who_runs_all_campaigns_sees_all(role: Role) -> None:
    assert kinds_for(actor_of(role)) == list(Kind)
    assert kinds_for(actor_of(role), [Kind.NOTE, Kind.CALL]) == [Kind.CALL, Kind.NOTE]


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (Role.ORGANISER, {Kind.TEXT, Kind.EMAIL, Kind.LINK}),
        (Role.OBSERVER, {*Kind} - {Kind.TURNOUT, Kind.OPT_OUT, Kind.CONSENT, Kind.IMPORT, Kind.CHANGE}),
    ],
)
def test_others_only_what_they_may_read_elsewhere(role: Role, hidden: set[Kind]) -> None:
    assert {*kinds_for(actor_of(role))} == {*Kind} - hidden
    assert kinds_for(actor_of(role), [*hidden]) == []
