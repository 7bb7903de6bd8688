"""How many supporters of a campaign vote by post, and of how many we know that they have."""

from __future__ import annotations

from sqlalchemy import text

from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork

_COUNT = text("""
    SELECT count(*), count(v.voted_at)
    FROM voter_record v
    JOIN contact c ON c.organisation_id = :organisation AND c.id = v.contact_id
    WHERE v.organisation_id = :organisation AND v.election_id = :election
      AND v.support <= :support_max AND v.voting_method = 'postal' AND c.status <> 'deceased'
      AND v.contact_id IN (
          SELECT m.contact_id FROM campaign_list l
          JOIN list_member m ON m.organisation_id = :organisation AND m.list_id = l.list_id
          WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign
      )
""")


def count_postal_voters(unit: UnitOfWork, campaign: Campaign) -> tuple[int, int]:
    """All of them, and those who have voted."""
    given = {
        "organisation": unit.organisation_id,
        "campaign": campaign.id,
        "election": campaign.election_id,
        "support_max": campaign.knock_up_support_max,
    }
    everybody, returned = unit.session.execute(_COUNT, given).one()
    return everybody, returned
