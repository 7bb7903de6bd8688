"""Teams scope organisers: a role in a region reaches the campaigns of all that lies below it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dialer.domain.access import Actor, Role
from dialer.domain.errors import Conflict, Forbidden, NotFound, RuleBroken, ValidationFailed
from dialer.domain.team import DEEPEST
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.account_search import AccountSearch
from dialer.services.accounts.accounts import change_account, invite_account
from dialer.services.accounts.credentials import secret_hash
from dialer.services.accounts.sign_in_links import sign_in_with_link
from dialer.services.accounts.teams import (
    TeamFields,
    change_team,
    create_team,
    delete_team,
    get_team,
    list_teams,
)
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    create_volunteer,
    get_volunteer,
    list_volunteers,
)
from dialer.services.calling.campaigns import (
    CampaignFields,
    change_campaign,
    create_campaign,
    get_campaign,
)
from dialer.services.campaign_copying import copy_campaign
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.models.accounts import ApiToken
from dialer.store.queries.accounts import organisers_by_team, teams_in_reach
from dialer.store.session import UnitFactory
from tests.people import Person, join_campaign, make_person
from tests.services.accounts.campaigns import make_campaign

ContextOf = Callable[[Person], Context]


def in_teams(ctx: Context, person: Person, *team_ids: uuid.UUID) -> None:
    change_account(ctx, person.id, AccountChanges(team_ids=team_ids))


def by_link(ctx: Context, person: Person) -> Actor:
    """Who they are to the server when they sign in by a new link."""
    code = invite_account(ctx, person.id).url.rpartition("/")[2]
    return sign_in_with_link(ctx.units, code, ctx.now).actor


def narrowed(units: UnitFactory, person: Person, campaign_id: uuid.UUID) -> str:
    """Another token of theirs, for one campaign."""
    secret = "dlr_for_one_campaign"
    with units.begin(person.organisation_id) as unit:
        unit.session.add(
            ApiToken(
                organisation_id=person.organisation_id,
                account_id=person.id,
                role=Role.ORGANISER,
                name="One campaign",
                secret_hash=secret_hash(secret),
                campaign_ids=[campaign_id],
            )
        )
    return secret


@pytest.fixture
def olwen(units: UnitFactory, organisation_id: uuid.UUID) -> Person:
    """An organiser of no team yet."""
    return make_person(units, organisation_id, Role.ORGANISER, "Olwen")


def test_an_organiser_reaches_its_teams_and_those_below(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID, olwen: Person
) -> None:
    wales = create_team(ctx, "Wales", "region")
    gwent = create_team(ctx, "Gwent", "region", wales.id)
    marsh = create_team(ctx, "Aber Marsh", "local", gwent.id)
    north = create_team(ctx, "North", "region")
    campaigns = {
        team.name: make_campaign(units, organisation_id, team.name, team_id=team.id)
        for team in (wales, gwent, marsh, north)
    }
    make_campaign(units, organisation_id, "Nobody’s")
    assert olwen.actor.campaign_ids == frozenset()
    in_teams(ctx, olwen, gwent.id)
    assert olwen.actor.team_ids == {gwent.id, marsh.id}
    assert olwen.actor.campaign_ids == {campaigns["Gwent"], campaigns["Aber Marsh"]}
    in_teams(ctx, olwen, gwent.id, north.id)
    assert olwen.actor.campaign_ids == {campaigns["Gwent"], campaigns["Aber Marsh"], campaigns["North"]}
    change_team(ctx, marsh.id, TeamFields(parent_id=wales.id))
    assert olwen.actor.campaign_ids == {campaigns["Gwent"], campaigns["North"]}, "at once"
    in_teams(ctx, olwen)
    assert olwen.actor.campaign_ids == frozenset()


def test_only_who_organises_a_team_runs_it(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID, vic: Person
) -> None:
    wales = create_team(ctx, "Wales", "region")
    make_campaign(units, organisation_id, "Wales", team_id=wales.id)
    in_teams(ctx, vic, wales.id)
    assert (vic.actor.team_ids, vic.actor.campaign_ids) == (frozenset(), frozenset())
    change_account(ctx, vic.id, AccountChanges(), Role.ORGANISER)
    change_account(ctx, vic.id, AccountChanges(), Role.VOLUNTEER)
    with units.look() as unit:
        assert teams_in_reach(unit.session, organisation_id, vic.id) == set()


def test_an_organiser_sees_its_teams_and_their_people_only(
    ctx: Context, context_of: ContextOf, olwen: Person, vic: Person, mallory: Person
) -> None:
    wales, north = create_team(ctx, "Wales", "region"), create_team(ctx, "North", "region")
    in_teams(ctx, olwen, wales.id)
    in_teams(ctx, vic, wales.id, north.id)
    in_teams(ctx, mallory, north.id)
    assert [team.name for team in list_teams(ctx, Page()).items] == ["Wales", "North"]
    organiser = context_of(olwen)
    assert [(team.name, team.people) for team in list_teams(organiser, Page()).items] == [("Wales", 2)]
    with pytest.raises(NotFound):
        get_team(organiser, north.id)
    assert [(one.id, one.team_ids) for one in list_volunteers(organiser, Page()).items] == [
        (vic.id, [wales.id])
    ]
    assert not list_volunteers(organiser, Page(), AccountSearch(team_id=north.id)).items
    with pytest.raises(NotFound):
        get_volunteer(organiser, mallory.id)
    with pytest.raises(ValidationFailed, match="Leave them at least one"):
        change_volunteer(organiser, vic.id, VolunteerChanges(team_ids=[]))
    gwent = create_team(ctx, "Gwent", "local", wales.id)
    change_volunteer(context_of(olwen), vic.id, VolunteerChanges(team_ids=[gwent.id]))
    assert set(get_volunteer(ctx, vic.id).team_ids) == {gwent.id, north.id}, "what she doesn't see stays"
    with pytest.raises(ValidationFailed):
        create_volunteer(organiser, NewVolunteer("Tom", [], team_ids=[north.id]))
    assert create_volunteer(organiser, NewVolunteer("Tom", [], team_ids=[wales.id])).team_ids == [wales.id]


def test_an_organiser_gives_a_campaign_to_their_own_teams_only(
    ctx: Context, context_of: ContextOf, units: UnitFactory, organisation_id: uuid.UUID, olwen: Person
) -> None:
    wales, north = create_team(ctx, "Wales", "region"), create_team(ctx, "North", "region")
    gwent = create_team(ctx, "Gwent", "local", wales.id)
    ours = make_campaign(units, organisation_id, "Ours", team_id=wales.id)
    in_teams(ctx, olwen, wales.id)
    organiser = context_of(olwen)
    for team_id in (north.id, None, uuid.uuid4()):
        with pytest.raises(ValidationFailed):
            change_campaign(organiser, ours, CampaignFields(team_id=team_id))
    assert change_campaign(organiser, ours, CampaignFields(team_id=gwent.id)).team_id == gwent.id
    assert change_campaign(ctx, ours, CampaignFields(team_id=north.id)).team_id == north.id
    with pytest.raises(NotFound):
        get_campaign(context_of(olwen), ours)


def test_a_team_hangs_on_one_that_is_there_and_never_on_itself(
    ctx: Context, context_of: ContextOf, vic: Person
) -> None:
    with pytest.raises(ValidationFailed):
        create_team(ctx, "Lost", "local", uuid.uuid4())
    with pytest.raises(Forbidden):
        create_team(context_of(vic), "Mine", "circle")
    wales = create_team(ctx, "Wales", "region")
    gwent = create_team(ctx, "Gwent", "region", wales.id)
    for below in (wales.id, gwent.id):
        with pytest.raises(ValidationFailed):
            change_team(ctx, wales.id, TeamFields(parent_id=below))
    with pytest.raises(NotFound):
        change_team(ctx, uuid.uuid4(), TeamFields(name="Lost"))
    above = gwent
    for level in range(3, DEEPEST + 1):
        above = create_team(ctx, f"Level {level}", "circle", above.id)
    with pytest.raises(ValidationFailed):
        create_team(ctx, "Too deep", "circle", above.id)


def test_two_of_one_name_in_one_place_are_one_too_many(ctx: Context) -> None:
    wales = create_team(ctx, "Wales", "region")
    for name, parent in (("WALES", None), ("Marsh", wales.id)):
        if parent is not None:
            create_team(ctx, name, "local", parent)
        with pytest.raises(Conflict):
            create_team(ctx, f" {name.lower()} ", "local", parent)
    create_team(ctx, "Marsh", "local")
    with pytest.raises(Conflict):
        change_team(ctx, wales.id, TeamFields(name="marsh"))


def test_two_who_move_teams_below_each_other_make_no_loop(ctx: Context) -> None:
    one, two = create_team(ctx, "One", "region"), create_team(ctx, "Two", "region")

    def move(team: uuid.UUID, above: uuid.UUID) -> bool:
        try:
            change_team(ctx, team, TeamFields(parent_id=above))
        except RuleBroken:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        moved = list(both.map(move, (one.id, two.id), (two.id, one.id)))
    assert sorted(moved) == [False, True]


def test_a_team_that_goes_leaves_its_campaigns_to_the_one_above(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID, vic: Person
) -> None:
    wales = create_team(ctx, "Wales", "region")
    gwent = create_team(ctx, "Gwent", "local", wales.id)
    campaign = make_campaign(units, organisation_id, "Ours", team_id=gwent.id)
    join_campaign(units, vic, campaign)
    in_teams(ctx, vic, gwent.id)
    with pytest.raises(Conflict):
        delete_team(ctx, wales.id)
    delete_team(ctx, gwent.id)
    assert get_campaign(ctx, campaign).team_id == wales.id
    assert (get_volunteer(ctx, vic.id).team_ids, get_team(ctx, wales.id).campaigns) == ([], 1)
    with pytest.raises(NotFound):
        get_team(ctx, gwent.id)


def test_whoever_becomes_an_organiser_runs_nothing_that_they_only_called_for(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID, context_of: ContextOf
) -> None:
    ours, others = create_team(ctx, "Wales", "region"), create_team(ctx, "North", "region")
    own = make_campaign(units, organisation_id, "Own", team_id=ours.id)
    theirs = make_campaign(units, organisation_id, "Theirs", team_id=others.id)
    tom = make_person(units, organisation_id, Role.VOLUNTEER, "Tom", campaign_ids=(own, theirs))
    made = change_account(ctx, tom.id, AccountChanges(team_ids=[ours.id]), Role.ORGANISER)
    assert made.campaign_ids == []
    organiser = ctx.as_actor(by_link(ctx, tom))
    assert organiser.actor.campaign_ids == {own}
    with pytest.raises(NotFound):
        get_campaign(organiser, theirs)
    named = change_account(ctx, tom.id, AccountChanges(campaign_ids=[theirs]))
    assert named.campaign_ids == [theirs]
    assert by_link(ctx, tom).campaign_ids == {own, theirs}
    assert change_account(ctx, tom.id, AccountChanges(name="Tomos")).campaign_ids == [theirs]


def test_what_one_makes_for_a_team_stays_with_the_team(
    ctx: Context, units: UnitFactory, context_of: ContextOf, olwen: Person
) -> None:
    wales = create_team(ctx, "Wales", "region")
    in_teams(ctx, olwen, wales.id)
    words = CampaignFields(name="Marsh", kind="phone_bank", team_id=wales.id)
    made = create_campaign(context_of(olwen), words)
    assert get_campaign(context_of(olwen), made.id).name == "Marsh"
    with ctx.unit() as unit:
        by_team = organisers_by_team(ctx.organisation_id, made.id)
        assert unit.session.scalars(by_team).all() == [olwen.id]
    change_team(ctx, wales.id, TeamFields(parent_id=create_team(ctx, "Britain", "region").id))
    in_teams(ctx, olwen)
    with pytest.raises(NotFound):
        get_campaign(context_of(olwen), made.id)


def test_a_campaign_of_another_team_is_neither_taken_nor_copied_into_it(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID, context_of: ContextOf, olwen: Person
) -> None:
    wales, north = create_team(ctx, "Wales", "region"), create_team(ctx, "North", "region")
    theirs = make_campaign(units, organisation_id, "Theirs", team_id=north.id)
    in_teams(ctx, olwen, wales.id)
    join_campaign(units, olwen, theirs)
    with pytest.raises(ValidationFailed):
        change_campaign(context_of(olwen), theirs, CampaignFields(team_id=wales.id))
    assert change_campaign(context_of(olwen), theirs, CampaignFields(name="Still theirs")).team_id == north.id
    copied = copy_campaign(context_of(olwen), theirs, "Mine").campaign
    assert copied.team_id is None
    assert get_campaign(context_of(olwen), copied.id).name == "Mine"
    assert copy_campaign(ctx, theirs, "Again").campaign.team_id == north.id
    own = make_campaign(units, organisation_id, "Own", team_id=wales.id)
    assert copy_campaign(context_of(olwen), own, "Own again").campaign.team_id == wales.id


def test_a_token_for_one_campaign_reaches_nobody_else_of_the_team(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID, context_of: ContextOf, olwen: Person
) -> None:
    wales = create_team(ctx, "Wales", "region")
    own = make_campaign(units, organisation_id, "Own", team_id=wales.id)
    make_campaign(units, organisation_id, "Other", team_id=wales.id)
    in_teams(ctx, olwen, wales.id)
    create_volunteer(ctx, NewVolunteer("Tom", [], team_ids=[wales.id]))
    create_volunteer(ctx, NewVolunteer("Una", [own]))
    narrow = Person(olwen.id, organisation_id, narrowed(units, olwen, own), units)
    assert (narrow.actor.campaign_ids, narrow.actor.team_ids) == ({own}, frozenset())
    assert [one.name for one in list_volunteers(context_of(narrow), Page()).items] == ["Una"]
    assert not list_teams(context_of(narrow), Page()).items
    assert {one.name for one in list_volunteers(context_of(olwen), Page()).items} == {"Tom", "Una"}
