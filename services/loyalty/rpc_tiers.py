"""Tiers, growth and benefits over gRPC; ``danke.loyalty.v1.TierService``."""

from __future__ import annotations

from typing import Any

from common.messages import moment, own
from common.server import Call
from danke.loyalty.v1 import tier_pb2 as pb
from services.loyalty import store_members, store_tiers
from services.loyalty.benefits import Benefit, SetBenefits, Source, best, catalogue_id
from services.loyalty.calibration import DEFAULT_KEEP_BP, Calibration, calibrated
from services.loyalty.growth import AdjustGrowth, SetGrowthPolicy
from services.loyalty.rpc_members import Door
from services.loyalty.rpc_tiers_messages import (
    benefit_from,
    catalogue_to,
    entry_to,
    grant_to,
    held_to,
    scheme_to,
    standing_to,
    tier_from,
    tier_to,
)
from services.loyalty.tier_grants import RevokeTierGrant, SetTierManually
from services.loyalty.tier_schemes import SetTierScheme, check_tiers

PAGE = 50
_LAST_N = 10**18


class TierService(Door):
    """Answers ``danke.loyalty.v1.TierService``; what each RPC refuses is said in its proto."""

    async def GetTier(self, request: pb.GetTierRequest, call: Call) -> pb.GetTierResponse:
        member_id = await self._survivor(call, request.member_id)
        return pb.GetTierResponse(
            standing=await self._standing(call, member_id),
            grants=[
                grant_to(grant)
                for grant in await store_tiers.grants(self.pool, call.merchant_id, member_id)
            ],
        )

    async def ListGrowth(self, request: pb.ListGrowthRequest, call: Call) -> pb.ListGrowthResponse:
        member_id = await self._survivor(call, request.member_id)
        size = request.page_size or PAGE
        before = int(request.page_token or _LAST_N)
        found = await store_tiers.ledger(self.pool, call.merchant_id, member_id, before, size + 1)
        more = str(found[size - 1].n) if len(found) > size else ""
        return pb.ListGrowthResponse(
            entries=[entry_to(one) for one in found[:size]], next_page_token=more
        )

    async def AdjustGrowth(
        self, request: pb.AdjustGrowthRequest, call: Call
    ) -> pb.AdjustGrowthResponse:
        state = await self.run(
            AdjustGrowth(
                **self.about(request, call),
                member_id=request.member_id,
                adjustment_id=request.adjustment_id,
                growth=request.growth,
                reason=request.reason,
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.AdjustGrowthResponse(standing=await self._standing(call, state.member_id))

    async def SetTierManually(
        self, request: pb.SetTierManuallyRequest, call: Call
    ) -> pb.SetTierManuallyResponse:
        state = await self.run(
            SetTierManually(
                **self.about(request, call),
                member_id=request.member_id,
                tier_id=request.tier_id,
                reason=request.reason,
                operator=call.caller.actor,
                valid_until=moment(request, "valid_until"),
                trial=request.trial,
            ),
            call,
        )
        return pb.SetTierManuallyResponse(standing=await self._standing(call, state.member_id))

    async def RevokeTierGrant(
        self, request: pb.RevokeTierGrantRequest, call: Call
    ) -> pb.RevokeTierGrantResponse:
        state = await self.run(
            RevokeTierGrant(
                **self.about(request, call),
                grant_id=request.grant_id,
                reason=request.reason,
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.RevokeTierGrantResponse(standing=await self._standing(call, state.member_id))

    async def GetTierScheme(
        self, request: pb.GetTierSchemeRequest, call: Call
    ) -> pb.GetTierSchemeResponse:
        scheme = await store_tiers.scheme(self.pool, call.merchant_id)
        policy = await store_tiers.policy(self.pool, call.merchant_id)
        return pb.GetTierSchemeResponse(
            scheme=scheme_to(scheme),
            growth_policy=pb.GrowthPolicy(
                version=policy.version,
                grant_on_paid=policy.grant_on == "PAID",
                growth_per_yuan_bp=policy.growth_per_yuan_bp,
            ),
        )

    async def SetTierScheme(
        self, request: pb.SetTierSchemeRequest, call: Call
    ) -> pb.SetTierSchemeResponse:
        asked = request.expected_version if request.HasField("expected_version") else -1
        scheme = await self.run(
            SetTierScheme(
                **self.about(request, call),
                metric=_metric(request.metric),
                validity_days=request.validity_days,
                notice_days=request.notice_days,
                tiers=[tier_from(tier) for tier in request.tiers],
                operator=call.caller.actor,
                expected_version=asked,
            ),
            call,
        )
        return pb.SetTierSchemeResponse(scheme=scheme_to(scheme))

    async def CalibrateTierScheme(
        self, request: pb.CalibrateTierSchemeRequest, call: Call
    ) -> pb.CalibrateTierSchemeResponse:
        rate = request.growth_per_yuan_bp
        if not rate:
            rate = (await store_tiers.policy(self.pool, call.merchant_id)).growth_per_yuan_bp
        tiers = calibrated(
            Calibration(
                aov_fen=request.aov_fen,
                yearly_orders=list(request.yearly_orders),
                growth_per_yuan_bp=rate,
                keep_bp=request.keep_bp if request.HasField("keep_bp") else DEFAULT_KEEP_BP,
            )
        )
        return pb.CalibrateTierSchemeResponse(tiers=[tier_to(tier) for tier in tiers])

    async def SimulateTierScheme(
        self, request: pb.SimulateTierSchemeRequest, call: Call
    ) -> pb.SimulateTierSchemeResponse:
        tiers = [tier_from(tier) for tier in request.tiers]
        check_tiers(tiers)
        moves = await store_tiers.simulate(
            self.pool, call.merchant_id, _metric(request.metric), tiers
        )
        return pb.SimulateTierSchemeResponse(
            moves=[
                pb.SimulatedMove(
                    from_tier_id=one.from_tier_id,
                    to_tier_id=one.to_tier_id,
                    members=one.members,
                    least=one.least,
                    average=one.average,
                    most=one.most,
                )
                for one in moves
            ]
        )

    async def SetGrowthPolicy(
        self, request: pb.SetGrowthPolicyRequest, call: Call
    ) -> pb.SetGrowthPolicyResponse:
        policy = await self.run(
            SetGrowthPolicy(
                **self.about(request, call),
                grant_on="PAID" if request.grant_on_paid else "COMPLETED",
                growth_per_yuan_bp=request.growth_per_yuan_bp,
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.SetGrowthPolicyResponse(version=policy.version)

    async def GetBenefits(
        self, request: pb.GetBenefitsRequest, call: Call
    ) -> pb.GetBenefitsResponse:
        member_id = await self._survivor(call, request.member_id)
        held = best(await self._candidates(call, member_id))
        return pb.GetBenefitsResponse(benefits=[held_to(one) for one in held])

    async def ListBenefits(
        self, request: pb.ListBenefitsRequest, call: Call
    ) -> pb.ListBenefitsResponse:
        found = await store_tiers.catalogues(self.pool, call.merchant_id, None)
        return pb.ListBenefitsResponse(catalogues=[catalogue_to(one) for one in found])

    async def SetBenefits(
        self, request: pb.SetBenefitsRequest, call: Call
    ) -> pb.SetBenefitsResponse:

        catalogue = await self.run(
            SetBenefits(
                **self.about(request, call),
                owner="TIER" if request.owner == pb.BenefitSource.OWNER_TIER else "PLAN",
                owner_id=request.owner_id,
                benefits=[benefit_from(one) for one in request.benefits],
                operator=call.caller.actor,
            ),
            call,
        )
        return pb.SetBenefitsResponse(catalogue=catalogue_to(catalogue))

    # --- what several answers are made from -----------------------------------------------------

    async def _survivor(self, call: Call, member_id: str) -> str:
        """Who the id leads to; an id nobody enrolled leads to itself. Refuses ACTOR_NOT_ALLOWED."""
        own(call, member_id)
        member = await store_members.member(self.pool, call.merchant_id, member_id)
        return member.member_id if member else member_id

    async def _standing(self, call: Call, member_id: str) -> pb.TierStanding:
        scheme = await store_tiers.scheme(self.pool, call.merchant_id)
        state = await store_tiers.tier_state(self.pool, call.merchant_id, member_id)
        grants = await store_tiers.grants(self.pool, call.merchant_id, member_id)
        return standing_to(member_id, scheme, state, grants)

    async def _candidates(self, call: Call, member_id: str) -> list[tuple[Benefit, Source]]:
        """Every benefit of the member's tier and running plans, with its source."""
        merchant_id, now = call.merchant_id, self.clock.now()
        scheme = await store_tiers.scheme(self.pool, merchant_id)
        state = await store_tiers.tier_state(self.pool, merchant_id, member_id)
        tier = scheme.stands_for(state.tier_id, state.level) if state else scheme.lowest
        tier_id = tier.tier_id
        until = state.valid_until if state else None
        sources = {catalogue_id("TIER", tier_id): Source("TIER", tier_id, until)}
        for term in await store_tiers.memberships(self.pool, merchant_id, member_id):
            running = term.state == "ACTIVE" and term.starts_at and term.ends_at
            if running and term.starts_at <= now < term.ends_at:  # type: ignore[operator]
                key = catalogue_id("PLAN", term.plan_id)
                sources[key] = Source("PLAN", term.plan_id, term.ends_at)
        found = await store_tiers.catalogues(self.pool, merchant_id, list(sources))
        return [(benefit, sources[one.catalogue_id]) for one in found for benefit in one.benefits]


def _metric(value: Any) -> Any:
    return pb.TierMetric.Name(value).removeprefix("TIER_METRIC_")
