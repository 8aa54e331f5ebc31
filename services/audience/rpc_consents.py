"""Consents over gRPC; ``danke.audience.v1.ConsentService``."""

from __future__ import annotations

from functools import partial

from common.messages import LATEST, moment, own, timestamp
from common.pages import paged
from common.server import Call
from danke.audience.v1 import consent_pb2 as pb
from services.audience import store_portraits, store_profiles
from services.audience.consents import Consent, ConsentRecord, SetConsent
from services.audience.rpc_door import Door


class ConsentService(Door):
    """Answers ``danke.audience.v1.ConsentService``; what each RPC refuses is in its proto."""

    async def SetConsent(self, request: pb.SetConsentRequest, call: Call) -> pb.SetConsentResponse:
        own(call, request.member_id)
        consent = await self.run(
            SetConsent,
            request,
            call,
            member_id=request.member_id,
            channel=pb.Channel.Name(request.channel).removeprefix("CHANNEL_"),
            purpose=pb.Purpose.Name(request.purpose).removeprefix("PURPOSE_"),
            granted=request.granted,
            evidence=request.evidence,
            actor=call.caller.actor,
            given_at=moment(request, "give_time"),
        )
        return pb.SetConsentResponse(consent=_consent(consent))

    async def GetConsents(
        self, request: pb.GetConsentsRequest, call: Call
    ) -> pb.GetConsentsResponse:
        own(call, request.member_id)
        member = await store_profiles.resolve(self.pool, call.merchant_id, request.member_id)
        found = await store_portraits.consents(self.pool, call.merchant_id, member)
        return pb.GetConsentsResponse(consents=map(_consent, found))

    async def ListConsentRecords(
        self, request: pb.ListConsentRecordsRequest, call: Call
    ) -> pb.ListConsentRecordsResponse:
        own(call, request.member_id)
        found, token = await paged(
            request,
            (LATEST, ""),
            partial(store_portraits.records, self.pool, call.merchant_id, request.member_id),
            lambda one: (one.given_at, one.record_id),
        )
        return pb.ListConsentRecordsResponse(records=map(_record, found), next_page_token=token)


def _consent(found: Consent) -> pb.Consent:
    return pb.Consent(
        channel=f"CHANNEL_{found.channel}",
        purpose=f"PURPOSE_{found.purpose}",
        granted=found.is_granted,
        give_time=timestamp(found.changed_at),
        record_id=found.record_id,
    )


def _record(found: ConsentRecord) -> pb.Consent:
    return pb.Consent(
        channel=f"CHANNEL_{found.channel}",
        purpose=f"PURPOSE_{found.purpose}",
        granted=found.is_granted,
        give_time=timestamp(found.given_at),
        record_id=found.record_id,
        evidence=found.evidence,
    )
