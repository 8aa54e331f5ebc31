"""Messages, consents, quotas and the suppression list, from the wire."""

from __future__ import annotations

from typing import Any

from common.clock import Clock
from common.engine import Engine
from common.messages import EARLIEST, about, moment, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.automation.v1 import message_pb2 as pb
from services.automation import consents, quotas, recipients, store_messages, suppressions
from services.automation.listed import EVERY, Suppression
from services.automation.messages import Attempt, Message
from services.automation.messages_results import ReportDelivery
from services.automation.rpc_policies import channel_of, channel_to_pb, purpose_of
from services.automation.store_messages import Pool


class MessageService:
    """Answers danke.automation.v1.MessageService."""

    def __init__(self, engine: Engine, pool: Pool, clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SetConsent(self, request: pb.SetConsentRequest, call: Call) -> pb.SetConsentResponse:
        own(call, request.member_id)
        given = about(request, call, self.clock)
        command = consents.SetConsent(
            **given, member_id=request.member_id, channel=channel_of(request.channel),
            purpose=purpose_of(request.purpose), granted=request.granted,
            given_at=moment(request, "consent_time") or given["at"], evidence=request.evidence,
            actor=call.caller.actor,
        )  # fmt: skip
        consent = await self.engine.run(command, call.context)
        return pb.SetConsentResponse(consent=_consent(consent))

    async def OptOut(self, request: pb.OptOutRequest, call: Call) -> pb.OptOutResponse:
        own(call, request.member_id)
        command = suppressions.OptOut(
            **about(request, call, self.clock), member_id=request.member_id,
            channel=channel_of(request.channel) or EVERY, evidence=request.evidence,
            actor=call.caller.actor,
        )  # fmt: skip
        await self.engine.run(command, call.context)
        return pb.OptOutResponse()

    async def SuppressMember(
        self, request: pb.SuppressMemberRequest, call: Call
    ) -> pb.SuppressMemberResponse:
        reason: Any = pb.SuppressMemberRequest.Reason.Name(request.reason).removeprefix("REASON_")
        command = suppressions.Suppress(
            **about(request, call, self.clock), member_id=request.member_id,
            channel=channel_of(request.channel) or EVERY, active=request.active,
            reason=reason, evidence=request.evidence, actor=call.caller.actor,
        )  # fmt: skip
        await self.engine.run(command, call.context)
        return pb.SuppressMemberResponse()

    async def SetMemberZone(
        self, request: pb.SetMemberZoneRequest, call: Call
    ) -> pb.SetMemberZoneResponse:
        command = recipients.SetZone(
            **about(request, call, self.clock), member_id=request.member_id, zone=request.zone
        )
        await self.engine.run(command, call.context)
        return pb.SetMemberZoneResponse()

    async def GrantQuota(self, request: pb.GrantQuotaRequest, call: Call) -> pb.GrantQuotaResponse:
        command = quotas.GrantQuota(
            **about(request, call, self.clock), grant_id=request.grant_id,
            member_id=request.member_id, channel=channel_of(request.channel),
            template_id=request.platform_template_id, count=request.count,
        )  # fmt: skip
        quota = await self.engine.run(command, call.context)
        return pb.GrantQuotaResponse(quota=_quota(quota))

    async def ReportDelivery(
        self, request: pb.ReportDeliveryRequest, call: Call
    ) -> pb.ReportDeliveryResponse:
        command = ReportDelivery(
            **about(request, call, self.clock), message_id=request.message_id,
            attempt=request.attempt,
            delivered=request.outcome == pb.ReportDeliveryRequest.OUTCOME_DELIVERED,
            error_code=request.error_code, provider_ref=request.provider_ref,
            told_end=moment(request, "end_time"),
            cost_fen=request.cost_fen if request.HasField("cost_fen") else None,
        )  # fmt: skip
        message = await self.engine.run(command, call.context)
        return pb.ReportDeliveryResponse(message=_message(message))

    async def ListMessages(
        self, request: pb.ListMessagesRequest, call: Call
    ) -> pb.ListMessagesResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        after = page_start(request.page_token, (EARLIEST, ""))
        rows = await store_messages.messages_of(
            self.pool, call.merchant_id, request.member_id, after, size
        )
        token = next_token(rows, size, lambda row: (row.planned_at, row.message_id))
        return pb.ListMessagesResponse(
            messages=[_message(row) for row in rows], next_page_token=token
        )

    async def ListConsents(
        self, request: pb.ListConsentsRequest, call: Call
    ) -> pb.ListConsentsResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        after = page_start(request.page_token, ("", ""))
        member = (call.merchant_id, request.member_id)
        found = await store_messages.quotas_of(self.pool, *member, after, size)
        agreed, listed = [], []
        if not request.page_token:
            agreed = await store_messages.consents_of(self.pool, *member)
            listed = await store_messages.suppressions_of(self.pool, *member)
        token = next_token(found, size, lambda row: (row.channel, row.template_id))
        return pb.ListConsentsResponse(
            consents=[_consent(row) for row in agreed],
            quotas=[_quota(row) for row in found],
            next_page_token=token,
            suppressions=[_suppression(row) for row in listed],
        )


def _suppression(row: Suppression) -> pb.Suppression:
    return pb.Suppression(
        channel=channel_to_pb("" if row.channel == EVERY else row.channel),
        reason=f"REASON_{row.reason}", suppress_time=timestamp(row.changed_at),
        evidence=row.evidence,
    )  # fmt: skip


def _consent(row: consents.Consent) -> pb.Consent:
    return pb.Consent(
        member_id=row.member_id, channel=channel_to_pb(row.channel),
        purpose=f"PURPOSE_{row.purpose}", granted=row.granted,
        consent_time=timestamp(row.given_at), evidence=row.evidence,
    )  # fmt: skip


def _quota(row: quotas.ChannelQuota) -> pb.Quota:
    return pb.Quota(
        channel=channel_to_pb(row.channel), platform_template_id=row.template_id,
        remaining=row.remaining,
    )  # fmt: skip


def _attempt(attempt: Attempt) -> pb.Attempt:
    return pb.Attempt(
        channel=channel_to_pb(attempt.channel), send_time=timestamp(attempt.at),
        outcome=attempt.outcome, error_code=attempt.error_code,
        provider_ref=attempt.provider_ref, cost_fen=attempt.cost_fen,
        end_time=timestamp(attempt.ended_at),
    )  # fmt: skip


def _message(row: Message) -> pb.Message:
    return pb.Message(
        message_id=row.message_id, member_id=row.member_id, source_kind=row.source_kind,
        source_id=row.source_id, template_id=row.template_id, state=f"STATE_{row.state}",
        reason=row.reason, channel=channel_to_pb(row.channel), priority=row.priority,
        coupon_id=row.coupon_id, cost_fen=row.cost_fen,
        attempts=[_attempt(attempt) for attempt in row.attempts],
        plan_time=timestamp(row.planned_at), due_time=timestamp(row.due_at),
        end_time=timestamp(row.ended_at),
    )  # fmt: skip
