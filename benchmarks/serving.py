"""A server to measure, in a process of its own: `python -m benchmarks.serving JSON`.

``wallet`` is the payment door on an engine, as the service runs it; ``echo`` is the very same
server with the same proto, token check and validation, and a handler that answers with nothing.
Neither relays: pgbench leaves its outbox rows where they are too, and `hop` measures the relay.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final, Literal

import asyncpg
import msgspec
import uvloop

from benchmarks.wire import Load, Sent
from common import telemetry
from common.clock import Clock
from common.engine import GARBAGE_THRESHOLD, Engine
from common.server import Exposed, Server
from common.tokens import Signer, Verifier, development_key
from danke.wallet.v1 import payment_pb2 as pb
from services.wallet.config import DEVELOPMENT_SECRET
from services.wallet.main import SERVICE
from services.wallet.pay_secrets import PaySecrets
from services.wallet.rpc_consent import Consents
from services.wallet.rpc_payments import PaymentService

PAYMENTS: Final = pb.DESCRIPTOR.services_by_name["PaymentService"]
Kind = Literal["wallet", "echo"]


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """What to serve."""

    kind: Kind
    dsn: str
    # 0 chooses one; the second process shares the first one's.
    port: int = 0
    lanes: int = 2


class Echo:
    """Answers every RPC with an empty message of its type."""

    def __getattr__(self, name: str) -> Callable[[Any, Any], Awaitable[Any]]:
        response = getattr(pb, f"{name}Response")

        async def answer(_request: Any, _call: Any) -> Any:
            return response()

        return answer


async def serve(serving: Serving) -> None:
    """Serves until its input ends; says its port in the first line."""
    import gc

    gc.set_threshold(GARBAGE_THRESHOLD)
    telemetry.set_up_logging(SERVICE.name, "ERROR")
    verifier = Verifier.for_environment("dev", "", "danke", "danke")
    engine = Engine(serving.dsn, SERVICE.tables, service=SERVICE.name, lanes=serving.lanes)
    async with asyncpg.create_pool(serving.dsn, min_size=1, max_size=2) as pool:
        servicer: object = Echo()
        if serving.kind == "wallet":
            await engine.start()
            consents = Consents(pool, PaySecrets(DEVELOPMENT_SECRET))
            servicer = PaymentService(engine, pool, Clock(), consents)
        server = Server(SERVICE.name, verifier, [Exposed(PAYMENTS, servicer)])
        port = await server.start(f"127.0.0.1:{serving.port}")
        await server.set_health(serving=True)
        print(port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await server.stop(0)
        if serving.kind == "wallet":
            await engine.stop()


@asynccontextmanager
async def server(kind: Kind, dsn: str, processes: int, lanes: int = 2) -> AsyncIterator[int]:
    """The port of a running server of that kind."""
    port = 0
    async with AsyncExitStack() as stack:
        for _ in range(processes):
            serving = Serving(kind=kind, dsn=dsn, port=port, lanes=lanes)
            process = await _start("benchmarks.serving", serving)
            stack.push_async_callback(_stop, process)
            assert process.stdout is not None, "it is a pipe"
            port = int(await process.stdout.readline())
        yield port


async def send(port: int, **load: Any) -> Sent:
    """Sends load from a process of its own. Ends the program if a call failed."""
    key = development_key()
    token = Signer(key.private_key_pem, key.kid).sign("bench", "m1", ["*"], "danke", 3600)
    process = await _start("benchmarks.wire", Load(port=port, token=token, **load))
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("the load generator failed")
    sent = msgspec.json.decode(out, type=Sent)
    if sent.failed:
        raise SystemExit(f"{sent.failed} of {sent.calls} calls failed")
    return sent


async def _start(module: str, argument: msgspec.Struct) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, msgspec.json.encode(argument).decode()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def _stop(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None, "it is a pipe"
    process.stdin.close()
    await process.wait()


def arguments(argv: Sequence[str]) -> Serving:
    """What the command line asks for."""
    return msgspec.json.decode(argv[1], type=Serving)


if __name__ == "__main__":
    uvloop.run(serve(arguments(sys.argv)))
