"""Grants, mass grants and recalls over gRPC; ``danke.coupon.v1.GrantService``."""

from __future__ import annotations

from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.errors import Refusal
from common.messages import about, merchant_only, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.coupon.v1 import grant_pb2 as pb
from services.coupon import grant_batches, grants, recalls, store_grants
from services.coupon.errors import GrantBatchNotFound, GrantNotFound, RecallNotFound


class GrantService:
    """Answers ``danke.coupon.v1.GrantService``; what each RPC refuses is said in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def Grant(self, request: pb.GrantRequest, call: Call) -> pb.GrantResponse:
        command = grants.GrantCoupons(
            **about(request, call, self.clock), grant_id=request.grant_id,
            template_id=request.template_id, member_id=request.member_id,
            quantity=request.quantity, ref=request.ref or request.grant_id,
        )  # fmt: skip
        return pb.GrantResponse(grant=_grant(await self.engine.run(command, call.context)))

    async def GetGrant(self, request: pb.GetGrantRequest, call: Call) -> pb.GetGrantResponse:
        grant = await store_grants.grant(self.pool, call.merchant_id, request.grant_id)
        if grant is None:
            raise GrantNotFound(field="grant_id", grant_id=request.grant_id)
        own(call, grant.member_id)
        return pb.GetGrantResponse(grant=_grant(grant))

    async def CreateGrantBatch(
        self, request: pb.CreateGrantBatchRequest, call: Call
    ) -> pb.CreateGrantBatchResponse:
        command = grant_batches.CreateGrantBatch(
            **about(request, call, self.clock), batch_id=request.batch_id,
            template_id=request.template_id, name=request.name, members=request.members,
            actor=call.caller.actor, snapshot_id=request.snapshot_id,
        )  # fmt: skip
        batch = await self.engine.run(command, call.context)
        return pb.CreateGrantBatchResponse(batch=_batch(batch))

    async def AddGrantMembers(
        self, request: pb.AddGrantMembersRequest, call: Call
    ) -> pb.AddGrantMembersResponse:
        command = grant_batches.AddGrantMembers(
            **about(request, call, self.clock), batch_id=request.batch_id, page=request.page,
            member_ids=list(request.member_ids),
        )  # fmt: skip
        batch = await self.engine.run(command, call.context)
        return pb.AddGrantMembersResponse(batch=_batch(batch))

    async def StartGrantBatch(
        self, request: pb.StartGrantBatchRequest, call: Call
    ) -> pb.StartGrantBatchResponse:
        command = grant_batches.StartGrantBatch(
            **about(request, call, self.clock), batch_id=request.batch_id
        )
        batch = await self.engine.run(command, call.context)
        return pb.StartGrantBatchResponse(batch=_batch(batch))

    async def CancelGrantBatch(
        self, request: pb.CancelGrantBatchRequest, call: Call
    ) -> pb.CancelGrantBatchResponse:
        command = grant_batches.CancelGrantBatch(
            **about(request, call, self.clock), batch_id=request.batch_id
        )
        batch = await self.engine.run(command, call.context)
        return pb.CancelGrantBatchResponse(batch=_batch(batch))

    async def GetGrantBatch(
        self, request: pb.GetGrantBatchRequest, call: Call
    ) -> pb.GetGrantBatchResponse:
        merchant_only(call, "batch_id")
        return pb.GetGrantBatchResponse(
            batch=_batch(await self._stored(call.merchant_id, request.batch_id))
        )

    async def ListGrantBatches(
        self, request: pb.ListGrantBatchesRequest, call: Call
    ) -> pb.ListGrantBatchesResponse:
        merchant_only(call, "page_token")
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store_grants.grant_batches(self.pool, call.merchant_id, after, size)
        return pb.ListGrantBatchesResponse(
            batches=map(_batch, found),
            next_page_token=next_token(found, size, lambda row: (row.batch_id,)),
        )

    async def ListGrantResults(
        self, request: pb.ListGrantResultsRequest, call: Call
    ) -> pb.ListGrantResultsResponse:
        merchant_only(call, "batch_id")
        batch = await self._stored(call.merchant_id, request.batch_id)
        chunk = await store_grants.grant_chunk(
            self.pool, call.merchant_id, request.batch_id, request.chunk
        )
        if chunk is None:
            return pb.ListGrantResultsResponse()
        following = request.chunk + 1
        return pb.ListGrantResultsResponse(
            results=_results(chunk, batch.state),
            next_chunk=following if following < batch.chunks else 0,
        )

    async def RecallCoupons(
        self, request: pb.RecallCouponsRequest, call: Call
    ) -> pb.RecallCouponsResponse:
        command = recalls.StartRecall(
            **about(request, call, self.clock), recall_id=request.recall_id,
            template_id=request.template_id, ref=request.ref, recycle=request.recycle,
            reason=request.reason or "RECALLED", actor=call.caller.actor,
        )  # fmt: skip
        recall = await self.engine.run(command, call.context)
        return pb.RecallCouponsResponse(recall=_recall(recall))

    async def GetRecall(self, request: pb.GetRecallRequest, call: Call) -> pb.GetRecallResponse:
        merchant_only(call, "recall_id")
        recall = await store_grants.recall(self.pool, call.merchant_id, request.recall_id)
        if recall is None:
            raise RecallNotFound(field="recall_id", recall_id=request.recall_id)
        return pb.GetRecallResponse(recall=_recall(recall))

    async def VoidCoupons(
        self, request: pb.VoidCouponsRequest, call: Call
    ) -> pb.VoidCouponsResponse:
        given = about(request, call, self.clock)
        commands = [
            recalls.VoidCoupon(
                **given | {"id": f"{request.request_id}/{coupon_id}"}, coupon_id=coupon_id,
                reason=request.reason or "VOIDED",
            )
            for coupon_id in request.coupon_ids
        ]  # fmt: skip
        outcomes = await self.engine.run_each(commands, [call.context] * len(commands))
        results = []
        for coupon_id, outcome in zip(request.coupon_ids, outcomes, strict=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, Refusal):
                raise outcome
            reason = outcome.reason if isinstance(outcome, Refusal) else ""
            results.append(pb.VoidResult(coupon_id=coupon_id, reason=reason))
        return pb.VoidCouponsResponse(results=results)

    async def _stored(self, merchant_id: str, batch_id: str) -> grant_batches.GrantBatch:
        batch = await store_grants.grant_batch(self.pool, merchant_id, batch_id)
        if batch is None:
            raise GrantBatchNotFound(field="batch_id", batch_id=batch_id)
        return batch


def _grant(row: grants.Grant) -> pb.CouponGrant:
    return pb.CouponGrant(
        grant_id=row.grant_id, template_id=row.template_id, member_id=row.member_id,
        quantity=row.quantity, source=row.source, ref=row.ref, state=f"STATE_{row.state}",
        coupon_ids=row.coupon_ids, reason=row.reason, create_time=timestamp(row.created_at),
    )  # fmt: skip


def _batch(row: grant_batches.GrantBatch) -> pb.GrantBatch:
    return pb.GrantBatch(
        batch_id=row.batch_id, template_id=row.template_id, name=row.name,
        state=f"STATE_{row.state}", members=row.members, added=row.added, next_page=row.pages,
        ok=row.ok, skipped=row.skipped, failed=row.failed, created_by=row.created_by,
        create_time=timestamp(row.created_at), end_time=timestamp(row.ended_at),
        snapshot_id=row.snapshot_id,
    )  # fmt: skip


def _recall(row: recalls.Recall) -> pb.Recall:
    return pb.Recall(
        recall_id=row.recall_id, template_id=row.template_id, ref=row.ref, recycle=row.recycle,
        reason=row.reason, done=row.state == "DONE", voided=row.voided, pending=row.pending,
        created_by=row.created_by, create_time=timestamp(row.created_at),
        end_time=timestamp(row.ended_at),
    )  # fmt: skip


# Why nothing came of a chunk that the mass grant did not reach before it ended.
_UNREACHED = {"PARTIAL": "TEMPLATE_NOT_ACTIVE", "CANCELLED": "CANCELLED"}


def _results(chunk: grant_batches.GrantChunk, state: str) -> list[pb.GrantResult]:
    """Who got what: a coupon's id follows from the place in the list."""
    results = []
    unreached = "" if chunk.done else _UNREACHED.get(state, "")
    first = chunk.chunk * grant_batches.CHUNK
    for place, member_id in enumerate(chunk.member_ids, first):
        reason = chunk.refused.get(member_id, unreached)
        given = chunk.done and not reason
        coupon_id = f"{chunk.batch_id}.{place}" if given else ""
        results.append(pb.GrantResult(member_id=member_id, coupon_id=coupon_id, reason=reason))
    return results
