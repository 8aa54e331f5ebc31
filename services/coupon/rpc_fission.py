"""Fission over gRPC; ``FissionService``."""

from __future__ import annotations

from typing import Any, cast

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import about, moment, own, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.coupon.v1 import fission_pb2 as pb
from danke.events.coupon_fission import FissionKind
from services.coupon import fission_activities, fission_groups
from services.coupon import store_promotions as store
from services.coupon.errors_promotions import FissionGroupNotFound
from services.coupon.fission_activities import FissionActivity, FissionTerms
from services.coupon.fission_groups import FissionGroup

DAY_MINUTES = 24 * 60
REFUND_WINDOW_DAYS = 15


class FissionService:
    """Answers ``danke.coupon.v1.FissionService``; refusals are listed in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SetFissionActivity(
        self, request: pb.SetFissionActivityRequest, call: Call
    ) -> pb.SetFissionActivityResponse:
        command = fission_activities.SetFissionActivity(
            **about(request, call, self.clock), activity_id=request.activity_id,
            version=request.version, name=request.name, terms=_terms_from(request.terms),
            starts_at=cast("Any", moment(request, "start_time")),
            ends_at=cast("Any", moment(request, "end_time")), active=not request.draft,
            actor=call.caller.actor,
        )  # fmt: skip
        activity = await self.engine.run(command, call.context)
        return pb.SetFissionActivityResponse(activity=_activity_to_pb(activity))

    async def EndFissionActivity(
        self, request: pb.EndFissionActivityRequest, call: Call
    ) -> pb.EndFissionActivityResponse:
        command = fission_activities.EndFissionActivity(
            **about(request, call, self.clock), activity_id=request.activity_id,
            actor=call.caller.actor,
        )  # fmt: skip
        activity = await self.engine.run(command, call.context)
        return pb.EndFissionActivityResponse(activity=_activity_to_pb(activity))

    async def ListFissionActivities(
        self, request: pb.ListFissionActivitiesRequest, call: Call
    ) -> pb.ListFissionActivitiesResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.activities(self.pool, call.merchant_id, after, size)
        return pb.ListFissionActivitiesResponse(
            activities=map(_activity_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.activity_id,)),
        )

    async def OpenFission(
        self, request: pb.OpenFissionRequest, call: Call
    ) -> pb.OpenFissionResponse:
        own(call, request.member_id)
        command = fission_groups.OpenFission(
            **about(request, call, self.clock), activity_id=request.activity_id,
            member_id=request.member_id,
        )  # fmt: skip
        group = await self.engine.run(command, call.context)
        return pb.OpenFissionResponse(group=_group_to_pb(group))

    async def HelpFission(
        self, request: pb.HelpFissionRequest, call: Call
    ) -> pb.HelpFissionResponse:
        own(call, request.helper_id)
        # Of himself a member says nothing: he is new unless we know of an order.
        is_new = request.is_new or call.caller.member_id is not None
        command = fission_groups.HelpFission(
            **about(request, call, self.clock), group_id=request.group_id,
            helper_id=request.helper_id, is_new=is_new,
        )  # fmt: skip
        group = await self.engine.run(command, call.context)
        return pb.HelpFissionResponse(group=_group_to_pb(group))

    async def GetFission(self, request: pb.GetFissionRequest, call: Call) -> pb.GetFissionResponse:
        # Whoever has the link may see the group: friends look before they help.
        group = await store.fission_group(self.pool, call.merchant_id, request.group_id)
        if group is None:
            raise FissionGroupNotFound(field="group_id", group_id=request.group_id)
        helps = await store.helps(self.pool, call.merchant_id, request.group_id)
        return pb.GetFissionResponse(
            group=_group_to_pb(group),
            helps=[
                pb.FissionHelp(
                    helper_id=one.helper_id, is_new=one.is_new, help_time=timestamp(one.helped_at)
                )
                for one in helps
            ],
        )

    async def ListFissions(
        self, request: pb.ListFissionsRequest, call: Call
    ) -> pb.ListFissionsResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        found = await store.fission_groups_of(
            self.pool, call.merchant_id, request.member_id, after, request.activity_id, size
        )
        return pb.ListFissionsResponse(
            groups=map(_group_to_pb, found),
            next_page_token=next_token(found, size, lambda row: (row.group_id,)),
        )

    async def StopFission(
        self, request: pb.StopFissionRequest, call: Call
    ) -> pb.StopFissionResponse:
        command = fission_groups.EndGroup(
            **about(request, call, self.clock), group_id=request.group_id, stopped=True
        )
        group = await self.engine.run(command, call.context)
        return pb.StopFissionResponse(group=_group_to_pb(group))


def _terms_from(message: pb.FissionTerms) -> FissionTerms:
    kind = pb.FissionKind.Name(message.kind).removeprefix("FISSION_KIND_")
    return FissionTerms(
        kind=cast("FissionKind", kind),
        template_id=message.template_id,
        helpers_needed=message.helpers_needed,
        lifetime_minutes=message.lifetime_minutes or DAY_MINUTES,
        helper_template_id=message.helper_template_id,
        new_customers_only=message.new_customers_only,
        helper_daily_limit=message.helper_daily_limit or 1,
        groups_per_member=message.groups_per_member or 1,
        groups_total=message.groups_total,
        total_fen=message.total_fen,
        random=message.random,
        least_fen=message.least_fen or 1,
        start_fen=message.start_fen,
        refund_window_days=message.refund_window_days or REFUND_WINDOW_DAYS,
    )


def _terms_to_pb(terms: FissionTerms) -> pb.FissionTerms:
    return pb.FissionTerms(
        kind=f"FISSION_KIND_{terms.kind}",
        template_id=terms.template_id,
        helpers_needed=terms.helpers_needed,
        lifetime_minutes=terms.lifetime_minutes,
        helper_template_id=terms.helper_template_id,
        new_customers_only=terms.new_customers_only,
        helper_daily_limit=terms.helper_daily_limit,
        groups_per_member=terms.groups_per_member,
        groups_total=terms.groups_total,
        total_fen=terms.total_fen,
        random=terms.random,
        least_fen=terms.least_fen,
        start_fen=terms.start_fen,
        refund_window_days=terms.refund_window_days,
    )


def _activity_to_pb(activity: FissionActivity) -> pb.FissionActivity:
    return pb.FissionActivity(
        activity_id=activity.activity_id,
        version=activity.version,
        name=activity.name,
        state=f"STATE_{activity.state}",
        terms=_terms_to_pb(activity.terms),
        start_time=timestamp(activity.starts_at),
        end_time=timestamp(activity.ends_at),
    )


def _group_to_pb(group: FissionGroup) -> pb.FissionGroup:
    return pb.FissionGroup(
        group_id=group.group_id,
        activity_id=group.activity_id,
        member_id=group.member_id,
        state=f"STATE_{group.state}",
        kind=f"FISSION_KIND_{group.terms.kind}",
        helpers=group.helpers,
        helpers_needed=group.terms.helpers_needed,
        coupon_id=group.coupon_id,
        face_fen=group.face_fen,
        open_time=timestamp(group.opened_at),
        expire_time=timestamp(group.expires_at),
        end_time=timestamp(group.ended_at),
        reason=group.reason,
    )
