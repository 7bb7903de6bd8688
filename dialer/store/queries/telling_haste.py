"""What a teller, and all who joined by one link, noted and brought lately: beside it new marks are judged."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from dialer.store.quick import Quick

_HOLD_AUTHOR = Quick(
    "SELECT id FROM account WHERE organisation_id = :organisation AND id = :account FOR NO KEY UPDATE"
)
_HOLD_LINK = Quick(
    "SELECT id FROM teller_link WHERE organisation_id = :organisation AND id = :link FOR NO KEY UPDATE"
)
_TIMES_NEAR = Quick(
    """
    SELECT at FROM turnout_mark
    WHERE organisation_id = :organisation AND account_id = :account AND state <> 'undone'
      AND at BETWEEN :since AND :until
    """
)
_OF_ITS_OWN = """
    state IN ('counted', 'unknown') AND why IS DISTINCT FROM 'too_fast'
    AND recorded_at > now() - interval '1 hour'
"""
_ARRIVED_OF_ACCOUNT = Quick(
    f"""
    SELECT count(*) FROM turnout_mark
    WHERE organisation_id = :organisation AND account_id = :account AND {_OF_ITS_OWN}
    """  # noqa: S608 - put together from fixed words only
)
_ARRIVED_OF_LINK = Quick(
    f"""
    SELECT count(*) FROM turnout_mark
    WHERE organisation_id = :organisation AND {_OF_ITS_OWN} AND token_id IN (
        SELECT id FROM api_token WHERE organisation_id = :organisation AND teller_link_id = :link
    )
    """  # noqa: S608 - put together from fixed words only
)


def hold_author(session: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> None:
    """Let one request after the other be read of those that somebody sends at once: each is to be judged
    beside the marks of the others.
    """
    _HOLD_AUTHOR.rows(session, {"organisation": organisation_id, "account": account_id})


def times_near(
    session: Session,
    organisation_id: uuid.UUID,
    account_id: uuid.UUID,
    *,
    since: dt.datetime,
    until: dt.datetime,
) -> list[dt.datetime]:
    """The times of somebody's marks between two moments."""
    given = {"organisation": organisation_id, "account": account_id, "since": since, "until": until}
    return [at for (at,) in _TIMES_NEAR.rows(session, given)]


def hold_link(session: Session, organisation_id: uuid.UUID, link_id: uuid.UUID | None) -> None:
    """The same for all who joined by one link; after `hold_author`, never before it."""
    _HOLD_LINK.rows(session, {"organisation": organisation_id, "link": link_id})


def arrived_of_account(session: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> int:
    """How many of an account's marks came in the last hour, by the database's clock, that count by themselves
    or will as soon as the register knows them.
    """
    ((arrived,),) = _ARRIVED_OF_ACCOUNT.rows(
        session, {"organisation": organisation_id, "account": account_id}
    )
    return int(arrived)


def arrived_of_link(session: Session, organisation_id: uuid.UUID, link_id: uuid.UUID | None) -> int:
    """The same of all accounts that joined by one link."""
    ((arrived,),) = _ARRIVED_OF_LINK.rows(session, {"organisation": organisation_id, "link": link_id})
    return int(arrived)
