"""People over HTTP: found, added, changed, and what they don't want."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from dialer.services.context import Context
from tests.conftest import Caller, SetClock
from tests.people import Person
from tests.services.people.importing import bring_in, new_list

MOBILE, OTHER = "+447700900001", "+447700900002"


@pytest.fixture
def coordinator(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


def add(caller: Caller, **given: Any) -> dict[str, Any]:
    answer = caller.post("/contacts", json=given)
    assert answer.status_code == 201, answer.get_json()
    made: dict[str, Any] = answer.get_json()
    return made


def test_a_person_is_added_and_shown(coordinator: Caller, ctx: Context) -> None:
    list_id = str(new_list(ctx))
    made = add(
        coordinator,
        first_name="Siân",
        last_name="Jones",
        phone="07700 900001",
        email="Sian@Example.ORG",
        postcode="cf101aa",
        elector_number="KA1-12/1",
        tags=["member", "member"],
        custom={"colour": "green", "score": 3},
        list_ids=[list_id],
    )
    assert made["phone"] == MOBILE
    assert made["phones"] == [{"number": MOBILE, "type": "mobile"}]
    assert (made["email"], made["postcode"], made["polling_district"]) == (
        "Sian@example.org",
        "CF10 1AA",
        "KA1",
    )
    assert (made["tags"], made["custom"]) == (["member"], {"colour": "green", "score": 3})
    assert made["opt_outs"] == dict.fromkeys(("sms", "voice", "email", "door", "post"))
    assert made["consents"] == {"sms": None, "email": None}
    assert (made["status"], made["support"], made["voted_at"]) == ("active", None, None)
    assert made["list_ids"] == [list_id]
    assert coordinator.get(f"/contacts/{made['id']}").get_json() == made
    assert coordinator.get(f"/lists/{list_id}").get_json()["contact_count"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "phone=%2B44 7700 900001",
        "phone=07700900001",
        "elector_number=ka1 012/1",
        "elector_number=12/1",
        "q=sian",
        "q=Jones Siân",
        "q=sian@exa",
        "q=cf10",
        "tag=member",
    ],
)
def test_a_person_is_found(coordinator: Caller, query: str) -> None:
    person = {"first_name": "Siân", "last_name": "Jones", "phone": MOBILE, "email": "sian@example.org"}
    made = add(coordinator, **person, postcode="CF10 1AA", elector_number="KA1-12/1", tags=["member"])
    add(coordinator, first_name="Gwyn", last_name="Prys", phone=OTHER)
    found = coordinator.get(f"/contacts?{query}").get_json()["data"]
    assert [each["id"] for each in found] == [made["id"]]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"first_name": 7},
        {"first_name": "a", "support": 1},
        {"first_name": "a", "id": "x"},
        {"phone": "12345"},
        {"phone": "0909 8790000"},
        {"phones": [{"number": "n/a"}]},
        {"phones": [{"number": MOBILE}], "phone": OTHER},
        {"email": "not an email"},
        {"first_name": "a", "status": "gone"},
        {"first_name": "a", "custom": {"x": []}},
        {"first_name": "a", "list_ids": ["00000000-0000-7000-8000-000000000000"]},
        {"first_name": "a", "list_ids": ["rubbish"]},
    ],
)
def test_a_person_that_cannot_be_is_refused(coordinator: Caller, given: dict[str, Any]) -> None:
    refused = coordinator.post("/contacts", json=given)
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize(
    "given",
    [
        {"external_id": "7"},
        {"elector_number": "ka1 012", "first_name": "Siân"},
        {"first_name": "SIAN", "last_name": "jones", "phone": "07700 900001"},
        {"first_name": "Siân", "last_name": "Jones", "email": "sian@example.org"},
    ],
)
def test_somebody_already_there_is_pointed_to(coordinator: Caller, given: dict[str, Any]) -> None:
    person = {"first_name": "Siân", "last_name": "Jones", "phone": MOBILE, "email": "sian@example.org"}
    made = add(coordinator, **person, external_id="7", elector_number="KA1-12")
    refused = coordinator.post("/contacts", json=given)
    assert refused.status_code == 409
    assert refused.get_json()["contact_id"] == made["id"]


def test_a_household_shares_a_number_and_stays_apart(coordinator: Caller) -> None:
    one = add(coordinator, first_name="Siân", last_name="Jones", phone="01632 960001")
    other = add(coordinator, first_name="Gwyn", last_name="Jones", phone="01632 960001")
    assert one["id"] != other["id"]


def test_a_renumbered_register_gives_a_number_to_another_person(coordinator: Caller) -> None:
    old = add(coordinator, first_name="Siân", last_name="Jones", elector_number="KA1-12")
    new = add(coordinator, first_name="Gwyn", last_name="Prys", elector_number="KA1-12")
    assert new["elector_number"] == "KA1-12"
    assert coordinator.get(f"/contacts/{old['id']}").get_json()["elector_number"] is None


def test_fields_given_are_changed_and_others_stay(coordinator: Caller) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE, custom={"a": "1", "b": "2"})
    path = f"/contacts/{made['id']}"
    changed = coordinator.patch(path, json={"last_name": "Prys", "custom": {"b": None, "c": "3"}}).get_json()
    assert (changed["first_name"], changed["last_name"]) == ("Siân", "Prys")
    assert changed["custom"] == {"a": "1", "c": "3"}
    assert changed["phone"] == MOBILE
    assert coordinator.patch(path, json={"phone": OTHER}).get_json()["phones"] == [
        {"number": OTHER, "type": "mobile"}
    ]
    both = coordinator.patch(path, json={"phones": [{"number": MOBILE}, {"number": OTHER}]}).get_json()
    assert [phone["number"] for phone in both["phones"]] == [MOBILE, OTHER]
    assert coordinator.patch(path, json={"phones": []}).get_json()["phone"] is None


def test_a_change_that_makes_a_person_another_is_refused(coordinator: Caller) -> None:
    one = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    other = add(coordinator, first_name="Gwyn", last_name="Jones", phone=MOBILE)
    refused = coordinator.patch(f"/contacts/{other['id']}", json={"first_name": "sian"})
    assert (refused.status_code, refused.get_json()["contact_id"]) == (409, one["id"])
    assert coordinator.get(f"/contacts/{other['id']}").get_json()["first_name"] == "Gwyn"


def test_a_no_belongs_to_the_number_and_to_whoever_gets_it(coordinator: Caller) -> None:
    one = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    other = add(coordinator, first_name="Gwyn", last_name="Jones", phone=MOBILE)
    path = f"/contacts/{one['id']}/opt-outs"
    said = coordinator.post(path, json={"channel": "voice", "source": "call"})
    assert (said.status_code, said.get_json()["opt_outs"]["voice"] is not None) == (201, True)
    assert coordinator.post(path, json={"channel": "voice"}).status_code == 200
    shared = coordinator.get(f"/contacts/{other['id']}").get_json()["opt_outs"]
    assert shared["voice"] is not None
    assert shared["sms"] is None
    coordinator.patch(f"/contacts/{one['id']}", json={"phones": [{"number": MOBILE}, {"number": OTHER}]})
    assert [row["number"] for row in coordinator.get("/suppressions").get_json()["data"]] == [MOBILE, OTHER]
    later = add(coordinator, first_name="Nest", last_name="Jones", phone=OTHER)
    assert later["opt_outs"]["voice"] is not None


def test_a_no_without_any_number_is_kept_with_the_person(coordinator: Caller) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", elector_number="KA1-12")
    coordinator.post(f"/contacts/{made['id']}/opt-outs", json={"channel": "all"})
    got = coordinator.patch(f"/contacts/{made['id']}", json={"phone": MOBILE}).get_json()
    assert all(got["opt_outs"].values())
    rows = coordinator.get("/suppressions").get_json()["data"]
    assert [(row["number"], row["channels"]) for row in rows] == [(MOBILE, ["sms", "voice"])]


def test_a_typed_in_no_is_lifted_with_a_reason(coordinator: Caller) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    path = f"/contacts/{made['id']}/opt-outs"
    coordinator.post(path, json={"channel": "voice"})
    assert coordinator.delete(f"{path}/voice").status_code == 422
    lifted = coordinator.delete(f"{path}/voice?reason=wrong person")
    assert (lifted.status_code, lifted.get_json()["opt_outs"]["voice"]) == (200, None)
    assert not coordinator.get("/suppressions").get_json()["data"]
    assert coordinator.delete(f"{path}/voice?reason=again").status_code == 200
    assert coordinator.delete(f"{path}/pigeon?reason=x").status_code == 422


def test_the_persons_own_no_needs_their_newer_yes(coordinator: Caller, clock: SetClock) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    path = f"/contacts/{made['id']}/opt-outs"
    coordinator.post(path, json={"channel": "sms", "source": "text"})
    clock.forward(days=1)
    said = {"reason": "asked again", "consent_source": "web form"}
    older = (clock.now - dt.timedelta(days=2)).isoformat()
    newer = (clock.now - dt.timedelta(hours=1)).isoformat()
    future = (clock.now + dt.timedelta(days=1)).isoformat()
    assert coordinator.delete(f"{path}/sms", query_string={"reason": "x"}).status_code == 409
    assert coordinator.delete(f"{path}/sms", query_string=said).status_code == 422
    assert coordinator.delete(f"{path}/sms", query_string={**said, "consent_at": older}).status_code == 409
    assert coordinator.delete(f"{path}/sms", query_string={**said, "consent_at": future}).status_code == 409
    lifted = coordinator.delete(f"{path}/sms", query_string={**said, "consent_at": newer})
    assert (lifted.status_code, lifted.get_json()["opt_outs"]["sms"]) == (200, None)
    assert lifted.get_json()["consents"]["sms"]["source"] == "web form"


@pytest.mark.parametrize(
    ("source", "lifted"), [("letter", 409), ("person", 409), ("manual", 200), (None, 200)]
)
def test_a_no_whose_source_we_dont_know_counts_as_the_persons_own(
    coordinator: Caller, source: str | None, lifted: int
) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    path = f"/contacts/{made['id']}/opt-outs"
    coordinator.post(path, json={"channel": "post"} | ({"source": source} if source else {}))
    assert coordinator.delete(f"{path}/post?reason=x").status_code == lifted


def test_what_is_no_elector_number_finds_nobody(coordinator: Caller) -> None:
    add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    assert coordinator.get("/contacts?elector_number=/").get_json()["data"] == []


def test_a_volunteers_mistake_is_lifted_within_a_week(coordinator: Caller, clock: SetClock) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    path = f"/contacts/{made['id']}/opt-outs"
    coordinator.post(path, json={"channel": "voice", "source": "call"})
    clock.forward(days=8)
    assert coordinator.delete(f"{path}/voice?reason=mistake").status_code == 409
    clock.forward(days=-2)
    assert coordinator.delete(f"{path}/voice?reason=mistake").status_code == 200


def test_anothers_no_on_a_shared_number_is_not_this_persons_to_lift(coordinator: Caller) -> None:
    one = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    other = add(coordinator, first_name="Gwyn", last_name="Jones", phone=MOBILE)
    for each in (one, other):
        coordinator.post(f"/contacts/{each['id']}/opt-outs", json={"channel": "voice"})
    lifted = coordinator.delete(f"/contacts/{one['id']}/opt-outs/voice?reason=x").get_json()
    assert lifted["opt_outs"]["voice"] is not None
    refused = coordinator.delete(f"/contacts/{one['id']}/opt-outs/voice?reason=x")
    assert refused.status_code == 409
    lifted = coordinator.delete(f"/contacts/{other['id']}/opt-outs/voice?reason=x").get_json()
    assert lifted["opt_outs"]["voice"] is None


def test_a_number_is_barred_found_and_released(coordinator: Caller) -> None:
    body = {"number": "07700 900001", "channels": ["voice", "sms"], "reason": "complaint"}
    made = coordinator.post("/suppressions", json=body)
    entry = made.get_json()
    assert (made.status_code, entry["number"], entry["channels"]) == (201, MOBILE, ["sms", "voice"])
    again = coordinator.post("/suppressions", json=body)
    assert (again.status_code, again.get_json()) == (200, entry)
    assert coordinator.get("/suppressions?number=07700900001").get_json()["data"] == [entry]
    assert not coordinator.get("/suppressions?reason=tps").get_json()["data"]
    assert coordinator.delete(f"/suppressions/{entry['id']}").status_code == 422
    assert coordinator.delete(f"/suppressions/{entry['id']}?reason=sorted out").status_code == 204
    assert coordinator.delete(f"/suppressions/{entry['id']}?reason=sorted out").status_code == 404


def test_the_telephone_preference_register_bars_voice_only(coordinator: Caller) -> None:
    body = {"number": MOBILE, "channels": ["voice", "sms"], "reason": "tps"}
    assert coordinator.post("/suppressions", json=body).get_json()["channels"] == ["voice"]
    assert coordinator.post("/suppressions", json={**body, "channels": ["sms"]}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"channels": ["sms"], "reason": "manual"},
        {"number": MOBILE, "email": "a@example.org", "channels": ["sms"], "reason": "manual"},
        {"number": "12345", "channels": ["sms"], "reason": "manual"},
        {"email": "nobody", "channels": ["email"], "reason": "manual"},
        {"email": "a@example.org", "channels": ["sms"], "reason": "manual"},
        {"number": MOBILE, "channels": [], "reason": "manual"},
        {"number": MOBILE, "channels": ["sms"], "reason": "because"},
    ],
)
def test_a_suppression_that_cannot_be_is_refused(coordinator: Caller, body: dict[str, Any]) -> None:
    assert coordinator.post("/suppressions", json=body).status_code == 422


def test_lifting_an_opt_out_by_its_suppression_follows_the_same_rule(coordinator: Caller) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    path = f"/contacts/{made['id']}"
    coordinator.post(f"{path}/opt-outs", json={"channel": "sms", "source": "text"})
    (entry,) = coordinator.get("/suppressions").get_json()["data"]
    assert coordinator.delete(f"/suppressions/{entry['id']}?reason=x").status_code == 409
    assert coordinator.get(path).get_json()["opt_outs"]["sms"] is not None


def test_a_later_import_never_lifts_a_no(coordinator: Caller, ctx: Context) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    coordinator.post(f"/contacts/{made['id']}/opt-outs", json={"channel": "voice"})
    bring_in(ctx, "First name,Surname,Phone,Do not call\nSiân,Jones,07700900001,N\nGwyn,Prys,07700900001,\n")
    found = coordinator.get(f"/contacts?phone={MOBILE[1:]}").get_json()["data"]
    assert len(found) == 2
    assert all(each["opt_outs"]["voice"] for each in found)


def test_volunteers_see_no_list_no_search_and_no_contact(
    api: Callable[[Person], Caller], vic: Person, coordinator: Caller
) -> None:
    made = add(coordinator, first_name="Siân", last_name="Jones", phone=MOBILE)
    for path in ("/contacts", f"/contacts/{made['id']}", "/suppressions", "/lists"):
        assert api(vic).get(path).status_code == 403
