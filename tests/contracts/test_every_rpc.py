"""Every RPC of every service, from its own descriptor: nothing to register, nothing to forget.

Who may not call is told so, whatever the method; and no request, however odd, gets anything but an
answer or a documented refusal: never INTERNAL, never a crash, never a hang.
"""

from __future__ import annotations

import base64
import hmac
import importlib
import json
import math
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor, message_factory
from google.protobuf.message import Message
from joserfc.jwk import OKPKey

from common.server import scope_of
from common.service import Process
from common.tokens import Signer, development_key
from tests.conftest import Migrated
from tests.grpc_client import Refused, metadata, running

Field = descriptor.FieldDescriptor
FOLDER = Path(__file__).parents[2] / "services"
SERVICES = sorted(main.parent.name for main in FOLDER.glob("*/main.py"))
REQUESTS = 60
# What `make fuzz` was told: how many inputs over all services, and the seed.
INPUTS = int(os.environ.get("FUZZ_INPUTS") or 0)
SEED = int(os.environ.get("FUZZ_SEED") or 20260501)
ALLOWED = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.PERMISSION_DENIED,
}
TEXTS = (
    "", "a", "m1", "u-1", "x" * 64, "x" * 65, "x" * 5000, "a b", "'; DROP TABLE lots; --", "\x00",
    "储值", "🎉", "../..", "${jndi:ldap://x}", "13800138000", "123456", "2026-02-30", "1990-05-01",
)  # fmt: skip
INTEGERS = (0, 1, -1, 2, 7, 100, 999_999, 10**10, 10**10 + 1, 2**31 - 1, 2**62, -(2**62))
FLOATS = (0.0, 1.5, -1.5, float("inf"), float("nan"))


def _methods(process: Process) -> Iterator[descriptor.MethodDescriptor]:
    for one in process.server.exposed:
        yield from one.service.methods


def _fill(message: Message, rng: random.Random, depth: int = 0) -> Message:
    """A message with every kind of value its fields can hold, sensible ones and hostile ones."""
    for field in message.DESCRIPTOR.fields:
        if rng.random() < 0.25 or depth > 3:
            continue
        if field.is_repeated:
            _fill_repeated(message, field, rng, depth)
        elif field.message_type is not None:
            _fill(getattr(message, field.name), rng, depth + 1)
            getattr(message, field.name).SetInParent()
        else:
            setattr(message, field.name, _value(field, rng))
    return message


def _fill_repeated(message: Message, field: Any, rng: random.Random, depth: int) -> None:
    values = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return
    for _ in range(rng.choice((0, 1, 2, 3))):
        if field.message_type is not None:
            _fill(values.add(), rng, depth + 1)
        else:
            values.append(_value(field, rng))


def _value(field: Any, rng: random.Random) -> Any:
    if field.type == Field.TYPE_STRING:
        return rng.choice(TEXTS)
    if field.type == Field.TYPE_BYTES:
        return rng.choice((b"", b"\x00", b"\xff" * 100))
    if field.type == Field.TYPE_BOOL:
        return rng.random() < 0.5
    if field.type == Field.TYPE_ENUM:
        numbers = [value.number for value in field.enum_type.values]
        return rng.choice([*numbers, 99])
    if field.type in (Field.TYPE_DOUBLE, Field.TYPE_FLOAT):
        return rng.choice(FLOATS)
    limit = 2**31 if field.type in (Field.TYPE_INT32, Field.TYPE_UINT32) else 2**63
    low = 0 if field.type in (Field.TYPE_UINT32, Field.TYPE_UINT64) else -limit
    return max(low, min(rng.choice(INTEGERS), limit - 1))


class Caller:
    """Calls any method of one running service."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel

    async def __call__(
        self, method: descriptor.MethodDescriptor, request: Message, header: Any
    ) -> Refused | None:
        path = f"/{method.containing_service.full_name}/{method.name}"
        streams = method.server_streaming
        make: Any = self.channel.unary_stream if streams else self.channel.unary_unary
        call = make(
            path,
            request_serializer=type(request).SerializeToString,
            response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
        )
        try:
            answer = call(request, metadata=header, timeout=20)
            if streams:
                async for _part in answer:
                    pass
            else:
                await answer
        except grpc.aio.AioRpcError as error:
            return Refused(error)
        return None


@pytest.fixture(params=SERVICES)
async def service(
    request: pytest.FixtureRequest, migrated: Migrated, bootstrap: str
) -> AsyncIterator[tuple[Process, Caller]]:
    service = importlib.import_module(f"services.{request.param}.main").SERVICE
    dsn = await migrated(request.param) if service.migrations else "postgresql://not-used/"
    async with running(service, dsn, bootstrap) as (process, channel):
        yield process, Caller(channel)


def _request(method: descriptor.MethodDescriptor) -> Message:
    return message_factory.GetMessageClass(method.input_type)()


async def test_nobody_calls_without_the_right_token(service: tuple[Process, Caller]) -> None:
    process, call = service
    key = development_key()
    signer = Signer(key.private_key_pem, key.kid)
    stranger = Signer(key.private_key_pem, key.kid, issuer="somebody else")
    wrong = {
        "TOKEN_MISSING": (),
        "TOKEN_MALFORMED": _bearer("a.b.c"),
        "TOKEN_EXPIRED": _bearer(signer.sign("t", "m1", ["*"], "danke", -3600)),
        "TOKEN_AUDIENCE": _bearer(signer.sign("t", "m1", ["*"], "else", 3600)),
        "TOKEN_ISSUER": _bearer(stranger.sign("t", "m1", ["*"], "danke", 3600)),
        "TOKEN_SIGNATURE": _bearer(signer.sign("t", "m1", ["*"], "danke", 3600)[:-6] + "AAAAAA"),
        "SCOPE_MISSING": metadata(scopes=("nothing.at.all",)),
    }
    cases = [*wrong.items(), *(("TOKEN_ALGORITHM", _bearer(one)) for one in _other_algorithms())]
    for method in _methods(process):
        if scope_of(method) is None:
            continue
        for reason, header in cases:
            refused = await call(method, _request(method), header)
            assert refused is not None, f"{method.full_name} answered with {reason}"
            assert refused.reason == reason, f"{method.full_name}: {refused}"


def _other_algorithms() -> Iterator[str]:
    """A good token's claims under no signature, and under one made with the public key."""
    key = development_key()
    claims = Signer(key.private_key_pem, key.kid).sign("t", "m1", ["*"], "danke", 3600)
    claims = claims.split(".")[1]
    none = _encoded(json.dumps({"alg": "none", "kid": key.kid}).encode())
    yield f"{none}.{claims}."
    text = f"{_encoded(json.dumps({'alg': 'HS256', 'kid': key.kid}).encode())}.{claims}"
    public = OKPKey.import_key(key.private_key_pem).as_pem(private=False)
    yield f"{text}.{_encoded(hmac.digest(public, text.encode(), 'sha256'))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


@pytest.mark.timeout(3_600 if INPUTS else 120)
async def test_no_request_gets_anything_but_an_answer_or_a_refusal(
    service: tuple[Process, Caller],
) -> None:
    process, call = service
    rng = random.Random(SEED)
    methods = [
        one
        for one in _methods(process)
        if not one.containing_service.full_name.startswith("danke.dev.")
    ]
    requests = math.ceil(INPUTS / len(SERVICES) / len(methods)) if INPUTS else REQUESTS
    ends: Counter[str] = Counter()
    for method in methods:
        for _ in range(requests):
            request = _fill(_request(method), rng)
            refused = await call(method, request, metadata(actor="fuzz", member_id="u-1"))
            ends["OK" if refused is None else refused.code.name] += 1
            if refused is not None:
                assert refused.code in ALLOWED, f"{method.full_name} {refused}\n{request}"
                assert refused.reason, f"{method.full_name} gave no reason: {refused}"
    inputs = sum(ends.values())
    print(f"{process.service.name}: {inputs} inputs to {len(methods)} methods, {dict(ends)}")
