"""Group-buy's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.groupbuy.v1 import activity_pb2, bargain_pb2, group_pb2, refund_pb2
from services.groupbuy.config import Config
from services.groupbuy.rpc_activities import ActivityService
from services.groupbuy.rpc_assists import AssistService
from services.groupbuy.rpc_bargains import BargainService
from services.groupbuy.rpc_groups import GroupService
from services.groupbuy.rpc_refunds import refund_previews


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that group-buy answers."""
    door = (kit.engine, kit.pool, kit.clock)
    return (
        Exposed(
            refund_pb2.DESCRIPTOR.services_by_name["RefundPreviewService"], refund_previews(kit)
        ),
        Exposed(
            activity_pb2.DESCRIPTOR.services_by_name["ActivityService"], ActivityService(*door)
        ),
        Exposed(group_pb2.DESCRIPTOR.services_by_name["GroupService"], GroupService(*door)),
        Exposed(bargain_pb2.DESCRIPTOR.services_by_name["BargainService"], BargainService(*door)),
        Exposed(bargain_pb2.DESCRIPTOR.services_by_name["AssistService"], AssistService(*door)),
    )
