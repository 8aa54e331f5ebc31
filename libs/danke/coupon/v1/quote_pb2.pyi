import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.coupon.v1 import template_pb2 as _template_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuoteLine(_message.Message):
    __slots__ = ("line_id", "sku_id", "qty", "list_price_fen", "product_id", "category_id", "tier_price_fen", "tier_rule", "activity_price_fen", "activity_rule", "add_on_of", "no_promotions", "no_coupons")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    TIER_RULE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_RULE_FIELD_NUMBER: _ClassVar[int]
    ADD_ON_OF_FIELD_NUMBER: _ClassVar[int]
    NO_PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    NO_COUPONS_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    sku_id: str
    qty: int
    list_price_fen: int
    product_id: str
    category_id: str
    tier_price_fen: int
    tier_rule: str
    activity_price_fen: int
    activity_rule: str
    add_on_of: str
    no_promotions: bool
    no_coupons: bool
    def __init__(self, line_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., qty: _Optional[int] = ..., list_price_fen: _Optional[int] = ..., product_id: _Optional[str] = ..., category_id: _Optional[str] = ..., tier_price_fen: _Optional[int] = ..., tier_rule: _Optional[str] = ..., activity_price_fen: _Optional[int] = ..., activity_rule: _Optional[str] = ..., add_on_of: _Optional[str] = ..., no_promotions: bool = ..., no_coupons: bool = ...) -> None: ...

class QuoteShopper(_message.Message):
    __slots__ = ("tier_id", "segment_ids")
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    tier_id: str
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tier_id: _Optional[str] = ..., segment_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class QuotePoints(_message.Message):
    __slots__ = ("points", "fen_per_100_points", "max_bp", "multiple_of")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    FEN_PER_100_POINTS_FIELD_NUMBER: _ClassVar[int]
    MAX_BP_FIELD_NUMBER: _ClassVar[int]
    MULTIPLE_OF_FIELD_NUMBER: _ClassVar[int]
    points: int
    fen_per_100_points: int
    max_bp: int
    multiple_of: int
    def __init__(self, points: _Optional[int] = ..., fen_per_100_points: _Optional[int] = ..., max_bp: _Optional[int] = ..., multiple_of: _Optional[int] = ...) -> None: ...

class QuoteRequest(_message.Message):
    __slots__ = ("member_id", "lines", "shipping_fen", "channel", "store_id", "tier_bp", "tier_rule", "shopper", "points", "coupon_ids", "no_coupons", "order_id")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_FEN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_BP_FIELD_NUMBER: _ClassVar[int]
    TIER_RULE_FIELD_NUMBER: _ClassVar[int]
    SHOPPER_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    NO_COUPONS_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    lines: _containers.RepeatedCompositeFieldContainer[QuoteLine]
    shipping_fen: int
    channel: str
    store_id: str
    tier_bp: int
    tier_rule: str
    shopper: QuoteShopper
    points: QuotePoints
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    no_coupons: bool
    order_id: str
    def __init__(self, member_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[QuoteLine, _Mapping]]] = ..., shipping_fen: _Optional[int] = ..., channel: _Optional[str] = ..., store_id: _Optional[str] = ..., tier_bp: _Optional[int] = ..., tier_rule: _Optional[str] = ..., shopper: _Optional[_Union[QuoteShopper, _Mapping]] = ..., points: _Optional[_Union[QuotePoints, _Mapping]] = ..., coupon_ids: _Optional[_Iterable[str]] = ..., no_coupons: bool = ..., order_id: _Optional[str] = ...) -> None: ...

class QuoteLinePrice(_message.Message):
    __slots__ = ("line_id", "list_fen", "price_off_fen", "promo_off_fen", "coupon_off_fen", "points_off_fen", "net_fen")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    LIST_FEN_FIELD_NUMBER: _ClassVar[int]
    PRICE_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    PROMO_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    COUPON_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    NET_FEN_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    list_fen: int
    price_off_fen: int
    promo_off_fen: int
    coupon_off_fen: int
    points_off_fen: int
    net_fen: int
    def __init__(self, line_id: _Optional[str] = ..., list_fen: _Optional[int] = ..., price_off_fen: _Optional[int] = ..., promo_off_fen: _Optional[int] = ..., coupon_off_fen: _Optional[int] = ..., points_off_fen: _Optional[int] = ..., net_fen: _Optional[int] = ...) -> None: ...

class QuoteStep(_message.Message):
    __slots__ = ("step", "rule_id", "version", "off_fen", "base_fen", "threshold_fen", "share_fens", "template_id")
    STEP_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    BASE_FEN_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FEN_FIELD_NUMBER: _ClassVar[int]
    SHARE_FENS_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    step: str
    rule_id: str
    version: int
    off_fen: int
    base_fen: int
    threshold_fen: int
    share_fens: _containers.RepeatedScalarFieldContainer[int]
    template_id: str
    def __init__(self, step: _Optional[str] = ..., rule_id: _Optional[str] = ..., version: _Optional[int] = ..., off_fen: _Optional[int] = ..., base_fen: _Optional[int] = ..., threshold_fen: _Optional[int] = ..., share_fens: _Optional[_Iterable[int]] = ..., template_id: _Optional[str] = ...) -> None: ...

class QuoteRejection(_message.Message):
    __slots__ = ("kind", "rule_id", "version", "reason", "gap_fen", "gap_qty", "conflicts_with")
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    GAP_FEN_FIELD_NUMBER: _ClassVar[int]
    GAP_QTY_FIELD_NUMBER: _ClassVar[int]
    CONFLICTS_WITH_FIELD_NUMBER: _ClassVar[int]
    kind: str
    rule_id: str
    version: int
    reason: str
    gap_fen: int
    gap_qty: int
    conflicts_with: str
    def __init__(self, kind: _Optional[str] = ..., rule_id: _Optional[str] = ..., version: _Optional[int] = ..., reason: _Optional[str] = ..., gap_fen: _Optional[int] = ..., gap_qty: _Optional[int] = ..., conflicts_with: _Optional[str] = ...) -> None: ...

class QuoteHint(_message.Message):
    __slots__ = ("kind", "rule_id", "gap_fen", "gap_qty", "off_fen")
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    GAP_FEN_FIELD_NUMBER: _ClassVar[int]
    GAP_QTY_FIELD_NUMBER: _ClassVar[int]
    OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    kind: str
    rule_id: str
    gap_fen: int
    gap_qty: int
    off_fen: int
    def __init__(self, kind: _Optional[str] = ..., rule_id: _Optional[str] = ..., gap_fen: _Optional[int] = ..., gap_qty: _Optional[int] = ..., off_fen: _Optional[int] = ...) -> None: ...

class QuotedCoupon(_message.Message):
    __slots__ = ("coupon_id", "discount_fen")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    discount_fen: int
    def __init__(self, coupon_id: _Optional[str] = ..., discount_fen: _Optional[int] = ...) -> None: ...

class QuoteResponse(_message.Message):
    __slots__ = ("lines", "steps", "rejections", "hints", "coupons", "list_fen", "price_off_fen", "promo_off_fen", "coupon_off_fen", "points_off_fen", "points_used", "goods_fen", "shipping_fen", "shipping_off_fen", "payable_fen", "quote_hash", "expire_time", "is_best")
    LINES_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    REJECTIONS_FIELD_NUMBER: _ClassVar[int]
    HINTS_FIELD_NUMBER: _ClassVar[int]
    COUPONS_FIELD_NUMBER: _ClassVar[int]
    LIST_FEN_FIELD_NUMBER: _ClassVar[int]
    PRICE_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    PROMO_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    COUPON_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_USED_FIELD_NUMBER: _ClassVar[int]
    GOODS_FEN_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_FEN_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    PAYABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    QUOTE_HASH_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_BEST_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[QuoteLinePrice]
    steps: _containers.RepeatedCompositeFieldContainer[QuoteStep]
    rejections: _containers.RepeatedCompositeFieldContainer[QuoteRejection]
    hints: _containers.RepeatedCompositeFieldContainer[QuoteHint]
    coupons: _containers.RepeatedCompositeFieldContainer[QuotedCoupon]
    list_fen: int
    price_off_fen: int
    promo_off_fen: int
    coupon_off_fen: int
    points_off_fen: int
    points_used: int
    goods_fen: int
    shipping_fen: int
    shipping_off_fen: int
    payable_fen: int
    quote_hash: str
    expire_time: _timestamp_pb2.Timestamp
    is_best: bool
    def __init__(self, lines: _Optional[_Iterable[_Union[QuoteLinePrice, _Mapping]]] = ..., steps: _Optional[_Iterable[_Union[QuoteStep, _Mapping]]] = ..., rejections: _Optional[_Iterable[_Union[QuoteRejection, _Mapping]]] = ..., hints: _Optional[_Iterable[_Union[QuoteHint, _Mapping]]] = ..., coupons: _Optional[_Iterable[_Union[QuotedCoupon, _Mapping]]] = ..., list_fen: _Optional[int] = ..., price_off_fen: _Optional[int] = ..., promo_off_fen: _Optional[int] = ..., coupon_off_fen: _Optional[int] = ..., points_off_fen: _Optional[int] = ..., points_used: _Optional[int] = ..., goods_fen: _Optional[int] = ..., shipping_fen: _Optional[int] = ..., shipping_off_fen: _Optional[int] = ..., payable_fen: _Optional[int] = ..., quote_hash: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_best: bool = ...) -> None: ...

class SalesPeriod(_message.Message):
    __slots__ = ("orders", "sales_fen", "weight")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    orders: int
    sales_fen: int
    weight: int
    def __init__(self, orders: _Optional[int] = ..., sales_fen: _Optional[int] = ..., weight: _Optional[int] = ...) -> None: ...

class SuggestThresholdRequest(_message.Message):
    __slots__ = ("periods", "uplift_bp", "off_bp", "round_fen")
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    UPLIFT_BP_FIELD_NUMBER: _ClassVar[int]
    OFF_BP_FIELD_NUMBER: _ClassVar[int]
    ROUND_FEN_FIELD_NUMBER: _ClassVar[int]
    periods: _containers.RepeatedCompositeFieldContainer[SalesPeriod]
    uplift_bp: int
    off_bp: int
    round_fen: int
    def __init__(self, periods: _Optional[_Iterable[_Union[SalesPeriod, _Mapping]]] = ..., uplift_bp: _Optional[int] = ..., off_bp: _Optional[int] = ..., round_fen: _Optional[int] = ...) -> None: ...

class SuggestThresholdResponse(_message.Message):
    __slots__ = ("anchor_fen", "threshold_fen", "off_fen")
    ANCHOR_FEN_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FEN_FIELD_NUMBER: _ClassVar[int]
    OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    anchor_fen: int
    threshold_fen: int
    off_fen: int
    def __init__(self, anchor_fen: _Optional[int] = ..., threshold_fen: _Optional[int] = ..., off_fen: _Optional[int] = ...) -> None: ...

class UsedPromotion(_message.Message):
    __slots__ = ("promotion_id", "version")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    version: int
    def __init__(self, promotion_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class ReturnedLine(_message.Message):
    __slots__ = ("line_id", "net_fen", "returned_qty")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    NET_FEN_FIELD_NUMBER: _ClassVar[int]
    RETURNED_QTY_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    net_fen: int
    returned_qty: int
    def __init__(self, line_id: _Optional[str] = ..., net_fen: _Optional[int] = ..., returned_qty: _Optional[int] = ...) -> None: ...

class QuoteRefundRequest(_message.Message):
    __slots__ = ("order", "order_time", "promotions", "lines", "refunded_fen")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ORDER_TIME_FIELD_NUMBER: _ClassVar[int]
    PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    order: QuoteRequest
    order_time: _timestamp_pb2.Timestamp
    promotions: _containers.RepeatedCompositeFieldContainer[UsedPromotion]
    lines: _containers.RepeatedCompositeFieldContainer[ReturnedLine]
    refunded_fen: int
    def __init__(self, order: _Optional[_Union[QuoteRequest, _Mapping]] = ..., order_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., promotions: _Optional[_Iterable[_Union[UsedPromotion, _Mapping]]] = ..., lines: _Optional[_Iterable[_Union[ReturnedLine, _Mapping]]] = ..., refunded_fen: _Optional[int] = ...) -> None: ...

class QuoteRefundResponse(_message.Message):
    __slots__ = ("refund_fen", "policy", "add_on_lost_fen")
    REFUND_FEN_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    ADD_ON_LOST_FEN_FIELD_NUMBER: _ClassVar[int]
    refund_fen: int
    policy: _template_pb2.PartialRefundPolicy
    add_on_lost_fen: int
    def __init__(self, refund_fen: _Optional[int] = ..., policy: _Optional[_Union[_template_pb2.PartialRefundPolicy, str]] = ..., add_on_lost_fen: _Optional[int] = ...) -> None: ...
