"""The lifecycle and RFM over gRPC; ``danke.audience.v1.LifecycleService``."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec.structs import asdict

from common.messages import own, timestamp
from common.pages import paged
from common.server import Call
from danke.audience.v1 import lifecycle_pb2 as pb
from services.audience import store_profiles, store_runs
from services.audience.days import day_of
from services.audience.errors import ProfileNotFound, RunNotFound
from services.audience.lifecycle import LifecyclePolicy, LifecycleTerms
from services.audience.member_runs import MemberRun, StartRun
from services.audience.policies import SetLifecyclePolicy
from services.audience.profiles import Profile, new_policy
from services.audience.rpc_door import Door
from services.audience.stage_changes import StageChange

_NEWEST: Final = 2**62
_TERMS: Final = LifecycleTerms.__struct_fields__


class LifecycleService(Door):
    """Answers ``danke.audience.v1.LifecycleService``; what each RPC refuses is in its proto."""

    async def _profile(self, member_id: str, call: Call) -> Profile:
        own(call, member_id)
        found = await store_profiles.profile(self.pool, call.merchant_id, member_id)
        if found is None:
            raise ProfileNotFound(field="member_id", member_id=member_id)
        return found

    async def GetLifecycle(
        self, request: pb.GetLifecycleRequest, call: Call
    ) -> pb.GetLifecycleResponse:
        found = await self._profile(request.member_id, call)
        since = 0
        if found.last_paid_at:
            since = max(0, (day_of(self.clock.now()) - day_of(found.last_paid_at)).days)
        return pb.GetLifecycleResponse(
            member_id=found.member_id,
            stage=f"STAGE_{found.stage}",
            since=timestamp(found.stage_since),
            evaluate_time=timestamp(found.evaluated_at),
            next_change_time=timestamp(found.next_stage_at),
            order_count=found.order_count,
            days_since=since,
            cycle_days=found.cycle_days,
            cycle_source=f"CYCLE_SOURCE_{found.cycle_source or 'UNSPECIFIED'}",
            wake_round=found.wake_round,
            wake_end_time=timestamp(found.wake_ended_at),
            is_habit=found.is_habit,
            is_super=found.is_super,
        )

    async def ListStageChanges(
        self, request: pb.ListStageChangesRequest, call: Call
    ) -> pb.ListStageChangesResponse:
        own(call, request.member_id)
        found, token = await paged(
            request,
            (_NEWEST,),
            partial(store_profiles.stage_changes, self.pool, call.merchant_id, request.member_id),
            lambda one: (one.number,),
        )
        return pb.ListStageChangesResponse(changes=map(_change, found), next_page_token=token)

    async def GetRfm(self, request: pb.GetRfmRequest, call: Call) -> pb.GetRfmResponse:
        found = await self._profile(request.member_id, call)
        recency, frequency, monetary, as_of = await store_profiles.rfm(
            self.pool, call.merchant_id, found.member_id
        )
        return pb.GetRfmResponse(
            member_id=found.member_id,
            recency=recency,
            frequency=frequency,
            monetary=monetary,
            as_of=as_of.isoformat() if as_of else "",
            last_paid_time=timestamp(found.last_paid_at),
            order_count=found.order_count,
            net_sales_fen=found.net_sales_fen,
        )

    async def GetLifecyclePolicy(
        self, request: pb.GetLifecyclePolicyRequest, call: Call
    ) -> pb.GetLifecyclePolicyResponse:
        found = await store_profiles.policy(self.pool, call.merchant_id)
        found = found or new_policy(call.merchant_id, self.clock.now())
        return pb.GetLifecyclePolicyResponse(policy=_policy(found))

    async def SetLifecyclePolicy(
        self, request: pb.SetLifecyclePolicyRequest, call: Call
    ) -> pb.SetLifecyclePolicyResponse:
        given = {name: value for name in _TERMS if (value := getattr(request.terms, name))}
        policy = await self.run(
            SetLifecyclePolicy,
            request,
            call,
            terms=LifecycleTerms(**given),
            actor=call.caller.actor,
        )
        return pb.SetLifecyclePolicyResponse(policy=_policy(policy))

    async def RecomputeLifecycle(
        self, request: pb.RecomputeLifecycleRequest, call: Call
    ) -> pb.RecomputeLifecycleResponse:
        run = await self.run(StartRun, request, call, kind="LIFECYCLE")
        return pb.RecomputeLifecycleResponse(run=_run(run))

    async def RefreshRfm(self, request: pb.RefreshRfmRequest, call: Call) -> pb.RefreshRfmResponse:
        return pb.RefreshRfmResponse(run=_run(await self.run(StartRun, request, call, kind="RFM")))

    async def RefreshCycles(
        self, request: pb.RefreshCyclesRequest, call: Call
    ) -> pb.RefreshCyclesResponse:
        run = await self.run(StartRun, request, call, kind="COHORTS")
        return pb.RefreshCyclesResponse(run=_run(run))

    async def GetRun(self, request: pb.GetRunRequest, call: Call) -> pb.GetRunResponse:
        kind = pb.Run.Kind.Name(request.kind).removeprefix("KIND_")
        found = await store_runs.run(self.pool, call.merchant_id, kind)
        if found is None:
            raise RunNotFound(field="kind")
        return pb.GetRunResponse(run=_run(found))


def _change(found: StageChange) -> pb.StageChange:
    return pb.StageChange(
        number=found.number,
        change_time=timestamp(found.changed_at),
        from_stage=f"STAGE_{found.from_stage}",
        to_stage=f"STAGE_{found.to_stage}",
        order_count=found.order_count,
        days_since=found.days_since,
        cycle_days=found.cycle_days,
    )


def _policy(found: LifecyclePolicy) -> pb.LifecyclePolicy:
    return pb.LifecyclePolicy(
        version=found.version,
        terms=pb.LifecycleTerms(**asdict(found.terms)),
        cycles=[
            pb.CategoryCycle(category_id=category, median_days=days)
            for category, days in sorted(found.cohorts.items())
        ],
        set_time=timestamp(found.set_at),
    )


def _run(found: MemberRun) -> pb.Run:
    return pb.Run(
        run_id=found.run_id,
        kind=f"KIND_{found.kind}",
        done=found.state == "DONE",
        members=found.members,
        changed=found.changed,
        start_time=timestamp(found.started_at),
        end_time=timestamp(found.ended_at),
    )
