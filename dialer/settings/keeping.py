"""What an installation keeps of itself in its data folder: its secrets and where its own services are."""

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

DATABASE_ADDRESS = "database.url"
QUEUE_ADDRESS = "queue.url"
CARRIER_ADDRESS = "carrier.url"
LIVE_ADDRESS = "live.socket"
MAIL_ADDRESS = "mail.url"


def ensure_data_folder(path: Path) -> Path:
    """The data folder, made on first use. Others don't look into it; where root makes it they may pass
    through, since PostgreSQL then runs as another user.
    """
    if not path.exists():
        ensure_folder(path)
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return path


def ensure_folder(path: Path) -> Path:
    """A folder that is ours alone."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def kept_secret_key(data_dir: Path) -> str:
    """The key that signs cookies and links."""
    return _kept(data_dir, "secret_key", lambda: secrets.token_urlsafe(48))


def kept_carrier_account(data_dir: Path) -> tuple[str, str]:
    """The SID and the secret of the account in the simulated town."""
    kept = _kept(data_dir, "carrier_account", lambda: f"AC{secrets.token_hex(16)} {secrets.token_hex(16)}")
    sid, _, token = kept.partition(" ")
    return sid, token


def _kept(data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """A secret in the data folder, made on first use; of processes that start at once, one makes it."""
    path = ensure_data_folder(data_dir) / name
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    made = path.with_name(f".{name}.{os.getpid()}")
    write_private(made, make())
    with contextlib.suppress(FileExistsError):
        os.link(made, path)
    made.unlink()
    return path.read_text(encoding="ascii").strip()


def kept_address(run_dir: Path, name: str) -> str:
    """The URL that the embedded service left, or nothing where it isn't running."""
    with contextlib.suppress(FileNotFoundError):
        return (run_dir / name).read_text(encoding="utf-8").strip()
    return ""


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read, whole or not at all."""
    ensure_folder(path.parent)
    made = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    made.replace(path)
