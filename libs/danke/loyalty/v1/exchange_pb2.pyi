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

class ExchangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXCHANGE_KIND_UNSPECIFIED: _ClassVar[ExchangeKind]
    EXCHANGE_KIND_GIFT: _ClassVar[ExchangeKind]
    EXCHANGE_KIND_COUPON: _ClassVar[ExchangeKind]
EXCHANGE_KIND_UNSPECIFIED: ExchangeKind
EXCHANGE_KIND_GIFT: ExchangeKind
EXCHANGE_KIND_COUPON: ExchangeKind

class Exchange(_message.Message):
    __slots__ = ("exchange_id", "member_id", "item_id", "kind", "state", "quantity", "points", "cash_fen", "template_id", "address_ref", "payment_id", "reason", "create_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Exchange.State]
        STATE_CREATED: _ClassVar[Exchange.State]
        STATE_FULFILLING: _ClassVar[Exchange.State]
        STATE_DONE: _ClassVar[Exchange.State]
        STATE_CANCELLED: _ClassVar[Exchange.State]
    STATE_UNSPECIFIED: Exchange.State
    STATE_CREATED: Exchange.State
    STATE_FULFILLING: Exchange.State
    STATE_DONE: Exchange.State
    STATE_CANCELLED: Exchange.State
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CASH_FEN_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_REF_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    member_id: str
    item_id: str
    kind: ExchangeKind
    state: Exchange.State
    quantity: int
    points: int
    cash_fen: int
    template_id: str
    address_ref: str
    payment_id: str
    reason: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, exchange_id: _Optional[str] = ..., member_id: _Optional[str] = ..., item_id: _Optional[str] = ..., kind: _Optional[_Union[ExchangeKind, str]] = ..., state: _Optional[_Union[Exchange.State, str]] = ..., quantity: _Optional[int] = ..., points: _Optional[int] = ..., cash_fen: _Optional[int] = ..., template_id: _Optional[str] = ..., address_ref: _Optional[str] = ..., payment_id: _Optional[str] = ..., reason: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExchangeItem(_message.Message):
    __slots__ = ("item_id", "kind", "version", "state", "name", "points", "cash_fen", "template_id", "stock", "taken", "per_member", "start_time", "end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[ExchangeItem.State]
        STATE_ON_OFFER: _ClassVar[ExchangeItem.State]
        STATE_WITHDRAWN: _ClassVar[ExchangeItem.State]
    STATE_UNSPECIFIED: ExchangeItem.State
    STATE_ON_OFFER: ExchangeItem.State
    STATE_WITHDRAWN: ExchangeItem.State
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    CASH_FEN_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    kind: ExchangeKind
    version: int
    state: ExchangeItem.State
    name: str
    points: int
    cash_fen: int
    template_id: str
    stock: int
    taken: int
    per_member: int
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, item_id: _Optional[str] = ..., kind: _Optional[_Union[ExchangeKind, str]] = ..., version: _Optional[int] = ..., state: _Optional[_Union[ExchangeItem.State, str]] = ..., name: _Optional[str] = ..., points: _Optional[int] = ..., cash_fen: _Optional[int] = ..., template_id: _Optional[str] = ..., stock: _Optional[int] = ..., taken: _Optional[int] = ..., per_member: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExchangeGiftRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "item_id", "quantity", "address_ref")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_REF_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    item_id: str
    quantity: int
    address_ref: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., item_id: _Optional[str] = ..., quantity: _Optional[int] = ..., address_ref: _Optional[str] = ...) -> None: ...

class ExchangeGiftResponse(_message.Message):
    __slots__ = ("exchange", "available_points")
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_POINTS_FIELD_NUMBER: _ClassVar[int]
    exchange: Exchange
    available_points: int
    def __init__(self, exchange: _Optional[_Union[Exchange, _Mapping]] = ..., available_points: _Optional[int] = ...) -> None: ...

class ExchangeCouponRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "item_id", "quantity")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    item_id: str
    quantity: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., item_id: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class ExchangeCouponResponse(_message.Message):
    __slots__ = ("exchange", "available_points")
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_POINTS_FIELD_NUMBER: _ClassVar[int]
    exchange: Exchange
    available_points: int
    def __init__(self, exchange: _Optional[_Union[Exchange, _Mapping]] = ..., available_points: _Optional[int] = ...) -> None: ...

class ConfirmExchangePaidRequest(_message.Message):
    __slots__ = ("request_id", "exchange_id", "payment_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    exchange_id: str
    payment_id: str
    def __init__(self, request_id: _Optional[str] = ..., exchange_id: _Optional[str] = ..., payment_id: _Optional[str] = ...) -> None: ...

class ConfirmExchangePaidResponse(_message.Message):
    __slots__ = ("exchange",)
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    exchange: Exchange
    def __init__(self, exchange: _Optional[_Union[Exchange, _Mapping]] = ...) -> None: ...

class CompleteExchangeRequest(_message.Message):
    __slots__ = ("request_id", "exchange_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    exchange_id: str
    def __init__(self, request_id: _Optional[str] = ..., exchange_id: _Optional[str] = ...) -> None: ...

class CompleteExchangeResponse(_message.Message):
    __slots__ = ("exchange",)
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    exchange: Exchange
    def __init__(self, exchange: _Optional[_Union[Exchange, _Mapping]] = ...) -> None: ...

class CancelExchangeRequest(_message.Message):
    __slots__ = ("request_id", "exchange_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    exchange_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., exchange_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CancelExchangeResponse(_message.Message):
    __slots__ = ("exchange",)
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    exchange: Exchange
    def __init__(self, exchange: _Optional[_Union[Exchange, _Mapping]] = ...) -> None: ...

class GetExchangeRequest(_message.Message):
    __slots__ = ("exchange_id",)
    EXCHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    exchange_id: str
    def __init__(self, exchange_id: _Optional[str] = ...) -> None: ...

class GetExchangeResponse(_message.Message):
    __slots__ = ("exchange",)
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    exchange: Exchange
    def __init__(self, exchange: _Optional[_Union[Exchange, _Mapping]] = ...) -> None: ...

class ListExchangesRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExchangesResponse(_message.Message):
    __slots__ = ("exchanges", "next_page_token")
    EXCHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    exchanges: _containers.RepeatedCompositeFieldContainer[Exchange]
    next_page_token: str
    def __init__(self, exchanges: _Optional[_Iterable[_Union[Exchange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListExchangeItemsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExchangeItemsResponse(_message.Message):
    __slots__ = ("items", "next_page_token")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ExchangeItem]
    next_page_token: str
    def __init__(self, items: _Optional[_Iterable[_Union[ExchangeItem, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetExchangeItemRequest(_message.Message):
    __slots__ = ("request_id", "item")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    item: ExchangeItem
    def __init__(self, request_id: _Optional[str] = ..., item: _Optional[_Union[ExchangeItem, _Mapping]] = ...) -> None: ...

class SetExchangeItemResponse(_message.Message):
    __slots__ = ("item",)
    ITEM_FIELD_NUMBER: _ClassVar[int]
    item: ExchangeItem
    def __init__(self, item: _Optional[_Union[ExchangeItem, _Mapping]] = ...) -> None: ...
