"""What an import does with each person: the rules of contract §4, on real tables."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from dialer.domain.importing.repeats import Repeats
from dialer.domain.person import Identity, Match, address_key, fold, match
from dialer.services.context import Context
from dialer.services.gotv.elections import create_election
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.paging import Page
from dialer.services.people.contacts import ContactSearch, list_contacts
from dialer.services.people.import_report import list_rejected
from dialer.services.people.import_rows import list_known_rows
from dialer.services.people.import_run import resume_imports, run_import
from dialer.services.people.import_undo import undo_import
from dialer.services.people.import_undo_run import run_undo
from dialer.services.people.imports import get_import, start_import
from dialer.services.people.views import ContactView, ImportView
from dialer.store.models.gotv import Pledge, TurnoutMark, VoterRecord
from dialer.store.models.imports import Import
from dialer.store.models.queue import QueueEntry
from tests.conftest import SetClock
from tests.examples import examples
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.people.importing import bring_in, new_list

HEADER = "First name,Surname,Phone,Email"


def people(ctx: Context) -> list[ContactView]:
    return list(list_contacts(ctx, ContactSearch(), Page(limit=500)).items)


def one(ctx: Context) -> ContactView:
    (person,) = people(ctx)
    return person


def reasons(ctx: Context, view: ImportView) -> list[tuple[int, str, str]]:
    return [
        (issue.line, issue.outcome, issue.reason)
        for issue in list_rejected(ctx, view.id, Page(limit=500)).items
    ]


def counts(view: ImportView) -> tuple[int, int, int, int, int]:
    """Created, updated, unchanged, duplicates, rejected."""
    of = view.counts
    assert of.rows == of.created + of.updated + of.unchanged + of.duplicates + of.rejected
    return of.created, of.updated, of.unchanged, of.duplicates, of.rejected


def test_an_update_fills_and_changes_and_never_blanks(ctx: Context) -> None:
    bring_in(ctx, "First name,Surname,Phone,Postcode,Tags,Shoe\nSiân,Jones,07700900001,CF10 1AA,member,42\n")
    again = (
        "First name,Surname,Phone,Postcode,Email,Tags,Shoe\nSIAN,JONES,07700900001,,s@example.org,driver,43\n"
    )
    assert counts(bring_in(ctx, again)) == (0, 1, 0, 0, 0)
    person = one(ctx)
    assert (person.first_name, person.postcode, person.email) == ("SIAN", "CF10 1AA", "s@example.org")
    assert (person.tags, person.custom) == (["member", "driver"], {"Shoe": "43"})


def test_with_skip_people_stay_as_they_are_but_a_no_counts(ctx: Context) -> None:
    bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,\n")
    more = f"{HEADER},Do not call\nSiân,Jones,07700900001,s@example.org,yes\n"
    bring_in(ctx, more, on_match="skip")
    person = one(ctx)
    assert person.email is None
    assert person.opt_outs["voice"] is not None


def test_a_row_that_repeats_an_earlier_one_fills_what_that_left_empty(ctx: Context) -> None:
    data = (
        f"{HEADER},Postcode,Do not call\nSiân,Jones,07700900001,,CF10 1AA,\n"
        "Gwyn,Prys,07700900002,,,\nsian,jones,07700 900001,s@example.org,BS1 1AA,Y\n"
    )
    assert counts(bring_in(ctx, data)) == (2, 0, 0, 1, 0)
    person = people(ctx)[0]
    assert (person.first_name, person.email, person.postcode) == ("Siân", "s@example.org", "CF10 1AA")
    assert person.opt_outs["voice"] is not None
    assert counts(bring_in(ctx, data)) == (0, 0, 2, 1, 0)


def test_a_register_with_bare_names_is_read_without_a_mapping(ctx: Context) -> None:
    header = "PD,Number,Suffix,Surname,Forename,Mobile"
    rows = ("KA1,1,0,Lee,Ann,07700900001", "KA1,2,0,Lee,Bob,", "KA1,2,1,Lee,Cat,")
    done = bring_in(ctx, "\n".join((header, *rows, "")))
    assert counts(done) == (3, 0, 0, 0, 0)
    assert [person.elector_number for person in people(ctx)] == ["1", "2", "2/1"]
    with ctx.unit() as unit:
        keys = unit.session.scalars(text("SELECT elector_key FROM contact ORDER BY elector_key")).all()
    assert keys == ["ka1-1", "ka1-2", "ka1-2-1"]
    again = bring_in(ctx, "ENO,Elector Name,Mobile\nKA1-2/1,Cat Lee,07700900003\n")
    assert counts(again) == (0, 1, 0, 0, 0)


def shared(done: ImportView) -> int:
    return sum(one["count"] for one in done.warnings if one["code"] == "shared_numbers")


def test_people_who_share_a_number_are_said_to(ctx: Context) -> None:
    rows = ("Ann,Lee,01632 960001,", "Bob,Lee,01632 960001,", "Cat,Prys,07700900003,")
    done = bring_in(ctx, "\n".join((HEADER, *rows, "")))
    assert (done.state, shared(done)) == ("completed", 2)
    (said,) = [one["detail"] for one in done.warnings if one["code"] == "shared_numbers"]
    assert said.startswith("2 people have a phone number that somebody else here has as well.")
    again = bring_in(ctx, f"{HEADER}\nDai,Prys,07700900003,\nEve,Rees,07700900005,\n")
    assert shared(again) == 1
    assert shared(bring_in(ctx, f"{HEADER}\nEve,Rees,07700900005,\n")) == 0


def named(ctx: Context) -> list[tuple[str | None, str | None]]:
    return [(person.first_name, person.last_name) for person in people(ctx)]


@pytest.mark.parametrize(
    ("kept", "given", "name"),
    [
        ("Jones,", ",Jones", (None, "Jones")),
        (",Jones", "JONES,", (None, "Jones")),
        ("Siân,Jones", ",Sian Jones", ("Siân", "Jones")),
        ("Siân,Jones", "Sian Jones,", ("Siân", "Jones")),
        ("Siân Jones,", "Siân,Jones", ("Siân", "Jones")),
        ("Siân Jones,", ",Siân Jones", (None, "Siân Jones")),
        (",Sian Jones", "Siân,Jones", ("Siân", "Jones")),
        ("Sian,", "SIÂN,", ("SIÂN", None)),
        (",Jones", ",JONES", (None, "JONES")),
    ],
)
def test_one_name_split_in_two_ways_is_not_doubled(
    ctx: Context, kept: str, given: str, name: tuple[str | None, str | None]
) -> None:
    bring_in(ctx, f"{HEADER}\n{kept},07700900001,\n")
    for _ in range(2):
        done = bring_in(ctx, f"{HEADER}\n{given},07700900001,\n")
        assert (done.counts.created, named(ctx)) == (0, [name])


@pytest.mark.parametrize(("first", "then"), [("Jones", "Mrs Jones"), ("Mrs Jones", "Jones")])
def test_a_list_with_forms_of_address_may_come_again(ctx: Context, first: str, then: str) -> None:
    bring_in(ctx, f"Name,Phone\n{first},07700900001\n")
    for _ in range(2):
        assert bring_in(ctx, f"Name,Phone\n{then},07700900001\n").counts.created == 0
        assert named(ctx) == [(None, "Jones")]


@pytest.mark.parametrize(
    ("first", "then", "name"),
    [("Jones", "Mrs Jones", ("Jones", None)), ("Mrs Jones", "Jones", (None, "Jones"))],
)
def test_a_name_said_twice_in_one_file_is_not_doubled(
    ctx: Context, first: str, then: str, name: tuple[str | None, str | None]
) -> None:
    data = f"ID,Name,Phone\n7,{first},07700900001\n7,{then},07700900001\n"
    assert counts(bring_in(ctx, data)) == (1, 0, 0, 1, 0)
    assert named(ctx) == [name]
    assert counts(bring_in(ctx, data)) == (0, 0, 1, 1, 0)
    assert named(ctx) == [name]


def test_who_got_their_surname_from_a_second_row_is_known_by_both(ctx: Context) -> None:
    data = "ID,First name,Surname,Phone\n7,Siân,,07700900001\n7,,Jones,07700900001\n"
    assert counts(bring_in(ctx, data)) == (1, 0, 0, 1, 0)
    assert named(ctx) == [("Siân", "Jones")]
    again = bring_in(ctx, "Name,Phone\nSian Jones,07700900001\n")
    assert (again.counts.created, named(ctx)) == (0, [("Sian", "Jones")])


def test_a_name_taken_whole_is_put_back_when_the_list_is_undone(ctx: Context) -> None:
    bring_in(ctx, f"{HEADER}\nJones,,07700900001,\n")
    second = bring_in(ctx, "Name,Phone\nMrs Jones,07700900001\n")
    assert named(ctx) == [(None, "Jones")]
    undo_import(ctx, second.id)
    run_undo(ctx, second.id, lambda: ctx.now)
    assert named(ctx) == [("Jones", None)]
    assert bring_in(ctx, "Name,Phone\nJones,07700900001\n").counts.created == 0


@pytest.mark.slow
def test_repetitions_far_apart_are_found(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", 2)
    rows = [f"V{n % 5},Jones,07700 90000{n % 5}," for n in range(11)]
    data = "\n".join([HEADER, *rows]) + "\n"
    assert counts(bring_in(ctx, data)) == (5, 0, 0, 6, 0)
    assert counts(bring_in(ctx, data)) == (0, 0, 5, 6, 0)


def test_a_household_on_one_landline_stays_apart(ctx: Context) -> None:
    data = f"{HEADER}\nSiân,Jones,01632960001,\nGwyn,Jones,01632960001,\n"
    assert counts(bring_in(ctx, data)) == (2, 0, 0, 0, 0)
    assert counts(bring_in(ctx, data)) == (0, 0, 2, 0, 0)


def test_external_ids_count_within_their_source(ctx: Context) -> None:
    data = "ID,First name,Surname,Phone\n7,Siân,Jones,07700900001\n"
    assert counts(bring_in(ctx, data, id_source="crm")) == (1, 0, 0, 0, 0)
    renamed = "ID,First name,Surname,Phone\n7,Siân,Prys,07700900009\n"
    assert counts(bring_in(ctx, renamed, id_source="crm")) == (0, 1, 0, 0, 0)
    assert one(ctx).last_name == "Prys"
    assert counts(bring_in(ctx, renamed, id_source="other")) == (0, 0, 1, 0, 0)
    other = "ID,First name,Surname,Phone\n8,Siân,Prys,07700900009\n"
    assert counts(bring_in(ctx, other, id_source="crm")) == (1, 0, 0, 0, 0)


def test_an_elector_number_of_another_person_goes_over(ctx: Context) -> None:
    header = "Elector number,First name,Surname,Phone"
    bring_in(ctx, f"{header}\nKA1-12,Siân,Jones,07700900001\n", register="2025")
    done = bring_in(ctx, f"{header}\nka1 012,Gwyn,Prys,07700900002\n", register="2025")
    assert counts(done) == (1, 0, 0, 0, 0)
    assert reasons(ctx, done) == [(2, "kept", "renumbered")]
    assert [person.elector_number for person in people(ctx)] == [None, "ka1 012"]
    assert [warning["code"] for warning in done.warnings] == ["renumbered"]


def test_a_number_given_twice_in_one_file_stays_with_the_first(ctx: Context) -> None:
    data = (
        "Elector number,First name,Surname,Phone\nKA1-12,Siân,Jones,07700900001\n"
        "KA1-12,Gwyn,Prys,07700900002\nKA1-12,Nest,Rees,\n"
    )
    done = bring_in(ctx, data)
    assert counts(done) == (2, 0, 0, 0, 1)
    assert reasons(ctx, done) == [(3, "kept", "renumbered"), (4, "rejected", "renumbered")]
    assert [person.elector_number for person in people(ctx)] == ["KA1-12", None]
    assert counts(bring_in(ctx, data)) == (0, 0, 2, 0, 1)


def test_a_new_register_gives_new_numbers(ctx: Context) -> None:
    header = "Elector number,First name,Surname,Phone"
    bring_in(ctx, f"{header}\nKA1-12,Siân,Jones,07700900001\n", register="2025")
    done = bring_in(ctx, f"{header}\nKA1-40,Siân,Jones,07700900001\n", register="2026")
    assert counts(done) == (0, 1, 0, 0, 0)
    assert one(ctx).elector_number == "KA1-40"


def test_somebody_without_a_phone_is_known_by_email_and_name(ctx: Context) -> None:
    bring_in(ctx, f"{HEADER}\nSiân,Jones,,s@example.org\n")
    assert counts(bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,S@Example.org\n")) == (0, 1, 0, 0, 0)
    assert one(ctx).phone == "+447700900001"
    assert counts(bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900002,s@example.org\n")) == (1, 0, 0, 0, 0)


def test_a_clear_yes_is_consent_and_a_clear_no_counts_against(ctx: Context) -> None:
    rows = "Siân,Jones,07700900001,,yes\nGwyn,Prys,07700900002,,no\nNest,Rees,07700900003,,perhaps\n"
    data = f"{HEADER},Opt in\n{rows}"
    bring_in(ctx, data)
    yes, no, perhaps = people(ctx)
    assert yes.consents["sms"] is not None
    assert yes.consents["email"] is not None
    assert all(no.opt_outs.values())
    assert not any(perhaps.opt_outs.values())
    assert perhaps.consents["sms"] is None
    assert counts(bring_in(ctx, data)) == (0, 0, 3, 0, 0)


def test_consent_to_one_channel_leaves_the_other_open(ctx: Context) -> None:
    bring_in(ctx, "First name,Phone,mobile_opt_in\nSiân,07700900001,yes\n")
    assert one(ctx).consents["email"] is None
    bring_in(ctx, "First name,Phone,Opt in\nSiân,07700900001,yes\n")
    assert None not in (one(ctx).consents["sms"], one(ctx).consents["email"])


@pytest.mark.parametrize(
    ("cell", "out"),
    [("", False), ("N", False), ("no", False), ("Na", False), ("0", False), ("Y", True), ("x", True)],
)
def test_any_value_but_empty_or_a_clear_no_counts_against(ctx: Context, cell: str, out: bool) -> None:
    bring_in(ctx, f"{HEADER},TPS\nSiân,Jones,07700900001,,{cell}\n")
    assert (one(ctx).opt_outs["voice"] is not None) is out


def test_opt_out_is_every_channel_and_do_not_text_only_texts(ctx: Context) -> None:
    rows = "Siân,Jones,07700900001,s@example.org,1,\nGwyn,Prys,07700900002,,,1\n"
    data = f"{HEADER},Unsubscribed,Do not text\n{rows}"
    bring_in(ctx, data)
    everything, texts = people(ctx)
    assert all(everything.opt_outs.values())
    assert [channel for channel, at in texts.opt_outs.items() if at] == ["sms"]


def test_of_several_columns_no_wish_is_overlooked(ctx: Context) -> None:
    header = "First name,Phone,TPS,Do not call,Do not email,Do not mail,Do not knock"
    bring_in(ctx, f"{header}\nSiân,07700900001,N,Y,,,\nGwyn,07700900002,,N,1,1,x\nNest,07700900003,Y,N,,,\n")
    noes = [{channel for channel, at in person.opt_outs.items() if at} for person in people(ctx)]
    assert noes == [{"voice"}, {"email", "post", "door"}, {"voice"}]


def test_consent_is_to_the_channel_that_it_names(ctx: Context) -> None:
    header = "First name,mobile_number,email,mobile_opt_in,can2_subscription_status"
    rows = "Siân,07700900001,s@example.org,Yes,unsubscribed\nGwyn,07700900002,g@example.org,0,subscribed\n"
    data = f"{header}\n{rows}Nest,07700900003,n@example.org,,bouncing\n"
    bring_in(ctx, data)
    agreed = [{channel for channel, given in person.consents.items() if given} for person in people(ctx)]
    noes = [{channel for channel, at in person.opt_outs.items() if at} for person in people(ctx)]
    assert (agreed, noes) == ([{"sms"}, {"email"}, set()], [{"email"}, {"sms"}, set()])
    assert counts(bring_in(ctx, data)) == (0, 0, 3, 0, 0)


# --- evidence ---------------------------------------------------------------------------------------


def support_of(ctx: Context) -> list[tuple[Any, ...]]:
    with ctx.unit() as unit:
        rows = unit.session.execute(
            select(VoterRecord.support, VoterRecord.voting_method).order_by(VoterRecord.contact_id)
        )
        return [tuple(row) for row in rows]


def test_a_pledge_column_fills_support_only_where_it_is_empty(ctx: Context) -> None:
    header = "First name,Phone,Support,Pledge"
    said = [",yes", ",maybe", ",no", ",refused", "2,no"]
    rows = "".join(f"V{nth},0770090000{nth},{each}\n" for nth, each in enumerate(said))
    bring_in(ctx, f"{header}\n{rows}")
    assert support_of(ctx) == [(1, None), (3, None), (5, None), (2, None)]
    assert counts(bring_in(ctx, f"{header}\nV0,07700900000,,no\n")) == (0, 0, 1, 0, 0)


@pytest.mark.slow
def test_dated_evidence_goes_by_its_own_time_and_undated_only_fills(ctx: Context) -> None:
    header = "First name,Phone,Support,Pledge date,Pledged to"
    bring_in(ctx, f"{header}\nA,07700900001,3,02/05/2026,doorstep\n")
    bring_in(ctx, f"{header}\nA,07700900001,1,01/05/2026,phone bank\n")
    assert support_of(ctx) == [(3, None)]
    bring_in(ctx, f"{header}\nA,07700900001,4,,\n")
    assert support_of(ctx) == [(3, None)]
    bring_in(ctx, f"{header}\nA,07700900001,2,03/05/2026,text\n")
    assert support_of(ctx) == [(2, None)]
    with ctx.unit() as unit:
        sources = unit.session.scalars(select(Pledge.source).order_by(Pledge.at)).all()
        first = unit.session.scalar(select(Pledge.at).order_by(Pledge.at))
    assert sources == ["call", "door", "text"]
    assert first == dt.datetime(2026, 4, 30, 23, tzinfo=dt.UTC)


def test_voted_marks_come_with_their_time_and_only_once(ctx: Context) -> None:
    create_election(ctx, {"name": "Local", "polling_on": dt.date(2026, 5, 7), "current": True})
    header = "First name,Phone,Voted,Voted at,Postal vote"
    said = ["Y,09:11,", ",10:30,", "Y,,", "N,,Y", ",23:59,"]
    data = "\n".join([header, *(f"V{nth},0770090000{nth},{each}" for nth, each in enumerate(said))])
    assert bring_in(ctx, data).counts.created == 5
    with ctx.unit() as unit:
        marks = unit.session.execute(
            select(TurnoutMark.at, TurnoutMark.dated).order_by(TurnoutMark.contact_id)
        ).all()
    assert [tuple(mark) for mark in marks] == [
        (dt.datetime(2026, 5, 7, 8, 11, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 5, 7, 9, 30, tzinfo=dt.UTC), True),
        (ctx.now, False),
        (ctx.now, False),  # nobody has voted at a time that has not come yet
    ]
    assert [person.voted_at is not None for person in people(ctx)] == [True, True, True, False, True]
    assert [person.voting_method for person in people(ctx)][3] == "postal"
    assert counts(bring_in(ctx, data)) == (0, 0, 5, 0, 0)


def test_an_import_may_be_about_another_election(ctx: Context) -> None:
    create_election(ctx, {"name": "Now", "current": True})
    other = create_election(ctx, {"name": "Then"})
    bring_in(ctx, "First name,Phone,Support\nA,07700900001,1\n", election_id=other.id)
    assert one(ctx).support is None
    with ctx.unit() as unit:
        assert unit.session.scalar(select(VoterRecord.election_id)) == other.id


# --- the statements say what the rule says ----------------------------------------------------------

names = st.sampled_from(["Siân,Jones", "Gwyn,Prys", "Siân,Prys"])
rows_of_lists = st.lists(
    st.builds(
        lambda who, phone, email, ident, elector: f"{who},{phone},{email},{ident},{elector}",
        names,
        st.sampled_from(["", "07700900001", "07700900002"]),
        st.sampled_from(["", "a@example.org"]),
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["", "KA1-1", "KA1-2"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows_of_lists)
def test_any_list_again_creates_nobody(ctx: Context, rows: list[str]) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM contact"))
    data = "\n".join(["First name,Surname,Phone,Email,ID,Elector number", *rows]) + "\n"
    first = bring_in(ctx, data)
    again = bring_in(ctx, data)
    assert again.counts.created == 0, rows
    assert again.counts.rejected == first.counts.rejected


electors = st.tuples(
    names,
    st.sampled_from(["", "07700900001"]),
    st.sampled_from(["KA1-1", "KA1-2", ""]),
    st.sampled_from(["1 High Street", "1, High  St.", ""]),
    st.sampled_from(["CF10 1AA", "CF10 1AB"]),
    st.sampled_from(["", "01/03/1950", "01/03/1980"]),
).filter(lambda row: bool(row[1] or row[2]))


@settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(electors, electors, st.sampled_from(["2025", "2026"]))
def test_two_registers_of_one_person_each_match_as_the_rule_says(
    ctx: Context, one_row: tuple[str, ...], other: tuple[str, ...], register: str
) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM contact"))
    header = "First name,Surname,Phone,Elector number,Address,Postcode,Date of birth"
    bring_in(ctx, f"{header}\n{_cells(one_row)}\n", register="2025")
    second = bring_in(ctx, f"{header}\n{_cells(other)}\n", register=register)
    if second.counts.rejected:
        return
    rule = match(_elector(one_row, "2025"), _elector(other, register))
    assert second.counts.created == (rule in {None, Match.RENUMBERED})
    if second.counts.created == 0:
        assert [row.why for row in list_known_rows(ctx, second.id, Page(limit=5)).items] == [rule]


def _cells(row: tuple[str, ...]) -> str:
    name, phone, elector, address, postcode, born = row
    return f'{name},{phone},{elector},"{address}",{postcode},{born}'


def _elector(row: tuple[str, ...], register: str) -> Identity:
    name, phone, elector, address, postcode, born = row
    first, last = map(fold, name.split(","))
    return Identity(
        first,
        last,
        (f"+44{phone[1:]}",) if phone else (),
        elector=elector.lower(),
        register=register if elector else "",
        address=address_key(address, postcode),
        born=dt.datetime.strptime(born, "%d/%m/%Y").date() if born else None,  # noqa: DTZ007 - a day
    )


REGISTER = "Elector number,First name,Surname,Address,Postcode,Date of birth,Phone"


def test_a_whole_renumbered_register_is_the_same_people(ctx: Context) -> None:
    streets = [f"V{n % 7},Jones,{n} High Street,CF10 1AA," for n in range(20)]
    old = "".join(f"KA1-{n + 1},{row}\n" for n, row in enumerate(streets))
    new = "".join(f"KA1-{n + 1},{row}\n" for n, row in enumerate(reversed(streets)))
    assert bring_in(ctx, f"{REGISTER}\n{old}", register="2025").counts.created == 20
    done = bring_in(ctx, f"{REGISTER}\n{new}", register="2026")
    assert counts(done) == (0, 20, 0, 0, 0)
    assert "renumbered" not in {reason for _, _, reason in reasons(ctx, done)}
    assert counts(bring_in(ctx, f"{REGISTER}\n{new}", register="2026")) == (0, 0, 20, 0, 0)


def test_father_and_son_of_one_name_are_not_taken_for_each_other(ctx: Context) -> None:
    both = "KA1-{},Gwyn,Jones,1 High Street,CF10 1AA,{}\nKA1-{},Gwyn,Jones,1 High Street,CF10 1AA,{}\n"
    bring_in(ctx, f"{REGISTER}\n{both.format(1, '', 2, '')}", register="2025")
    done = bring_in(ctx, f"{REGISTER}\n{both.format(8, '', 9, '')}", register="2026")
    assert counts(done) == (2, 0, 0, 0, 0)
    dated = bring_in(ctx, f"{REGISTER}\n{both.format(8, '01/03/1950', 9, '01/03/1980')}", register="2026")
    assert counts(dated) == (0, 2, 0, 0, 0)
    with ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM contact WHERE register = '2025'"))
    again = bring_in(ctx, f"{REGISTER}\n{both.format(4, '01/03/1980', 5, '01/03/1950')}", register="2027")
    assert counts(again) == (0, 2, 0, 0, 0)
    one_old = bring_in(ctx, f"{REGISTER}\nKA1-1,Nest,Rees,2 High Street,CF10 1AA,\n", register="2025")
    assert one_old.counts.created == 1
    mother_and_daughter = both.replace("Gwyn,Jones,1", "Nest,Rees,2").format(1, "", 2, "")
    assert counts(bring_in(ctx, f"{REGISTER}\n{mother_and_daughter}", register="2026")) == (2, 0, 0, 0, 0)


@settings(
    max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows_of_lists.filter(lambda rows: len(rows) == 2))
def test_two_lists_of_one_person_each_match_as_the_rule_says(ctx: Context, rows: list[str]) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM contact"))
    header = "First name,Surname,Phone,Email,ID,Elector number"
    a, b = (_identity(row) for row in rows)
    first, second = (bring_in(ctx, f"{header}\n{row}\n") for row in rows)
    if first.counts.rejected or second.counts.rejected:
        return
    same = match(a, b) in {Match.EXTERNAL_ID, Match.ELECTOR, Match.PHONE, Match.EMAIL}
    assert second.counts.created == (0 if same else 1), rows


def _identity(row: str) -> Identity:
    first, last, phone, email, external_id, elector = row.split(",")
    phones = (f"+44{phone[1:]}",) if phone else ()
    return Identity(
        fold(first), fold(last), phones, email, external_id, "", elector.lower().replace(" ", "-"), ""
    )


def test_repeats_within_a_file_are_placed_by_the_rule() -> None:
    repeats = Repeats()
    someone = Identity("sian", "jones", ("+447700900001",), elector="ka1-1")
    assert repeats.place(2, someone) == (None, False, None)
    assert repeats.place(3, Identity("gwyn", "prys", elector="ka1-1")) == (None, True, None)
    assert repeats.place(4, Identity("sian", "jones", ("+447700900001",))) == (2, False, Match.PHONE)
    assert repeats.place(5, Identity("gwyn", "jones", ("+447700900001",))) == (None, False, None)


def test_lists_count_their_members_once(ctx: Context) -> None:
    one_list, other = new_list(ctx), new_list(ctx)
    data = f"{HEADER}\nSiân,Jones,07700900001,\nGwyn,Prys,07700900002,\n"
    for list_id in (one_list, one_list, other):
        bring_in(ctx, data, list_id)
    assert [sorted(person.list_ids) == sorted([one_list, other]) for person in people(ctx)] == [True, True]


# --- what stands around an import -------------------------------------------------------------------


def test_new_numbers_join_the_queue_of_a_running_campaign(ctx: Context) -> None:
    campaign = running_campaign(ctx, [Voter("Siân", [landline(1)])])
    (list_id,) = campaign.list_ids
    bring_in(ctx, f"{HEADER}\nGwyn,Prys,{landline(2)},\n", list_id)
    with ctx.unit() as unit:
        queued = unit.session.scalars(select(QueueEntry.number).order_by(QueueEntry.number)).all()
    assert queued == [landline(1), landline(2)]


def test_a_mark_that_waited_finds_its_elector(ctx: Context) -> None:
    mark_turnout(ctx, [NewMark("KA1-12")])
    bring_in(ctx, "Elector number,First name,Surname\nka1 012,Siân,Jones\n", mapping={"Surname": "last_name"})
    assert one(ctx).voted_at is not None


def test_nothing_of_an_upload_stays_on_disk_when_it_is_in(ctx: Context) -> None:
    view = bring_in(ctx, f"{HEADER}\nSiân,Jones,07700900001,\n")
    assert view.is_over
    assert not list((ctx.data_dir / "imports").iterdir())


def test_an_import_whose_file_is_gone_fails_once_and_says_so(ctx: Context) -> None:
    upload = io.BytesIO(f"{HEADER}\nSiân,Jones,07700900001,\n".encode())
    view = start_import(ctx, new_list(ctx), upload, "list.csv", {})
    for path in (ctx.data_dir / "imports").iterdir():
        path.unlink()
    run_import(ctx, view.id, lambda: ctx.now)
    failed = get_import(ctx, view.id)
    assert failed.state == "failed"
    assert failed.error is not None
    assert resume_imports(ctx) == 0


def test_a_silent_worker_is_replaced_and_a_busy_one_is_not(ctx: Context, clock: SetClock) -> None:
    upload = io.BytesIO(f"{HEADER}\nSiân,Jones,07700900001,\n".encode())
    view = start_import(ctx, new_list(ctx), upload, "list.csv", {})
    with ctx.unit() as unit:
        unit.session.execute(
            update(Import).values(state="running", leased_until=ctx.now + dt.timedelta(seconds=10))
        )
    run_import(ctx, view.id, lambda: ctx.now)
    assert get_import(ctx, view.id).counts.rows == 0
    assert resume_imports(ctx) == 0
    later = replace(ctx, now=clock.forward(seconds=11))
    assert resume_imports(later) == 1
    run_import(later, view.id, lambda: later.now)
    assert get_import(ctx, view.id).counts.created == 1


@pytest.mark.slow
def test_large_lists_are_read_by_other_processes(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading._LARGE", 1)
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", 7)
    rows = "".join(f"V{n},Jones,07700 900{n:03},\n" for n in range(40))
    done = bring_in(ctx, f"{HEADER}\n{rows}Nobody,Jones,12345,\n")
    assert counts(done) == (40, 0, 0, 0, 1)
    assert reasons(ctx, done) == [(42, "rejected", "invalid_phone")]
