"""Exports of other systems, sent over HTTP as they are: who comes of them. Nobody in them is real."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.web.api.fields import parse_id
from tests.conftest import Caller
from tests.people import Person

Export = tuple[str, str, dict[str, Any]]

EXPORTS: dict[str, Export] = {
    "register": (
        "PD,ENO,Suffix,Franchise Flag,Elector Name,Date of Attainment,Address 1,Address 2,Postcode",
        'KA1,12,1,G,"Sedgley, Wren Mary",03/04/2027,1,Made-Up Terrace,bh15 9zz',
        {
            "first_name": "Wren Mary",
            "last_name": "Sedgley",
            "elector_number": "12/1",
            "polling_district": "KA1",
            "address": "1 Made-Up Terrace",
            "postcode": "BH15 9ZZ",
            "custom": {"Date of attainment": "03/04/2027"},
        },
    ),
    "NationBuilder": (
        (
            "nationbuilder_id,prefix,first_name,last_name,suffix,email,phone_number,mobile_number,"
            "mobile_opt_in,"
            "do_not_call,do_not_contact,federal_donotcall,support_level,tag_list,primary_address1,"
            "primary_city,"
            "primary_zip,mailing_address1,recruiter_name_or_email"
        ),
        (
            "7,Ms,Wren,Sedgley,Jr,w@example.org,01632 960001,07700 900001,TRUE,FALSE,FALSE,TRUE,2,"
            '"member, driver"'
            ",1 Made-Up Terrace,Poole,BH15 9ZZ,PO Box 1,boss@example.org"
        ),
        {
            "external_id": "7",
            "email": "w@example.org",
            "phones": ["+441632960001", "+447700900001"],
            "noes": ["voice"],
            "yeses": ["sms"],
            "support": 2,
            "tags": ["member", "driver"],
            "address": "1 Made-Up Terrace, Poole",
            "postcode": "BH15 9ZZ",
            "polling_district": None,
        },
    ),
    "VAN": (
        (
            "Voter File VANID,LastName,FirstName,Suffix,Preferred Phone,Cell Phone,DoNotCall,"
            "SMS Opt-In Status,"
            "Support,vAddress,vCity,vZip5,mAddress,mZip5,PrecinctName"
        ),
        (
            "7,Sedgley,Wren,Jr,07700 900001,07700 900001,1,Opt-Out,1 - Strong Support,"
            "1 Made-Up Terrace,Poole,"
            "BH15 9ZZ,PO Box 1,BH1 1AA,North 4"
        ),
        {
            "external_id": "7",
            "phones": ["+447700900001"],
            "noes": ["sms", "voice"],
            "support": 1,
            "address": "1 Made-Up Terrace, Poole",
            "postcode": "BH15 9ZZ",
            "polling_district": "North 4",
        },
    ),
    "Action Network": (
        (
            "uuid,first_name,last_name,email,zip_code,can2_phone,can2_user_tags,can2_subscription_status,"
            "can2_sms_status,can2_user_city"
        ),
        (
            '6f1c,Wren,Sedgley,w@example.org,BH15 9ZZ,07700 900001,"member, driver",subscribed'
            ",unsubscribed,Poole"
        ),
        {"external_id": "6f1c", "noes": ["sms"], "yeses": ["email"], "tags": ["member", "driver"]},
    ),
    "CiviCRM": (
        (
            "Contact ID,First Name,Last Name,Do Not Phone,Do Not Sms,Do Not Mail,Do Not Trade,"
            "No Bulk Emails (User Opt Out),Home-Street Address,Home-City,Home-Postal Code,Work-City,"
            "Home-Phone-Mobile,Home-Phone-Phone,Home-Email,Tag(s)"
        ),
        (
            "7,Wren,Sedgley,0,Yes,No,Yes,1,1 Made-Up Terrace,Poole,BH15 9ZZ,Leeds,07700 900001,01632 960001,"
            "w@example.org,member"
        ),
        {
            "external_id": "7",
            "email": "w@example.org",
            "phones": ["+447700900001", "+441632960001"],
            "noes": ["email", "sms"],
            "address": "1 Made-Up Terrace, Poole",
            "postcode": "BH15 9ZZ",
            "tags": ["member"],
        },
    ),
    "Spoke": (
        (
            "campaignId,texter[firstName],texter[cell],texter[email],contact[firstName],contact[lastName],"
            "contact[cell],contact[zip],contact[optOut],contact[external_id]"
        ),
        "3,Boss,07700 900009,boss@example.org,Wren,Sedgley,07700 900001,BH15 9ZZ,true,7",
        {
            "external_id": "7",
            "email": None,
            "phones": ["+447700900001"],
            "noes": ["door", "email", "post", "sms", "voice"],
        },
    ),
    "spreadsheet": (
        "Full name,Tel (home),Tel (mobile),Best email,Don't phone!,No knocking",
        "SEDGLEY Wren,01632 960001 / 01632 960002,07700900001,w@example.org,,yes",
        {
            "email": "w@example.org",
            "phones": ["+441632960001", "+441632960002", "+447700900001"],
            "noes": [],
            "custom": {"No knocking": "yes"},
        },
    ),
}


@pytest.mark.parametrize("system", EXPORTS)
def test_an_export_comes_in_as_it_is(
    api: Callable[[Person], Caller], carys: Person, ctx: Context, system: str
) -> None:
    header, row, expected = EXPORTS[system]
    mapping = {"PD": "polling_district"} if system == "register" else {}
    coordinator = api(carys)
    list_id = (coordinator.post("/lists", json={"name": system}).get_json() or {})["id"]
    form: dict[str, Any] = {"file": (io.BytesIO(f"{header}\n{row}\n".encode()), "export.csv")}
    started = coordinator.post(f"/lists/{list_id}/imports", data=form).get_json() or {}
    if mapping:
        assert started["question"] == "no_phone"
        coordinator.post(f"/imports/{started['id']}/mapping", json={"mapping": mapping})
    import_id = parse_id(started["id"])
    assert import_id is not None
    run_import(ctx, import_id, lambda: ctx.now)
    (person,) = (coordinator.get(f"/contacts?list_id={list_id}").get_json() or {})["data"]
    person["phones"] = [phone["number"] for phone in person["phones"]]
    person["noes"] = sorted(channel for channel, at in person["opt_outs"].items() if at)
    person["yeses"] = sorted(channel for channel, given in person["consents"].items() if given)
    assert (person["first_name"].split()[0], person["last_name"].title()) == ("Wren", "Sedgley")
    assert {name: person[name] for name in expected} == expected
