"""The order in which a crew walks: polling district, road, odd side, even side, house, flat, name."""

from __future__ import annotations

from dialer.domain.door import Order, counted, read_door

Place = tuple[int, str, int, str, Order]
"""Where a door comes in walking order: district and road, each with those that have none at the end, the
part of the town, then the door's own order. Equal places are one door.
"""


def place_of(polling_district: str | None, address: str | None, postcode: str | None) -> Place:
    """Where an address comes in walking order.

    A road that runs through several postcodes is one, within a postcode sector (`CF10 1`): a village's High
    Street isn't the next one's, though both may be in one polling district.
    """
    district = counted(polling_district or "")
    door = read_door(address or "").order
    road = f"{door[0]}|{_sector(postcode)}" if door[0] else ""
    return int(not district), district, int(not road), road, door


def _sector(postcode: str | None) -> str:
    outward, _, inward = (postcode or "").strip().upper().rpartition(" ")
    return f"{outward} {inward[:1]}" if outward else ""
