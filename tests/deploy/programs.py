"""Programs the tests run as processes of their own: a toy service, and holders of a stack.

A holder starts something, tells about it in one line of JSON, and stops it when its standard
input ends.
"""

import asyncio
import json
import os
import pwd
import signal
import sys
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from deploy.local.config import Settings
from deploy.local.postgres import Postgres
from deploy.local.stack import Service, Stack

REPOSITORY = Path(__file__).parents[2]
# A child imports from where we do, whatever interpreter runs the tests.
IMPORTS = os.pathsep.join([str(REPOSITORY), *filter(None, sys.path)])


def toy(name: str, behaviour: str = "serve") -> Service:
    """A service that answers grpc.health.v1 and nothing else."""
    return Service(
        name=name,
        argv=[sys.executable, "-m", "tests.deploy.programs", "service", behaviour],
        env=lambda stack: {
            "PYTHONPATH": IMPORTS,
            "TOY_ADDRESS": stack.address(name),
            "TOY_DATABASE": stack.database_url,
        },
    )


async def service(behaviour: str) -> None:
    """Serve, or `die` at once, or never be `unready`."""
    if behaviour == "die":
        sys.exit("toy: I can not go on")
    status = health_pb2.HealthCheckResponse.NOT_SERVING
    if behaviour == "serve":
        status = health_pb2.HealthCheckResponse.SERVING
    servicer = health.aio.HealthServicer()
    await servicer.set("", status)
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port(os.environ["TOY_ADDRESS"])
    await server.start()
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGTERM, lambda: asyncio.ensure_future(server.stop(1))
    )
    await server.wait_for_termination()
    sys.stdout.write("toy: drained\n")


def become_ordinary() -> None:
    """Stop being root; only now, because the interpreter may live where only root can read."""
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


async def hold_postgres(root: str) -> None:
    async with Postgres(Path(root)) as postgres:
        await _tell(pids=[postgres.process.pid], dsn=postgres.dsn, data=str(postgres.data))


async def hold_stack() -> None:
    async with Stack(services=[toy("a"), toy("b")], settings=Settings()) as stack:
        pids = [process.pid for process in stack.processes.values()]
        await _tell(pids=pids, root=str(stack.root))


async def _tell(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    end = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(end), sys.stdin
    )
    await end.read()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["service", behaviour]:
            asyncio.run(service(behaviour))
        case ["postgres", root]:
            asyncio.run(hold_postgres(root))
        case ["ordinary-postgres", root]:
            become_ordinary()
            asyncio.run(hold_postgres(root))
        case ["stack"]:
            asyncio.run(hold_stack())
