"""Every table, by trade. Importing this package is what fills `Base.metadata`."""

from dialer.store.models import accounts, calling, gotv, people
from dialer.store.models.base import Base, new_id

__all__ = ["Base", "accounts", "calling", "gotv", "new_id", "people"]
