"""Elections, and the one table of pledges and turnout with the evidence behind it."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from dialer.domain.pledge import PLEDGE_SOURCES, VOTING_METHODS
from dialer.domain.timetable import ENTERABLE, KINDS, NATIONS
from dialer.domain.turnout import MARK_STATES, MARK_WHYS, TURNOUT_SOURCES
from dialer.store.models.base import Base, Identified, Instant, JsonList, Tenant, one_of, reference


class Election(Identified, Base):
    """What support, pledges, turnout and knock-up belong to; exactly one is current."""

    __tablename__ = "election"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("nation", NATIONS),
        Index("uq_election_current", "organisation_id", unique=True, postgresql_where=text("current")),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, sort_order=-2
    )
    name: Mapped[str]
    polling_on: Mapped[dt.date | None]
    opens_at: Mapped[dt.time] = mapped_column(server_default=text("'07:00'"))
    closes_at: Mapped[dt.time] = mapped_column(server_default=text("'22:00'"))
    timezone: Mapped[str] = mapped_column(server_default=text("'Europe/London'"))
    current: Mapped[bool] = mapped_column(server_default=text("false"))
    kind: Mapped[str | None]
    """Of the United Kingdom's elections; None elsewhere."""
    nation: Mapped[str | None]
    party_scale: Mapped[JsonList]
    """What each party means that people say they will vote for (`domain.party_scale`)."""
    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class ElectionDate(Tenant, Base):
    """A date of an election's timetable that somebody entered by hand. Without `due_on` there is no such
    thing at this election.
    """

    __tablename__ = "election_date"
    __table_args__ = (
        reference("election", "election_id", ondelete="CASCADE"),
        one_of("milestone", ENTERABLE),
    )

    election_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    milestone: Mapped[str] = mapped_column(primary_key=True)
    due_on: Mapped[dt.date | None]
    due_time: Mapped[dt.time | None]
    changed_at: Mapped[Instant]
    changed_by: Mapped[uuid.UUID | None]


class Pledge(Identified, Base):
    """One piece of evidence of how somebody means to vote, kept for good."""

    __tablename__ = "pledge"
    __table_args__ = (
        reference("election", "election_id"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        CheckConstraint("support BETWEEN 1 AND 5", name="support"),
        one_of("voting_method", VOTING_METHODS),
        one_of("source", PLEDGE_SOURCES),
        Index("ix_pledge_contact", "organisation_id", "election_id", "contact_id", "at"),
        Index(
            "ix_pledge_result", "organisation_id", "result_id", postgresql_where=text("result_id IS NOT NULL")
        ),
        Index(
            "ix_pledge_party",
            "organisation_id",
            "election_id",
            "party",
            postgresql_where=text("party IS NOT NULL"),
        ),
        Index("ix_pledge_link", "organisation_id", "link_id", postgresql_where=text("link_id IS NOT NULL")),
    )

    election_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID]
    campaign_id: Mapped[uuid.UUID | None]
    support: Mapped[int | None]
    party: Mapped[str | None]
    """The party that they named, where the support follows from that by the election's scale."""
    voting_method: Mapped[str | None]
    planned_at: Mapped[Instant | None]
    needs_lift: Mapped[bool | None]
    id_ready: Mapped[bool | None]
    source: Mapped[str]
    dated: Mapped[bool] = mapped_column(server_default=text("true"))
    at: Mapped[Instant]
    account_id: Mapped[uuid.UUID | None]
    result_id: Mapped[uuid.UUID | None]
    import_id: Mapped[uuid.UUID | None]
    link_id: Mapped[uuid.UUID | None]
    """The short link whose opening it was taken from."""
    undone_at: Mapped[Instant | None]
    recorded_at: Mapped[Instant] = mapped_column(server_default=func.now())


class TurnoutMark(Identified, Base):
    """Evidence that a person has voted; `unknown` and `held` ones wait for the register or a coordinator, and
    say `why`.
    """

    __tablename__ = "turnout_mark"
    __table_args__ = (
        reference("election", "election_id"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        reference("teller_sheet", "sheet_id"),
        one_of("source", TURNOUT_SOURCES),
        one_of("state", MARK_STATES),
        one_of("why", MARK_WHYS),
        Index("ix_turnout_mark_contact", "organisation_id", "election_id", "contact_id"),
        Index(
            "ix_turnout_mark_unknown",
            "organisation_id",
            "election_id",
            "elector_key",
            postgresql_where=text("state = 'unknown'"),
        ),
        Index(
            "ix_turnout_mark_waiting",
            "organisation_id",
            "election_id",
            "id",
            postgresql_where=text("state IN ('unknown', 'held')"),
        ),
        Index(
            "ix_turnout_mark_account",
            "organisation_id",
            "account_id",
            "at",
            postgresql_where=text("account_id IS NOT NULL"),
        ),
        Index(
            "ix_turnout_mark_token",
            "organisation_id",
            "token_id",
            postgresql_where=text("token_id IS NOT NULL"),
        ),
        Index(
            "ix_turnout_mark_sheet",
            "organisation_id",
            "sheet_id",
            "id",
            postgresql_where=text("sheet_id IS NOT NULL"),
        ),
        Index(
            "ix_turnout_mark_import",
            "organisation_id",
            "import_id",
            postgresql_where=text("import_id IS NOT NULL"),
        ),
        Index(
            "ix_turnout_mark_result",
            "organisation_id",
            "result_id",
            postgresql_where=text("result_id IS NOT NULL"),
        ),
    )

    election_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID | None]
    elector_number: Mapped[str | None]
    elector_key: Mapped[str | None]
    polling_district: Mapped[str | None]
    state: Mapped[str]
    why: Mapped[str | None]
    source: Mapped[str]
    dated: Mapped[bool] = mapped_column(server_default=text("true"))
    at: Mapped[Instant]
    account_id: Mapped[uuid.UUID | None]
    token_id: Mapped[uuid.UUID | None]
    result_id: Mapped[uuid.UUID | None]
    import_id: Mapped[uuid.UUID | None]
    sheet_id: Mapped[uuid.UUID | None]
    undone_at: Mapped[Instant | None]
    undone_reason: Mapped[str | None]
    recorded_at: Mapped[Instant] = mapped_column(server_default=func.now())


class VoterRecord(Tenant, Base):
    """The row of the pledge and turnout table: one contact, one election, the present value of each fact.

    It follows from the evidence alone (`dialer.domain.pledge`, `.turnout`). `learned_*` is where the
    support, or where none is known the plan, comes from.
    """

    __tablename__ = "voter_record"
    __table_args__ = (
        reference("election", "election_id"),
        reference("contact", "contact_id", ondelete="CASCADE"),
        CheckConstraint("support BETWEEN 1 AND 5", name="support"),
        one_of("voting_method", VOTING_METHODS),
        Index("ix_voter_record_support", "organisation_id", "election_id", "support"),
        Index(
            "ix_voter_record_campaign",
            "organisation_id",
            "learned_campaign_id",
            "contact_id",
            postgresql_where=text("learned_campaign_id IS NOT NULL"),
        ),
        Index(
            "ix_voter_record_voted",
            "organisation_id",
            "election_id",
            "voted_at",
            postgresql_where=text("voted_at IS NOT NULL"),
        ),
    )

    election_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    support: Mapped[int | None]
    voting_method: Mapped[str | None]
    planned_at: Mapped[Instant | None]
    needs_lift: Mapped[bool | None]
    id_ready: Mapped[bool | None]
    learned_at: Mapped[Instant | None]
    learned_source: Mapped[str | None]
    learned_campaign_id: Mapped[uuid.UUID | None]
    learned_by: Mapped[uuid.UUID | None]
    voted_at: Mapped[Instant | None]
    voted_source: Mapped[str | None]


class Counter(Tenant, Base):
    """A figure kept beside the facts, in the transaction that changes them, so that boards never count.

    `scope` is `campaign`, `organisation` or `election`; hot figures spread over `stripe`s and are summed.
    """

    __tablename__ = "counter"

    scope: Mapped[str] = mapped_column(primary_key=True)
    scope_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    stripe: Mapped[int] = mapped_column(primary_key=True, server_default=text("0"))
    value: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class CampaignMinute(Tenant, Base):
    """Calls of one campaign in one minute: what the live board draws."""

    __tablename__ = "campaign_minute"
    __table_args__ = (reference("campaign", "campaign_id", ondelete="CASCADE"),)

    campaign_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    minute: Mapped[Instant] = mapped_column(primary_key=True)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    contacted: Mapped[int] = mapped_column(server_default=text("0"))
