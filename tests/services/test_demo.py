"""The demo campaign."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from sqlalchemy import select

from dialer.carrier.making import carrier_of
from dialer.domain.access import Role
from dialer.services.accounts.sign_in_links import sign_in_with_link
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.demo import end_demo_links, start_demo
from dialer.services.messaging.blasts import list_blasts
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.paging import Page
from dialer.services.people.lists import create_list
from dialer.store.models.accounts import Organisation
from dialer.store.models.people import Contact, ContactPhone
from tests.carriers import Unmetered
from workers.runtime import Runtime

PEOPLE = list(csv.DictReader(files("dialer.services.demo").joinpath("town.csv").read_text().splitlines()))


@pytest.fixture
def system(settings, units, jobs, clock, organisation_id) -> Context:
    """The system itself, in an organisation that has nothing yet."""
    return Runtime(settings, units, jobs, carrier_of(settings), Unmetered(), clock).context(organisation_id)


def code_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_an_empty_database_gets_a_town_to_call(system, clock):
    assert start_demo(system, clock)
    with system.unit() as unit:
        assert len(unit.session.scalars(select(Contact)).all()) == len(PEOPLE)
        numbers = list(unit.session.scalars(select(ContactPhone.number)))
        organisation = unit.session.scalars(select(Organisation)).one()
    assert organisation.demo
    assert len(set(numbers)) < len(PEOPLE), "some of them share a phone"
    assert all(number.startswith(("+447700900", "+441632960")) for number in numbers)
    (campaign,) = list_campaigns(system, Page(10)).items
    assert campaign.state == "active"
    assert set(numbers).isdisjoint([*campaign.senders, *campaign.caller_ids]), "ours are nobody's"
    assert campaign.quiet_start == campaign.quiet_end, "nobody's phone rings, so there are no quiet hours"


def test_a_blast_waits_there_to_be_launched(system, clock):
    start_demo(system, clock)
    (blast,) = list_blasts(system, Page(10)).items
    assert blast.state == "draft"
    estimated = estimate_blast(system, blast.id)
    assert estimated.recipients > 20
    assert estimated.segments == estimated.recipients + 1, "a part each, and for the â of Siân a second"
    lacking = {"no_imprint", "no_opt_out_words", "no_sender_name"}
    assert lacking.isdisjoint(one.code for one in estimated.warnings), "a page sends it as it is"


def test_its_links_sign_in_as_often_as_one_likes_until_the_next_start(system, clock):
    first = start_demo(system, clock)
    for _ in range(2):
        assert (
            sign_in_with_link(system.units, code_of(first.coordinator), clock()).actor.role
            is Role.COORDINATOR
        )
        assert sign_in_with_link(system.units, code_of(first.volunteer), clock()).actor.role is Role.VOLUNTEER
    second = start_demo(system, clock)
    with pytest.raises(Exception, match="had its day"):
        sign_in_with_link(system.units, code_of(first.volunteer), clock())
    assert sign_in_with_link(system.units, code_of(second.volunteer), clock())
    end_demo_links(system)
    with pytest.raises(Exception, match="had its day"):
        sign_in_with_link(system.units, code_of(second.volunteer), clock())


def test_a_second_start_makes_nothing_anew(system, clock):
    start_demo(system, clock)
    start_demo(system, clock)
    assert len(list_campaigns(system, Page(10)).items) == 1


def test_real_data_is_never_mixed_with_made_up_people(system, clock):
    create_list(system, {"name": "Our members"})
    assert start_demo(system, clock) is None
    with system.unit() as unit:
        assert unit.session.scalars(select(Contact)).all() == []
