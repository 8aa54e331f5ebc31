"""A merchant who finds his own way through a service: whatever ids he is told, he uses again.

So a service gets rows in most of its tables without a script of its own: valid requests, made from
the descriptors, in which every id is one that an event, an answer or the database named before.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import asyncpg
import grpc
from google.protobuf import descriptor, message_factory, text_format
from google.protobuf.message import Message

from common.service import Process
from tests.contracts import test_request_ids as generated
from tests.contracts.openings import OPENINGS
from tests.contracts.test_every_rpc import ALLOWED, Field, _methods
from tests.grpc_client import Refused, metadata

# Different valid requests of one method, to be varied.
SAMPLES = 3
# How many of a request's ids are known ones: a new thing has a new id, what belongs to it has not.
SHARES = (0.0, 1.0, 0.6)
Header = tuple[tuple[str, str], ...]
Method = descriptor.MethodDescriptor


class Outcome(NamedTuple):
    """How a call ended: the answer, or why there is none."""

    reason: str
    answer: Message | None


async def ask(channel: grpc.aio.Channel, method: Method, request: Message, header: Header) -> Any:
    """Calls any method; an ``Outcome``."""
    call = channel.unary_unary(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=type(request).SerializeToString,
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )
    try:
        return Outcome("", await call(request, metadata=header, timeout=20))
    except grpc.aio.AioRpcError as error:
        refused = Refused(error)
        assert refused.code in ALLOWED, f"{method.full_name}: {refused}\n{request}"
        return Outcome(refused.reason, None)


def methods_of(process: Process) -> list[Method]:
    """What a merchant may call."""
    return [
        one
        for one in _methods(process)
        if not one.containing_service.full_name.startswith("danke.dev.")
        and not one.server_streaming
    ]


def ids_in(message: Message) -> Iterator[tuple[str, str]]:
    """Name and value of every id in a message."""
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        for one in value if field.is_repeated else (value,):
            if isinstance(one, Message):
                yield from ids_in(one)
            elif isinstance(one, str) and is_id(field.name):
                yield field.name.removesuffix("s"), one


def is_id(name: str) -> bool:
    """Whether a field of this name names something."""
    return name.endswith(("_id", "_ids", "code")) and name != "request_id"


class Ids:
    """Every id that is known, by the name of its field."""

    def __init__(self) -> None:
        self._by_name: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def learn(self, found: Iterable[tuple[str, str]]) -> None:
        """Keeps ids with their names."""
        for name, value in found:
            if value:
                self._by_name[name][value] = None

    async def look_up(self, pool: asyncpg.Pool[Any], merchant_id: str) -> None:
        """Learns every id in the merchant's rows."""
        for table, column in await pool.fetch(
            "SELECT c.table_name, c.column_name FROM information_schema.columns AS c"
            " JOIN information_schema.columns AS m USING (table_schema, table_name)"
            " WHERE c.column_name LIKE '%\\_id' AND c.data_type = 'text'"
            " AND c.column_name <> 'merchant_id' AND m.column_name = 'merchant_id'"
            " AND c.table_schema = current_schema()"
        ):
            sql = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE merchant_id = $1 LIMIT 200'
            self.learn((column, row[0]) for row in await pool.fetch(sql, merchant_id) if row[0])

    def all(self) -> set[str]:
        """Every id of whatever name."""
        return {value for values in self._by_name.values() for value in values}

    def like(self, name: str, rng: random.Random) -> str | None:
        """An id for a field: of its name, else of one that ends alike, else a member's."""
        wanted = name.removesuffix("s")
        kinds = [wanted, wanted.partition("_")[2], "member_id"]
        values = next((self._by_name[kind] for kind in kinds if self._by_name.get(kind)), None)
        return rng.choice([*values]) if values else None


class Requests:
    """Valid requests of any method, in which known ids take the place of made-up ones."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._samples: dict[str, list[Message]] = {}

    def of(self, method: Method, ids: Ids, share: float) -> Message | None:
        """A request whose ids are ``ids``' in that share; None if no valid one was found."""
        if method.full_name not in self._samples:
            found = [generated.valid(method, self._rng) for _ in range(SAMPLES)]
            self._samples[method.full_name] = [one for one in found if one is not None]
        samples = self._samples[method.full_name]
        if not samples:
            return None
        request = type(samples[0])()
        request.CopyFrom(self._rng.choice(samples))
        for path in list(generated._leaves(request)):
            self._change(request, path, ids, share)
        if "page_token" in request.DESCRIPTOR.fields_by_name:
            request.ClearField("page_token")
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            any_: Any = request
            any_.request_id = f"{self._rng.getrandbits(64):016x}"
        return request

    def _change(self, request: Message, path: tuple[Any, ...], ids: Ids, share: float) -> None:
        owner, field, index = generated._owner(request, path)
        before = owner.SerializeToString()
        if is_id(field.name) and self._rng.random() < share:
            value = ids.like(field.name, self._rng)
            if value is None:
                return
            if index is None:
                setattr(owner, field.name, value)
            else:
                getattr(owner, field.name)[index] = value
        elif field.name.endswith("version") and field.type != Field.TYPE_STRING:
            # Of what was never set there is none; of what was set, mostly the first.
            setattr(owner, field.name, self._rng.choice((0, 0, 1, 2)))
        elif self._rng.random() < 0.1:
            generated._alter(request, path, self._rng)
        else:
            return
        if generated.VALIDATOR.collect_violations(request):
            owner.ParseFromString(before)


def unfilter(request: Message) -> None:
    """Makes it ask for whatever there is: no state, no size of a page, as far as that is valid."""
    for field, value in request.ListFields():
        if isinstance(value, bool | int):
            before = request.SerializeToString()
            request.ClearField(field.name)
            if generated.VALIDATOR.collect_violations(request):
                request.ParseFromString(before)


class Seeder:
    """The merchant himself."""

    def __init__(self, process: Process, channel: grpc.aio.Channel, merchant_id: str) -> None:
        self.process = process
        self.channel = channel
        # What one asks for, another approves.
        self.headers = [
            metadata(merchant_id, actor=actor, **claims)
            for claims in ({}, {"member_id": "member-1"})
            for actor in ("a", "b")
        ]
        self.merchant_id = merchant_id
        self.ids = Ids()
        # Methods that answered him at least once.
        self.understood: set[str] = set()

    async def open(self, service: str) -> None:
        """Sets up what has rules. Fails for what is refused: then it is the opening that is old."""
        methods = {
            f"{one.containing_service.name}.{one.name}": one for one in methods_of(self.process)
        }
        for number, (name, text) in enumerate(OPENINGS.get(service, ())):
            method = methods[name]
            request = message_factory.GetMessageClass(method.input_type)()
            text_format.Parse(f"{text} request_id: 'opening-{number}'", request)
            said = await ask(self.channel, method, request, self.headers[0])
            assert said.answer is not None, f"{name}: {said.reason}"
            self.understood.add(method.full_name)
            self.ids.learn((*ids_in(request), *ids_in(said.answer)))

    async def seed(self, requests: Requests, rounds: int, calls: int) -> None:
        """Calls every method so often in each round; between rounds he looks at his rows."""
        for _ in range(rounds):
            await self.ids.look_up(self.process.pool, self.merchant_id)
            for method in methods_of(self.process):
                for number in range(calls):
                    request = requests.of(method, self.ids, SHARES[number % len(SHARES)])
                    if request is None:
                        break
                    header = self.headers[number % len(self.headers)]
                    said = await ask(self.channel, method, request, header)
                    if said.answer is not None:
                        self.understood.add(method.full_name)
                        self.ids.learn((*ids_in(request), *ids_in(said.answer)))
        await self.ids.look_up(self.process.pool, self.merchant_id)
