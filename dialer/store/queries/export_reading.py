"""Reading a whole table for an export: through a cursor, so many rows in hand at a time."""

from __future__ import annotations

import uuid
from typing import Final

AT_ONCE: Final = 1_000


def within(contact: str, campaign_id: uuid.UUID | None, list_id: uuid.UUID | None) -> str:
    """The further condition that a contact is in a campaign's lists, and in a list, where one is given.

    The statement has the parameters `organisation`, `campaign` and `list`.
    """
    condition = ""
    if list_id is not None:
        condition += f"""
            AND EXISTS (SELECT FROM list_member AS m WHERE m.organisation_id = :organisation
                AND m.list_id = :list AND m.contact_id = {contact})"""
    if campaign_id is not None:
        condition += f"""
            AND EXISTS (SELECT FROM list_member AS m
                JOIN campaign_list AS u ON u.organisation_id = m.organisation_id AND u.list_id = m.list_id
                WHERE m.organisation_id = :organisation AND u.campaign_id = :campaign
                AND m.contact_id = {contact})"""
    return condition
