"""Who may call: every way a token can be wrong has its reason, and the dev key stays in dev."""

import base64
import hashlib
import hmac
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from common import tokens
from common.tokens import BadToken, Caller, Signer, UnsafeKeys, Verifier

NOW = 1_800_000_000
ISSUER, AUDIENCE = "https://id.example", "danke"
KEY = OKPKey.generate_key("Ed25519")
PEM = KEY.as_pem(private=True).decode()
JWKS = tokens.jwks_of({"k1": KEY})


class Clock:
    """A hand to turn."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def signer(kid: str = "k1", pem: str = PEM, issuer: str = ISSUER) -> Signer:
    return Signer(pem, kid, issuer=issuer, now=lambda: NOW)


def verifier(jwks: str = JWKS, clock: Clock | None = None, **more: Any) -> Verifier:
    return Verifier(jwks, ISSUER, AUDIENCE, now=clock or Clock(), **more)


def token(**changes: Any) -> str:
    given_: dict[str, Any] = {
        "subject": "gateway-1",
        "merchant_id": "m1",
        "scopes": ["wallet.pay"],
        "audience": AUDIENCE,
        "ttl_s": 600,
    }
    return signer().sign(**(given_ | changes))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: dict[str, Any], payload: bytes | None = None) -> str:
    """A token with any header and payload, properly signed by our key."""
    body = (
        payload if payload is not None else base64.urlsafe_b64decode(token().split(".")[1] + "==")
    )
    text = f"{b64(msgspec.json.encode(header))}.{b64(body)}"
    private = KEY.private_key
    assert private is not None
    return f"{text}.{b64(private.sign(text.encode()))}"  # type: ignore[union-attr]


def claims(**changes: Any) -> bytes:
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "gateway-1",
        "merchant": "m1",
        "exp": NOW + 600,
    } | changes
    return msgspec.json.encode({name: v for name, v in usual.items() if v is not ...})


def reason_of(bad: str | None, using: Verifier | None = None) -> str:
    with pytest.raises(BadToken) as caught:
        (using or verifier()).verify(bad)
    assert caught.value.kind == "unauthenticated"
    return caught.value.reason


def test_a_good_token_tells_the_caller() -> None:
    told = verifier().verify(
        token(scopes=["wallet.pay", "loyalty.*"], member_id="mb1", actor_kind="MEMBER")
    )
    assert told == Caller(
        merchant_id="m1",
        actor="gateway-1",
        scopes=frozenset({"wallet.pay", "loyalty.*"}),
        expires_at=NOW + 600,
        member_id="mb1",
        actor_kind="MEMBER",
    )


@pytest.mark.parametrize(
    ("granted", "asked", "allowed"),
    [
        ("wallet.pay", "wallet.pay", True),
        ("wallet.pay", "wallet.payout", False),
        ("wallet.pay", "wallet.pay.large", False),
        ("wallet.*", "wallet.pay", True),
        ("wallet.*", "wallet.pay.large", True),
        ("wallet.pay.*", "wallet.pay.large", True),
        ("wallet.pay.*", "wallet.pay", False),
        ("wallet.*", "wallet", False),
        ("wallet.*", "walletx.pay", False),
        ("wallet*", "wallet.pay", False),
        ("wal*", "wallet.pay", False),
        ("*.pay", "wallet.pay", False),
        ("*", "wallet.pay", True),
        ("", "wallet.pay", False),
    ],
)
def test_scopes(granted: str, asked: str, allowed: bool) -> None:
    assert verifier().verify(token(scopes=[granted])).allows(asked) is allowed


@pytest.mark.parametrize("missing", [None, ""])
def test_missing(missing: str | None) -> None:
    assert reason_of(missing) == "TOKEN_MISSING"


@pytest.mark.parametrize(
    "text", ["x", "a.b", "a.b.c", "..", "é.é.é", "x" * 5000, b64(b"[]") + ".e30.AA"]
)
def test_malformed(text: str) -> None:
    assert reason_of(text) == "TOKEN_MALFORMED"


def test_payload_that_is_not_json() -> None:
    header = {"alg": "EdDSA", "kid": "k1"}
    assert reason_of(forged(header, b"\xff\xfe")) == "TOKEN_MALFORMED"
    assert reason_of(forged(header, b'{"a":' + b"[" * 2000)) == "TOKEN_MALFORMED"
    assert reason_of(forged(header, b"[]")) == "TOKEN_CLAIM"


def test_critical_header_that_nobody_understands() -> None:
    header = {"alg": "EdDSA", "kid": "k1", "crit": ["b64"], "b64": False}
    assert reason_of(forged(header)) == "TOKEN_MALFORMED"


def test_none_algorithm() -> None:
    parts = token().split(".")
    for name in ("none", "None", "NONE", ""):
        header = b64(msgspec.json.encode({"alg": name, "kid": "k1"}))
        assert reason_of(f"{header}.{parts[1]}.") == "TOKEN_ALGORITHM"
        assert reason_of(f"{header}.{parts[1]}.{parts[2]}") == "TOKEN_ALGORITHM"


@pytest.mark.parametrize(
    "secret", [KEY.as_pem(private=False), KEY.as_dict()["x"], JWKS], ids=["pem", "x", "jwks"]
)
def test_hs256_keyed_with_the_public_key(secret: bytes | str) -> None:
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    header = b64(msgspec.json.encode({"alg": "HS256", "kid": "k1"}))
    text = f"{header}.{token().split('.')[1]}"
    signature = hmac.new(key, text.encode(), hashlib.sha256).digest()
    assert reason_of(f"{text}.{b64(signature)}") == "TOKEN_ALGORITHM"


def test_both_names_of_the_algorithm_are_understood() -> None:
    for name in ("EdDSA", "Ed25519"):
        assert verifier().verify(forged({"alg": name, "kid": "k1"})).actor == "gateway-1"


def test_audience_and_issuer() -> None:
    assert reason_of(token(audience="other")) == "TOKEN_AUDIENCE"
    stranger = signer(issuer="https://other.example")
    assert reason_of(stranger.sign("a", "m1", [], AUDIENCE, 60)) == "TOKEN_ISSUER"
    header = {"alg": "EdDSA", "kid": "k1"}
    assert reason_of(forged(header, claims(iss=...))) == "TOKEN_ISSUER"
    assert reason_of(forged(header, claims(aud=...))) == "TOKEN_AUDIENCE"
    assert reason_of(forged(header, claims(aud=["a", "b"]))) == "TOKEN_AUDIENCE"
    assert verifier().verify(forged(header, claims(aud=["a", AUDIENCE]))).merchant_id == "m1"


def test_expiry_with_leeway() -> None:
    clock = Clock()
    short = token(ttl_s=60)
    clock.now = NOW + 60 + tokens.LEEWAY_S - 1
    assert verifier(clock=clock).verify(short).expires_at == NOW + 60
    clock.now += 1
    assert reason_of(short, verifier(clock=clock)) == "TOKEN_EXPIRED"


def test_a_cached_token_expires_all_the_same() -> None:
    clock = Clock()
    checker = verifier(clock=clock)
    short = token(ttl_s=60)
    assert checker.verify(short) is checker.verify(short)
    clock.now = NOW + 60 + tokens.LEEWAY_S
    assert reason_of(short, checker) == "TOKEN_EXPIRED"
    assert reason_of(short, checker) == "TOKEN_EXPIRED"


def test_the_cache_is_bounded_and_keeps_what_is_used() -> None:
    checker = verifier(cache_limit=3)
    first = token(subject="first")
    caller = checker.verify(first)
    for number in range(20):
        checker.verify(token(subject=f"s{number}"))
        assert checker.verify(first) is caller
    assert len(checker._cache) == 3


def test_bad_tokens_are_not_cached() -> None:
    checker = verifier()
    reason_of(token(audience="other"), checker)
    assert not checker._cache


@pytest.mark.parametrize(
    "wrong",
    [
        {"nbf": NOW + tokens.LEEWAY_S + 1},
        {"merchant": ...},
        {"merchant": ""},
        {"merchant": 7},
        {"sub": ...},
        {"sub": ""},
        {"exp": ...},
        {"exp": "tomorrow"},
        {"exp": True},
        {"scope": ["wallet.pay"]},
        {"member": ""},
        {"actor_kind": "MEMBER"},
        {"actor_kind": "ROBOT"},
    ],
)
def test_claims(wrong: dict[str, Any]) -> None:
    assert reason_of(forged({"alg": "EdDSA", "kid": "k1"}, claims(**wrong))) == "TOKEN_CLAIM"


def test_not_before_has_leeway() -> None:
    early = forged({"alg": "EdDSA", "kid": "k1"}, claims(nbf=NOW + tokens.LEEWAY_S))
    assert verifier().verify(early).actor == "gateway-1"


def test_tampered_payload() -> None:
    header, payload, signature = token().split(".")
    changed = base64.urlsafe_b64decode(payload + "==").replace(b'"m1"', b'"m2"')
    assert reason_of(f"{header}.{b64(changed)}.{signature}") == "TOKEN_SIGNATURE"
    assert reason_of(f"{header}.{payload}.{b64(bytes(64))}") == "TOKEN_SIGNATURE"
    assert reason_of(f"{header}.{payload}.") == "TOKEN_SIGNATURE"


def test_unknown_kid() -> None:
    for header in ({"kid": "k2"}, {"kid": 1}, {"kid": ["k1"]}, {}):
        assert reason_of(forged({"alg": "EdDSA"} | header)) == "TOKEN_SIGNATURE"


def test_keys_rotate_without_a_gap() -> None:
    new = OKPKey.generate_key("Ed25519")
    old_token = token()
    new_token = signer("k2", new.as_pem(private=True).decode()).sign("a", "m1", [], AUDIENCE, 60)
    both = verifier(tokens.jwks_of({"k1": KEY, "k2": new}))
    assert both.verify(old_token).actor == "gateway-1"
    assert both.verify(new_token).actor == "a"
    assert reason_of(old_token, verifier(tokens.jwks_of({"k2": new}))) == "TOKEN_SIGNATURE"
    # The kid chooses the key; another trusted key's signature does not do.
    assert reason_of(old_token, verifier(tokens.jwks_of({"k1": new, "k2": KEY}))) == (
        "TOKEN_SIGNATURE"
    )


@given(st.text(max_size=200) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,90}"))
def test_no_text_does_worse_than_bad_token(text: str) -> None:
    assert reason_of(text).startswith("TOKEN_")


@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_no_single_change_survives(at: int, character: str) -> None:
    good = token()
    at %= len(good)
    if good[at] == character:
        return
    changed = good[:at] + character + good[at + 1 :]
    try:
        told = verifier().verify(changed)
    except BadToken:
        return
    # Unused bits of the last base64 digit of a part may differ; what is said may not.
    assert told == verifier().verify(good)


def test_bearer() -> None:
    assert tokens.bearer("Bearer abc") == tokens.bearer("bearer  abc ") == "abc"
    for value, reason in ((None, "TOKEN_MISSING"), ("", "TOKEN_MISSING"), ("Basic x", "T")):
        with pytest.raises(BadToken) as caught:
            tokens.bearer(value)
        assert caught.value.reason == (reason if reason != "T" else "TOKEN_MALFORMED")


def test_the_development_key_is_the_same_every_time_and_works_in_dev() -> None:
    key = tokens.development_key()
    assert key == tokens.development_key()
    made = Signer(key.private_key_pem, key.kid).sign("dev", "m1", ["*"], AUDIENCE, 60)
    for jwks in ("", key.jwks):
        checker = Verifier.for_environment("dev", jwks, "danke", AUDIENCE)
        assert checker.verify(made).allows("wallet.pay")


@pytest.mark.parametrize("env", ["prod", "DEV", "staging", ""])
def test_the_development_key_is_refused_elsewhere(env: str) -> None:
    key = tokens.development_key()
    public = OKPKey.import_key(key.private_key_pem)
    for jwks in (
        key.jwks,
        tokens.jwks_of({"k1": KEY, "innocent": public}),  # hidden under another name
    ):
        with pytest.raises(UnsafeKeys, match="development key"):
            Verifier.for_environment(env, jwks, ISSUER, AUDIENCE)
    Verifier.for_environment(env, JWKS, ISSUER, AUDIENCE)


@pytest.mark.parametrize(
    ("jwks", "why"),
    [
        ("", "not a JSON object"),
        ("{}", "not a JSON object"),
        ('{"keys": []}', "holds no key"),
        ('{"keys": [{"kty": "OKP"}]}', "no kid"),
        ('{"keys": [{"kid": "a", "kty": "OKP"}]}', "not an Ed25519"),
        ('{"keys": [{"kid": "a", "kty": "oct", "k": "AAAA"}]}', "not an Ed25519"),
        (tokens.jwks_of({"a": KEY}).replace("]", f",{JWKS[9:-2]}]").replace("k1", "a"), "two keys"),
        (JWKS.replace('"kid"', '"d":"x","kid"'), "private key"),
    ],
)
def test_unfit_keys_stop_the_start(jwks: str, why: str) -> None:
    with pytest.raises(UnsafeKeys, match=why):
        Verifier.for_environment("prod", jwks, ISSUER, AUDIENCE)


def test_a_signer_wants_a_private_ed25519_key() -> None:
    for pem in (
        KEY.as_pem(private=False).decode(),
        OKPKey.generate_key("Ed448").as_pem(private=True).decode(),
    ):
        with pytest.raises(ValueError, match="Ed25519 private key"):
            Signer(pem, "k1")


def test_a_cached_check_is_cheap() -> None:
    checker, one = verifier(), token()
    checker.verify(one)
    started = time.perf_counter()
    for _ in range(10_000):
        checker.verify(one)
    # A check is 130 µs; generous, for a busy machine.
    assert (time.perf_counter() - started) / 10_000 < 20e-6
