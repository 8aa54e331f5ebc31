"""The development clock's RPCs: set the time, run what is due, wait until all is quiet."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from common.clock import DevelopmentClock
from common.consumers import Consumers
from common.messages import moment
from common.outbox import Relay
from common.server import Call
from common.timers import Timers
from danke.dev.v1 import clock_pb2 as pb

# How long whoever waits for quiet waits for the next commit before looking again. Looking costs
# what the work is done with; what is committed elsewhere, or whose answer was lost, tells nobody.
LOOK_S: Final = 0.1


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
        moved = self.consumers.moved
        while True:
            moved.clear()
            if not await self.consumers.lag():
                break
            worked = True
            with suppress(TimeoutError):
                await asyncio.wait_for(moved.wait(), LOOK_S)
        if self.relay and await self.relay.drained():
            worked = True
        return pb.SettleResponse(worked=worked)
