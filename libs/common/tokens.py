"""Who may call: short-lived EdDSA (Ed25519) tokens, made by a Signer and checked by a Verifier.

A token is a JWS in compact form with these claims:

=============  ====================================================================================
``iss aud``    who made it and for whom; both must match what the service is configured with
``sub``        the actor: a gateway, an operator or a member, as the issuer names them
``merchant``   the merchant the actor acts for; a service never takes it from a message
``scope``      space-separated scopes, see below
``exp``        end of validity, epoch seconds (``nbf``, start of validity, is honoured when present)
``member``     the member the actor is, or acts for; absent for back-office work
``actor_kind`` SERVICE, OPERATOR or MEMBER
=============  ====================================================================================

Scopes: ``wallet.pay`` grants exactly that; ``wallet.*`` grants every scope below ``wallet.``
(``wallet.pay``, ``wallet.pay.large``, not ``wallet`` itself); ``*`` grants everything. A star
anywhere else grants nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OKPKey

from common.errors import Unauthenticated

ActorKind = Literal["SERVICE", "OPERATOR", "MEMBER"]
Reason = Literal[
    "TOKEN_MISSING",
    "TOKEN_MALFORMED",
    "TOKEN_EXPIRED",
    "TOKEN_AUDIENCE",
    "TOKEN_ISSUER",
    "TOKEN_SIGNATURE",
    "TOKEN_ALGORITHM",
    "TOKEN_CLAIM",
]

# Clocks of two machines differ; more than this is a broken clock, not a difference.
LEEWAY_S = 30
# Longer than any token we make; bounds what a stranger can make us parse and the cache can hold.
TOKEN_LIMIT_BYTES = 4096
CACHE_LIMIT = 10_000
# RFC 9864 renames EdDSA with this curve to Ed25519; issuers of either age are understood.
ALGORITHMS = ("EdDSA", "Ed25519")
DEVELOPMENT_KID = "danke-development"


class BadToken(Unauthenticated):
    """The token was refused."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__()
        # Instance attributes shadow the class's: one class, a stable reason per way to fail.
        self.__dict__.update(reason=reason, message=detail)
        self.args = (f"{reason}: {detail}",)


class UnsafeKeys(Exception):
    """The service refuses to start with these token keys."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling, as a verified token says."""

    merchant_id: str
    actor: str
    scopes: frozenset[str]
    expires_at: int  # epoch seconds
    member_id: str | None = None
    actor_kind: ActorKind = "SERVICE"

    def allows(self, scope: str) -> bool:
        """Whether the token grants ``scope``, directly or by a wild card."""
        if scope in self.scopes or "*" in self.scopes:
            return True
        dot = scope.rfind(".")
        while dot > 0:
            if f"{scope[:dot]}.*" in self.scopes:
                return True
            dot = scope.rfind(".", 0, dot)
        return False


class _Claims(msgspec.Struct):
    """The payload; msgspec refuses wrong types, ``Verifier`` wrong values."""

    exp: int | float
    sub: str
    merchant: str
    iss: str = ""
    aud: str | list[str] = ""
    nbf: int | float = 0
    scope: str = ""
    member: str | None = None
    actor_kind: ActorKind = "SERVICE"


class _Registry(jws.JWSRegistry):
    """Only Ed25519, under both of its names; joserfc warns about the older name on every use."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


# Header parameters we do not know are ignored (RFC 7515 §4), except when ``crit`` lists them.
_REGISTRY = _Registry(strict_check_header=False)
_decode_claims = msgspec.json.Decoder(_Claims).decode


class Signer:
    """Makes tokens. Belongs to the issuer: a gateway, the CLI, tests; never to a service."""

    def __init__(
        self,
        private_key_pem: str,
        kid: str,
        *,
        issuer: str = "danke",
        now: Callable[[], float] = time.time,
    ) -> None:
        """``private_key_pem`` is PKCS#8; ``kid`` names the key in the verifiers' JWKS."""
        self._key = OKPKey.import_key(private_key_pem)
        if self._key.curve_name != "Ed25519" or not self._key.is_private:
            raise ValueError("a Signer needs an Ed25519 private key")
        self._kid, self._issuer, self._now = kid, issuer, now

    def sign(
        self,
        subject: str,
        merchant_id: str,
        scopes: Iterable[str],
        audience: str,
        ttl_s: int,
        *,
        member_id: str | None = None,
        actor_kind: ActorKind = "SERVICE",
    ) -> str:
        """A token for ``subject`` acting for ``merchant_id``, valid ``ttl_s`` seconds from now."""
        now = int(self._now())
        claims = {
            "iss": self._issuer,
            "aud": audience,
            "sub": subject,
            "merchant": merchant_id,
            "scope": " ".join(sorted(scopes)),
            "iat": now,
            "exp": now + ttl_s,
            "actor_kind": actor_kind,
        }
        if member_id is not None:
            claims["member"] = member_id
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self._kid}
        return jws.serialize_compact(
            header, msgspec.json.encode(claims), self._key, registry=_REGISTRY
        )


class Verifier:
    """Checks tokens against a set of public keys.

    Several keys live side by side so that they rotate without a gap: publish the new one, wait
    until every service has it, sign with it, wait out the longest token, remove the old one.
    """

    def __init__(
        self,
        jwks: str,
        issuer: str,
        audience: str,
        *,
        now: Callable[[], float] = time.time,
        cache_limit: int = CACHE_LIMIT,
    ) -> None:
        """``jwks`` is JSON as in RFC 7517. Raises ``UnsafeKeys`` if it is not fit to be used.

        ``now`` is real time in epoch seconds, not business time: tokens age by the wall.
        """
        self._keys = _public_keys(jwks)
        self._issuer, self._audience, self._now = issuer, audience, now
        # A check costs 130 µs, a look-up less than one. Only good tokens enter.
        self._cache: OrderedDict[str, Caller] = OrderedDict()
        self._cache_limit = cache_limit

    @classmethod
    def for_environment(cls, env: str, jwks_json: str, issuer: str, audience: str) -> Verifier:
        """The verifier of a service running in ``env``; without keys, dev gets the published one.

        Raises ``UnsafeKeys`` if the development key would be trusted anywhere but in "dev".
        """
        if env == "dev":
            return cls(jwks_json or development_key().jwks, issuer, audience)
        published = _public_keys(development_key().jwks)[DEVELOPMENT_KID].as_dict(private=False)
        for kid, key in _public_keys(jwks_json).items():
            # By its value: the same key under another name is as public as before.
            if key.as_dict(private=False)["x"] == published["x"]:
                raise UnsafeKeys(
                    f"key {kid!r} is Danke's development key. Its private half is published, so "
                    f"anybody could call; it is accepted only with DANKE_ENV=dev, not {env!r}"
                )
        return cls(jwks_json, issuer, audience)

    def verify(self, token: str | None) -> Caller:
        """The caller a token speaks for. Raises ``BadToken`` with one of ``Reason``."""
        if not token:
            raise BadToken("TOKEN_MISSING", "The call carries no token.")
        caller = self._cache.get(token)
        if caller is None:
            caller = self._check(token)
            self._cache[token] = caller
            if len(self._cache) > self._cache_limit:
                self._cache.popitem(last=False)
            return caller
        if caller.expires_at + LEEWAY_S <= self._now():
            del self._cache[token]
            raise BadToken("TOKEN_EXPIRED", "The token has expired.")
        self._cache.move_to_end(token)
        return caller

    def _check(self, token: str) -> Caller:
        payload = self._signed_payload(token)
        try:
            claims = _decode_claims(payload)
        except msgspec.ValidationError as error:
            raise BadToken("TOKEN_CLAIM", f"The token's claims are not usable: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise BadToken("TOKEN_MALFORMED", "The token's payload is not JSON.") from None
        self._check_addressee(claims)
        self._check_times(claims)
        return _caller(claims)

    def _signed_payload(self, token: str) -> bytes:
        if len(token) > TOKEN_LIMIT_BYTES:
            raise BadToken("TOKEN_MALFORMED", "The token is too long.")
        try:
            signed = jws.extract_compact(token.encode("ascii"))
            header = signed.headers()
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
            raise BadToken("TOKEN_MALFORMED", "The token is not a compact JWS.") from None
        # Before any key is touched: "none", or HS256 keyed with our public key, end here.
        if header.get("alg") not in ALGORITHMS:
            raise BadToken("TOKEN_ALGORITHM", "The token is not signed with EdDSA.")
        kid = header.get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise BadToken("TOKEN_SIGNATURE", "The token names no key this service trusts.")
        try:
            good = jws.validate_compact(signed, key, registry=_REGISTRY)
        except (JoseError, ValueError, TypeError):
            raise BadToken("TOKEN_MALFORMED", "The token's header is not usable.") from None
        if not good:
            raise BadToken("TOKEN_SIGNATURE", "The token's signature does not fit.")
        return signed.payload

    def _check_addressee(self, claims: _Claims) -> None:
        if claims.iss != self._issuer:
            raise BadToken("TOKEN_ISSUER", "The token comes from another issuer.")
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if self._audience not in audiences:
            raise BadToken("TOKEN_AUDIENCE", "The token is meant for another audience.")

    def _check_times(self, claims: _Claims) -> None:
        now = self._now()
        if claims.exp + LEEWAY_S <= now:
            raise BadToken("TOKEN_EXPIRED", "The token has expired.")
        if claims.nbf - LEEWAY_S > now:
            raise BadToken("TOKEN_CLAIM", "The token is not valid yet (nbf).")


class DevelopmentKey(msgspec.Struct, frozen=True):
    """A key pair that everybody knows. Fit for one machine and for tests, for nothing else."""

    kid: str
    private_key_pem: str
    jwks: str


def development_key() -> DevelopmentKey:
    """Danke's fixed, openly published development key pair.

    It is derived from a sentence, so it is the same everywhere and no file has to be shared.
    ``Verifier.for_environment`` refuses it outside "dev".
    """
    seed = hashlib.sha256(b"danke development key: published, protects nothing").digest()
    pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = OKPKey.import_key(pem)
    return DevelopmentKey(
        kid=DEVELOPMENT_KID, private_key_pem=pem.decode(), jwks=jwks_of({DEVELOPMENT_KID: key})
    )


def jwks_of(keys: dict[str, OKPKey]) -> str:
    """The public halves of ``keys`` by kid, as JWKS JSON for a ``Verifier``."""
    return msgspec.json.encode(
        {"keys": [key.as_dict(private=False) | {"kid": kid} for kid, key in keys.items()]}
    ).decode()


def bearer(authorization: str | None) -> str:
    """The token in an ``authorization: Bearer <token>`` metadata value. Raises ``BadToken``."""
    if not authorization:
        raise BadToken("TOKEN_MISSING", "The call carries no token.")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("TOKEN_MALFORMED", "The authorization metadata is not 'Bearer <token>'.")
    return token.strip()


def _caller(claims: _Claims) -> Caller:
    if not claims.merchant:
        raise BadToken("TOKEN_CLAIM", "The token names no merchant.")
    if not claims.sub:
        raise BadToken("TOKEN_CLAIM", "The token names no actor (sub).")
    if claims.member == "" or (claims.actor_kind == "MEMBER" and claims.member is None):
        raise BadToken("TOKEN_CLAIM", "The token of a member names no member.")
    return Caller(
        merchant_id=claims.merchant,
        actor=claims.sub,
        scopes=frozenset(claims.scope.split()),
        expires_at=int(claims.exp),
        member_id=claims.member,
        actor_kind=claims.actor_kind,
    )


def _public_keys(jwks: str) -> dict[str, OKPKey]:
    """The usable keys of a JWKS by kid; raises ``UnsafeKeys`` naming the first that is not."""
    try:
        entries: Collection[dict[str, Any]] = msgspec.json.decode(
            jwks, type=dict[str, list[dict[str, Any]]]
        )["keys"]
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError):
        raise UnsafeKeys("the JWKS is not a JSON object with a list of keys") from None
    keys: dict[str, OKPKey] = {}
    for entry in entries:
        kid = _kid_of(entry, keys)
        keys[kid] = _public_key(kid, entry)
    if not keys:
        raise UnsafeKeys("the JWKS holds no key: nobody could call")
    return keys


def _kid_of(entry: dict[str, Any], known: Collection[str]) -> str:
    kid = entry.get("kid")
    if not isinstance(kid, str) or not kid:
        raise UnsafeKeys("a key of the JWKS has no kid")
    if kid in known:
        raise UnsafeKeys(f"the JWKS holds two keys named {kid!r}")
    return kid


def _public_key(kid: str, entry: dict[str, Any]) -> OKPKey:
    if "d" in entry:
        raise UnsafeKeys(f"key {kid!r} of the JWKS is a private key; services get public ones")
    try:
        key = OKPKey.import_key({name: str(entry[name]) for name in ("kty", "crv", "x")})
        if key.curve_name == "Ed25519":
            return key
    except (JoseError, ValueError, TypeError, KeyError):
        pass
    raise UnsafeKeys(f"key {kid!r} of the JWKS is not an Ed25519 public key")
