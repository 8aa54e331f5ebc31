"""Policies and message templates, from the wire."""

from __future__ import annotations

from typing import Any

from common.clock import Clock
from common.engine import Engine
from common.messages import about, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.automation.v1 import journey_pb2
from danke.automation.v1 import policy_pb2 as pb
from services.automation import policies, store_messages, templates
from services.automation.caps import Cap
from services.automation.errors_messages import MessageTemplateNotFound
from services.automation.policies import Rules
from services.automation.quiet import QuietHours
from services.automation.store_messages import Pool

_FIRST = ("",)


class PolicyService:
    """Answers danke.automation.v1.PolicyService."""

    def __init__(self, engine: Engine, pool: Pool, clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SetPolicy(self, request: pb.SetPolicyRequest, call: Call) -> pb.SetPolicyResponse:
        command = policies.SetPolicy(
            **about(request, call, self.clock), version=request.version,
            rules=_rules(request.rules), actor=call.caller.actor,
        )  # fmt: skip
        policy = await self.engine.run(command, call.context)
        return pb.SetPolicyResponse(policy=_policy(policy))

    async def GetPolicy(self, request: pb.GetPolicyRequest, call: Call) -> pb.GetPolicyResponse:
        found = await store_messages.policy(self.pool, call.merchant_id)
        policy = found or policies.default_policy(call.merchant_id)
        return pb.GetPolicyResponse(policy=_policy(policy))

    async def SetMessageTemplate(
        self, request: pb.SetMessageTemplateRequest, call: Call
    ) -> pb.SetMessageTemplateResponse:
        command = templates.SetMessageTemplate(
            **about(request, call, self.clock), template_id=request.template_id,
            version=request.version, name=request.name, purpose=purpose_of(request.purpose),
            channels=[channel_of(number) for number in request.channels],
            variants=[
                templates.Variant(
                    channel=channel_of(one.channel), tier_id=one.tier_id,
                    platform_template_id=one.platform_template_id, params=dict(one.params),
                )
                for one in request.variants
            ],
            actor=call.caller.actor,
        )  # fmt: skip
        template = await self.engine.run(command, call.context)
        return pb.SetMessageTemplateResponse(template=_template(template))

    async def GetMessageTemplate(
        self, request: pb.GetMessageTemplateRequest, call: Call
    ) -> pb.GetMessageTemplateResponse:
        found = await store_messages.message_template(
            self.pool, call.merchant_id, request.template_id
        )
        if found is None:
            raise MessageTemplateNotFound(field="template_id", template_id=request.template_id)
        return pb.GetMessageTemplateResponse(template=_template(found))

    async def ListMessageTemplates(
        self, request: pb.ListMessageTemplatesRequest, call: Call
    ) -> pb.ListMessageTemplatesResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, _FIRST)
        rows = await store_messages.message_templates(self.pool, call.merchant_id, after, size)
        return pb.ListMessageTemplatesResponse(
            templates=[_template(row) for row in rows],
            next_page_token=next_token(rows, size, lambda row: (row.template_id,)),
        )


def channel_of(number: int) -> Any:
    """The rows' word for a channel; empty for unspecified."""
    name = pb.Channel.Name(number).removeprefix("CHANNEL_")
    return "" if name == "UNSPECIFIED" else name


def purpose_of(number: int) -> Any:
    """The rows' word for a purpose."""
    return journey_pb2.Purpose.Name(number).removeprefix("PURPOSE_")


def channel_to_pb(channel: str) -> Any:
    """A channel as callers see it."""
    return f"CHANNEL_{channel or 'UNSPECIFIED'}"


def _rules(message: pb.PolicyRules) -> Rules:
    """What is 0 or empty and cannot mean that is as by default."""
    default = Rules()
    return Rules(
        zone=message.zone or default.zone,
        quiet=QuietHours(message.quiet_start_minute, message.quiet_end_minute),
        caps=tuple(_cap(cap) for cap in message.caps),
        global_holdout_bp=message.global_holdout_bp,
        window_hours=message.window_hours or default.window_hours,
        result_hours=message.result_hours or default.result_hours,
        costs_fen={channel_of(cost.channel): cost.cost_fen for cost in message.costs},
        reference_bp=message.reference_bp or default.reference_bp,
    )


def _cap(message: pb.Cap) -> Cap:
    return Cap(
        channel=channel_of(message.channel),
        per_day=message.per_day if message.HasField("per_day") else None,
        per_week=message.per_week if message.HasField("per_week") else None,
    )


def _policy(row: policies.Policy) -> pb.Policy:
    rules = row.rules
    return pb.Policy(
        version=row.version, updated_by=row.changed_by,
        update_time=timestamp(row.changed_at) if row.version else None,
        rules=pb.PolicyRules(
            zone=rules.zone, quiet_start_minute=rules.quiet.start_minute,
            quiet_end_minute=rules.quiet.end_minute,
            caps=[
                pb.Cap(
                    channel=channel_to_pb(cap.channel), per_day=cap.per_day, per_week=cap.per_week
                )
                for cap in rules.caps
            ],
            global_holdout_bp=rules.global_holdout_bp, window_hours=rules.window_hours,
            result_hours=rules.result_hours,
            costs=[
                pb.ChannelCost(channel=channel_to_pb(name), cost_fen=fen)
                for name, fen in sorted(rules.costs_fen.items())
            ],
            reference_bp=rules.reference_bp,
        ),
    )  # fmt: skip


def _template(row: templates.MessageTemplate) -> pb.MessageTemplate:
    return pb.MessageTemplate(
        template_id=row.template_id, version=row.version, name=row.name,
        purpose=f"PURPOSE_{row.purpose}",
        channels=[channel_to_pb(channel) for channel in row.channels],
        variants=[
            pb.Variant(
                channel=channel_to_pb(one.channel), tier_id=one.tier_id,
                platform_template_id=one.platform_template_id, params=one.params,
            )
            for one in row.variants
        ],
        updated_by=row.changed_by, update_time=timestamp(row.changed_at),
    )  # fmt: skip
