"""The sample lists come in exactly as the results beside them say."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from sqlalchemy import ColumnElement, func, select, text

from dialer.services.context import Context
from dialer.services.gotv.elections import create_election
from dialer.services.paging import Page
from dialer.services.people.import_report import list_rejected, rejected_csv
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from tests.samples import MESSY, REGISTER, messy_expected, register_summary
from tests.services.people.importing import bring_in, new_list


def counted(ctx: Context, what: Any, *where: Any) -> int:
    with ctx.unit() as unit:
        return unit.session.scalar(select(func.count(what)).where(*where)) or 0


def shared_by_two() -> ColumnElement[bool]:
    several = select(ContactPhone.number).group_by(ContactPhone.number)
    return ContactPhone.number.in_(several.having(func.count() > 1))


def test_the_messy_list_comes_in_as_expected(ctx: Context) -> None:
    expected = messy_expected()
    done = bring_in(ctx, MESSY)
    assert done.state == "completed"
    assert vars_of(done.counts) == expected["counts"]
    issues = list_rejected(ctx, done.id, Page(limit=500)).items
    assert [[issue.line, issue.outcome, issue.reason] for issue in issues] == expected["issues"]
    assert counted(ctx, ContactPhone.number.distinct()) == expected["distinct_numbers"]
    assert (
        counted(ctx, ContactPhone.number) - expected["distinct_numbers"]
        == expected["rows_repeating_an_earlier_number"]
    )
    assert [warning["code"] for warning in done.warnings] == ["mended_numbers", "shared_numbers"]
    assert done.warnings[1]["count"] == counted(ctx, ContactPhone.contact_id.distinct(), shared_by_two())


def test_the_messy_list_keeps_every_no(ctx: Context) -> None:
    bring_in(ctx, MESSY)
    assert counted(ctx, OptOut.contact_id, OptOut.channel == "voice") == 135
    assert counted(ctx, Suppression.number, Suppression.channel == "voice") == 132
    with ctx.unit() as unit:
        out = unit.session.scalar(
            text(
                "SELECT count(DISTINCT p.contact_id) FROM contact_phone p JOIN suppression s"
                " ON s.organisation_id = p.organisation_id AND s.number = p.number WHERE s.channel = 'voice'"
            )
        )
    assert out == 147


@pytest.mark.slow
def test_the_messy_list_again_changes_nothing(ctx: Context) -> None:
    list_id = new_list(ctx)
    bring_in(ctx, MESSY, list_id)
    again = bring_in(ctx, MESSY, list_id)
    expected = messy_expected()["counts"]
    assert vars_of(again.counts) == {**expected, "created": 0, "unchanged": expected["created"]}


@pytest.mark.slow
def test_mended_rejects_come_in(ctx: Context) -> None:
    list_id = new_list(ctx)
    first = bring_in(ctx, MESSY, list_id)
    table = list(csv.reader(rejected_csv(ctx, first.id)))
    mended = io.StringIO()
    writer = csv.writer(mended)
    writer.writerow(table[0])
    telephone, outcome = table[0].index("Tel no."), table[0].index("outcome")
    rejected = [row for row in table[1:] if row[outcome] == "rejected"]
    for number, row in enumerate(rejected):
        writer.writerow([*row[:telephone], f"01632 960{number:03}", *row[telephone + 1 :]])
    again = bring_in(ctx, mended.getvalue(), list_id)
    assert (again.counts.created, again.counts.rejected) == (63, 0)
    with ctx.unit() as unit:
        assert not unit.session.scalar(select(func.count()).where(Contact.custom.has_key("reason")))


def test_the_register_comes_in_as_summed_up(ctx: Context) -> None:
    create_election(ctx, {"name": "General", "polling_on": dt.date(2024, 7, 4), "current": True})
    summary = register_summary()
    done = bring_in(ctx, REGISTER)
    assert done.counts.created == summary["electors"] == done.counts.rows
    assert not list_rejected(ctx, done.id, Page()).items
    with ctx.unit() as unit:
        support = unit.session.execute(
            select(VoterRecord.support, func.count())
            .where(VoterRecord.support.is_not(None))
            .group_by(VoterRecord.support)
        )
        assert {str(value): count for value, count in support} == summary["support"]
        districts = unit.session.execute(
            select(Contact.polling_district, func.count()).group_by(Contact.polling_district)
        )
        assert dict(tuple(row) for row in districts) == summary["by_polling_district"]
        assert not unit.session.scalar(select(func.count(Contact.id)).where(Contact.elector_key.is_(None)))
        first_vote = unit.session.scalar(select(func.min(VoterRecord.voted_at)))
    assert first_vote is not None
    assert first_vote.date() == dt.date(2024, 7, 4)
    assert counted(ctx, VoterRecord.contact_id, VoterRecord.voted_at.is_not(None)) == summary["voted"]
    assert counted(ctx, VoterRecord.contact_id, VoterRecord.voting_method == "postal") == summary["postal"]
    assert counted(ctx, VoterRecord.contact_id, VoterRecord.support <= 2) == summary["pledges"]
    assert counted(ctx, OptOut.id, OptOut.channel == "voice") == summary["do_not_call"]
    assert counted(ctx, OptOut.id, OptOut.channel == "sms") == summary["do_not_text"]
    mobiles = counted(ctx, ContactPhone.contact_id.distinct(), ContactPhone.line_type == "mobile")
    landlines = counted(ctx, ContactPhone.contact_id.distinct(), ContactPhone.line_type == "landline")
    assert (mobiles, landlines) == (summary["with_mobile"], summary["with_landline"])
    assert summary["electors"] - counted(ctx, ContactPhone.contact_id.distinct()) == summary["no_number"]


def test_the_register_again_changes_nothing(ctx: Context) -> None:
    list_id = new_list(ctx)
    bring_in(ctx, REGISTER, list_id)
    evidence = counted(ctx, VoterRecord.contact_id, VoterRecord.support.is_not(None))
    again = bring_in(ctx, REGISTER, list_id)
    assert (again.counts.unchanged, again.counts.rows) == (500, 500)
    assert counted(ctx, VoterRecord.contact_id, VoterRecord.support.is_not(None)) == evidence


def vars_of(counts: Any) -> dict[str, int]:
    return {name: getattr(counts, name) for name in counts.__slots__}
