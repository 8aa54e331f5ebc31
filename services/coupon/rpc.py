"""The coupon service's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.coupon.v1 import (
    coupon_pb2,
    fission_pb2,
    grant_pb2,
    pack_pb2,
    promotion_pb2,
    quote_pb2,
    refund_pb2,
    template_pb2,
)
from services.coupon.config import Config
from services.coupon.coupon_secrets import CouponSecrets
from services.coupon.rpc_coupons import CouponService
from services.coupon.rpc_fission import FissionService
from services.coupon.rpc_grants import GrantService
from services.coupon.rpc_packs import PackService
from services.coupon.rpc_promotions import PromotionService
from services.coupon.rpc_quotes import QuoteService
from services.coupon.rpc_refunds import refund_previews
from services.coupon.rpc_templates import TemplateService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service the coupon service answers."""
    secrets = CouponSecrets(kit.config.coupon_secret)
    return (
        Exposed(
            refund_pb2.DESCRIPTOR.services_by_name["RefundPreviewService"], refund_previews(kit)
        ),
        Exposed(
            template_pb2.DESCRIPTOR.services_by_name["TemplateService"],
            TemplateService(kit.engine, kit.pool, kit.clock, secrets),
        ),
        Exposed(
            coupon_pb2.DESCRIPTOR.services_by_name["CouponService"],
            CouponService(kit.engine, kit.pool, kit.clock, secrets),
        ),
        Exposed(
            grant_pb2.DESCRIPTOR.services_by_name["GrantService"],
            GrantService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            promotion_pb2.DESCRIPTOR.services_by_name["PromotionService"],
            PromotionService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            quote_pb2.DESCRIPTOR.services_by_name["QuoteService"],
            QuoteService(kit.pool, kit.clock, secrets),
        ),
        Exposed(
            fission_pb2.DESCRIPTOR.services_by_name["FissionService"],
            FissionService(kit.engine, kit.pool, kit.clock),
        ),
        Exposed(
            pack_pb2.DESCRIPTOR.services_by_name["PackService"],
            PackService(kit.engine, kit.pool, kit.clock),
        ),
    )
