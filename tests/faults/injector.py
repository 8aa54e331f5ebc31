"""Does what the schedule says to the rig, and counts what was really done."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from google.protobuf.timestamp_pb2 import Timestamp

from cli.places import onlooker, partitions
from common.kafka import leave
from danke.dev.v1 import clock_pb2
from danke.dev.v1.clock_pb2_grpc import ClockServiceStub
from danke.topics import TOPICS
from danke.trade.v1 import ingress_pb2 as trade
from deploy.local.kafka import SESSION_MS
from tests.faults.load import Load
from tests.faults.proxy import OFFSET_COMMIT, PRODUCE, Trip, is_commit, is_request
from tests.faults.rig import PROCESSES, SESSION_S, START_S, Rig
from tests.faults.schedule import Fault

# A point that is not reached within it was not a fault.
POINT_S = 5.0
# An hour is more than any hold lives, and less than any member notices.
LONGEST_JUMP = timedelta(hours=1)
POISON = (b"", b"{", b"\xff\xfe\x00", b"null", b"[" * 3_000, b'{"amount_fen": "\xf0\x9f"}')


class Injector:
    """Injects faults one after the other; those that take a while go on beside the next."""

    def __init__(self, rig: Rig, load: Load, seed: int) -> None:
        self.rig = rig
        self.load = load
        self.rng = Random(seed + 1)
        # What was done, and what was tried in vain (nobody was there to be cut off).
        self.done: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self._busy: dict[str, asyncio.Lock] = {
            name: asyncio.Lock() for name in (*PROCESSES, "postgres", "broker")
        }
        self._tasks: set[asyncio.Task[None]] = set()

    def inject(self, fault: Fault) -> None:
        """Begins it."""
        task = asyncio.create_task(self._inject(fault))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def over(self) -> None:
        """Returns when all that began has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _inject(self, fault: Fault) -> None:
        does: Callable[[Fault], Awaitable[Any]] = getattr(self, f"_{fault.kind.replace(' ', '_')}")
        happened = await does(fault) is not False
        (self.done if happened else self.missed)[fault.kind] += 1

    # --- the network ------------------------------------------------------------------------------

    async def _database_cut(self, fault: Fault) -> bool:
        return self.rig.to_database[fault.target].cut() > 0

    async def _database_answer_lost(self, fault: Fault) -> bool:
        return await self._point(fault, "after", is_commit, kill=False)

    async def _database_delayed(self, fault: Fault) -> None:
        await self._slow(self.rig.to_database[fault.target], fault)

    async def _database_refused(self, fault: Fault) -> None:
        await self._refuse(self.rig.to_database[fault.target], fault)

    async def _broker_cut(self, fault: Fault) -> bool:
        return self.rig.to_broker.cut() > 0

    async def _broker_delayed(self, fault: Fault) -> None:
        await self._slow(self.rig.to_broker, fault)

    async def _broker_refused(self, fault: Fault) -> None:
        await self._refuse(self.rig.to_broker, fault)

    async def _slow(self, proxy: Any, fault: Fault) -> None:
        proxy.delay_s = 0.01 + 0.1 * fault.dose
        await asyncio.sleep(0.5 + fault.dose)
        proxy.delay_s = 0.0

    async def _refuse(self, proxy: Any, fault: Fault) -> None:
        proxy.refusing = True
        proxy.cut()
        await asyncio.sleep(0.2 + fault.dose)
        proxy.refusing = False

    # --- records ----------------------------------------------------------------------------------

    async def _order_reported_again(self, fault: Fault) -> bool:
        reported = self.load.ledger.reported
        if not reported:
            return False
        record = self.rng.choice(reported)
        metadata = self.load.shop.system.metadata(self.load.shop.merchant_id)
        request = trade.PublishOrdersRequest(records=[record])
        try:
            await self.load.shop.ingress.PublishOrders(request, metadata=metadata, timeout=5)
        except Exception:
            return False
        return True

    async def _events_repeated(self, fault: Fault) -> bool:
        return await self._send_past(reverse=False)

    async def _events_reordered(self, fault: Fault) -> bool:
        return await self._send_past(reverse=True)

    async def _send_past(self, *, reverse: bool) -> bool:
        """Old records once more, byte for byte, in order or in the opposite one."""
        with suppress(Exception):
            async with asyncio.timeout(8), onlooker(self.rig.stack.broker) as consumer:
                names = [topic.name for topic in TOPICS if not topic.name.endswith(".dlq")]
                places = await partitions(self.rig.stack.broker, names)
                consumer.assign(places)
                ends = {k: v for k, v in (await consumer.end_offsets(places)).items() if v}
                place = self.rng.choice(sorted(ends))
                consumer.seek(place, self.rng.randrange(ends[place]))
                polled = await consumer.getmany(place, timeout_ms=1_000, max_records=5)
                records = polled.get(place, [])
                for one in reversed(records) if reverse else records:
                    await self._send(one.topic, one.key, one.value, list(one.headers))
                return bool(records)
        return False

    async def _poison_record(self, fault: Fault) -> bool:
        topic = self.rng.choice([one.name for one in TOPICS if not one.name.endswith(".dlq")])
        with suppress(Exception):
            async with asyncio.timeout(8):
                value = self.rng.choice((*POISON, self.rng.randbytes(200)))
                headers = [("ce_id", b"poison"), ("ce_merchantid", self.rng.randbytes(8))]
                await self._send(
                    topic, self.rng.randbytes(5), value, headers[: int(fault.dose * 3)]
                )
                return True
        return False

    async def _send(self, topic: str, key: Any, value: Any, headers: Any) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.rig.stack.broker.bootstrap)
        try:
            await producer.start()
            await producer.send_and_wait(topic, key=key, value=value, headers=headers)
        finally:
            await producer.stop()

    async def _groups_rebalanced(self, fault: Fault) -> bool:
        """Strangers join a service's group and leave it again, as pods do in a bad roll-out."""
        service = PROCESSES[fault.target]
        happened = False
        for _ in range(1 + int(4 * fault.dose)):
            stranger = AIOKafkaConsumer(
                *(topic.name for topic in TOPICS if not topic.name.endswith(".dlq")),
                bootstrap_servers=self.rig.stack.broker.bootstrap,
                group_id=f"danke.{service}",
                enable_auto_commit=False,
                session_timeout_ms=SESSION_MS,
                heartbeat_interval_ms=SESSION_MS // 4,
            )
            with suppress(Exception):
                async with asyncio.timeout(8):
                    await stranger.start()
                    happened = True
            await leave(stranger)
        return happened

    # --- processes --------------------------------------------------------------------------------

    async def _service_killed(self, fault: Fault) -> bool:
        return await self._kill(fault.target)

    async def _kill(self, name: str) -> bool:
        async with self._busy[name]:
            if not self.rig.process(name).running:
                return False
            await self.rig.process(name).kill()
            await self._up(name)
            return True

    async def _up(self, name: str) -> None:
        """Starts it; what it needs may be away at the moment, as with a pod that restarts."""
        async with asyncio.timeout(START_S):
            while not self.rig.process(name).running:
                with suppress(Exception):
                    await self.rig.stack.start(name)
                    return
                await asyncio.sleep(0.5)

    async def _all_services_killed(self, fault: Fault) -> bool:
        return any(await asyncio.gather(*(self._kill(name) for name in PROCESSES)))

    async def _database_killed(self, fault: Fault) -> bool:
        return await self._kill("postgres")

    async def _broker_killed(self, fault: Fault) -> None:
        async with self._busy["broker"]:
            await self.rig.restart_broker()

    async def _service_paused(self, fault: Fault) -> bool:
        """Longer than the group waits for it: it comes back to partitions that others have."""
        async with self._busy[fault.target]:
            process = self.rig.process(fault.target)
            if not process.running:
                return False
            process.signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(SESSION_S * (1.5 + fault.dose))
            finally:
                process.signal(signal.SIGCONT)
        return True

    async def _connections_exhausted(self, fault: Fault) -> bool:
        """The role may have no further connection, and loses those it has."""
        role = PROCESSES[fault.target]
        with suppress(OSError, asyncpg.PostgresError):
            admin = await asyncpg.connect(self.rig.stack.database_url, timeout=5)
            try:
                await admin.execute(f"ALTER ROLE {role} CONNECTION LIMIT 1")
                ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1"
                await admin.execute(ends, role)
                await asyncio.sleep(0.5 + 1.5 * fault.dose)
            finally:
                await admin.execute(f"ALTER ROLE {role} CONNECTION LIMIT -1")
                await admin.close()
            return True
        return False

    # --- named points -----------------------------------------------------------------------------

    async def _killed_before_commit(self, fault: Fault) -> bool:
        return await self._point(fault, "before", is_commit)

    async def _killed_after_commit(self, fault: Fault) -> bool:
        return await self._point(fault, "after", is_commit)

    async def _killed_before_publishing(self, fault: Fault) -> bool:
        return await self._point(fault, "before", self._request(fault, PRODUCE))

    async def _killed_before_deleting_the_published(self, fault: Fault) -> bool:
        return await self._point(fault, "after", self._request(fault, PRODUCE))

    async def _killed_before_the_offset_commit(self, fault: Fault) -> bool:
        return await self._point(fault, "before", self._request(fault, OFFSET_COMMIT))

    def _request(self, fault: Fault, kind: int) -> Callable[[bytes], bool]:
        return is_request(kind, f"danke-{PROCESSES[fault.target]}")

    async def _point(
        self, fault: Fault, when: Any, matches: Callable[[bytes], bool], *, kill: bool = True
    ) -> bool:
        """Waits for the point, and kills there; the answer is lost in any case."""
        name = fault.target
        on_database = matches is is_commit
        proxy = self.rig.to_database[name] if on_database else self.rig.to_broker
        # Either process of the wallet may be the one that relays: both go.
        victims = [name]
        if not on_database:
            victims = [one for one in PROCESSES if PROCESSES[one] == PROCESSES[name]]

        async def act() -> None:
            if kill:
                await asyncio.gather(*(self.rig.process(one).kill() for one in victims))

        trip = Trip(matches, when, act)
        proxy.trips.append(trip)
        try:
            async with asyncio.timeout(POINT_S):
                await trip.done.wait()
        except TimeoutError:
            if trip in proxy.trips:
                proxy.trips.remove(trip)
            return False
        for one in victims:
            async with self._busy[one]:
                await self._up(one)
        return True

    # --- time -------------------------------------------------------------------------------------

    async def _clock_jump(self, fault: Fault) -> bool:
        """One process alone jumps, forwards or back, as a clock that is set does."""
        at = datetime.now(UTC) + LONGEST_JUMP * (2 * fault.dose - 1)
        time = Timestamp()
        time.FromDatetime(at)
        system = self.load.shop.system
        stub = system.stub(ClockServiceStub, fault.target)
        with suppress(Exception):
            await stub.SetTime(
                clock_pb2.SetTimeRequest(time=time),
                metadata=system.metadata("dev", ("dev.clock",)),
                timeout=10,
            )
            return True
        return False
