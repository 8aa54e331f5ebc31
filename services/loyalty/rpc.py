"""Loyalty's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.loyalty.v1 import (
    checkin_pb2,
    exchange_pb2,
    member_pb2,
    membership_pb2,
    points_pb2,
    points_rule_pb2,
    refund_pb2,
    tier_pb2,
)
from services.loyalty.config import Config
from services.loyalty.rpc_checkins import CheckInService
from services.loyalty.rpc_exchanges import ExchangeService
from services.loyalty.rpc_members import MemberService
from services.loyalty.rpc_memberships import MembershipService
from services.loyalty.rpc_points import PointsService
from services.loyalty.rpc_points_rules import PointsRuleService
from services.loyalty.rpc_refunds import refund_previews
from services.loyalty.rpc_tiers import TierService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that loyalty answers."""
    return (
        Exposed(
            refund_pb2.DESCRIPTOR.services_by_name["RefundPreviewService"], refund_previews(kit)
        ),
        Exposed(member_pb2.DESCRIPTOR.services_by_name["MemberService"], MemberService(kit)),
        Exposed(tier_pb2.DESCRIPTOR.services_by_name["TierService"], TierService(kit)),
        Exposed(
            membership_pb2.DESCRIPTOR.services_by_name["MembershipService"], MembershipService(kit)
        ),
        Exposed(points_pb2.DESCRIPTOR.services_by_name["PointsService"], PointsService(kit)),
        Exposed(
            points_rule_pb2.DESCRIPTOR.services_by_name["PointsRuleService"],
            PointsRuleService(kit),
        ),
        Exposed(checkin_pb2.DESCRIPTOR.services_by_name["CheckInService"], CheckInService(kit)),
        Exposed(exchange_pb2.DESCRIPTOR.services_by_name["ExchangeService"], ExchangeService(kit)),
    )
