"""A load generator that speaks gRPC's wire format itself: `python -m benchmarks.wire JSON`.

A Python gRPC client burns as much processor as the server it measures, and on a machine of two
cores halves the figure. Sending one unary call over HTTP/2 takes two small frames, and of the
answer only the frame headers need to be read. Whether the payments were made is checked in the
database.
"""

from __future__ import annotations

import asyncio
import random
import struct
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Literal
from uuid import uuid4

import msgspec
import uvloop

from benchmarks.database import AMOUNT_FEN, MEMBERS
from danke.wallet.v1 import payment_pb2 as pb

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _END_HEADERS, _ACK = 1, 4, 1
_WIDE: Final = 1 << 30


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What to send, where to, and how much of it at a time."""

    port: int
    token: str
    seconds: float
    # Calls in flight, and connections that share them.
    callers: int
    connections: int = 4
    member: Literal["anybody", "somebody"] = "anybody"
    # Payments per call; 1 is the unary call.
    bulk: int = 1


class Sent(msgspec.Struct, frozen=True):
    """What came of it."""

    calls: int
    failed: int
    seconds: float
    p50_ms: float
    p99_ms: float
    # Processor time that sending took.
    cpu_s: float


def main(load: Load) -> Sent:
    """Sends until the time is over and every call is answered."""
    return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_send(load))


async def _send(load: Load) -> Sent:
    loop = asyncio.get_running_loop()
    next_payload = _payloads(load)
    name = "BatchPay" if load.bulk > 1 else "Pay"
    path = f"/danke.wallet.v1.PaymentService/{name}"
    until = time.perf_counter() + load.seconds
    connections = []
    started, used = time.perf_counter(), time.process_time()
    for number in range(load.connections):
        callers = len(range(number, load.callers, load.connections))
        connection = _Connection(path, load.token, next_payload, callers, until)
        await loop.create_connection(_maker(connection), "127.0.0.1", load.port)
        connections.append(connection)
    await asyncio.gather(*(connection.done for connection in connections))
    seconds = time.perf_counter() - started
    times = sorted(one for connection in connections for one in connection.times)
    return Sent(
        calls=len(times),
        failed=sum(connection.failed for connection in connections),
        seconds=seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        cpu_s=time.process_time() - used,
    )


def _maker(connection: _Connection) -> Callable[[], _Connection]:
    """What asyncio asks for the protocol: this very one."""
    return lambda: connection


def _payloads(load: Load) -> Callable[[], bytes]:
    run = uuid4().hex[:12]
    made = 0

    def payment() -> pb.PayRequest:
        nonlocal made
        made += 1
        member = 1 if load.member == "somebody" else random.randint(1, MEMBERS)
        return pb.PayRequest(
            request_id=f"{run}-{made}-aaaa-bbbb-cccc",
            member_id=f"u{member}",
            order_id=f"order-{run}-{made}",
            amount_fen=AMOUNT_FEN,
        )

    if load.bulk == 1:
        return lambda: payment().SerializeToString()
    return lambda: pb.BatchPayRequest(
        payments=[payment() for _ in range(load.bulk)]
    ).SerializeToString()


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _text(value: bytes) -> bytes:
    """A string as HPACK writes it: here never longer than 16,000 bytes, never compressed."""
    if len(value) < 127:
        return bytes([len(value)]) + value
    left = len(value) - 127
    return bytes([127, *((left & 127 | 128, left >> 7) if left > 127 else (left,))]) + value


def _header_blocks(path: str, token: str) -> tuple[bytes, bytes]:
    """The header block of a connection's first call, and the short one of those after it.

    The first puts five headers into the server's table (static names 4, 1, 31, a new one, 23);
    later calls name their places, the last put being the first.
    """
    first = b"\x83\x86" + b"".join(
        name + _text(value)
        for name, value in (
            (b"\x44", path.encode()),
            (b"\x41", b"127.0.0.1"),
            (b"\x5f", b"application/grpc"),
            (b"\x40" + _text(b"te"), b"trailers"),
            (b"\x57", f"Bearer {token}".encode()),
        )
    )
    return first, b"\x83\x86" + bytes(0x80 | place for place in (66, 65, 64, 63, 62))


class _Connection(asyncio.Protocol):
    """One connection with a number of callers, each of whom calls again when he is answered."""

    def __init__(
        self,
        path: str,
        token: str,
        next_payload: Callable[[], bytes],
        callers: int,
        until: float,
    ) -> None:
        self.first, self.later = _header_blocks(path, token)
        self.next_payload = next_payload
        self.callers = callers
        self.until = until
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self.failed = 0
        self._stream = -1
        self._calls: dict[int, float] = {}
        self._answered: set[int] = set()
        self._buffer = b""
        # How much the server is ready to take; what does not fit waits.
        self._window = 65_535
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._received = 0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        settings = struct.pack(">HI", 4, _WIDE)
        transport.write(_PREFACE + _frame(_SETTINGS, 0, 0, settings))
        transport.write(_frame(_WINDOW, 0, 0, struct.pack(">I", _WIDE)))
        for _ in range(self.callers):
            self._call()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _call(self) -> None:
        block = self.later if self._stream > 0 else self.first
        self._stream += 2
        message = self.next_payload()
        data = b"\0" + struct.pack(">I", len(message)) + message
        assert len(data) <= 16_384, "a larger message must be cut into frames"
        self._calls[self._stream] = time.perf_counter()
        self._transport.write(_frame(_HEADERS, _END_HEADERS, self._stream, block))
        self._waiting.append((self._stream, data))
        self._flush()

    def _flush(self) -> None:
        while self._waiting and len(self._waiting[0][1]) <= self._window:
            stream, data = self._waiting.popleft()
            self._window -= len(data)
            self._transport.write(_frame(_DATA, _END_STREAM, stream, data))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data
        at = 0
        while len(buffer) - at >= 9:
            size = int.from_bytes(buffer[at : at + 3], "big")
            if len(buffer) - at < 9 + size:
                break
            kind, flags, stream = struct.unpack_from(">BBI", buffer, at + 3)
            self._read(kind, flags, stream, buffer[at + 9 : at + 9 + size])
            at += 9 + size
        self._buffer = buffer[at:]

    def _read(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == _DATA:
            self._answered.add(stream)
            self._received += len(payload)
            if self._received > _WIDE // 2:
                self._transport.write(_frame(_WINDOW, 0, 0, struct.pack(">I", self._received)))
                self._received = 0
        elif kind == _HEADERS and flags & _END_STREAM:
            self._finish(stream)
        elif kind == _SETTINGS and not flags & _ACK:
            self._transport.write(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _PING and not flags & _ACK:
            self._transport.write(_frame(_PING, _ACK, 0, payload))
        elif kind == _WINDOW and stream == 0:
            self._window += struct.unpack(">I", payload)[0]
            self._flush()
        elif kind == _RST:
            self._finish(stream)
        elif kind == _GOAWAY:
            self._transport.abort()

    def _finish(self, stream: int) -> None:
        now = time.perf_counter()
        self.times.append(now - self._calls.pop(stream))
        # A refusal comes as headers alone.
        if stream not in self._answered:
            self.failed += 1
        self._answered.discard(stream)
        if now < self.until:
            self._call()
        elif not self._calls and not self.done.done():
            self.done.set_result(None)
            self._transport.close()


if __name__ == "__main__":
    print(msgspec.json.encode(main(msgspec.json.decode(sys.argv[1], type=Load))).decode())
