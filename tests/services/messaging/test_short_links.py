"""Short links of a blast: each person's own, made once, followed by people and machines, told apart."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.link_visit import Visit
from dialer.domain.segments import measure
from dialer.domain.short_link import code_of
from dialer.services.gotv.pledges import NewPledge, put_pledge
from dialer.services.messaging import link_support, short_links
from dialer.services.messaging.blasts import BlastFields, change_blast, delete_blast
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.link_figures import blast_links
from dialer.services.messaging.link_support import set_link_support
from dialer.services.messaging.link_visits import MOST_COUNTED, actor_of, note, way_of
from dialer.services.messaging.messages import MessageSearch, get_message, list_messages
from dialer.services.messaging.singles import NewText, preview_text, text_person
from dialer.services.messaging.test_sends import send_test
from dialer.services.messaging.views import BlastView
from dialer.services.paging import Page
from dialer.store.models import new_id
from dialer.store.models.gotv import Pledge, VoterRecord
from dialer.store.models.links import Link, LinkCode
from dialer.store.models.messaging import Message
from tests.conftest import SetClock
from tests.phone_bank import mobile
from tests.services.exporting.taking import objects_of, take
from tests.texting import SENDER, Blasting, add_people, blast, campaign, people

VOTE, LIFT = "https://example.org/vote?from=text", "https://example.org/lift"
BODY = f"Hi {{first_name}}, vote: {{link:{VOTE}}} or a lift: {{link:{LIFT}}} Stop: STOP"
PHONE = Visit(agent="Mozilla/5.0 (Linux; Android 10; K) Mobile Safari/537.36", language="cy")
ROBOT = replace(PHONE, agent="curl/8.5.0")
URL = re.compile(r"http://localhost/l/([a-z2-9]{10})(?= |$)")


def codes_in(message: Message) -> list[str]:
    return URL.findall(message.body)


def follow(blasting: Blasting, code: str, visit: Visit = PHONE) -> str:
    """What the door does: find the way, note the visit."""
    way = way_of(blasting.ctx.units, code)
    note(blasting.ctx.as_actor(actor_of(way)), way, visit)
    return way.target


def sent_to(blasting: Blasting, count: int, body: str = BODY) -> tuple[BlastView, Sequence[Message]]:
    made = blasting.launch(people(blasting.ctx, count), body=body)
    blasting.plan(made.id)
    blasting.send()
    return made, blasting.messages(made.id)


def supports(blasting: Blasting) -> dict[uuid.UUID, int | None]:
    with blasting.ctx.unit() as unit:
        return {row.contact_id: row.support for row in unit.session.scalars(select(VoterRecord))}


def test_each_person_reads_an_address_of_their_own(blasting: Blasting) -> None:
    made, messages = sent_to(blasting, 30)
    codes = [code for message in messages for code in codes_in(message)]
    assert len(set(codes)) == 60
    assert {message.state for message in messages} == {"sent"}
    first = codes_in(messages[0])
    assert [follow(blasting, code) for code in first] == [VOTE, LIFT]
    assert estimate_blast(blasting.ctx, blast(blasting.ctx, [], body=BODY).id).recipients == 0
    assert [one.url for one in blast_links(blasting.ctx, made.id).links] == [VOTE, LIFT]


def test_the_estimate_counts_the_letters_that_are_sent(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 3), body=BODY + " x" * 25)
    found = estimate_blast(blasting.ctx, draft.id)
    launched = blasting.launch(people(blasting.ctx, 3, first=50), body=draft.body)
    blasting.plan(launched.id)
    messages = blasting.messages(launched.id)
    assert found.segments == sum(message.segments for message in messages)
    sample = "".join(piece for piece, _ in found.samples[0].pieces)
    assert {len(sample)} == {len(message.body) for message in messages}
    assert measure(sample).segments == messages[0].segments
    assert not [one for one in found.warnings if one.code == "empty_placeholder"]


def test_made_again_after_a_worker_died_they_are_the_same(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 4), body=BODY)
    whose = people(blasting.ctx, 4, first=10)
    of_it = {"campaign_id": draft.campaign_id, "blast_id": draft.id}
    with blasting.ctx.unit() as unit:
        made = short_links.short_links(blasting.ctx, unit, [draft.body], whose, **of_it)
    with blasting.ctx.unit() as unit:
        assert short_links.short_links(blasting.ctx, unit, [draft.body], whose[::-1], **of_it) == made
        assert unit.session.query(LinkCode).count() == 8


def test_where_another_has_a_code_the_next_one_is_taken(
    blasting: Blasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def often_the_same(key: bytes, whose: object, nth: int = 0) -> str:
        return "aaaaaaaaaa" if nth == 0 else code_of(key, str(whose), nth)

    monkeypatch.setattr(short_links, "code_of", often_the_same)
    _, messages = sent_to(blasting, 5, f"Vote: {{link:{VOTE}}}")
    codes = [codes_in(message)[0] for message in messages]
    assert len(set(codes)) == 5
    assert {follow(blasting, code) for code in codes} == {VOTE}


def test_those_who_wait_behind_somebody_have_their_own(blasting: Blasting) -> None:
    ids = people(blasting.ctx, 1)
    other = uuid.uuid4()
    add_people(blasting.ctx, [(other, [mobile(0)])])
    made = blasting.launch([*ids, other], body=BODY)
    blasting.plan(made.id)
    messages = blasting.messages(made.id)
    assert sorted(message.state for message in messages) == ["queued", "skipped"]
    assert len({code for message in messages for code in codes_in(message)}) == 4


def test_people_are_counted_once_and_machines_apart(blasting: Blasting, clock: SetClock) -> None:
    made, messages = sent_to(blasting, 3)
    (vote, lift), (other, _) = codes_in(messages[0]), codes_in(messages[1])
    for code, visit in (
        (vote, ROBOT),
        (vote, PHONE),
        (vote, PHONE),
        (lift, PHONE),
        (other, replace(PHONE, method="HEAD")),
    ):
        follow(blasting, code, visit)
        clock.now += dt.timedelta(minutes=1)
    found = blast_links(blasting.ctx, made.id)
    assert found.people == 1
    assert [(one.people, one.clicks, one.machines) for one in found.links] == [
        (1, 2, {"preview": 1, "prefetch": 0, "robot": 1, "scan": 0}),
        (1, 1, {"preview": 0, "prefetch": 0, "robot": 0, "scan": 0}),
    ]
    with blasting.ctx.unit() as unit:
        row = unit.session.get_one(LinkCode, vote)
        assert (row.clicks, row.robots) == (2, 1)
        assert row.clicked_at is not None
        assert row.last_clicked_at == row.clicked_at + dt.timedelta(minutes=1)


def test_many_clicks_at_once_are_one_persons(blasting: Blasting) -> None:
    made, messages = sent_to(blasting, 1)
    codes = codes_in(messages[0]) * 4
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda code: follow(blasting, code), codes)) == {VOTE, LIFT}
    found = blast_links(blasting.ctx, made.id)
    assert (found.people, [(one.people, one.clicks) for one in found.links]) == (1, [(1, 4), (1, 4)])


def test_what_looks_right_after_the_sending_is_no_person(blasting: Blasting, clock: SetClock) -> None:
    made, messages = sent_to(blasting, 1)
    desktop = replace(PHONE, agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/139.0.0.0 Safari/537.36")
    follow(blasting, codes_in(messages[0])[0], desktop)
    clock.now += dt.timedelta(seconds=21)
    assert blast_links(blasting.ctx, made.id).people == 0
    follow(blasting, codes_in(messages[0])[0], desktop)
    assert blast_links(blasting.ctx, made.id).people == 1
    assert blast_links(blasting.ctx, made.id).links[0].machines["scan"] == 1


def test_whoever_asks_without_end_is_not_counted_without_end(blasting: Blasting) -> None:
    made, messages = sent_to(blasting, 1)
    code = codes_in(messages[0])[0]
    with blasting.ctx.unit() as unit:
        unit.session.execute(update(LinkCode).where(LinkCode.code == code).values(robots=MOST_COUNTED))
    assert follow(blasting, code, ROBOT) == VOTE
    assert blast_links(blasting.ctx, made.id).links[0].machines["robot"] == 0
    follow(blasting, code)
    assert blast_links(blasting.ctx, made.id).people == 1
    with blasting.ctx.unit() as unit:
        unit.session.execute(update(LinkCode).where(LinkCode.code == code).values(robots=0))


def test_opening_fills_only_what_is_not_known(blasting: Blasting) -> None:
    made, messages = sent_to(blasting, 3)
    link = blast_links(blasting.ctx, made.id).links[0]
    told, before, after = (message.contact_id or new_id() for message in messages)
    put_pledge(blasting.ctx, told, NewPledge(made.campaign_id, 4))
    follow(blasting, codes_in(messages[0])[0])
    follow(blasting, codes_in(messages[1])[0])
    assert supports(blasting) == {told: 4}
    set_link_support(blasting.ctx, made.id, link.id, 2)
    follow(blasting, codes_in(messages[2])[0])
    follow(blasting, codes_in(messages[2])[0])
    follow(blasting, codes_in(messages[2])[1])
    assert supports(blasting) == {told: 4, before: 2, after: 2}
    with blasting.ctx.unit() as unit:
        evidence = unit.session.scalars(select(Pledge).where(Pledge.link_id == link.id)).all()
        assert {(one.contact_id, one.source, one.dated) for one in evidence} == {
            (one, "web", False) for one in (told, before, after)
        }
    set_link_support(blasting.ctx, made.id, link.id, 1)
    assert supports(blasting) == {told: 4, before: 1, after: 1}
    set_link_support(blasting.ctx, made.id, link.id, None)
    assert supports(blasting) == {told: 4, before: None, after: None}


def test_nobody_who_opens_a_link_waits_for_what_it_says_to_be_changed(blasting: Blasting) -> None:
    made, messages = sent_to(blasting, 1)
    link = blast_links(blasting.ctx, made.id).links[0]
    set_link_support(blasting.ctx, made.id, link.id, 2)
    with ThreadPoolExecutor(1) as pool, blasting.ctx.unit() as unit:
        unit.session.scalars(select(Link).where(Link.id == link.id).with_for_update(key_share=True)).one()
        assert pool.submit(follow, blasting, codes_in(messages[0])[0]).result(timeout=5) == VOTE
        assert supports(blasting) == {}
    for _ in range(2):
        assert set_link_support(blasting.ctx, made.id, link.id, 2).people == 1
        assert supports(blasting) == {messages[0].contact_id: 2}
    with blasting.ctx.unit() as unit:
        assert len(unit.session.scalars(select(Pledge).where(Pledge.link_id == link.id)).all()) == 1


def test_what_a_link_says_of_thousands_is_written_down_bit_by_bit_and_goes_on_when_a_worker_dies(
    blasting: Blasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_support, "AT_ONCE", 2)
    made, messages = sent_to(blasting, 7)
    link = blast_links(blasting.ctx, made.id).links[0]
    for message in messages[:6]:
        follow(blasting, codes_in(message)[0])
    whom = [message.contact_id for message in messages]
    assert set_link_support(blasting.ctx, made.id, link.id, 2).left == 4
    assert len(supports(blasting)) == 2
    system, breaks = blasting.system, iter((False, True))
    assert link_support.write_link_support(system, link.id, lambda: next(breaks))
    assert blast_links(blasting.ctx, made.id).links[0].left == 1
    follow(blasting, codes_in(messages[6])[0])
    assert link_support.resume_link_support(system) == 1
    assert not link_support.write_link_support(system, link.id)
    assert supports(blasting) == dict.fromkeys(whom, 2)
    assert blast_links(blasting.ctx, made.id).links[0].left == 0
    assert link_support.resume_link_support(system) == 0
    assert set_link_support(blasting.ctx, made.id, link.id, 1).left == 5
    assert set_link_support(blasting.ctx, made.id, link.id, None).left > 0
    with pytest.raises(RuntimeError):
        link_support.write_link_support(system, link.id, _dies)
    assert link_support.resume_link_support(system) == 0, "somebody may still be at it"
    later = system.at(system.now + link_support.LEASE + dt.timedelta(seconds=1))
    assert link_support.resume_link_support(later) == 1
    assert not link_support.write_link_support(later, link.id)
    assert supports(blasting) == dict.fromkeys(whom, None)


def test_a_press_while_a_worker_is_at_it_leaves_it_the_lease(
    blasting: Blasting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at it would both be right, one chunk after the other, but do the same work."""
    monkeypatch.setattr(link_support, "AT_ONCE", 2)
    made, messages = sent_to(blasting, 7)
    link = blast_links(blasting.ctx, made.id).links[0]
    for message in messages:
        follow(blasting, codes_in(message)[0])
    assert set_link_support(blasting.ctx, made.id, link.id, 2).left == 5
    taken: list[bool] = []

    def pressed() -> bool:
        """Between two chunks of the worker somebody says otherwise, and a second worker is asked."""
        if not taken:
            set_link_support(blasting.ctx, made.id, link.id, 4)
            taken.append(link_support.write_link_support(blasting.system, link.id, lambda: True))
        return False

    assert not link_support.write_link_support(blasting.system, link.id, pressed)
    assert taken == [False], "the second has nothing to do"
    assert supports(blasting) == dict.fromkeys([message.contact_id for message in messages], 4)
    assert blast_links(blasting.ctx, made.id).links[0].left == 0


def _dies() -> bool:
    raise RuntimeError


def test_what_opening_says_is_refused_where_it_makes_no_sense(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, [], body=BODY)
    link = blast_links(blasting.ctx, draft.id).links[0]
    with pytest.raises(ValidationFailed):
        set_link_support(blasting.ctx, draft.id, link.id, 6)
    other = blast(blasting.ctx, [], body=BODY)
    with pytest.raises(NotFound):
        set_link_support(blasting.ctx, other.id, link.id, 1)


def test_a_text_says_when_its_link_was_opened_and_how_often(blasting: Blasting) -> None:
    _, messages = sent_to(blasting, 2)
    for code in (*codes_in(messages[0]), codes_in(messages[0])[0]):
        follow(blasting, code)
    follow(blasting, codes_in(messages[1])[0], ROBOT)
    theirs = MessageSearch(contact_id=messages[0].contact_id)
    found = {one.id: one for one in list_messages(blasting.ctx, theirs, Page()).items}
    opened = found[messages[0].id]
    assert (opened.clicks, opened.clicked_at) == (3, blasting.ctx.now)
    looked = get_message(blasting.ctx, messages[1].id)
    assert (looked.clicks, looked.clicked_at) == (0, None)
    rows = objects_of(take(blasting.ctx, "messages", "jsonl"))
    assert sorted(row["clicks"] for row in rows) == [0, 3]
    assert {row["clicked_at"] is None for row in rows} == {True, False}


def test_nobody_tries_a_text_on_the_number_that_it_comes_from(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 1), body=BODY)
    with pytest.raises(ValidationFailed) as refused:
        send_test(blasting.ctx, draft.id, [mobile(700), SENDER])
    assert [one.pointer for one in refused.value.errors] == ["/to/1"]
    assert blasting.messages(draft.id) == []


def test_a_tried_text_has_links_that_work_and_count_for_nobody(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 1), body=BODY)
    send_test(blasting.ctx, draft.id, [mobile(700)])
    [message] = blasting.messages(draft.id)
    assert follow(blasting, codes_in(message)[1]) == LIFT
    assert blast_links(blasting.ctx, draft.id).people == 0
    delete_blast(blasting.ctx, draft.id)
    assert follow(blasting, codes_in(message)[0]) == VOTE


def test_a_text_to_one_person_has_one_too(blasting: Blasting) -> None:
    [contact_id] = people(blasting.ctx, 1)
    running = campaign(blasting.ctx)
    wanted = NewText(contact_id, f"More: {{link:{VOTE}}}", running.id)
    dry = preview_text(blasting.ctx, wanted)
    with blasting.ctx.unit() as unit:
        assert unit.session.query(Link).count() == unit.session.query(LinkCode).count() == 0
    sent = text_person(blasting.ctx, wanted)
    [code] = URL.findall(sent.body)
    assert len(dry.body) == len(sent.body)
    assert follow(blasting, code) == VOTE


def test_a_draft_shows_the_links_that_its_text_has_now(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, [], body=BODY)
    change_blast(blasting.ctx, draft.id, BlastFields(body=f"Only: {{link:{LIFT}}}"))
    assert [one.url for one in blast_links(blasting.ctx, draft.id).links] == [LIFT]
    with pytest.raises(ValidationFailed, match="shortener"):
        change_blast(blasting.ctx, draft.id, BlastFields(body="Vote: {link:https://bit.ly/x}"))


def test_links_lead_through_the_domain_that_is_set(blasting: Blasting) -> None:
    blasting.use(messaging=replace(blasting.ctx.messaging, link_base="https://v.example"))
    made = blasting.launch(people(blasting.ctx, 1), body=f"Vote: {{link:{VOTE}}}")
    blasting.plan(made.id)
    assert blasting.messages(made.id)[0].body.startswith("Vote: https://v.example/l/")


def test_each_language_leads_where_its_words_do(blasting: Blasting) -> None:
    contacts = [*people(blasting.ctx, 1), *people(blasting.ctx, 1, first=5, language="cy")]
    made = blasting.launch(
        contacts, body=f"Vote: {{link:{VOTE}}}", bodies={"cy": f"Pleidleisiwch: {{link:{LIFT}}}"}
    )
    blasting.plan(made.id)
    targets = [follow(blasting, codes_in(message)[0]) for message in blasting.messages(made.id)]
    assert targets == [VOTE, LIFT]
    assert [one.people for one in blast_links(blasting.ctx, made.id).links] == [1, 1]
