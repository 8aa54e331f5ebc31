"""What a service is told by its environment: typed, read once, complete or refused.

A service's own ``config.py`` says what it needs besides::

    class Config(ServiceConfig, frozen=True, kw_only=True):
        sealing_keys: dict[str, Secret]
        freeze_minutes: Annotated[int, Meta(ge=1)] = 30

    config = Config.load()

Each field ``name`` is read from ``DANKE_NAME``, or from the file that ``DANKE_NAME_FILE`` names, as
Kubernetes and Compose mount secrets. Numbers, flags (true, false, 1, 0) and words are written
plainly, lists and mappings as JSON. An empty variable counts as not set.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

import msgspec
from msgspec import Meta

from common.masking import MASK

PREFIX = "DANKE_"

# A value that no repr shows.
Secret = Annotated[str, Meta(extra={"secret": True})]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Count = Annotated[int, Meta(ge=1)]
Ratio = Annotated[float, Meta(ge=0, le=1)]


class ConfigError(Exception):
    """Variables are missing or malformed; the message names each and shows no secret."""


class ServiceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What every service is told. Without a default a variable must be set."""

    # Unset means prod: who forgets it gets the strict one.
    env: Literal["dev", "prod"] = "prod"
    # How many server processes share the port.
    processes: Annotated[int, Meta(ge=1, le=64)] = 1

    # The service's own role, as migrations.service_dsn builds it.
    database_url: Secret
    kafka_bootstrap: str
    # Off for brokers without idempotent producers (Tansu).
    kafka_idempotent: bool = True
    # A consumer not heard from for so long is replaced; joining may take half of it.
    kafka_session_ms: Annotated[int, Meta(ge=500, le=300_000)] = 10_000
    # How long a broker holds a fetch that finds nothing. Kafka answers once something arrives; a
    # broker that waits it out all the same (Tansu) makes it the least latency of a hop.
    kafka_fetch_wait_ms: Annotated[int, Meta(ge=1, le=10_000)] = 250
    # A CA makes it TLS, a certificate and its key on top make it mTLS. Paths of PEM files.
    kafka_ca_path: str | None = None
    kafka_cert_path: str | None = None
    kafka_key_path: str | None = None

    grpc_host: str = "0.0.0.0"  # noqa: S104  a pod is reached from outside
    grpc_port: Port = 50_051
    metrics_port: Port = 9_464
    # A certificate and its key make it TLS, a client CA on top makes it mTLS. Paths of PEM files.
    tls_cert_path: str | None = None
    tls_key_path: str | None = None
    tls_client_ca_path: str | None = None

    # The public keys (JWKS, JSON) of callers' tokens; dev has a published one without it.
    jwks: str = ""
    token_issuer: str = "danke"  # noqa: S105  a name
    audience: str = "danke"

    # performance.md: one or two lanes, 64–500 commands a transaction; more wins nothing.
    lanes: Annotated[int, Meta(ge=1, le=64)] = 2
    # Connections for queries, timers and parking, besides the lanes and the relay.
    pool_size: Annotated[int, Meta(ge=1, le=100)] = 4
    batch_limit: Annotated[int, Meta(ge=1, le=10_000)] = 256
    # Commands that may wait; beyond it callers are told to come back.
    queue_limit: Count = 10_000
    # How long a repeated command id is recognised.
    command_retention_days: Count = 30

    # How often one process of the service runs `danke verify`'s checks and measures what is owed,
    # for the metrics; 0 turns it off. Checks read whole tables, what is owed only what is open.
    verify_every_s: Annotated[int, Meta(ge=0)] = 21_600
    liability_every_s: Annotated[int, Meta(ge=0)] = 300
    # One check that takes longer is told as not finished: its snapshot keeps vacuum from all rows
    # that died since.
    verify_timeout_s: Annotated[int, Meta(ge=1, le=3_600)] = 120

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # OTLP over gRPC, as in http://collector:4317; unset means no tracing.
    otlp_endpoint: str | None = None
    # Of the traces that begin here; those that callers began follow the caller.
    trace_sample_ratio: Ratio = 0.1

    def problems(self) -> Iterator[str]:
        """What is wrong between fields, each named by its variable. Subclasses add theirs."""
        if bool(self.tls_cert_path) != bool(self.tls_key_path):
            yield "DANKE_TLS_CERT_PATH and DANKE_TLS_KEY_PATH: set both or neither"
        if self.tls_client_ca_path and not self.tls_cert_path:
            yield "DANKE_TLS_CLIENT_CA_PATH: needs DANKE_TLS_CERT_PATH and DANKE_TLS_KEY_PATH"
        if self.env != "dev" and not self.jwks:
            yield "DANKE_JWKS: missing; only with DANKE_ENV=dev there is a key without it"

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read every field. Raises ``ConfigError`` naming all that is wrong at once."""
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for field in msgspec.structs.fields(cls):
            name = PREFIX + field.name.upper()
            try:
                text = _text(name, environ)
                if text:
                    values[field.name] = _convert(text, field.type)
                elif field.required:
                    wrong.append(f"{name}: missing{_meant(name, environ)}")
            except ValueError as error:  # msgspec's tell types, and values of fixed words only
                wrong.append(f"{name}: {error}")
        if not wrong:
            config = cls(**values)
            wrong = list(config.problems())
            if not wrong:
                return config
        lines = "".join(f"\n  {line}" for line in wrong)
        raise ConfigError(f"the environment does not fit {cls.__module__}.{cls.__name__}:{lines}")

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Name and value of each field, secrets masked; for rich, and for ``repr``."""
        shown: list[tuple[str, Any]] = []
        for field in msgspec.structs.fields(self):
            value = getattr(self, field.name)
            shown.append((field.name, MASK if value and _is_secret(field.type) else value))
        return shown

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"


def _text(name: str, environ: Mapping[str, str]) -> str:
    plain, path = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if plain and path:
        raise ValueError(f"set it or {name}_FILE, not both")
    if not path:
        return plain
    try:
        text = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}_FILE cannot be read: {type(error).__name__}") from None
    if not text:
        raise ValueError(f"{name}_FILE names an empty file")
    return text


def _convert(text: str, kind: Any) -> Any:
    if any(get_origin(part) in {dict, list, tuple, set, frozenset} for part in _parts(kind)):
        return msgspec.json.decode(text, type=kind)
    return msgspec.convert(text, kind, strict=False)


def _parts(kind: Any) -> Iterator[Any]:
    """The type itself and, where it is a union or annotated, what it is made of."""
    yield kind
    for part in get_args(kind):
        yield from _parts(part)


def _is_secret(kind: Any) -> bool:
    return any(isinstance(p, Meta) and (p.extra or {}).get("secret") for p in _parts(kind))


def _meant(name: str, environ: Mapping[str, str]) -> str:
    """A hint at a variable that is set and looks like a slip of the pen."""
    ours = [other for other in environ if other.startswith(PREFIX)]
    near = difflib.get_close_matches(name, ours, n=1, cutoff=0.85)
    return f" (is {near[0]} meant for it?)" if near else ""
