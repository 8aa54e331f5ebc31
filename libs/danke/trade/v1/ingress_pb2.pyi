import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_MINI: _ClassVar[Channel]
    CHANNEL_POS: _ClassVar[Channel]
    CHANNEL_LIVE: _ClassVar[Channel]

class BizType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BIZ_TYPE_UNSPECIFIED: _ClassVar[BizType]
    BIZ_TYPE_RECHARGE: _ClassVar[BizType]
    BIZ_TYPE_PACK: _ClassVar[BizType]
    BIZ_TYPE_PUNCHCARD: _ClassVar[BizType]
    BIZ_TYPE_GROUP_SEAT: _ClassVar[BizType]
    BIZ_TYPE_MEMBERSHIP: _ClassVar[BizType]

class RefundStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_STATUS_UNSPECIFIED: _ClassVar[RefundStatus]
    REFUND_STATUS_SUCCEEDED: _ClassVar[RefundStatus]
    REFUND_STATUS_FAILED: _ClassVar[RefundStatus]

class EventName(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_NAME_UNSPECIFIED: _ClassVar[EventName]
    EVENT_NAME_PAGE_VIEW: _ClassVar[EventName]
    EVENT_NAME_ITEM_VIEW: _ClassVar[EventName]
    EVENT_NAME_CART_ADD: _ClassVar[EventName]
    EVENT_NAME_SEARCH: _ClassVar[EventName]
    EVENT_NAME_LINK_CLICK: _ClassVar[EventName]
    EVENT_NAME_SHARE: _ClassVar[EventName]
    EVENT_NAME_LIVE_RESERVE: _ClassVar[EventName]
    EVENT_NAME_LIVE_WATCH: _ClassVar[EventName]
    EVENT_NAME_LIVE_END: _ClassVar[EventName]
    EVENT_NAME_STORE_VISIT: _ClassVar[EventName]
    EVENT_NAME_SUBSCRIBE_CONSENT: _ClassVar[EventName]
    EVENT_NAME_GROUP_CHAT_JOIN: _ClassVar[EventName]
    EVENT_NAME_REVIEW: _ClassVar[EventName]
CHANNEL_UNSPECIFIED: Channel
CHANNEL_MINI: Channel
CHANNEL_POS: Channel
CHANNEL_LIVE: Channel
BIZ_TYPE_UNSPECIFIED: BizType
BIZ_TYPE_RECHARGE: BizType
BIZ_TYPE_PACK: BizType
BIZ_TYPE_PUNCHCARD: BizType
BIZ_TYPE_GROUP_SEAT: BizType
BIZ_TYPE_MEMBERSHIP: BizType
REFUND_STATUS_UNSPECIFIED: RefundStatus
REFUND_STATUS_SUCCEEDED: RefundStatus
REFUND_STATUS_FAILED: RefundStatus
EVENT_NAME_UNSPECIFIED: EventName
EVENT_NAME_PAGE_VIEW: EventName
EVENT_NAME_ITEM_VIEW: EventName
EVENT_NAME_CART_ADD: EventName
EVENT_NAME_SEARCH: EventName
EVENT_NAME_LINK_CLICK: EventName
EVENT_NAME_SHARE: EventName
EVENT_NAME_LIVE_RESERVE: EventName
EVENT_NAME_LIVE_WATCH: EventName
EVENT_NAME_LIVE_END: EventName
EVENT_NAME_STORE_VISIT: EventName
EVENT_NAME_SUBSCRIBE_CONSENT: EventName
EVENT_NAME_GROUP_CHAT_JOIN: EventName
EVENT_NAME_REVIEW: EventName

class PublishOrdersRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[OrderRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[OrderRecord, _Mapping]]] = ...) -> None: ...

class PublishOrdersResponse(_message.Message):
    __slots__ = ("published",)
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    published: int
    def __init__(self, published: _Optional[int] = ...) -> None: ...

class PublishPaymentsRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[PaymentRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[PaymentRecord, _Mapping]]] = ...) -> None: ...

class PublishPaymentsResponse(_message.Message):
    __slots__ = ("published",)
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    published: int
    def __init__(self, published: _Optional[int] = ...) -> None: ...

class PublishBehaviourRequest(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[BehaviourRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[BehaviourRecord, _Mapping]]] = ...) -> None: ...

class PublishBehaviourResponse(_message.Message):
    __slots__ = ("published",)
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    published: int
    def __init__(self, published: _Optional[int] = ...) -> None: ...

class OrderRecord(_message.Message):
    __slots__ = ("event_id", "created", "paid", "completed", "closed", "refunded")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    PAID_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    created: OrderCreated
    paid: OrderPaid
    completed: OrderCompleted
    closed: OrderClosed
    refunded: OrderRefunded
    def __init__(self, event_id: _Optional[str] = ..., created: _Optional[_Union[OrderCreated, _Mapping]] = ..., paid: _Optional[_Union[OrderPaid, _Mapping]] = ..., completed: _Optional[_Union[OrderCompleted, _Mapping]] = ..., closed: _Optional[_Union[OrderClosed, _Mapping]] = ..., refunded: _Optional[_Union[OrderRefunded, _Mapping]] = ...) -> None: ...

class PaymentRecord(_message.Message):
    __slots__ = ("event_id", "succeeded", "refunded")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    succeeded: PaymentSucceeded
    refunded: PaymentRefunded
    def __init__(self, event_id: _Optional[str] = ..., succeeded: _Optional[_Union[PaymentSucceeded, _Mapping]] = ..., refunded: _Optional[_Union[PaymentRefunded, _Mapping]] = ...) -> None: ...

class BehaviourRecord(_message.Message):
    __slots__ = ("event_id", "behaved", "live_scheduled")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    BEHAVED_FIELD_NUMBER: _ClassVar[int]
    LIVE_SCHEDULED_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    behaved: Behaved
    live_scheduled: LiveScheduled
    def __init__(self, event_id: _Optional[str] = ..., behaved: _Optional[_Union[Behaved, _Mapping]] = ..., live_scheduled: _Optional[_Union[LiveScheduled, _Mapping]] = ...) -> None: ...

class OrderLine(_message.Message):
    __slots__ = ("line_id", "sku_id", "spu_id", "category_id", "qty", "list_price_fen")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    SPU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    sku_id: str
    spu_id: str
    category_id: str
    qty: int
    list_price_fen: int
    def __init__(self, line_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., spu_id: _Optional[str] = ..., category_id: _Optional[str] = ..., qty: _Optional[int] = ..., list_price_fen: _Optional[int] = ...) -> None: ...

class PaidLine(_message.Message):
    __slots__ = ("line_id", "sku_id", "spu_id", "category_id", "qty", "list_price_fen", "net_paid_fen", "promo_off_fen", "coupon_off_fen", "points_off_fen", "wallet_principal_fen", "wallet_bonus_fen", "cash_fen")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    SPU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    LIST_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    NET_PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    PROMO_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    COUPON_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    WALLET_PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    WALLET_BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    CASH_FEN_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    sku_id: str
    spu_id: str
    category_id: str
    qty: int
    list_price_fen: int
    net_paid_fen: int
    promo_off_fen: int
    coupon_off_fen: int
    points_off_fen: int
    wallet_principal_fen: int
    wallet_bonus_fen: int
    cash_fen: int
    def __init__(self, line_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., spu_id: _Optional[str] = ..., category_id: _Optional[str] = ..., qty: _Optional[int] = ..., list_price_fen: _Optional[int] = ..., net_paid_fen: _Optional[int] = ..., promo_off_fen: _Optional[int] = ..., coupon_off_fen: _Optional[int] = ..., points_off_fen: _Optional[int] = ..., wallet_principal_fen: _Optional[int] = ..., wallet_bonus_fen: _Optional[int] = ..., cash_fen: _Optional[int] = ...) -> None: ...

class PaymentPart(_message.Message):
    __slots__ = ("method", "amount_fen", "txn")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    TXN_FIELD_NUMBER: _ClassVar[int]
    method: str
    amount_fen: int
    txn: str
    def __init__(self, method: _Optional[str] = ..., amount_fen: _Optional[int] = ..., txn: _Optional[str] = ...) -> None: ...

class OrderCreated(_message.Message):
    __slots__ = ("order_id", "member_id", "channel", "store_id", "lines", "promoter_hint", "guide_hint", "group_id", "coupon_ids", "points_used", "created_at")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_HINT_FIELD_NUMBER: _ClassVar[int]
    GUIDE_HINT_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    POINTS_USED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    member_id: str
    channel: Channel
    store_id: str
    lines: _containers.RepeatedCompositeFieldContainer[OrderLine]
    promoter_hint: str
    guide_hint: str
    group_id: str
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    points_used: int
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., store_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[OrderLine, _Mapping]]] = ..., promoter_hint: _Optional[str] = ..., guide_hint: _Optional[str] = ..., group_id: _Optional[str] = ..., coupon_ids: _Optional[_Iterable[str]] = ..., points_used: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OrderPaid(_message.Message):
    __slots__ = ("order_id", "member_id", "channel", "store_id", "lines", "shipping_paid_fen", "payments", "paid_at", "is_first_order")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_PAID_FEN_FIELD_NUMBER: _ClassVar[int]
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    IS_FIRST_ORDER_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    member_id: str
    channel: Channel
    store_id: str
    lines: _containers.RepeatedCompositeFieldContainer[PaidLine]
    shipping_paid_fen: int
    payments: _containers.RepeatedCompositeFieldContainer[PaymentPart]
    paid_at: _timestamp_pb2.Timestamp
    is_first_order: bool
    def __init__(self, order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel: _Optional[_Union[Channel, str]] = ..., store_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[PaidLine, _Mapping]]] = ..., shipping_paid_fen: _Optional[int] = ..., payments: _Optional[_Iterable[_Union[PaymentPart, _Mapping]]] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_first_order: bool = ...) -> None: ...

class OrderCompleted(_message.Message):
    __slots__ = ("order_id", "member_id", "completed_at")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    member_id: str
    completed_at: _timestamp_pb2.Timestamp
    def __init__(self, order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OrderClosed(_message.Message):
    __slots__ = ("order_id", "member_id", "reason", "closed_at")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    member_id: str
    reason: str
    closed_at: _timestamp_pb2.Timestamp
    def __init__(self, order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RefundedLine(_message.Message):
    __slots__ = ("line_id", "qty", "cash_fen", "wallet_fen", "points")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    CASH_FEN_FIELD_NUMBER: _ClassVar[int]
    WALLET_FEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    qty: int
    cash_fen: int
    wallet_fen: int
    points: int
    def __init__(self, line_id: _Optional[str] = ..., qty: _Optional[int] = ..., cash_fen: _Optional[int] = ..., wallet_fen: _Optional[int] = ..., points: _Optional[int] = ...) -> None: ...

class OrderRefunded(_message.Message):
    __slots__ = ("order_id", "refund_id", "member_id", "lines", "shipping_refund_fen", "shipping_wallet_fen", "is_full_cumulative", "refunded_at")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_REFUND_FEN_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_WALLET_FEN_FIELD_NUMBER: _ClassVar[int]
    IS_FULL_CUMULATIVE_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_AT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    refund_id: str
    member_id: str
    lines: _containers.RepeatedCompositeFieldContainer[RefundedLine]
    shipping_refund_fen: int
    shipping_wallet_fen: int
    is_full_cumulative: bool
    refunded_at: _timestamp_pb2.Timestamp
    def __init__(self, order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., member_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[RefundedLine, _Mapping]]] = ..., shipping_refund_fen: _Optional[int] = ..., shipping_wallet_fen: _Optional[int] = ..., is_full_cumulative: bool = ..., refunded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PaymentSucceeded(_message.Message):
    __slots__ = ("payment_id", "biz_type", "biz_id", "amount_fen", "paid_at")
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BIZ_TYPE_FIELD_NUMBER: _ClassVar[int]
    BIZ_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_AT_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    biz_type: BizType
    biz_id: str
    amount_fen: int
    paid_at: _timestamp_pb2.Timestamp
    def __init__(self, payment_id: _Optional[str] = ..., biz_type: _Optional[_Union[BizType, str]] = ..., biz_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., paid_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PaymentRefunded(_message.Message):
    __slots__ = ("payment_id", "biz_type", "biz_id", "amount_fen", "refund_id", "status", "refunded_at")
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BIZ_TYPE_FIELD_NUMBER: _ClassVar[int]
    BIZ_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_AT_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    biz_type: BizType
    biz_id: str
    amount_fen: int
    refund_id: str
    status: RefundStatus
    refunded_at: _timestamp_pb2.Timestamp
    def __init__(self, payment_id: _Optional[str] = ..., biz_type: _Optional[_Union[BizType, str]] = ..., biz_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., refund_id: _Optional[str] = ..., status: _Optional[_Union[RefundStatus, str]] = ..., refunded_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Behaved(_message.Message):
    __slots__ = ("member_id", "event_name", "happened_at", "item_id", "store_id", "live_id", "promoter_id", "guide_id", "channel_code", "template_id", "count", "amount_fen")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_NAME_FIELD_NUMBER: _ClassVar[int]
    HAPPENED_AT_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    LIVE_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    event_name: EventName
    happened_at: _timestamp_pb2.Timestamp
    item_id: str
    store_id: str
    live_id: str
    promoter_id: str
    guide_id: str
    channel_code: str
    template_id: str
    count: int
    amount_fen: int
    def __init__(self, member_id: _Optional[str] = ..., event_name: _Optional[_Union[EventName, str]] = ..., happened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., item_id: _Optional[str] = ..., store_id: _Optional[str] = ..., live_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., channel_code: _Optional[str] = ..., template_id: _Optional[str] = ..., count: _Optional[int] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class LiveScheduled(_message.Message):
    __slots__ = ("member_id", "live_id", "starts_at", "is_cancelled", "happened_at")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    LIVE_ID_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    IS_CANCELLED_FIELD_NUMBER: _ClassVar[int]
    HAPPENED_AT_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    live_id: str
    starts_at: _timestamp_pb2.Timestamp
    is_cancelled: bool
    happened_at: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., live_id: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_cancelled: bool = ..., happened_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
