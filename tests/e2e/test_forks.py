"""Children start although gRPC runs in the process that forks them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc

from deploy.local.processes import Process
from tests.e2e.system import System

# Without the setting in deploy/local/config.py about one in sixty died by SIGABRT.
STARTS = 60


async def test_children_start_while_grpc_runs(system: System, tmp_path: Path) -> None:
    for number in range(STARTS):
        async with grpc.aio.insecure_channel(system.stack.address("trade")) as channel:
            await channel.channel_ready()
            child = Process(name="true", argv=["/bin/true"], log=tmp_path / str(number), env={})
            child.spawn()
            async with asyncio.timeout(30):
                await child.wait()
        assert child.died().args[0].startswith("true died (exit code 0)")
