"""Terms of points over gRPC; ``danke.loyalty.v1.PointsRuleService``."""

from __future__ import annotations

from common.messages import moment, timestamp
from common.server import Call
from danke.loyalty.v1 import points_rule_pb2 as pb
from services.loyalty import store_points
from services.loyalty.deductions import worth_fen
from services.loyalty.earn_rules import SetRule
from services.loyalty.points_accounts import SetProgramme
from services.loyalty.rpc_members import Door
from services.loyalty.rpc_points_messages import programme_from, programme_to, rule_from, rule_to


class PointsRuleService(Door):
    """Answers ``danke.loyalty.v1.PointsRuleService``; what each RPC refuses is in its proto."""

    async def GetPointsProgramme(
        self, request: pb.GetPointsProgrammeRequest, call: Call
    ) -> pb.GetPointsProgrammeResponse:
        programme = await store_points.programme(self.pool, call.merchant_id)
        return pb.GetPointsProgrammeResponse(programme=programme_to(programme))

    async def SetPointsProgramme(
        self, request: pb.SetPointsProgrammeRequest, call: Call
    ) -> pb.SetPointsProgrammeResponse:
        programme = await self.run(
            SetProgramme(
                **self.about(request, call),
                programme=programme_from(call.merchant_id, request.programme),
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.SetPointsProgrammeResponse(programme=programme_to(programme))

    async def ListPointsRules(
        self, request: pb.ListPointsRulesRequest, call: Call
    ) -> pb.ListPointsRulesResponse:
        rules = await store_points.rules(self.pool, call.merchant_id)
        return pb.ListPointsRulesResponse(rules=[rule_to(rule) for rule in rules])

    async def SetPointsRule(
        self, request: pb.SetPointsRuleRequest, call: Call
    ) -> pb.SetPointsRuleResponse:
        rule = await self.run(
            SetRule(
                **self.about(request, call),
                **rule_from(request.rule),
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.SetPointsRuleResponse(rule=rule_to(rule))

    async def GetPointsLiability(
        self, request: pb.GetPointsLiabilityRequest, call: Call
    ) -> pb.GetPointsLiabilityResponse:
        start, end = moment(request, "start_time"), moment(request, "end_time")
        assert start and end, "the proto demands both"
        found = await store_points.liability(self.pool, call.merchant_id, start, end)
        terms = await store_points.programme(self.pool, call.merchant_id)
        return pb.GetPointsLiabilityResponse(
            issued_points=found.issued_points,
            redeemed_points=found.redeemed_points,
            expired_points=found.expired_points,
            revoked_points=found.revoked_points,
            forfeited_points=found.forfeited_points,
            outstanding_points=found.outstanding_points,
            pending_points=found.pending_points,
            debt_points=found.debt_points,
            outstanding_worth_fen=worth_fen(found.outstanding_points, terms.points_per_yuan),
            by_expiry=[
                pb.ExpiringPoints(expire_time=timestamp(at), points=points)
                for at, points in found.by_expiry
            ],
        )
