"""Words about people and the imports that bring them: the values that columns may hold."""

from typing import Final

CONTACT_STATUSES: Final = ("active", "moved", "deceased")
LINE_TYPES: Final = ("mobile", "landline", "voip", "unknown")
OPT_OUT_CHANNELS: Final = ("sms", "voice", "email", "door", "post")
SUPPRESSION_REASONS: Final = ("tps", "ctps", "opt_out", "complaint", "deceased", "carrier", "manual")
SNAPSHOT_STATES: Final = ("running", "completed")
IMPORT_STATES: Final = (
    "queued",
    "needs_mapping",
    "running",
    "completed",
    "failed",
    "cancelled",
    "undoing",
    "undone",
)
MAPPING_SOURCES: Final = ("recognised", "remembered", "given")
