"""The wallet's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.wallet.v1 import payment_pb2
from services.wallet.config import Config
from services.wallet.rpc_payments import PaymentService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service the wallet answers."""
    return (
        Exposed(
            payment_pb2.DESCRIPTOR.services_by_name["PaymentService"],
            PaymentService(kit.engine, kit.pool, kit.clock),
        ),
    )
