"""Templates over gRPC; ``danke.coupon.v1.TemplateService``."""

from __future__ import annotations

from typing import Any, Literal

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import about, merchant_only, moment
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.coupon.v1 import template_pb2 as pb
from services.coupon import channels, codes, postpay, store, store_grants, templates
from services.coupon.coupon_secrets import CouponSecrets
from services.coupon.errors import TemplateNotFound, TermsInvalid
from services.coupon.recalls import StartRecall
from services.coupon.rpc_messages import (
    channel_to_pb,
    enum_name,
    rule_to_pb,
    settings_from,
    stock_to_pb,
    template_to_pb,
)


class TemplateService:
    """Answers ``danke.coupon.v1.TemplateService``; what each RPC refuses is said in its proto."""

    def __init__(
        self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock, secrets: CouponSecrets
    ) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock
        self.secrets = secrets

    async def SetTemplate(
        self, request: pb.SetTemplateRequest, call: Call
    ) -> pb.SetTemplateResponse:
        command = templates.SetTemplate(
            **about(request, call, self.clock), template_id=request.template_id,
            actor=call.caller.actor, version=request.version, **settings_from(request.settings),
        )  # fmt: skip
        template = await self.engine.run(command, call.context)
        return pb.SetTemplateResponse(template=template_to_pb(template))

    async def ActivateTemplate(
        self, request: pb.ActivateTemplateRequest, call: Call
    ) -> pb.ActivateTemplateResponse:
        return pb.ActivateTemplateResponse(template=await self._to("ACTIVE", request, call))

    async def PauseTemplate(
        self, request: pb.PauseTemplateRequest, call: Call
    ) -> pb.PauseTemplateResponse:
        return pb.PauseTemplateResponse(template=await self._to("PAUSED", request, call))

    async def EndTemplate(
        self, request: pb.EndTemplateRequest, call: Call
    ) -> pb.EndTemplateResponse:
        return pb.EndTemplateResponse(template=await self._to("ENDED", request, call))

    async def VoidTemplate(
        self, request: pb.VoidTemplateRequest, call: Call
    ) -> pb.VoidTemplateResponse:
        template = await self._to("VOIDED", request, call)
        given = about(request, call, self.clock)
        recall = StartRecall(
            **given | {"id": f"{request.request_id}/recall"}, recall_id=request.request_id,
            template_id=request.template_id, ref="", recycle=False, reason="TEMPLATE_VOIDED",
            actor=call.caller.actor,
        )  # fmt: skip
        await self.engine.run(recall, call.context)
        return pb.VoidTemplateResponse(template=template)

    async def GetTemplate(
        self, request: pb.GetTemplateRequest, call: Call
    ) -> pb.GetTemplateResponse:
        template = await self._template(call.merchant_id, request.template_id)
        stock = await store.stock(self.pool, call.merchant_id, request.template_id)
        return pb.GetTemplateResponse(template=template_to_pb(template), stock=stock_to_pb(stock))

    async def ListTemplates(
        self, request: pb.ListTemplatesRequest, call: Call
    ) -> pb.ListTemplatesResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        state = enum_name(pb.Template.State, request.state, "STATE_")
        rows = await store.templates(self.pool, call.merchant_id, after, state, size)
        return pb.ListTemplatesResponse(
            templates=[template_to_pb(row) for row in rows],
            next_page_token=next_token(rows, size, lambda row: (row.template_id,)),
        )

    async def GetTemplateStatistics(
        self, request: pb.GetTemplateStatisticsRequest, call: Call
    ) -> pb.GetTemplateStatisticsResponse:
        merchant_only(call, "template_id")
        await self._template(call.merchant_id, request.template_id)
        stock = await store.stock(self.pool, call.merchant_id, request.template_id)
        found: dict[str, pb.ChannelStatistics] = {}
        for row in await store.statistics(self.pool, call.merchant_id, request.template_id):
            one = found.setdefault(row.channel, pb.ChannelStatistics(channel_code=row.channel))
            one.issued += row.coupons
            if row.state == "USED":
                one.used += row.coupons
                one.discount_fen += row.discount_fen
            elif row.state == "EXPIRED":
                one.expired += row.coupons
            elif row.state == "VOIDED":
                one.voided += row.coupons
        return pb.GetTemplateStatisticsResponse(stock=stock_to_pb(stock), channels=found.values())

    async def SetChannel(self, request: pb.SetChannelRequest, call: Call) -> pb.SetChannelResponse:
        command = channels.SetChannel(
            **about(request, call, self.clock), template_id=request.template_id,
            channel_code=request.channel_code, name=request.name, active=request.active,
            quota=request.quota if request.HasField("quota") else None,
        )  # fmt: skip
        channel = await self.engine.run(command, call.context)
        return pb.SetChannelResponse(channel=channel_to_pb(channel))

    async def ListChannels(
        self, request: pb.ListChannelsRequest, call: Call
    ) -> pb.ListChannelsResponse:
        # A channel's code is what a private group or a till's print gives away, and nobody else.
        merchant_only(call, "template_id")
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        rows = await store.channels(self.pool, call.merchant_id, request.template_id, after, size)
        return pb.ListChannelsResponse(
            channels=[channel_to_pb(row) for row in rows],
            next_page_token=next_token(rows, size, lambda row: (row.channel_code,)),
        )

    async def CreateCodes(
        self, request: pb.CreateCodesRequest, call: Call
    ) -> pb.CreateCodesResponse:
        merchant_id = call.merchant_id
        expires_at = moment(request, "expire_time")
        if expires_at is None or expires_at <= self.clock.now():
            raise TermsInvalid(field="expire_time", why="not in the future")
        made = [
            self.secrets.code("redemption", merchant_id, f"{request.code_batch_id}.{place}")
            for place in range(request.number)
        ]
        command = codes.CreateCodes(
            **about(request, call, self.clock), code_batch_id=request.code_batch_id,
            template_id=request.template_id, expires_at=expires_at,
            code_hashes=[self.secrets.digest("redemption", merchant_id, code) for code in made],
        )  # fmt: skip
        await self.engine.run(command, call.context)
        return pb.CreateCodesResponse(codes=made)

    async def SetPostPayRule(
        self, request: pb.SetPostPayRuleRequest, call: Call
    ) -> pb.SetPostPayRuleResponse:
        rule = request.rule
        command = postpay.SetPostPayRule(
            **about(request, call, self.clock), rule_id=rule.rule_id, version=rule.version,
            active=rule.active, template_id=rule.template_id, quantity=rule.quantity,
            min_paid_fen=rule.min_paid_fen, channels=list(rule.channels),
            store_ids=list(rule.store_ids), first_order_only=rule.first_order_only,
            actor=call.caller.actor,
        )  # fmt: skip
        return pb.SetPostPayRuleResponse(
            rule=rule_to_pb(await self.engine.run(command, call.context))
        )

    async def ListPostPayRules(
        self, request: pb.ListPostPayRulesRequest, call: Call
    ) -> pb.ListPostPayRulesResponse:
        merchant_only(call, "page_token")
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        rows = await store_grants.rules(self.pool, call.merchant_id, after, size)
        return pb.ListPostPayRulesResponse(
            rules=[rule_to_pb(row) for row in rows],
            next_page_token=next_token(rows, size, lambda row: (row.rule_id,)),
        )

    async def _template(self, merchant_id: str, template_id: str) -> templates.CouponTemplate:
        template = await store.template(self.pool, merchant_id, template_id)
        if template is None:
            raise TemplateNotFound(field="template_id", template_id=template_id)
        return template

    async def _to(
        self, state: Literal["ACTIVE", "PAUSED", "ENDED", "VOIDED"], request: Any, call: Call
    ) -> pb.Template:
        command = templates.ChangeTemplateState(
            **about(request, call, self.clock), template_id=request.template_id,
            actor=call.caller.actor, to=state,
        )  # fmt: skip
        return template_to_pb(await self.engine.run(command, call.context))
