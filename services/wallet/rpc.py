"""The wallet's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.wallet.v1 import account_pb2, payment_pb2, recharge_pb2
from services.wallet.config import Config
from services.wallet.rpc_accounts import AccountService
from services.wallet.rpc_payments import PaymentService
from services.wallet.rpc_recharges import RechargeService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service the wallet answers."""
    return (
        Exposed(
            payment_pb2.DESCRIPTOR.services_by_name["PaymentService"],
            PaymentService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            recharge_pb2.DESCRIPTOR.services_by_name["RechargeService"],
            RechargeService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            account_pb2.DESCRIPTOR.services_by_name["AccountService"],
            AccountService(kit.engine, kit.pool, kit.clock),
        ),
    )
