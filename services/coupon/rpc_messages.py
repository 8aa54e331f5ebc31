"""From the coupon service's rows to messages, and from what a merchant says to rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.messages import moment, timestamp
from danke.coupon.v1 import coupon_pb2, template_pb2
from services.coupon.channels import Channel
from services.coupon.coupons import Coupon
from services.coupon.order_locks import OrderLock
from services.coupon.postpay import PostPayRule
from services.coupon.stocks import Stock
from services.coupon.templates import Audience, CouponTemplate, Limits
from services.coupon.terms import Scope, Terms, Validity

_SCOPE = (
    "product_ids", "category_ids", "excluded_product_ids", "store_ids", "channels", "tier_ids",
    "segment_ids",
)  # fmt: skip
_TERMS = (
    "face_fen", "threshold_fen", "discount_bp", "cap_fen", "random_min_fen", "random_max_fen",
    "first_order_only", "exclusive_group", "stackable", "transfers", "condition",
)  # fmt: skip
_LIMITS = ("total", "budget_fen", "per_day", "per_member", "per_member_day")


def enum_name(kind: Any, number: int, prefix: str, default: str = "") -> str:
    """The rows' word for an enum's value; ``default`` for unspecified."""
    name: str = kind.Name(number).removeprefix(prefix)
    return default if name == "UNSPECIFIED" else name


def _word(kind: Any, number: int, prefix: str, default: str = "") -> Any:
    """As ``enum_name``, for fields that know only some words."""
    return enum_name(kind, number, prefix, default)


def terms_from(message: template_pb2.Terms) -> Terms:
    """Terms as they are kept. An unset ``discount_bp`` takes nothing off."""
    given: dict[str, Any] = {name: getattr(message, name) for name in _TERMS}
    given["discount_bp"] = message.discount_bp or 10_000
    scope = {name: list(getattr(message.scope, name)) for name in _SCOPE}
    return Terms(
        kind=_word(template_pb2.CouponKind, message.kind, "COUPON_KIND_"),
        exchange_sku_ids=list(message.exchange_sku_ids),
        scope=Scope(**scope),
        on_partial_refund=enum_name(  # type: ignore[arg-type]
            template_pb2.PartialRefundPolicy, message.on_partial_refund, "PARTIAL_REFUND_POLICY_",
            "KEEP",
        ),
        **given,
    )  # fmt: skip


def terms_to_pb(terms: Terms) -> template_pb2.Terms:
    """Terms as callers see them."""
    return template_pb2.Terms(
        kind=f"COUPON_KIND_{terms.kind}",
        exchange_sku_ids=terms.exchange_sku_ids,
        scope=template_pb2.Scope(**{name: getattr(terms.scope, name) for name in _SCOPE}),
        on_partial_refund=f"PARTIAL_REFUND_POLICY_{terms.on_partial_refund}",
        **{name: getattr(terms, name) for name in _TERMS},
    )


def settings_from(message: template_pb2.TemplateSettings) -> dict[str, Any]:
    """What ``SetTemplate`` takes of a template's settings."""
    limits = {
        name: getattr(message.limits, name) for name in _LIMITS if message.limits.HasField(name)
    }
    audience = message.audience
    given: dict[str, Any] = {
        "name": message.name,
        "terms": terms_from(message.terms),
        "validity": Validity(
            kind=_word(template_pb2.Validity.Kind, message.validity.kind, "KIND_"),
            starts_at=moment(message.validity, "start_time"),
            ends_at=moment(message.validity, "end_time"),
            amount=message.validity.amount,
            delay=message.validity.delay,
        ),
        "limits": Limits(**limits),
        "audience": Audience(
            tier_ids=list(audience.tier_ids),
            segment_ids=list(audience.segment_ids),
            new_customers_only=audience.new_customers_only,
            how=_word(template_pb2.Audience.How, audience.how, "HOW_", "OPEN"),
        ),
        "claim_from": moment(message, "claim_from_time"),
        "claim_until": moment(message, "claim_until_time"),
    }
    if message.HasField("notice_hours"):
        given["notice_hours"] = message.notice_hours
    return given


def template_to_pb(template: CouponTemplate) -> template_pb2.Template:
    """A template as callers see it."""
    limits = {name: getattr(template.limits, name) for name in _LIMITS}
    validity, audience = template.validity, template.audience
    settings = template_pb2.TemplateSettings(
        name=template.name,
        terms=terms_to_pb(template.terms),
        validity=template_pb2.Validity(
            kind=f"KIND_{validity.kind}", start_time=timestamp(validity.starts_at),
            end_time=timestamp(validity.ends_at), amount=validity.amount, delay=validity.delay,
        ),
        limits=template_pb2.Limits(**limits),
        audience=template_pb2.Audience(
            tier_ids=audience.tier_ids, segment_ids=audience.segment_ids,
            new_customers_only=audience.new_customers_only, how=f"HOW_{audience.how}",
        ),
        notice_hours=template.notice_hours,
        claim_from_time=timestamp(template.claim_from),
        claim_until_time=timestamp(template.claim_until),
    )  # fmt: skip
    return template_pb2.Template(
        template_id=template.template_id, version=template.version,
        state=f"STATE_{template.state}", settings=settings, terms_version=template.terms_version,
        create_time=timestamp(template.created_at), update_time=timestamp(template.changed_at),
        updated_by=template.changed_by,
    )  # fmt: skip


def stock_to_pb(stock: Stock | None) -> template_pb2.Stock | None:
    """A template's counters as callers see them."""
    if stock is None:
        return None
    return template_pb2.Stock(
        issued=stock.issued, recycled=stock.recycled, reserved=stock.reserved,
        spent_fen=stock.spent_fen, reserved_fen=stock.reserved_fen,
    )  # fmt: skip


def channel_to_pb(channel: Channel) -> template_pb2.Channel:
    """A channel as callers see it."""
    return template_pb2.Channel(
        channel_code=channel.channel_code, template_id=channel.template_id, name=channel.name,
        quota=channel.quota, claimed=channel.claimed, active=channel.active,
        create_time=timestamp(channel.created_at),
    )  # fmt: skip


def rule_to_pb(rule: PostPayRule) -> template_pb2.PostPayRule:
    """A post-payment rule as callers see it."""
    return template_pb2.PostPayRule(
        rule_id=rule.rule_id, version=rule.version, active=rule.state == "ACTIVE",
        template_id=rule.template_id, quantity=rule.quantity, min_paid_fen=rule.min_paid_fen,
        channels=rule.channels, store_ids=rule.store_ids, first_order_only=rule.first_order_only,
    )  # fmt: skip


def coupon_to_pb(coupon: Coupon, now: Any = None) -> coupon_pb2.Coupon:
    """A coupon as callers see it: one whose end has passed at ``now`` is expired."""
    state = coupon.state
    if now is not None and state == "AVAILABLE" and now >= coupon.valid_to:
        state = "EXPIRED"
    return coupon_pb2.Coupon(
        coupon_id=coupon.coupon_id, template_id=coupon.template_id,
        terms_version=coupon.terms_version, member_id=coupon.member_id, state=f"STATE_{state}",
        face_fen=coupon.face_fen, valid_from_time=timestamp(coupon.valid_from),
        valid_to_time=timestamp(coupon.valid_to), source=coupon.source, ref=coupon.ref,
        channel_code=coupon.channel, claim_time=timestamp(coupon.claimed_at),
        order_id=coupon.order_id, discount_fen=coupon.discount_fen,
        use_time=timestamp(coupon.used_at),
    )  # fmt: skip


def lock_to_pb(lock: OrderLock) -> coupon_pb2.OrderLock:
    """What an order holds as callers see it."""
    return coupon_pb2.OrderLock(
        order_id=lock.order_id, member_id=lock.member_id, state=f"STATE_{lock.state}",
        coupons=[
            coupon_pb2.LockedCoupon(coupon_id=one.coupon_id, discount_fen=one.discount_fen)
            for one in lock.coupons
        ],
        expire_time=timestamp(lock.expires_at),
    )  # fmt: skip


def states_from(numbers: Iterable[int]) -> list[str]:
    """Coupon states as rows name them."""
    return [coupon_pb2.Coupon.State.Name(number).removeprefix("STATE_") for number in numbers]
