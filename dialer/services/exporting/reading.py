"""Open the table that somebody wants."""

from __future__ import annotations

from dialer.domain.errors import NotFound
from dialer.services.exporting.people_table import people_table
from dialer.services.exporting.record_tables import record_table
from dialer.services.exporting.tables import Table, Wanted
from dialer.services.gotv.elections import current_election
from dialer.services.people.lists import list_of
from dialer.store.models.calling import Campaign
from dialer.store.queries.export_contacts import People
from dialer.store.session import UnitOfWork


def open_table(unit: UnitOfWork, wanted: Wanted) -> Table:
    """The table, ready to be read within the unit: all of it as it stands at this moment.

    The unit is a fresh one. Raises NotFound for a campaign or list that isn't there.
    Support and votes are those of the campaign's election; of people, and without a campaign, those of the
    current one, as the API shows them.
    """
    unit.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    campaign = _campaign(unit, wanted)
    if wanted.list_id is not None:
        list_of(unit, wanted.list_id)
    of_campaign = campaign.election_id if campaign and wanted.kind != "contacts" else None
    people = People(
        unit.organisation_id,
        of_campaign or current_election(unit).id,
        wanted.campaign_id,
        wanted.list_id,
    )
    if wanted.kind == "contacts":
        return people_table(unit, people)
    return record_table(unit, wanted.kind, people)


def _campaign(unit: UnitOfWork, wanted: Wanted) -> Campaign | None:
    if wanted.campaign_id is None:
        return None
    campaign = unit.session.get(Campaign, (unit.organisation_id, wanted.campaign_id))
    if campaign is None:
        raise NotFound("There is no campaign with this id.")
    return campaign
