"""How far through the list, on its page and by the API."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import Caller
from tests.people import Person
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader


def test_it_stands_on_a_page(
    desk: Reader, bank: PhoneBank, api: Callable[[Person], Caller], carys: Person
) -> None:
    page = desk.open(f"/campaigns/{bank.campaign_id}/progress")
    told = api(carys).get(f"/campaigns/{bank.campaign_id}/penetration").json
    assert told["numbers"] == told["never_tried"] == told["waiting"]["fresh"]
    assert f"Never tried{told['numbers']}" in page.words["places"]
    assert told["passes"] == []
