"""Environment of the one-machine stack, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.errors import StackError

# Children are forked, tied to us and replaced by their program. gRPC, if it runs in this process,
# prepares for a fork by starting its threads anew in the child, where they may abort it before that
# (seen in 2 of 120 starts). It reads this when its first object is made.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

_PORT = "DANKE_PORT_"
_BROKERS = ("tansu", "apache")
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says about the stack.

    * ``DATABASE_URL``: use this Postgres, start none.
    * ``PG_BIN``: folder of another Postgres' binaries, e.g. /usr/lib/postgresql/15/bin.
    * ``KAFKA``: ``tansu`` (default, in memory) or ``apache`` (fetched with mvn).
    * ``KAFKA_BOOTSTRAP``: use this broker, start none.
    * ``KAFKA_IDEMPOTENT_PRODUCER``: 1 or 0, overrules what the kind of broker suggests.
    * ``DANKE_PORT_<NAME>``: fixed port for postgres, kafka, <service> or <service>_metrics.
    """

    database_url: str | None = None
    pg_bin: Path | None = None
    kafka: str = "tansu"
    kafka_bootstrap: str | None = None
    idempotent_producer: bool | None = None
    ports: Mapping[str, int] = field(default_factory=dict)
    # Where fetched programs are kept between runs; runtime data goes to the stack's root.
    cache: Path = _REPOSITORY / ".danke"
    # What child processes inherit (PATH, HOME, proxies, …).
    inherited: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment. Refuses an unknown broker, a bad flag and a bad port by name."""
        kafka = environ.get("KAFKA") or "tansu"
        if kafka not in _BROKERS:
            raise StackError(f"KAFKA={kafka} is unknown: use one of {', '.join(_BROKERS)}.")
        pg_bin = environ.get("PG_BIN")
        return cls(
            database_url=environ.get("DATABASE_URL") or None,
            pg_bin=Path(pg_bin) if pg_bin else None,
            kafka=kafka,
            kafka_bootstrap=environ.get("KAFKA_BOOTSTRAP") or None,
            idempotent_producer=_flag(environ, "KAFKA_IDEMPOTENT_PRODUCER"),
            ports={
                name.removeprefix(_PORT).lower(): _port(name, value)
                for name, value in environ.items()
                if name.startswith(_PORT)
            },
            inherited=dict(environ),
        )


def _flag(environ: Mapping[str, str], name: str) -> bool | None:
    value = environ.get(name)
    if not value:
        return None
    if value.lower() not in _BOOLEANS:
        raise StackError(f"{name}={value} is not a flag: use 1 or 0.")
    return _BOOLEANS[value.lower()]


def _port(name: str, value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65_536:
        raise StackError(f"{name}={value} is not a port: use a number from 1 to 65535.")
    return int(value)
