from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RefundAsset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_ASSET_UNSPECIFIED: _ClassVar[RefundAsset]
    REFUND_ASSET_WALLET_PRINCIPAL: _ClassVar[RefundAsset]
    REFUND_ASSET_WALLET_BONUS: _ClassVar[RefundAsset]
    REFUND_ASSET_POINTS_RETURNED: _ClassVar[RefundAsset]
    REFUND_ASSET_POINTS_EXPIRED: _ClassVar[RefundAsset]
    REFUND_ASSET_POINTS_REVOKED: _ClassVar[RefundAsset]
    REFUND_ASSET_GROWTH: _ClassVar[RefundAsset]
    REFUND_ASSET_TIER: _ClassVar[RefundAsset]
    REFUND_ASSET_TIER_GIFT: _ClassVar[RefundAsset]
    REFUND_ASSET_COUPON_RETURNED: _ClassVar[RefundAsset]
    REFUND_ASSET_COUPON_VOIDED: _ClassVar[RefundAsset]
    REFUND_ASSET_COMMISSION: _ClassVar[RefundAsset]
    REFUND_ASSET_GUIDE_PERFORMANCE: _ClassVar[RefundAsset]
    REFUND_ASSET_GROUP_SEAT: _ClassVar[RefundAsset]
    REFUND_ASSET_LEADER_REWARD: _ClassVar[RefundAsset]
    REFUND_ASSET_SEAT_MONEY: _ClassVar[RefundAsset]

class RefundUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUND_UNIT_UNSPECIFIED: _ClassVar[RefundUnit]
    REFUND_UNIT_FEN: _ClassVar[RefundUnit]
    REFUND_UNIT_POINTS: _ClassVar[RefundUnit]
    REFUND_UNIT_GROWTH: _ClassVar[RefundUnit]
    REFUND_UNIT_LEVELS: _ClassVar[RefundUnit]
    REFUND_UNIT_PIECES: _ClassVar[RefundUnit]
REFUND_ASSET_UNSPECIFIED: RefundAsset
REFUND_ASSET_WALLET_PRINCIPAL: RefundAsset
REFUND_ASSET_WALLET_BONUS: RefundAsset
REFUND_ASSET_POINTS_RETURNED: RefundAsset
REFUND_ASSET_POINTS_EXPIRED: RefundAsset
REFUND_ASSET_POINTS_REVOKED: RefundAsset
REFUND_ASSET_GROWTH: RefundAsset
REFUND_ASSET_TIER: RefundAsset
REFUND_ASSET_TIER_GIFT: RefundAsset
REFUND_ASSET_COUPON_RETURNED: RefundAsset
REFUND_ASSET_COUPON_VOIDED: RefundAsset
REFUND_ASSET_COMMISSION: RefundAsset
REFUND_ASSET_GUIDE_PERFORMANCE: RefundAsset
REFUND_ASSET_GROUP_SEAT: RefundAsset
REFUND_ASSET_LEADER_REWARD: RefundAsset
REFUND_ASSET_SEAT_MONEY: RefundAsset
REFUND_UNIT_UNSPECIFIED: RefundUnit
REFUND_UNIT_FEN: RefundUnit
REFUND_UNIT_POINTS: RefundUnit
REFUND_UNIT_GROWTH: RefundUnit
REFUND_UNIT_LEVELS: RefundUnit
REFUND_UNIT_PIECES: RefundUnit

class OrderRefund(_message.Message):
    __slots__ = ("order_id", "member_id", "refund_id", "lines", "shipping_refund_fen", "shipping_wallet_fen", "is_full_cumulative")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_REFUND_FEN_FIELD_NUMBER: _ClassVar[int]
    SHIPPING_WALLET_FEN_FIELD_NUMBER: _ClassVar[int]
    IS_FULL_CUMULATIVE_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    member_id: str
    refund_id: str
    lines: _containers.RepeatedCompositeFieldContainer[RefundLine]
    shipping_refund_fen: int
    shipping_wallet_fen: int
    is_full_cumulative: bool
    def __init__(self, order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[RefundLine, _Mapping]]] = ..., shipping_refund_fen: _Optional[int] = ..., shipping_wallet_fen: _Optional[int] = ..., is_full_cumulative: bool = ...) -> None: ...

class RefundLine(_message.Message):
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

class RefundEffect(_message.Message):
    __slots__ = ("asset", "amount", "unit", "ref", "reason", "says")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SAYS_FIELD_NUMBER: _ClassVar[int]
    asset: RefundAsset
    amount: int
    unit: RefundUnit
    ref: str
    reason: str
    says: str
    def __init__(self, asset: _Optional[_Union[RefundAsset, str]] = ..., amount: _Optional[int] = ..., unit: _Optional[_Union[RefundUnit, str]] = ..., ref: _Optional[str] = ..., reason: _Optional[str] = ..., says: _Optional[str] = ...) -> None: ...

class RefundRefusal(_message.Message):
    __slots__ = ("reason", "says", "waits")
    REASON_FIELD_NUMBER: _ClassVar[int]
    SAYS_FIELD_NUMBER: _ClassVar[int]
    WAITS_FIELD_NUMBER: _ClassVar[int]
    reason: str
    says: str
    waits: bool
    def __init__(self, reason: _Optional[str] = ..., says: _Optional[str] = ..., waits: bool = ...) -> None: ...
