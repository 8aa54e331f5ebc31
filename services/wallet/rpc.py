"""The wallet's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.wallet.v1 import (
    account_pb2,
    pay_password_pb2,
    payment_pb2,
    punch_card_pb2,
    recharge_pb2,
    refund_pb2,
)
from services.wallet.config import Config
from services.wallet.pay_secrets import PaySecrets
from services.wallet.rpc_accounts import AccountService
from services.wallet.rpc_consent import Consents
from services.wallet.rpc_pay_passwords import PayPasswordService
from services.wallet.rpc_payments import PaymentService
from services.wallet.rpc_punch_cards import PunchCardService, PunchTemplateService
from services.wallet.rpc_punch_uses import PunchRedemptionService, PunchShareService
from services.wallet.rpc_recharges import RechargeService
from services.wallet.rpc_refunds import refund_previews
from services.wallet.sms import NoSender, RememberingSender


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service the wallet answers."""
    secrets = PaySecrets(kit.config.pay_secret, kit.config.pay_secrets_previous)
    consents = Consents(kit.pool, secrets)
    sender = RememberingSender() if kit.config.env == "dev" else NoSender()
    return (
        Exposed(
            refund_pb2.DESCRIPTOR.services_by_name["RefundPreviewService"], refund_previews(kit)
        ),
        Exposed(
            payment_pb2.DESCRIPTOR.services_by_name["PaymentService"],
            PaymentService(kit.engine, kit.pool, kit.clock, consents),
        ),
        Exposed(
            recharge_pb2.DESCRIPTOR.services_by_name["RechargeService"],
            RechargeService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            account_pb2.DESCRIPTOR.services_by_name["AccountService"],
            AccountService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            pay_password_pb2.DESCRIPTOR.services_by_name["PayPasswordService"],
            PayPasswordService(kit.engine, kit.pool, kit.clock, consents, sender),
        ),
        Exposed(
            punch_card_pb2.DESCRIPTOR.services_by_name["PunchTemplateService"],
            PunchTemplateService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            punch_card_pb2.DESCRIPTOR.services_by_name["PunchCardService"],
            PunchCardService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            punch_card_pb2.DESCRIPTOR.services_by_name["PunchRedemptionService"],
            PunchRedemptionService(kit.engine, kit.clock, secrets),
        ),
        Exposed(
            punch_card_pb2.DESCRIPTOR.services_by_name["PunchShareService"],
            PunchShareService(kit.engine, kit.pool, kit.clock, secrets),
        ),
    )
