"""Keys change without a gap, and every path can be encrypted (docs/runbooks/rotation.md)."""

from __future__ import annotations

import base64
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import grpc
import pytest
from joserfc.jwk import OKPKey

from cli.tokens import bearing
from common import migrations, tokens
from common.sealing import SealBroken
from common.tokens import Signer
from danke.wallet.v1 import account_pb2
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from deploy.local.postgres import Postgres
from services.loyalty.config import Config as LoyaltyConfig
from services.loyalty.identity_vault import IdentityVault
from services.loyalty.members import Claim, Identity
from services.wallet.main import SERVICE
from tests.conftest import Migrated
from tests.deploy.certificates import Authority
from tests.grpc_client import refusal, running

# The oldest release that is supported; of Debian, which builds it with TLS.
DEBIAN = Path("/usr/lib/postgresql/15/bin")
OLD, NEW = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")


def token(kid: str, key: OKPKey) -> tuple[tuple[str, str], ...]:
    signer = Signer(key.as_pem(private=True).decode(), kid)
    return bearing(signer.sign("gateway", "m1", ["*"], "danke", 600))


def ask(channel: grpc.aio.Channel, metadata: Any) -> Any:
    request = account_pb2.GetBalanceRequest(member_id="u-1")
    return AccountServiceStub(channel).GetBalance(request, metadata=metadata, timeout=10)


# --- keys -----------------------------------------------------------------------------------------


async def test_token_keys_rotate_without_a_refused_call(migrated: Migrated, bootstrap: str) -> None:
    dsn = await migrated("wallet")
    old, new = token("k1", OLD), token("k2", NEW)
    only_old = tokens.jwks_of({"k1": OLD})
    both = tokens.jwks_of({"k1": OLD, "k2": NEW})
    only_new = tokens.jwks_of({"k2": NEW})
    async with running(SERVICE, dsn, bootstrap, jwks=only_old) as (_process, channel):
        await ask(channel, old)
        assert (await refusal(ask(channel, new))).reason == "TOKEN_SIGNATURE"
    async with running(SERVICE, dsn, bootstrap, jwks=both) as (_process, channel):
        await ask(channel, old)
        await ask(channel, new)
    async with running(SERVICE, dsn, bootstrap, jwks=only_new) as (_process, channel):
        await ask(channel, new)
        assert (await refusal(ask(channel, old))).reason == "TOKEN_SIGNATURE"


def vault(keys: dict[str, bytes], active: str) -> IdentityVault:
    """As loyalty makes it in production, from its environment."""
    text = {kid: base64.b64encode(key).decode() for kid, key in keys.items()}
    config = LoyaltyConfig(
        env="prod",
        database_url="postgresql://nowhere",
        kafka_bootstrap="nowhere:1",
        jwks="{}",
        sealing_keys=text,
        sealing_active=active,
        identity_pepper=base64.b64encode(b"p" * 32).decode(),
        member_code_key=base64.b64encode(b"c" * 32).decode(),
    )
    assert list(config.problems()) == []
    return IdentityVault(config.sealer(), config.pepper)


def bound(claim: Claim) -> Identity:
    """The row that the claim becomes."""
    at = datetime(2026, 5, 1, tzinfo=UTC)
    sealed = claim.__dict__["ciphertext"]
    return Identity("m1", claim.identity, claim.kind, "u-1", sealed, at)


def test_sealing_keys_rotate_and_no_member_is_lost() -> None:
    first, second = b"1" * 32, b"2" * 32
    rotated, last = vault({"a": first, "b": second}, "b"), vault({"b": second}, "b")
    before = bound(vault({"a": first}, "a").claim("m1", "PHONE", "13800138000"))
    after = bound(rotated.claim("m1", "PHONE", "13800138000"))
    # The same member is found, by the same fingerprint, whichever key sealed the number.
    assert before.identity == after.identity
    assert (before.sealed.partition(".")[0], after.sealed.partition(".")[0]) == ("a", "b")
    assert rotated.reveal(before) == rotated.reveal(after) == ("", "+8613800138000")
    # Only when nothing names the old key any more may it go: what it sealed is gone with it.
    assert last.reveal(after) == ("", "+8613800138000")
    with pytest.raises(SealBroken):
        last.reveal(before)


# --- encryption -----------------------------------------------------------------------------------


def channel_with(authority: Authority, port: int, client: str | None) -> grpc.aio.Channel:
    certificate, key = authority.issue(client) if client else (None, None)
    credentials = grpc.ssl_channel_credentials(
        authority.path.read_bytes(),
        key.read_bytes() if key else None,
        certificate.read_bytes() if certificate else None,
    )
    return grpc.aio.secure_channel(f"localhost:{port}", credentials)


async def test_callers_come_by_tls_and_with_a_certificate_where_one_is_asked_for(
    migrated: Migrated, bootstrap: str, tmp_path: Path
) -> None:
    dsn, authority = await migrated("wallet"), Authority(tmp_path / "ours")
    stranger = Authority(tmp_path / "theirs", "somebody else")
    certificate, key = authority.issue("wallet")
    served: dict[str, Any] = {"tls_cert_path": str(certificate), "tls_key_path": str(key)}
    jwks, sent = tokens.jwks_of({"k1": OLD}), token("k1", OLD)
    async with running(SERVICE, dsn, bootstrap, jwks=jwks, **served) as (process, plain):
        async with channel_with(authority, process.port, None) as channel:
            await ask(channel, sent)
        async with channel_with(stranger, process.port, None) as channel:
            assert (await refusal(ask(channel, sent))).code is grpc.StatusCode.UNAVAILABLE
        assert (await refusal(ask(plain, sent))).code is grpc.StatusCode.UNAVAILABLE
    served["tls_client_ca_path"] = str(authority.path)
    async with running(SERVICE, dsn, bootstrap, jwks=jwks, **served) as (process, _plain):
        async with channel_with(authority, process.port, "gateway") as channel:
            await ask(channel, sent)
        async with channel_with(authority, process.port, None) as channel:
            assert (await refusal(ask(channel, sent))).code is grpc.StatusCode.UNAVAILABLE


@asynccontextmanager
async def encrypted_postgres(root: Path, authority: Authority) -> AsyncIterator[str]:
    """A server that takes no plain connection to the database; the superuser's DSN, verified."""
    server = Postgres(root, pg_bin=DEBIAN)
    async with server:
        certificate, key = authority.issue("postgres")
        for name, path in (("server.crt", certificate), ("server.key", key)):
            copy = server.data / name
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o600)
            if server.account:
                shutil.chown(copy, server.account.uid, server.account.gid)
        connection = await asyncpg.connect(server.dsn)
        await connection.execute("ALTER SYSTEM SET ssl = 'on'")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()
        place = server.dsn.replace("127.0.0.1", "localhost")
        yield f"{place}?sslmode=verify-full&sslrootcert={authority.path}"
    server.remove()


@pytest.mark.skipif(
    not (DEBIAN / "postgres").exists(),
    reason=f"the embedded Postgres is built without TLS, and {DEBIAN} is not installed",
)
async def test_a_service_reaches_postgres_by_tls_and_knows_whom_it_reached(
    root: Path, bootstrap: str
) -> None:
    authority, stranger = Authority(root / "ours"), Authority(root / "theirs", "somebody else")
    jwks, sent = tokens.jwks_of({"k1": OLD}), token("k1", OLD)
    async with encrypted_postgres(root, authority) as admin:
        assert SERVICE.migrations is not None
        await migrations.apply(admin, "wallet", SERVICE.migrations, "secret")
        dsn = migrations.service_dsn(admin, "wallet", "secret")
        async with running(SERVICE, dsn, bootstrap, jwks=jwks) as (_process, channel):
            await ask(channel, sent)
            connection = await asyncpg.connect(admin)
            rows = await connection.fetch(
                "SELECT s.ssl FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid)"
                " WHERE a.usename = 'wallet'"
            )
            await connection.close()
        # Lanes, relay and pool: every one of them.
        assert len(rows) >= 4
        assert all(row["ssl"] for row in rows)
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncpg.connect(admin.replace(str(authority.path), str(stranger.path)))
