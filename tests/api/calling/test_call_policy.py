"""Who is called next, by the API."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.calling.conftest import PhoneBank
from tests.conftest import Caller
from tests.people import Person


def test_it_is_told_changed_and_refused_at_its_place(
    bank: Callable[..., PhoneBank], api: Callable[[Person], Caller], carys: Person
) -> None:
    path = f"/campaigns/{bank(1).campaign.id}/call-policy"
    usual = api(carys).get(path).json
    assert usual["points"] == {}
    assert (usual["number_day_max"], usual["number_max"], usual["fresh_first"]) == (None, None, False)
    assert usual["retry_after_s"] == 14400
    changed = api(carys).patch(path, json={"points": {"pledged": 3, "against": 0}, "number_max": 6})
    assert changed.json == {**usual, "points": {"pledged": 3}, "number_max": 6}
    refused = api(carys).patch(path, json={"gaps_s": {"abandoned": 5}})
    assert refused.status_code == 422
    watched = api(carys).get(path.replace("call-policy", "caller-ids"))
    assert watched.json == {"items": []}
    gone = api(carys).post(path.replace("call-policy", "caller-ids/use-again"), json={"number": "+441"})
    assert gone.status_code == 404
    assert refused.json["errors"][0]["pointer"] == "/gaps_s/abandoned"
