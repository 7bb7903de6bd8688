"""Numbers go to volunteers who speak their language: first, or only, as the campaign's policy says."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from dialer.domain.access import Role
from dialer.domain.errors import ValidationFailed
from dialer.domain.languages import LanguageMatch
from dialer.domain.result import HouseholdReport, Report
from dialer.services.accounts.my_languages import my_languages, set_my_languages
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling import queue_ordering
from dialer.services.calling.call_policy import PolicyFields, call_policy, change_call_policy
from dialer.services.calling.campaigns import CampaignFields, create_campaign
from dialer.services.calling.corrections import correct_result
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.pacing_view import pacing_of
from dialer.services.calling.penetration import penetration
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.spoken_languages import language_of_contact
from dialer.services.calling.views import AssignmentView, CampaignView
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Shift
from dialer.store.models.people import Contact
from dialer.store.models.queue import QueueEntry
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import Person, join_campaign, make_person
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.calling.dialled import Bank

GWEN, HUW, IFAN = "Gwen", "Huw", "Ifan"
OURS = landline(900)


def people() -> list[Voter]:
    """Gwen, of whom nothing is known; Huw, who speaks Welsh; Ifan, whose record says English."""
    return [Voter(name, [landline(nth)]) for nth, name in enumerate((GWEN, HUW, IFAN))]


def speak(ctx: Context, voters: list[Voter], **languages: str) -> None:
    with ctx.unit() as unit:
        for voter in voters:
            if voter.name in languages:
                written = {"language": languages[voter.name]}
                unit.session.execute(update(Contact).where(Contact.id == voter.id).values(**written))
        sync_queues(unit, now=ctx.now, contact_ids=[voter.id for voter in voters])


@pytest.fixture
def voters() -> list[Voter]:
    return people()


@pytest.fixture
def campaign(ctx: Context, voters: list[Voter]) -> CampaignView:
    made = running_campaign(ctx, voters, retry_after_s=0)
    speak(ctx, voters, Huw="cy-GB", Ifan="en")
    return made


@pytest.fixture
def sits(
    ctx: Context, campaign: CampaignView, context_of: Callable[[Person], Context]
) -> Callable[..., Callable[[], AssignmentView | None]]:
    """A volunteer who speaks these, and asks for the next person."""

    def sit(*languages: str) -> Callable[[], AssignmentView | None]:
        person = make_person(ctx.units, ctx.organisation_id, Role.VOLUNTEER, f"V{new_id()}")
        join_campaign(ctx.units, person, campaign.id)
        mine = context_of(person)
        if languages:
            assert set_my_languages(mine, languages) == my_languages(mine) == list(languages)
        session_id = start_session(mine, campaign.id).id

        def ask() -> AssignmentView | None:
            given = next_assignment(mine, session_id)
            return given if isinstance(given, AssignmentView) else None

        return ask

    return sit


def match(ctx: Context, campaign: CampaignView, how: LanguageMatch) -> None:
    change_call_policy(ctx, campaign.id, PolicyFields(language_match=how))


def name_of(given: AssignmentView | None) -> str | None:
    return None if given is None else given.contact.first_name


@pytest.mark.parametrize(
    ("how", "names"),
    [
        (LanguageMatch.PREFER, [HUW, GWEN, IFAN]),
        (LanguageMatch.OFF, [GWEN, HUW, IFAN]),
        (LanguageMatch.ONLY, [HUW, GWEN, IFAN]),
    ],
)
def test_who_speaks_a_language_has_its_people_first(
    ctx: Context, campaign: CampaignView, sits: Any, how: LanguageMatch, names: list[str]
) -> None:
    match(ctx, campaign, LanguageMatch.OFF)
    match(ctx, campaign, how)
    assert [name_of(sits(*spoken)()) for spoken in (["en", "cy"], [], [])] == names


def test_others_have_them_where_nobody_else_is_left_or_never(
    ctx: Context, campaign: CampaignView, sits: Any
) -> None:
    assert [name_of(sits()()) for _ in range(2)] == [GWEN, IFAN]
    match(ctx, campaign, LanguageMatch.ONLY)
    assert sits()() is None
    assert sits("pl")() is None
    assert penetration(ctx, campaign.id).speakers_wanted == {"cy": 1}, "nothing waits in silence"
    match(ctx, campaign, LanguageMatch.PREFER)
    assert name_of(sits()()) == HUW


def test_a_barrier_is_remembered_and_a_speaker_tries_next(
    ctx: Context, campaign: CampaignView, voters: list[Voter], sits: Any, clock: SetClock
) -> None:
    given = sits()()
    barrier = HouseholdReport(Report("language_barrier", language="pl"))
    record_result(ctx, given.id, barrier)
    record_result(ctx, given.id, barrier)
    clock.forward(seconds=1)
    assert _language(ctx, voters[0]) == ("pl", "pl")
    assert name_of(sits()()) == IFAN, "a retry would come before"
    assert name_of(sits("pl")()) == GWEN
    correct_result(ctx, given.id, HouseholdReport(Report("language_barrier")))
    assert _language(ctx, voters[0])[0] is None


def _language(ctx: Context, voter: Voter) -> tuple[str | None, str]:
    with ctx.unit() as unit:
        written = unit.session.scalar(select(Contact.language).where(Contact.id == voter.id))
        entry = select(QueueEntry.language).where(QueueEntry.number == voter.numbers[0])
        return written, unit.session.scalars(entry).one()


def test_a_household_that_differs_waits_with_everybody(ctx: Context) -> None:
    voters = [dataclasses.replace(one, numbers=[landline(5)]) for one in people()[:2]]
    running_campaign(ctx, voters)
    speak(ctx, voters, Huw="cy", Gwen="pl")
    assert _language(ctx, voters[0]) == ("pl", "")
    speak(ctx, voters, Gwen="cy")
    assert _language(ctx, voters[0]) == ("cy", "cy")


@pytest.fixture
def system(context_of: Any, carys: Person, organisation_id: uuid.UUID) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(organisation_id))


def test_the_dialler_rings_who_can_be_understood(
    ctx: Context, settings: Settings, units: UnitFactory, clock: SetClock, system: Any
) -> None:
    voters = people()[1:2]
    made = running_campaign(ctx, voters, caller_ids=[OURS], dialing_mode="progressive")
    speak(ctx, voters, Huw="cy")
    match(ctx, made, LanguageMatch.ONLY)
    bank = Bank(settings, units, clock, system, made.id)
    bank.on_line("Olwen")
    pacer = bank.pacer()
    bank.second(pacer)
    assert bank.calls() == []
    assert pacing_of(ctx, made.id).still == "no_speaker"
    welsh = select(Shift.account_id).where(Shift.id == bank.on_line("Dilys"))
    bank.change(update(Account).where(Account.id.in_(welsh)).values(languages=["cy"]))
    bank.second(pacer)
    assert [call.number for call in bank.calls()] == [landline(1)]


def filed(ctx: Context, campaign: CampaignView) -> dict[str, str]:
    """Under which language each number waits."""
    with ctx.unit() as unit:
        found = select(QueueEntry.number, QueueEntry.language).where(QueueEntry.campaign_id == campaign.id)
        return {number: language for number, language in unit.session.execute(found)}  # noqa: C416


def test_a_welsh_speaking_campaign_sorts_everybody_anew(
    ctx: Context, campaign: CampaignView, voters: list[Voter], sits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gwen, huw, ifan = (voter.numbers[0] for voter in voters)
    assert filed(ctx, campaign) == {gwen: "", huw: "cy", ifan: ""}
    monkeypatch.setattr(queue_ordering, "CHUNK", 2)
    change_call_policy(ctx, campaign.id, PolicyFields(home_language="cy"))
    while call_policy(ctx, campaign.id).being_ordered:
        queue_ordering.order_queues(ctx.as_actor(system_actor(ctx.organisation_id)))
    assert filed(ctx, campaign) == {gwen: "", huw: "", ifan: "en"}
    match(ctx, campaign, LanguageMatch.ONLY)
    assert name_of(sits("en")()) == IFAN, "who speaks English alone has no Welsh speaker"
    assert [name_of(sits(*spoken)()) for spoken in ([], ["cy"], ["cy", "en"])] == [GWEN, HUW, None]


def test_what_is_heard_later_is_filed_by_the_campaigns_own_home(
    ctx: Context, campaign: CampaignView, voters: list[Voter], sits: Any
) -> None:
    change_call_policy(ctx, campaign.id, PolicyFields(home_language="cy"))
    speak(ctx, voters, Gwen="en", Ifan="cy")
    gwen, huw, ifan = (voter.numbers[0] for voter in voters)
    assert filed(ctx, campaign) == {gwen: "en", huw: "", ifan: ""}
    given = sits("en")()
    assert name_of(given) == GWEN
    said = HouseholdReport(Report("language_barrier", language="pl"))
    assert given is not None
    record_result(ctx, given.id, said)
    assert filed(ctx, campaign)[gwen] == "pl"


def test_a_home_language_that_isnt_one_is_refused(ctx: Context, campaign: CampaignView) -> None:
    with pytest.raises(ValidationFailed) as refused:
        change_call_policy(ctx, campaign.id, PolicyFields(home_language="tlh"))
    assert [one.pointer for one in refused.value.errors] == ["/home_language"]


def test_new_campaigns_speak_what_the_installation_does(ctx: Context) -> None:
    in_wales = dataclasses.replace(ctx, home_language="cy")
    made = create_campaign(in_wales, CampaignFields(name="Arfon", kind="phone_bank"))
    assert (made.home_language, call_policy(ctx, made.id).policy.home_language) == ("cy", "cy")


def test_who_is_unknown_is_spoken_to_in_the_campaigns_home_language(
    ctx: Context, campaign: CampaignView, voters: list[Voter]
) -> None:
    def heard() -> list[str]:
        with ctx.unit() as unit:
            return [language_of_contact(unit, voter.id, campaign.id) for voter in voters]

    assert heard() == ["en", "cy", "en"]
    change_call_policy(ctx, campaign.id, PolicyFields(home_language="cy"))
    assert heard() == ["cy", "cy", "en"]
    change_call_policy(ctx, campaign.id, PolicyFields(home_language="pl"))
    assert heard() == ["en", "cy", "en"], "we have no words in Polish"
