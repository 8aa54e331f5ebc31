"""The development clock's RPCs: set the time, run what is due, wait until all is quiet."""

from __future__ import annotations

import asyncio
from typing import Final

from common.clock import DevelopmentClock
from common.consumers import Consumers
from common.messages import moment
from common.outbox import Relay
from common.server import Call
from common.timers import Timers
from danke.dev.v1 import clock_pb2 as pb

# How often whoever waits for quiet looks again: looking costs what the work is done with.
LOOK_S: Final = 0.015


class ClockService:
    """Answers ``danke.dev.v1.ClockService``; registered only with DANKE_ENV=dev."""

    def __init__(
        self,
        clock: DevelopmentClock,
        timers: Timers | None,
        consumers: Consumers,
        relay: Relay | None,
    ) -> None:
        """``timers`` and ``relay`` are None in a service without a schema."""
        self.clock = clock
        self.timers = timers
        self.consumers = consumers
        self.relay = relay

    async def GetTime(self, request: pb.GetTimeRequest, call: Call) -> pb.GetTimeResponse:
        response = pb.GetTimeResponse()
        response.time.FromDatetime(self.clock.now())
        return response

    async def SetTime(self, request: pb.SetTimeRequest, call: Call) -> pb.SetTimeResponse:
        at = moment(request, "time")
        assert at, "the proto demands it"
        self.clock.set(at)
        ran = await self.timers.run_due() if self.timers else 0
        # Parked events wait for a time as well; in a service without a schema there are none.
        while self.timers and (retried := await self.consumers.retry_parked()):
            ran += retried
        response = pb.SetTimeResponse(timers_run=ran)
        response.time.FromDatetime(self.clock.now())
        return response

    async def Settle(self, request: pb.SettleRequest, call: Call) -> pb.SettleResponse:
        worked = False
        while await self.consumers.lag():
            worked = True
            await asyncio.sleep(LOOK_S)
        if self.relay and await self.relay.drained():
            worked = True
        return pb.SettleResponse(worked=worked)
