"""Assists over gRPC; ``danke.groupbuy.v1.AssistService``."""

from __future__ import annotations

from functools import partial
from typing import Final

from common.messages import EARLIEST, LATEST, moment, own, timestamp
from common.pages import paged
from common.server import Call
from danke.groupbuy.v1 import bargain_pb2 as pb
from services.groupbuy import assists, store_activities, store_social
from services.groupbuy.assist_activities import (
    AssistActivity,
    AssistTerms,
    Prize,
    SetAssistActivity,
)
from services.groupbuy.errors import ActivityNotFound, AssistNotFound
from services.groupbuy.rpc_door import Door

FIRST_HELPS: Final = 100
DEFAULT_TTL_HOURS: Final = 24


class AssistService(Door):
    """Answers ``danke.groupbuy.v1.AssistService``; what each RPC refuses is in its proto."""

    async def SetAssistActivity(
        self, request: pb.SetAssistActivityRequest, call: Call
    ) -> pb.SetAssistActivityResponse:
        terms = request.terms
        helper = terms.helper_prize if terms.HasField("helper_prize") else None
        activity = await self.run(
            SetAssistActivity,
            request,
            call,
            activity_id=request.activity_id,
            stopped=request.stopped,
            terms=AssistTerms(
                name=terms.name,
                needed=terms.needed,
                ttl_hours=terms.ttl_hours or DEFAULT_TTL_HOURS,
                prize=_prize(terms.prize),
                helper_prize=_prize(helper) if helper else None,
                daily_helps=terms.daily_helps,
                new_helpers_only=terms.new_helpers_only,
                budget=terms.budget,
            ),
            starts_at=moment(request, "start_time") or EARLIEST,
            ends_at=moment(request, "end_time") or EARLIEST,
        )
        return pb.SetAssistActivityResponse(activity=_activity(activity))

    async def GetAssistActivity(
        self, request: pb.GetAssistActivityRequest, call: Call
    ) -> pb.GetAssistActivityResponse:
        found = await store_activities.assist_activity(
            self.pool, call.merchant_id, request.activity_id
        )
        if found is None:
            raise ActivityNotFound(field="activity_id", activity_id=request.activity_id)
        return pb.GetAssistActivityResponse(activity=_activity(found))

    async def OpenAssist(self, request: pb.OpenAssistRequest, call: Call) -> pb.OpenAssistResponse:
        own(call, request.member_id)
        assist = await self.run(
            assists.OpenAssist,
            request,
            call,
            activity_id=request.activity_id,
            member_id=request.member_id,
        )
        return pb.OpenAssistResponse(assist=_assist(assist))

    async def GiveHelp(self, request: pb.GiveHelpRequest, call: Call) -> pb.GiveHelpResponse:
        own(call, request.helper_id)
        assist = await self.run(
            assists.GiveHelp,
            request,
            call,
            assist_id=request.assist_id,
            helper_id=request.helper_id,
            inviter_id=request.inviter_id,
        )
        return pb.GiveHelpResponse(assist=_assist(assist))

    async def GetAssist(self, request: pb.GetAssistRequest, call: Call) -> pb.GetAssistResponse:
        found = await store_social.assist(self.pool, call.merchant_id, request.assist_id)
        if found is None:
            raise AssistNotFound(field="assist_id", assist_id=request.assist_id)
        helps = await store_social.assist_helps(
            self.pool, call.merchant_id, request.assist_id, (EARLIEST, ""), FIRST_HELPS
        )
        return pb.GetAssistResponse(assist=_assist(found), helps=map(_help, helps))

    async def MyAssists(self, request: pb.MyAssistsRequest, call: Call) -> pb.MyAssistsResponse:
        own(call, request.member_id)
        found, token = await paged(
            request,
            (LATEST, ""),
            partial(store_social.assists_of, self.pool, call.merchant_id, request.member_id),
            lambda one: (one.opened_at, one.assist_id),
        )
        return pb.MyAssistsResponse(
            assists=map(_assist, found),
            next_page_token=token,
        )


def _prize(message: pb.Prize) -> Prize:
    kind = pb.Prize.Kind.Name(message.kind).removeprefix("KIND_")
    return Prize(kind, message.amount, message.ref)  # type: ignore[arg-type]


def _prize_to_pb(prize: Prize) -> pb.Prize:
    return pb.Prize(kind=f"KIND_{prize.kind}", amount=prize.amount, ref=prize.ref)


def _terms(terms: AssistTerms) -> pb.AssistTerms:
    return pb.AssistTerms(
        name=terms.name,
        needed=terms.needed,
        ttl_hours=terms.ttl_hours,
        prize=_prize_to_pb(terms.prize),
        helper_prize=_prize_to_pb(terms.helper_prize) if terms.helper_prize else None,
        daily_helps=terms.daily_helps,
        new_helpers_only=terms.new_helpers_only,
        budget=terms.budget,
    )


def _activity(activity: AssistActivity) -> pb.AssistActivity:
    return pb.AssistActivity(
        activity_id=activity.activity_id,
        stopped=activity.stopped,
        terms=_terms(activity.terms),
        start_time=timestamp(activity.starts_at),
        end_time=timestamp(activity.ends_at),
        set_aside=activity.set_aside,
    )


def _assist(assist: assists.Assist) -> pb.Assist:
    return pb.Assist(
        assist_id=assist.assist_id,
        activity_id=assist.activity_id,
        member_id=assist.member_id,
        state=f"STATE_{assist.state}",
        terms=_terms(assist.terms),
        helped=assist.helped,
        open_time=timestamp(assist.opened_at),
        expire_time=timestamp(assist.expires_at),
    )


def _help(given: assists.AssistHelp) -> pb.AssistHelp:
    return pb.AssistHelp(
        helper_id=given.helper_id,
        inviter_id=given.inviter_id,
        is_new_customer=given.is_new,
        help_time=timestamp(given.at),
    )
