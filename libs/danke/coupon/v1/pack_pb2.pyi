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

class PackItem(_message.Message):
    __slots__ = ("template_id", "quantity", "after_days")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    AFTER_DAYS_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    quantity: int
    after_days: int
    def __init__(self, template_id: _Optional[str] = ..., quantity: _Optional[int] = ..., after_days: _Optional[int] = ...) -> None: ...

class PackOffer(_message.Message):
    __slots__ = ("offer_id", "version", "name", "on_sale", "price_fen", "per_member", "items")
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ON_SALE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    offer_id: str
    version: int
    name: str
    on_sale: bool
    price_fen: int
    per_member: int
    items: _containers.RepeatedCompositeFieldContainer[PackItem]
    def __init__(self, offer_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., on_sale: bool = ..., price_fen: _Optional[int] = ..., per_member: _Optional[int] = ..., items: _Optional[_Iterable[_Union[PackItem, _Mapping]]] = ...) -> None: ...

class CouponPack(_message.Message):
    __slots__ = ("pack_id", "offer_id", "offer_version", "member_id", "state", "price_fen", "items", "create_time", "expire_time", "pay_time", "payment_id", "refund_id", "refund_fen", "savings_fen", "asked_fen")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[CouponPack.State]
        STATE_CREATED: _ClassVar[CouponPack.State]
        STATE_CLOSED: _ClassVar[CouponPack.State]
        STATE_DELIVERING: _ClassVar[CouponPack.State]
        STATE_DELIVERED: _ClassVar[CouponPack.State]
        STATE_REFUNDING: _ClassVar[CouponPack.State]
        STATE_REFUNDED: _ClassVar[CouponPack.State]
    STATE_UNSPECIFIED: CouponPack.State
    STATE_CREATED: CouponPack.State
    STATE_CLOSED: CouponPack.State
    STATE_DELIVERING: CouponPack.State
    STATE_DELIVERED: CouponPack.State
    STATE_REFUNDING: CouponPack.State
    STATE_REFUNDED: CouponPack.State
    PACK_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_VERSION_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    PAY_TIME_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_FEN_FIELD_NUMBER: _ClassVar[int]
    SAVINGS_FEN_FIELD_NUMBER: _ClassVar[int]
    ASKED_FEN_FIELD_NUMBER: _ClassVar[int]
    pack_id: str
    offer_id: str
    offer_version: int
    member_id: str
    state: CouponPack.State
    price_fen: int
    items: _containers.RepeatedCompositeFieldContainer[PackItem]
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    pay_time: _timestamp_pb2.Timestamp
    payment_id: str
    refund_id: str
    refund_fen: int
    savings_fen: int
    asked_fen: int
    def __init__(self, pack_id: _Optional[str] = ..., offer_id: _Optional[str] = ..., offer_version: _Optional[int] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[CouponPack.State, str]] = ..., price_fen: _Optional[int] = ..., items: _Optional[_Iterable[_Union[PackItem, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pay_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., payment_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., refund_fen: _Optional[int] = ..., savings_fen: _Optional[int] = ..., asked_fen: _Optional[int] = ...) -> None: ...

class SetPackOfferRequest(_message.Message):
    __slots__ = ("request_id", "offer_id", "version", "name", "price_fen", "per_member", "items", "off_sale")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    OFF_SALE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    offer_id: str
    version: int
    name: str
    price_fen: int
    per_member: int
    items: _containers.RepeatedCompositeFieldContainer[PackItem]
    off_sale: bool
    def __init__(self, request_id: _Optional[str] = ..., offer_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., price_fen: _Optional[int] = ..., per_member: _Optional[int] = ..., items: _Optional[_Iterable[_Union[PackItem, _Mapping]]] = ..., off_sale: bool = ...) -> None: ...

class SetPackOfferResponse(_message.Message):
    __slots__ = ("offer",)
    OFFER_FIELD_NUMBER: _ClassVar[int]
    offer: PackOffer
    def __init__(self, offer: _Optional[_Union[PackOffer, _Mapping]] = ...) -> None: ...

class ListPackOffersRequest(_message.Message):
    __slots__ = ("on_sale_only", "page_size", "page_token")
    ON_SALE_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    on_sale_only: bool
    page_size: int
    page_token: str
    def __init__(self, on_sale_only: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPackOffersResponse(_message.Message):
    __slots__ = ("offers", "next_page_token")
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    offers: _containers.RepeatedCompositeFieldContainer[PackOffer]
    next_page_token: str
    def __init__(self, offers: _Optional[_Iterable[_Union[PackOffer, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class BuyPackRequest(_message.Message):
    __slots__ = ("request_id", "offer_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    offer_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., offer_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class BuyPackResponse(_message.Message):
    __slots__ = ("pack",)
    PACK_FIELD_NUMBER: _ClassVar[int]
    pack: CouponPack
    def __init__(self, pack: _Optional[_Union[CouponPack, _Mapping]] = ...) -> None: ...

class GetPackRequest(_message.Message):
    __slots__ = ("pack_id",)
    PACK_ID_FIELD_NUMBER: _ClassVar[int]
    pack_id: str
    def __init__(self, pack_id: _Optional[str] = ...) -> None: ...

class GetPackResponse(_message.Message):
    __slots__ = ("pack",)
    PACK_FIELD_NUMBER: _ClassVar[int]
    pack: CouponPack
    def __init__(self, pack: _Optional[_Union[CouponPack, _Mapping]] = ...) -> None: ...

class ListPacksRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPacksResponse(_message.Message):
    __slots__ = ("packs", "next_page_token")
    PACKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    packs: _containers.RepeatedCompositeFieldContainer[CouponPack]
    next_page_token: str
    def __init__(self, packs: _Optional[_Iterable[_Union[CouponPack, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListOpenPackRefundsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOpenPackRefundsResponse(_message.Message):
    __slots__ = ("packs", "next_page_token")
    PACKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    packs: _containers.RepeatedCompositeFieldContainer[CouponPack]
    next_page_token: str
    def __init__(self, packs: _Optional[_Iterable[_Union[CouponPack, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RefundPackRequest(_message.Message):
    __slots__ = ("request_id", "pack_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PACK_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    pack_id: str
    def __init__(self, request_id: _Optional[str] = ..., pack_id: _Optional[str] = ...) -> None: ...

class RefundPackResponse(_message.Message):
    __slots__ = ("pack",)
    PACK_FIELD_NUMBER: _ClassVar[int]
    pack: CouponPack
    def __init__(self, pack: _Optional[_Union[CouponPack, _Mapping]] = ...) -> None: ...
