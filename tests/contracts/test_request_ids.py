"""A request id stands for its whole request: no method of any service forgets a field of it.

The engine refuses an id that comes again with other content (``tests/common/test_engine.py``). That
holds only as far as the door puts every field of the request into the command, so each method is
called with a valid request, then with one field altered at a time, and the commands are compared
before they run.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import protovalidate
import pytest
from google.protobuf import descriptor
from google.protobuf.message import Message

from common.commands import Command, fingerprint
from common.errors import Refusal
from common.service import Process
from tests.conftest import Migrated
from tests.contracts.test_every_rpc import SERVICES, Caller, Field, _methods, _request
from tests.grpc_client import metadata, running

Path = tuple[Any, ...]

# Fields that do not decide what is done, so a retry may differ in them, by the end of their path.
OUTPUT_ONLY = ("acknowledged_by", "changed_by", "changed_at.seconds", "stock.0.taken", "item.taken",
    "plan.version", "allowances.0.used")  # fmt: skip
# What a door checks and forgets: were it part of the fingerprint, whoever repeats an old id with a
# guess would learn from REQUEST_ID_REUSED whether it is right (``common/from_door.py``).
SECRETS = ("password", "new_password", "code", "hints.phone", "hints.birthday")
SPARED = tuple(f".{name}" for name in (*OUTPUT_ONLY, *SECRETS))
# Methods that look up stored rows before they make their command, and find none here.
NEED_ROWS = {
    "danke.audience.v1.TagService.DefineTag",
    "danke.commission.v1.PromoterService.RecordClick",
    "danke.coupon.v1.CouponService.AcceptTransfer",
    "danke.coupon.v1.CouponService.Lock",
    "danke.loyalty.v1.MemberService.Enroll",
    "danke.wallet.v1.PaymentService.FreezePayment",
    "danke.wallet.v1.PaymentService.Pay",
    "danke.wallet.v1.PunchCardService.RequestPunchRefund",
    "danke.wallet.v1.RechargeService.CancelRecharge",
    "danke.wallet.v1.RechargeService.RejectRechargeRefund",
    "danke.wallet.v1.RechargeService.RequestRechargeRefund",
}

TEXTS = (
    "a-1", "b-2", "abc", "xyz", "135790", "246801", "13800138001", "+8613800138001", "2026-05-01",
    "2026-06-02", "05-01", "2026-05", "true", "quantity > 0", "V1", "V2", "ABC", "Asia/Shanghai",
    "0" * 32, "09:00", "a" * 16, "https://shop.example/hook", "MEMBER", "¥", "zh-CN", "MINI", "POS",
    "SKU:a", "PRODUCT:b", "1.ab." + "0" * 32, "2.cd." + "1" * 32, "1" * 20, "2" * 20, "A" * 16,
    "B" * 16,
)  # fmt: skip
INTEGERS = (1, 2, 3, 5, 7, 10, 30, 60, 100, 365, 500, 1_000, 5_000, 10_000, 100_000, 0, -1)
SECONDS = (1_777_600_000, 1_777_686_400, 1_780_000_000, 1_900_000_000)
VALIDATOR = protovalidate.Validator()
ROUNDS = 400


class Taken(Refusal):
    """The command was seen; nothing was done."""


def _pick(field: Any, rng: random.Random) -> Any:
    if field.type == Field.TYPE_STRING:
        return rng.choice(TEXTS)
    if field.type == Field.TYPE_BYTES:
        return rng.choice((b"a", b"b" * 32))
    if field.type == Field.TYPE_BOOL:
        return rng.random() < 0.5
    if field.type == Field.TYPE_ENUM:
        return rng.choice([value.number for value in field.enum_type.values])
    if field.type in (Field.TYPE_DOUBLE, Field.TYPE_FLOAT):
        return rng.choice((0.25, 0.5, 1.0))
    value = rng.choice(INTEGERS)
    return abs(value) if field.type in (Field.TYPE_UINT32, Field.TYPE_UINT64) else value


def _fill(message: Message, rng: random.Random, depth: int = 0) -> None:
    """Sets every field once; of a oneof, one."""
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        message.seconds = rng.choice(SECONDS)  # type: ignore[attr-defined]
        return
    skipped = set()
    for oneof in message.DESCRIPTOR.oneofs:
        names = [field.name for field in oneof.fields]
        skipped |= {*names} - {rng.choice(names)}
    for field in message.DESCRIPTOR.fields:
        if field.name in skipped or depth > 4:
            continue
        if field.is_repeated:
            values = getattr(message, field.name)
            if field.message_type is None:
                values.append(_pick(field, rng))
            elif not field.message_type.GetOptions().map_entry:
                _fill(values.add(), rng, depth + 1)
        elif field.message_type is not None:
            _fill(getattr(message, field.name), rng, depth + 1)
            getattr(message, field.name).SetInParent()
        else:
            setattr(message, field.name, _pick(field, rng))


def _leaves(message: Message, path: Path = ()) -> Iterator[Path]:
    """The path of every scalar that is set: field names, and numbers inside lists."""
    for field, value in message.ListFields():
        here = (*path, field.name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        for place, one in enumerate(value) if field.is_repeated else [(None, value)]:
            at = here if place is None else (*here, place)
            if field.message_type is None:
                yield at
            else:
                yield from _leaves(one, at)


def _owner(message: Message, path: Path) -> tuple[Any, Any, Any]:
    """The message that holds the leaf, its field, and the index in a list or None."""
    index = path[-1] if isinstance(path[-1], int) else None
    names = path[:-1] if index is not None else path
    owner: Any = message
    for step in names[:-1]:
        owner = owner[step] if isinstance(step, int) else getattr(owner, step)
    return owner, owner.DESCRIPTOR.fields_by_name[names[-1]], index


def _alter(message: Message, path: Path, rng: random.Random) -> None:
    owner, field, index = _owner(message, path)
    if owner.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        owner.seconds, owner.nanos = rng.choice(SECONDS), 0
    elif index is not None:
        getattr(owner, field.name)[index] = _pick(field, rng)
    else:
        setattr(owner, field.name, _pick(field, rng))


def valid(method: descriptor.MethodDescriptor, rng: random.Random) -> Message | None:
    """A request that the method's rules accept, found by mending what they complain of."""
    for _ in range(20):
        request = _request(method)
        _fill(request, rng)
        for _ in range(ROUNDS):
            wrong = VALIDATOR.collect_violations(request)
            if not wrong:
                return request
            _mend(request, wrong[0], rng)
    return None


def _mend(request: Message, violation: Any, rng: random.Random) -> None:
    # A rule of the request as a whole names no field: any may be at fault.
    where = violation.proto.field
    names = [element.field_name for element in where.elements] if where else []
    leaves = [
        path
        for path in _leaves(request)
        if [step for step in path if isinstance(step, str)][: len(names)] == names
    ]
    everything = list(_leaves(request))
    if leaves or everything:
        _alter(request, rng.choice(leaves or everything), rng)


def altered(request: Message, path: Path, rng: random.Random) -> list[Message]:
    """The same request with other valid values at the path: several, as 0 may mean a default."""
    found: list[Message] = []
    for _ in range(200):
        other = type(request)()
        other.CopyFrom(request)
        _alter(other, path, rng)
        if other not in (request, *found) and not VALIDATOR.collect_violations(other):
            found.append(other)
        if len(found) == 3:
            break
    return found


class Spy:
    """Takes the engine's place: keeps what was to be run, and refuses it."""

    def __init__(self, process: Process) -> None:
        self.seen: list[Command] = []
        engine: Any = process.engine
        engine.run, engine.run_each = self.run, self.run_each

    async def run(self, command: Command, *_: Any) -> Any:
        self.seen.append(command)
        raise Taken()

    async def run_each(self, commands: Any, *_: Any) -> list[Any]:
        self.seen += commands
        return [Taken() for _ in commands]

    async def prints(self, call: Caller, method: Any, request: Message) -> list[tuple[str, str]]:
        """The ids and fingerprints of what the request would run."""
        self.seen.clear()
        await call(method, request, metadata(actor="tester"))
        return [(command.id, fingerprint(command)) for command in self.seen]

    async def forgotten(self, call: Caller, method: Any, rng: random.Random) -> list[str] | None:
        """The fields whose other values run the same command; None if no command was seen."""
        for _ in range(5):
            request = valid(method, rng)
            assert request is not None, f"found no valid request for {method.full_name}"
            before = await self.prints(call, method, request)
            if before:
                break
        else:
            return None
        again = await self.prints(call, method, request)
        assert again == before, f"{method.full_name}: a repeat is another command"
        wrong = []
        for path in _leaves(request):
            name = ".".join(str(step) for step in path)
            if path == ("request_id",) or f".{name}".endswith(SPARED):
                continue
            others = altered(request, path, rng)
            if others and all([await self.prints(call, method, o) == before for o in others]):
                wrong.append(f"{method.full_name}: {name}")
        return wrong


@pytest.mark.parametrize("name", SERVICES)
async def test_every_field_counts(name: str, migrated: Migrated, bootstrap: str) -> None:
    service = importlib.import_module(f"services.{name}.main").SERVICE
    dsn = await migrated(name) if service.migrations else "postgresql://not-used/"
    deaf = replace(service, events=lambda _kit: {})  # the spy must see this door's commands alone
    wrong: list[str] = []
    unseen = set()
    async with running(deaf, dsn, bootstrap) as (process, channel):
        spy, call = Spy(process), Caller(channel)
        for method in _methods(process):
            if "request_id" in method.input_type.fields_by_name:
                found = await spy.forgotten(call, method, random.Random(method.full_name))
                if found is None:
                    unseen.add(method.full_name)
                wrong += found or []
    assert not wrong
    assert unseen <= NEED_ROWS
