"""Audiences composed without a script: conditions added, counted, saved, and made into a list."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.filters.reading import read_filter
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people.audiences import create_audience, list_audiences
from dialer.services.people.contacts import create_contact
from dialer.services.people.lists import list_lists
from dialer.web.coordinator.audience_form import filter_of, form_of
from dialer.web.coordinator.audience_rows import KINDS
from tests.examples import cases
from tests.web.reader import Reader


@pytest.fixture
def ctx_with_people(ctx: Context) -> Context:
    for name, tags in (("Siân", ["member"]), ("Tom", ["member", "driver"]), ("Ann", [])):
        create_contact(ctx, {"first_name": name, "tags": tags, "postcode": "CF10 1AA"})
    return ctx


def counted(page: Any) -> str:
    return str(page.tests["audience-count"]["data-value"])


def test_an_audience_is_composed_and_made_a_list(ctx_with_people: Context, desk: Reader) -> None:
    desk.open("/audiences/new")
    page = desk.press("add-condition", **{"g-0-new": "tags"})
    assert "A condition isn’t filled in yet." in page.text
    page = desk.press("audience-check", **{"g-0-r-0-text": "member, other"})
    assert counted(page) == "2"
    page = desk.press("add-condition", **{"g-0-new": "postcodes"})
    page = desk.press("save", **{"name": "Members in Cardiff", "g-0-r-1-text": "CF11"})
    assert "The audience is saved." in page.text
    assert counted(page) == "0"
    page = desk.press("save", **{"g-0-r-1-text": "cf10", "g-0-r-1-holds": "yes"})
    assert counted(page) == "2"
    assert "People who are tagged “member” or “other” and have a postcode in “CF10”." in page.text
    page = desk.press("audience-list", list_name="Monday")
    assert "The list is made." in page.text
    made = list_lists(ctx_with_people, Page(200)).items[-1]
    assert (made.name, made.contact_count) == ("Monday", 2)


def test_the_count_that_follows_what_is_typed_saves_nothing(ctx: Context, desk: Reader) -> None:
    """The script sends the button that was pressed last with it: Save, perhaps."""
    desk.open("/audiences/new")
    desk.press("save", name="Twice", count="yes")
    assert not list_audiences(ctx, Page(5)).items


def test_a_condition_is_taken_out_and_a_group_added_with_nothing_lost(desk: Reader) -> None:
    desk.open("/audiences/new")
    desk.press("add-condition", **{"g-0-new": "tags", "name": "Mine"})
    desk.press("add-condition", **{"g-0-r-0-text": "member", "g-0-new": "voted"})
    page = desk.press("add-group")
    fields = page.forms[-1].fields
    assert (fields["name"], fields["g-0-r-0-text"], fields["g-0-r-1-kind"]) == ("Mine", "member", "voted")
    assert "g-1-join" in fields
    page = desk.press("g-0-r-0")
    assert page.forms[-1].fields["g-0-r-0-kind"] == "voted"
    page = desk.press("g-1")
    assert "g-1-join" not in page.forms[-1].fields


def test_what_is_not_filled_in_is_said_at_its_place(desk: Reader) -> None:
    desk.open("/audiences/new")
    desk.press("add-condition", **{"g-0-new": "postcodes"})
    page = desk.press("save", **{"g-0-r-0-text": "C;"})
    assert page.status == 422
    assert "Give the audience a name." in page.text
    page = desk.press("save", name="Some")
    assert page.status == 422
    assert 'href="#g-0-r-0"' in page.html


@pytest.mark.parametrize(
    "value",
    cases(["", "\U0001f4a9", "-1", "9" * 40, "x" * 5_000, "00000000-0000-0000-0000-000000000000"], quick=2),
)
def test_nonsense_in_a_condition_is_not_taken_and_breaks_nothing(desk: Reader, value: str) -> None:
    desk.open("/audiences/new")
    token = desk.page.forms[0].fields["csrf_token"]
    names = ("text", "name", "how", "values", "holds")
    for kind in KINDS:
        row = {f"g-0-r-0-{name}": value for name in names}
        sent = {"csrf_token": token, "name": "N", "g-0-join": "all", "g-0-r-0-kind": kind, "save": "yes"}
        assert desk.client.post("/audiences", data={**sent, **row}).status_code in {303, 422}, kind


def test_what_the_form_cannot_say_is_shown_in_words(ctx: Context, desk: Reader) -> None:
    deep = {"not": {"any": [{"voted": True}, {"all": [{"tags": ["a"]}, {"tags": ["b"]}]}]}}
    made = create_audience(ctx, {"name": "Deep", "filter": deep})
    page = desk.open(f"/audiences/{made.id}")
    assert "audience-form" not in page.tests
    assert "aren’t among those who (have voted or (are tagged “a” and are tagged “b”))" in page.text
    assert "Deep" in desk.open("/audiences").text


def test_an_audience_goes_after_a_question(ctx: Context, desk: Reader) -> None:
    made = create_audience(ctx, {"name": "Gone", "filter": {"voted": True}})
    desk.open(f"/audiences/{made.id}/delete")
    page = desk.press("confirm")
    assert "The audience is gone." in page.text
    assert not list_audiences(ctx, Page()).items


TEXTS = st.sampled_from(["a", "Bryn Mawr", "x, y"])
CONDITIONS = st.one_of(
    st.lists(TEXTS, min_size=1, unique=True).map(lambda tags: {"tags": tags}),
    st.just({"lists": ["00000000-0000-0000-0000-000000000001"]}),
    st.sampled_from([{"support": [1, None]}, {"last_result": ["busy", None]}, {"opted_out": ["sms"]}]),
    st.booleans().map(lambda so: {"voted": so}),
    st.sampled_from([{"called": {}}, {"texted": {"within_s": 86_400}}, {"replied": {"within_s": 60}}]),
    st.builds(
        lambda name, way: {"field": {"name": name, **way}},
        st.sampled_from(["ward", "custom.shoe size"]),
        st.sampled_from([{"is": ["a"]}, {"starts": ["b"]}, {"filled": True}, {"filled": False}]),
    ),
    st.sampled_from([{"has": "mobile"}, {"postcodes": ["CF10"]}]),
    st.just({"random": {"share": 0.25, "seed": "s"}}),
)
PARTS = CONDITIONS | CONDITIONS.map(lambda one: {"not": one})
GROUPS = st.builds(
    lambda join, parts: {join: parts},
    st.sampled_from(["all", "any"]),
    st.lists(PARTS, min_size=1, max_size=3),
)


def _plain(rule: Any) -> Any:
    """Without what the form writes in another way that means the same."""
    name, value = next(iter(rule.items()))
    if name in ("all", "any"):
        return _plain(value[0]) if len(value) == 1 else {name: [_plain(one) for one in value]}
    if name == "not" and "voted" in value:
        return {"voted": not value["voted"]}
    if name == "not" and "filled" in value.get("field", {}):
        return {"field": {**value["field"], "filled": not value["field"]["filled"]}}
    return rule


@given(rule=GROUPS | PARTS)
def test_a_filter_that_fits_the_form_comes_out_of_it_again(rule: dict[str, Any]) -> None:
    form = form_of("N", rule)
    if form is not None:
        assert _plain(_readable(filter_of(form))) == _plain(rule)


def _readable(rule: dict[str, Any]) -> dict[str, Any]:
    read_filter(rule)
    return rule
