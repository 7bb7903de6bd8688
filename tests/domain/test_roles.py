"""Who may change what somebody may do, and what ends with it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.access import RULES, Role, Scope, may_grant
from dialer.domain.roles import LADDER, Against, Standing, against, keeps_access

ADMIN, COORDINATOR, ORGANISER, VOLUNTEER = Role.ADMIN, Role.COORDINATOR, Role.ORGANISER, Role.VOLUNTEER
standings = st.builds(Standing, st.sampled_from(Role), st.booleans())


@pytest.mark.parametrize(
    ("asker", "before", "after", "why"),
    [
        (COORDINATOR, VOLUNTEER, ORGANISER, None),
        (COORDINATOR, VOLUNTEER, COORDINATOR, None),
        (COORDINATOR, COORDINATOR, Role.OBSERVER, None),
        (COORDINATOR, VOLUNTEER, ADMIN, Against.ABOVE),
        (COORDINATOR, ADMIN, VOLUNTEER, Against.ABOVE),
        (ADMIN, ADMIN, COORDINATOR, Against.LAST_ADMIN),
        (ADMIN, COORDINATOR, ADMIN, None),
    ],
)
def test_nobody_makes_a_role_above_their_own(
    asker: Role, before: Role, after: Role, why: Against | None
) -> None:
    assert against(asker, Standing(before), Standing(after), is_own=False, other_admins=0) is why


def test_the_last_admin_neither_steps_down_nor_goes_and_one_of_two_may() -> None:
    for after in (Standing(COORDINATOR), Standing(ADMIN, active=False)):
        changes = (ADMIN, Standing(ADMIN), after)
        assert against(*changes, is_own=False, other_admins=0) is Against.LAST_ADMIN
        assert against(*changes, is_own=False, other_admins=1) is None
        assert against(*changes, is_own=True, other_admins=1) is Against.OWN


@given(st.sampled_from(Role), standings, standings, st.booleans(), st.integers(0, 2))
def test_whoever_passes_stays_within_their_own_role(
    asker: Role, before: Standing, after: Standing, is_own: bool, others: int
) -> None:
    why = against(asker, before, after, is_own=is_own, other_admins=others)
    if why is None and before != after:
        assert may_grant(asker, before.role)
        assert may_grant(asker, after.role)
        assert not is_own
        assert others or after.is_admin or not before.is_admin


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Role, Role)))
def test_what_opened_before_stays_open_only_where_all_of_it_is_still_allowed(
    before: Role, after: Role
) -> None:
    kept = keeps_access(Standing(before), Standing(after))
    assert kept is (before is after or (before in LADDER and LADDER.index(before) < _rank(after)))
    if kept:
        held = [one for one, rule in RULES.items() if before in rule.roles and rule.scope is not Scope.PUBLIC]
        assert all(after in RULES[one].roles for one in held)
    assert not keeps_access(Standing(before), Standing(after, active=False))


def _rank(role: Role) -> int:
    return LADDER.index(role) if role in LADDER else -1
