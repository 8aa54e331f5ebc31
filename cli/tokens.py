"""Tokens for who tries things out: signed with the published development key, or with your own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli import console
from common.tokens import ActorKind, Signer, development_key

_TTL: Final = re.compile(r"(\d+)([smhd]?)")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
HOUR_S: Final = 3_600


def development_token(
    merchant_id: str,
    scopes: Sequence[str] = ("*",),
    *,
    actor: str = "cli",
    ttl_s: int = HOUR_S,
    **claims: Any,
) -> str:
    """A token of the development key; services take it only with DANKE_ENV=dev."""
    key = development_key()
    signer = Signer(key.private_key_pem, key.kid)
    return signer.sign(actor, merchant_id, scopes, "danke", ttl_s, **claims)


def metadata(
    merchant_id: str, scopes: Sequence[str] = ("*",), **claims: Any
) -> tuple[tuple[str, str], ...]:
    """What a caller with such a token sends along."""
    return bearing(development_token(merchant_id, scopes, **claims))


def bearing(token: str) -> tuple[tuple[str, str], ...]:
    """What a caller with ``token`` sends along."""
    return (("authorization", f"Bearer {token}"),)


def seconds_of(text: str) -> int:
    """The seconds in "90", "15m", "1h", "7d". Raises ValueError for anything else."""
    match = _TTL.fullmatch(text)
    if match is None or not int(match[1]):
        raise ValueError(f"{text!r} is not a time to live: write it like 90, 15m, 1h or 7d")
    return int(match[1]) * _SECONDS[match[2]]


def token(
    merchant: Annotated[str, typer.Option(help="the merchant the actor acts for")],
    scope: Annotated[
        list[str] | None, typer.Option(help="repeat it for more; default: all")
    ] = None,
    ttl: Annotated[str, typer.Option(help="how long it is valid: 90, 15m, 1h, 7d")] = "1h",
    actor: Annotated[str, typer.Option(help="who acts")] = "cli",
    member: Annotated[str | None, typer.Option(help="the member the actor is")] = None,
    kind: Annotated[str | None, typer.Option(help="SERVICE, OPERATOR or MEMBER")] = None,
    issuer: Annotated[str, typer.Option(help="as DANKE_TOKEN_ISSUER")] = "danke",
    audience: Annotated[str, typer.Option(help="as DANKE_AUDIENCE")] = "danke",
    key: Annotated[
        Path | None, typer.Option(help="a private Ed25519 key (PKCS#8 PEM); default: development")
    ] = None,
    kid: Annotated[str | None, typer.Option(help="the key's name in DANKE_JWKS")] = None,
) -> None:
    """Print a token for calling services. Without --key only services in development take it."""
    actor_kind: ActorKind = "MEMBER" if member else "SERVICE"
    if kind is not None:
        if kind not in ("SERVICE", "OPERATOR", "MEMBER"):
            console.fail(f"--kind {kind} is unknown: use SERVICE, OPERATOR or MEMBER")
        actor_kind = kind  # type: ignore[assignment]
    try:
        signed = _signer(key, kid, issuer).sign(
            actor,
            merchant,
            scope or ["*"],
            audience,
            seconds_of(ttl),
            member_id=member,
            actor_kind=actor_kind,
        )
    except ValueError as problem:
        console.fail(str(problem))
    typer.echo(signed)


def _signer(key: Path | None, kid: str | None, issuer: str) -> Signer:
    if key is None:
        development = development_key()
        return Signer(development.private_key_pem, development.kid, issuer=issuer)
    if kid is None:
        raise ValueError("--key needs --kid: the name of its public half in DANKE_JWKS")
    try:
        return Signer(key.read_text(), kid, issuer=issuer)
    except OSError as error:
        raise ValueError(f"{key} can not be read: {error.strerror}") from None
    except Exception:
        # Not the error's own words: they may quote the key.
        raise ValueError(f"{key} is not an Ed25519 private key in PKCS#8 PEM") from None
