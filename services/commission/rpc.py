"""Commission's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.commission.v1 import (
    account_pb2,
    binding_pb2,
    guide_pb2,
    programme_pb2,
    promoter_pb2,
    referral_pb2,
    refund_pb2,
    withdrawal_pb2,
)
from services.commission.config import Config
from services.commission.rpc_accounts import AccountService, WithdrawalService
from services.commission.rpc_guides import GuideService, ReferralService
from services.commission.rpc_programmes import ProgrammeService
from services.commission.rpc_promoters import BindingService, PromoterService
from services.commission.rpc_refunds import refund_previews

_SERVICES = (
    (programme_pb2, ProgrammeService),
    (promoter_pb2, PromoterService),
    (binding_pb2, BindingService),
    (account_pb2, AccountService),
    (withdrawal_pb2, WithdrawalService),
    (guide_pb2, GuideService),
    (referral_pb2, ReferralService),
)


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service commission answers."""
    previews = Exposed(
        refund_pb2.DESCRIPTOR.services_by_name["RefundPreviewService"], refund_previews(kit)
    )
    return previews, *(
        Exposed(
            module.DESCRIPTOR.services_by_name[servicer.__name__],
            servicer(kit.engine, kit.pool, kit.clock),
        )
        for module, servicer in _SERVICES
    )
