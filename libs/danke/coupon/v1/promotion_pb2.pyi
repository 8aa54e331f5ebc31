import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.coupon.v1 import template_pb2 as _template_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PromotionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROMOTION_KIND_UNSPECIFIED: _ClassVar[PromotionKind]
    PROMOTION_KIND_FULL_REDUCTION: _ClassVar[PromotionKind]
    PROMOTION_KIND_ADD_ON: _ClassVar[PromotionKind]
    PROMOTION_KIND_FREE_SHIPPING: _ClassVar[PromotionKind]
    PROMOTION_KIND_BUNDLE: _ClassVar[PromotionKind]
PROMOTION_KIND_UNSPECIFIED: PromotionKind
PROMOTION_KIND_FULL_REDUCTION: PromotionKind
PROMOTION_KIND_ADD_ON: PromotionKind
PROMOTION_KIND_FREE_SHIPPING: PromotionKind
PROMOTION_KIND_BUNDLE: PromotionKind

class PromotionStep(_message.Message):
    __slots__ = ("threshold_fen", "threshold_qty", "off_fen", "discount_bp")
    THRESHOLD_FEN_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_QTY_FIELD_NUMBER: _ClassVar[int]
    OFF_FEN_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_BP_FIELD_NUMBER: _ClassVar[int]
    threshold_fen: int
    threshold_qty: int
    off_fen: int
    discount_bp: int
    def __init__(self, threshold_fen: _Optional[int] = ..., threshold_qty: _Optional[int] = ..., off_fen: _Optional[int] = ..., discount_bp: _Optional[int] = ...) -> None: ...

class BundleItem(_message.Message):
    __slots__ = ("sku_id", "qty")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    QTY_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    qty: int
    def __init__(self, sku_id: _Optional[str] = ..., qty: _Optional[int] = ...) -> None: ...

class PromotionTerms(_message.Message):
    __slots__ = ("kind", "scope", "steps", "repeat", "cap_fen", "threshold_fen", "add_on_sku_ids", "price_fen", "most_qty", "before_discounts", "items", "no_coupons", "exclusive_group", "condition")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    REPEAT_FIELD_NUMBER: _ClassVar[int]
    CAP_FEN_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FEN_FIELD_NUMBER: _ClassVar[int]
    ADD_ON_SKU_IDS_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    MOST_QTY_FIELD_NUMBER: _ClassVar[int]
    BEFORE_DISCOUNTS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NO_COUPONS_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_GROUP_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    kind: PromotionKind
    scope: _template_pb2.Scope
    steps: _containers.RepeatedCompositeFieldContainer[PromotionStep]
    repeat: bool
    cap_fen: int
    threshold_fen: int
    add_on_sku_ids: _containers.RepeatedScalarFieldContainer[str]
    price_fen: int
    most_qty: int
    before_discounts: bool
    items: _containers.RepeatedCompositeFieldContainer[BundleItem]
    no_coupons: bool
    exclusive_group: str
    condition: str
    def __init__(self, kind: _Optional[_Union[PromotionKind, str]] = ..., scope: _Optional[_Union[_template_pb2.Scope, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[PromotionStep, _Mapping]]] = ..., repeat: bool = ..., cap_fen: _Optional[int] = ..., threshold_fen: _Optional[int] = ..., add_on_sku_ids: _Optional[_Iterable[str]] = ..., price_fen: _Optional[int] = ..., most_qty: _Optional[int] = ..., before_discounts: bool = ..., items: _Optional[_Iterable[_Union[BundleItem, _Mapping]]] = ..., no_coupons: bool = ..., exclusive_group: _Optional[str] = ..., condition: _Optional[str] = ...) -> None: ...

class Promotion(_message.Message):
    __slots__ = ("promotion_id", "version", "name", "state", "terms", "start_time", "end_time", "changed_by", "change_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Promotion.State]
        STATE_DRAFT: _ClassVar[Promotion.State]
        STATE_ACTIVE: _ClassVar[Promotion.State]
        STATE_ENDED: _ClassVar[Promotion.State]
    STATE_UNSPECIFIED: Promotion.State
    STATE_DRAFT: Promotion.State
    STATE_ACTIVE: Promotion.State
    STATE_ENDED: Promotion.State
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    version: int
    name: str
    state: Promotion.State
    terms: PromotionTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    changed_by: str
    change_time: _timestamp_pb2.Timestamp
    def __init__(self, promotion_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., state: _Optional[_Union[Promotion.State, str]] = ..., terms: _Optional[_Union[PromotionTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., changed_by: _Optional[str] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetPromotionRequest(_message.Message):
    __slots__ = ("request_id", "promotion_id", "version", "name", "terms", "start_time", "end_time", "draft")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    promotion_id: str
    version: int
    name: str
    terms: PromotionTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    draft: bool
    def __init__(self, request_id: _Optional[str] = ..., promotion_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., terms: _Optional[_Union[PromotionTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., draft: bool = ...) -> None: ...

class SetPromotionResponse(_message.Message):
    __slots__ = ("promotion",)
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    promotion: Promotion
    def __init__(self, promotion: _Optional[_Union[Promotion, _Mapping]] = ...) -> None: ...

class EndPromotionRequest(_message.Message):
    __slots__ = ("request_id", "promotion_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    promotion_id: str
    def __init__(self, request_id: _Optional[str] = ..., promotion_id: _Optional[str] = ...) -> None: ...

class EndPromotionResponse(_message.Message):
    __slots__ = ("promotion",)
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    promotion: Promotion
    def __init__(self, promotion: _Optional[_Union[Promotion, _Mapping]] = ...) -> None: ...

class GetPromotionRequest(_message.Message):
    __slots__ = ("promotion_id", "version")
    PROMOTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    promotion_id: str
    version: int
    def __init__(self, promotion_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetPromotionResponse(_message.Message):
    __slots__ = ("promotion",)
    PROMOTION_FIELD_NUMBER: _ClassVar[int]
    promotion: Promotion
    def __init__(self, promotion: _Optional[_Union[Promotion, _Mapping]] = ...) -> None: ...

class ListPromotionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPromotionsResponse(_message.Message):
    __slots__ = ("promotions", "next_page_token")
    PROMOTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    promotions: _containers.RepeatedCompositeFieldContainer[Promotion]
    next_page_token: str
    def __init__(self, promotions: _Optional[_Iterable[_Union[Promotion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
