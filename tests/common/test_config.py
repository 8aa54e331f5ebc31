"""A service's settings are complete or refused at once, and its secrets stay out of sight."""

from io import StringIO
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from rich.console import Console

from common.config import ConfigError, Secret, ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    freeze_minutes: Annotated[int, msgspec.Meta(ge=1)] = 30
    sealing_keys: dict[str, Secret] = msgspec.field(default_factory=dict)
    stores: list[str] = msgspec.field(default_factory=list)
    pepper: Secret | None = None


USUAL = {
    "DANKE_DATABASE_URL": "postgresql://wallet:hush@db/danke",
    "DANKE_KAFKA_BOOTSTRAP": "kafka:9092",
    "DANKE_ENV": "dev",
}


def load(**changes: str) -> Config:
    return Config.load(USUAL | {f"DANKE_{name}": value for name, value in changes.items()})


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        Config.load(environ)
    return str(caught.value)


def test_defaults_and_types() -> None:
    config = load()
    assert (config.lanes, config.batch_limit, config.queue_limit) == (2, 256, 10_000)
    assert config.kafka_idempotent
    assert config.otlp_endpoint is None
    config = load(
        KAFKA_IDEMPOTENT="0",
        LANES="4",
        TRACE_SAMPLE_RATIO="0.5",
        OTLP_ENDPOINT="http://collector:4317",
        SEALING_KEYS='{"k1": "abc"}',
        STORES='["a", "b"]',
        FREEZE_MINUTES="",
    )
    assert not config.kafka_idempotent
    assert (config.lanes, config.trace_sample_ratio, config.freeze_minutes) == (4, 0.5, 30)
    assert config.otlp_endpoint == "http://collector:4317"
    assert config.sealing_keys == {"k1": "abc"}
    assert config.stores == ["a", "b"]


def test_one_error_names_everything_and_shows_no_secret() -> None:
    told = refusal(
        {
            "DANKE_KAFKA_BOOTSTRP": "kafka:9092",
            "DANKE_ENV": "staging",
            "DANKE_LANES": "many",
            "DANKE_BATCH_LIMIT": "0",
            "DANKE_KAFKA_IDEMPOTENT": "maybe",
            "DANKE_TRACE_SAMPLE_RATIO": "1.5",
            "DANKE_GRPC_PORT": "70000",
            "DANKE_SEALING_KEYS": '{"k1": hush}',
            "DANKE_PEPPER_FILE": "/does/not/exist",
        }
    )
    lines = [line.strip() for line in told.splitlines()[1:]]
    assert [line.split(":")[0] for line in lines] == [
        "DANKE_ENV",
        "DANKE_DATABASE_URL",
        "DANKE_KAFKA_BOOTSTRAP",
        "DANKE_KAFKA_IDEMPOTENT",
        "DANKE_GRPC_PORT",
        "DANKE_LANES",
        "DANKE_BATCH_LIMIT",
        "DANKE_TRACE_SAMPLE_RATIO",
        "DANKE_SEALING_KEYS",
        "DANKE_PEPPER",
    ]
    assert "DANKE_KAFKA_BOOTSTRAP: missing (is DANKE_KAFKA_BOOTSTRP meant for it?)" in lines
    assert "DANKE_DATABASE_URL: missing" in lines
    assert "hush" not in told


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"TLS_CERT_PATH": "/c"}, "DANKE_TLS_KEY_PATH: set both or neither"),
        ({"TLS_KEY_PATH": "/k"}, "DANKE_TLS_KEY_PATH: set both or neither"),
        ({"TLS_CLIENT_CA_PATH": "/ca"}, "DANKE_TLS_CLIENT_CA_PATH: needs"),
        ({"ENV": "prod"}, "DANKE_JWKS: missing"),
        ({"ENV": ""}, "DANKE_JWKS: missing"),  # unset is prod
    ],
)
def test_fields_that_do_not_go_together(changes: dict[str, str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        load(**changes)


def test_values_from_files(tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://from/file\n")
    (tmp_path / "jwks").write_text('{"keys": []}\n')
    (tmp_path / "empty").write_text("\n")
    environ = USUAL | {"DANKE_DATABASE_URL": ""}
    config = Config.load(
        environ
        | {
            "DANKE_DATABASE_URL_FILE": str(tmp_path / "dsn"),
            "DANKE_JWKS_FILE": str(tmp_path / "jwks"),
        }
    )
    assert config.database_url == "postgresql://from/file"
    assert config.jwks == '{"keys": []}'
    both = USUAL | {"DANKE_DATABASE_URL_FILE": str(tmp_path / "dsn")}
    assert "DANKE_DATABASE_URL: set it or DANKE_DATABASE_URL_FILE, not both" in refusal(both)
    empty = environ | {"DANKE_DATABASE_URL_FILE": str(tmp_path / "empty")}
    assert "DANKE_DATABASE_URL: DANKE_DATABASE_URL_FILE names an empty file" in refusal(empty)


def test_no_repr_shows_a_secret() -> None:
    config = load(SEALING_KEYS='{"k1": "hush"}', PEPPER="hush")
    out = StringIO()
    Console(file=out).print(config)
    for shown in (repr(config), str(config), f"{config}", out.getvalue()):
        assert "hush" not in shown
        assert "***" in shown
        assert "kafka:9092" in shown
    assert "pepper=None" in repr(load())


def test_it_is_frozen() -> None:
    with pytest.raises(AttributeError):
        load().lanes = 3  # type: ignore[misc]
