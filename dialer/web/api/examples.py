"""What the description shows as examples of bodies, by schema. Nobody in them is real, nor is any number."""

from __future__ import annotations

from typing import Any, Final

_CAMPAIGN = "018f2a64-5c3e-7b1a-9d20-3f6f2f0e4a11"
_CONTACT = "018f2a64-7d11-7c02-8f4b-0a1b2c3d4e5f"
_LIST = "018f2a64-4a00-7f00-8000-9c8b7a695847"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "AskForHelp": {"reason": "frightened"},
    "AnsweringMachineFields": {"machine_detection": True},
    "AudienceFields": {"name": "Supporters in CF10 not yet called"},
    "BlastFields": {"audience": {"support": [1, 2]}},
    "CallPolicyFields": {
        "points": {"pledged": 5, "never_reached": 2},
        "number_day_max": 2,
        "gaps_s": {"busy": 1800},
    },
    "CallRecordingSwitch": {"on": False},
    "RecordingSettingsFields": {"recording": True, "retention_days": 14, "lawful_use": True},
    "RecyclingPreview": {"dispositions": ["no_answer", "busy"], "quiet_for_s": 172800},
    "Switch": {"on": True},
    "TransferFields": {"phone": "+441632960800", "warm": True},
    "TransferNumbers": {"numbers": [{"label": "The campaign office", "phone": "+441632960800"}]},
    "Recycling": {"dispositions": ["no_answer"], "expected_numbers": 0},
    "CallerIdToUse": {"number": "+441632960001"},
    "CampaignFields": {"quiet_hours": {"start": "21:00", "end": "09:00"}, "max_attempts": 2},
    "ContactFields": {
        "first_name": "Siân",
        "last_name": "Prydderch",
        "phone": "01632 960 123",
        "postcode": "ZZ1 1AA",
        "elector_number": "MV3-217",
        "list_ids": [_LIST],
    },
    "ElectionFields": {"polling_on": "2026-05-07"},
    "FilterToCount": {"filter": {"not": {"contacted": {}}}},
    "Launch": {"expected_recipients": 1_000},
    "ListFields": {"name": "Aber Marsh, corrected"},
    "Mapping": {"mapping": {"Tel": "phone", "Enw": "full_name"}, "has_header": True},
    "Marks": {"marks": [{"elector_number": "MV3-217", "source": "teller"}]},
    "NewAudience": {
        "name": "Supporters in CF10 not yet called",
        "filter": {
            "all": [
                {"support": [1, 2]},
                {"postcodes": ["CF10"]},
                {"not": {"called": {}}},
                {"not": {"random": {"share": 0.1, "seed": "autumn"}}},
            ]
        },
    },
    "NewBlast": {
        "campaign_id": _CAMPAIGN,
        "name": "Polling day, the morning",
        "body": "{first_name|Hello}, polls are open until 10 tonight. Reply STOP to opt out.",
        "list_ids": [_LIST],
        "audience": {"support": [1, 2], "voted": False},
    },
    "NewCampaign": {"name": "Aber Marsh, the last week", "kind": "phone_bank", "list_ids": [_LIST]},
    "NewElection": {"name": "Senedd 2026", "polling_on": "2026-05-07", "current": True},
    "NewJoinLink": {"expires_in_s": 14_400, "max_joins": 40},
    "NewExport": {"kind": "contacts", "list_id": _LIST, "format": "xlsx"},
    "NewList": {"name": "Aber Marsh", "default_region": "GB"},
    "NewListOfAudience": {"name": "Supporters in CF10, Monday"},
    "NewMessage": {"contact_id": _CONTACT, "body": "{first_name|Hello}, your lift comes at ten."},
    "NewOptOut": {"channel": "voice", "note": "Asked not to be rung again"},
    "NewPledge": {"campaign_id": _CAMPAIGN, "support": 1, "voting_method": "in_person"},
    "NewPhone": {"phone": "07700 900 123"},
    "NewSender": {"address": "+12025550100", "kind": "10dlc", "rate_per_s": 10},
    "SoundOptions": {"name": "Vote on Thursday"},
    "SenderFields": {"rate_per_s": 20},
    "Supervise": {"mode": "listen"},
    "SupervisionFields": {"mode": "whisper"},
    "NewScript": {
        "name": "Will you vote?",
        "language": "en",
        "start": "intro",
        "nodes": [
            {
                "id": "intro",
                "kind": "question",
                "text": "Hello {first_name|there}, this is {caller_name}. Can we count on you?",
                "answers": [
                    {"id": "yes", "label": "Yes", "next": "thanks", "support": 1},
                    {"id": "no", "label": "No", "next": "thanks", "support": 5},
                ],
            },
            {"id": "thanks", "kind": "end", "text": "Thank you."},
        ],
    },
    "NewSession": {"via": "own_phone"},
    "AskForLine": {"via": "phone", "phone": "07700 900 123"},
    "NewSuppression": {"number": "07700 900 456", "channels": ["voice"], "reason": "tps"},
    "Move": {"campaign_id": _CAMPAIGN},
    "MoveMany": {"to": _CAMPAIGN, "all": True},
    "MyLanguages": {"languages": ["cy", "en"]},
    "NewToken": {"role": "observer", "name": "Screen in the committee room", "expires_in_s": 43_200},
    "NewVolunteer": {
        "name": "Tom Rees",
        "phone": "07700 900 123",
        "languages": ["en", "cy"],
        "campaign_ids": [_CAMPAIGN],
    },
    "Pause": {"reason": "The script is wrong"},
    "AssignmentTo": {"volunteer_id": None},
    "Decision": {"opt_out": True},
    "NewReply": {"body": "Diolch. The lift comes at ten."},
    "TextToClassify": {"body": "could you stop these texts"},
    "PhoneCode": {"phone": "07700 900 123", "code": "123456"},
    "Report": {
        "disposition": "contacted",
        "answers": {"intro": "yes"},
        "notes": "Would like a lift",
        "people": [{"contact_id": _CONTACT, "disposition": "contacted", "support": 2}],
    },
    "RingMe": {"phone": "07700 900 123"},
    "Sought": {"number": "07700 900 123"},
    "Skip": {"reason": "I know them"},
    "TestSend": {"to": ["07700 900 123"]},
    "TokenLife": {"expires_in_s": 43_200},
    "Undo": {"marks": [{"elector_number": "MV3-217"}], "reason": "Misread the card"},
    "UndoWishes": {"force": False},
    "VoidRequest": {"reason": "Clicked through without calling"},
    "VolunteerChanges": {"active": False},
}
