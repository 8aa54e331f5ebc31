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

class BargainTerms(_message.Message):
    __slots__ = ("name", "sku_id", "start_fen", "floor_fen", "cuts", "ttl_hours", "daily_helps", "new_helpers_only", "order_before_floor", "stock")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    START_FEN_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FEN_FIELD_NUMBER: _ClassVar[int]
    CUTS_FIELD_NUMBER: _ClassVar[int]
    TTL_HOURS_FIELD_NUMBER: _ClassVar[int]
    DAILY_HELPS_FIELD_NUMBER: _ClassVar[int]
    NEW_HELPERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    ORDER_BEFORE_FLOOR_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    name: str
    sku_id: str
    start_fen: int
    floor_fen: int
    cuts: int
    ttl_hours: int
    daily_helps: int
    new_helpers_only: bool
    order_before_floor: bool
    stock: int
    def __init__(self, name: _Optional[str] = ..., sku_id: _Optional[str] = ..., start_fen: _Optional[int] = ..., floor_fen: _Optional[int] = ..., cuts: _Optional[int] = ..., ttl_hours: _Optional[int] = ..., daily_helps: _Optional[int] = ..., new_helpers_only: bool = ..., order_before_floor: bool = ..., stock: _Optional[int] = ...) -> None: ...

class BargainActivity(_message.Message):
    __slots__ = ("activity_id", "stopped", "terms", "start_time", "end_time", "ordered")
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    stopped: bool
    terms: BargainTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    ordered: int
    def __init__(self, activity_id: _Optional[str] = ..., stopped: bool = ..., terms: _Optional[_Union[BargainTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ordered: _Optional[int] = ...) -> None: ...

class Bargain(_message.Message):
    __slots__ = ("bargain_id", "activity_id", "member_id", "state", "terms", "price_fen", "cuts", "order_id", "open_time", "expire_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Bargain.State]
        STATE_OPEN: _ClassVar[Bargain.State]
        STATE_REACHED: _ClassVar[Bargain.State]
        STATE_ORDERED: _ClassVar[Bargain.State]
        STATE_EXPIRED: _ClassVar[Bargain.State]
    STATE_UNSPECIFIED: Bargain.State
    STATE_OPEN: Bargain.State
    STATE_REACHED: Bargain.State
    STATE_ORDERED: Bargain.State
    STATE_EXPIRED: Bargain.State
    BARGAIN_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    CUTS_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    bargain_id: str
    activity_id: str
    member_id: str
    state: Bargain.State
    terms: BargainTerms
    price_fen: int
    cuts: int
    order_id: str
    open_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, bargain_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[Bargain.State, str]] = ..., terms: _Optional[_Union[BargainTerms, _Mapping]] = ..., price_fen: _Optional[int] = ..., cuts: _Optional[int] = ..., order_id: _Optional[str] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BargainHelp(_message.Message):
    __slots__ = ("helper_id", "inviter_id", "is_new_customer", "cut_fen", "help_time")
    HELPER_ID_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    CUT_FEN_FIELD_NUMBER: _ClassVar[int]
    HELP_TIME_FIELD_NUMBER: _ClassVar[int]
    helper_id: str
    inviter_id: str
    is_new_customer: bool
    cut_fen: int
    help_time: _timestamp_pb2.Timestamp
    def __init__(self, helper_id: _Optional[str] = ..., inviter_id: _Optional[str] = ..., is_new_customer: bool = ..., cut_fen: _Optional[int] = ..., help_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetBargainActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "stopped", "terms", "start_time", "end_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    stopped: bool
    terms: BargainTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., stopped: bool = ..., terms: _Optional[_Union[BargainTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetBargainActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: BargainActivity
    def __init__(self, activity: _Optional[_Union[BargainActivity, _Mapping]] = ...) -> None: ...

class GetBargainActivityRequest(_message.Message):
    __slots__ = ("activity_id",)
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    def __init__(self, activity_id: _Optional[str] = ...) -> None: ...

class GetBargainActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: BargainActivity
    def __init__(self, activity: _Optional[_Union[BargainActivity, _Mapping]] = ...) -> None: ...

class OpenBargainRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class OpenBargainResponse(_message.Message):
    __slots__ = ("bargain",)
    BARGAIN_FIELD_NUMBER: _ClassVar[int]
    bargain: Bargain
    def __init__(self, bargain: _Optional[_Union[Bargain, _Mapping]] = ...) -> None: ...

class CutPriceRequest(_message.Message):
    __slots__ = ("request_id", "bargain_id", "helper_id", "inviter_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BARGAIN_ID_FIELD_NUMBER: _ClassVar[int]
    HELPER_ID_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    bargain_id: str
    helper_id: str
    inviter_id: str
    def __init__(self, request_id: _Optional[str] = ..., bargain_id: _Optional[str] = ..., helper_id: _Optional[str] = ..., inviter_id: _Optional[str] = ...) -> None: ...

class CutPriceResponse(_message.Message):
    __slots__ = ("bargain",)
    BARGAIN_FIELD_NUMBER: _ClassVar[int]
    bargain: Bargain
    def __init__(self, bargain: _Optional[_Union[Bargain, _Mapping]] = ...) -> None: ...

class OrderBargainRequest(_message.Message):
    __slots__ = ("request_id", "bargain_id", "order_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BARGAIN_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    bargain_id: str
    order_id: str
    def __init__(self, request_id: _Optional[str] = ..., bargain_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class OrderBargainResponse(_message.Message):
    __slots__ = ("bargain",)
    BARGAIN_FIELD_NUMBER: _ClassVar[int]
    bargain: Bargain
    def __init__(self, bargain: _Optional[_Union[Bargain, _Mapping]] = ...) -> None: ...

class GetBargainRequest(_message.Message):
    __slots__ = ("bargain_id",)
    BARGAIN_ID_FIELD_NUMBER: _ClassVar[int]
    bargain_id: str
    def __init__(self, bargain_id: _Optional[str] = ...) -> None: ...

class GetBargainResponse(_message.Message):
    __slots__ = ("bargain", "helps")
    BARGAIN_FIELD_NUMBER: _ClassVar[int]
    HELPS_FIELD_NUMBER: _ClassVar[int]
    bargain: Bargain
    helps: _containers.RepeatedCompositeFieldContainer[BargainHelp]
    def __init__(self, bargain: _Optional[_Union[Bargain, _Mapping]] = ..., helps: _Optional[_Iterable[_Union[BargainHelp, _Mapping]]] = ...) -> None: ...

class MyBargainsRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class MyBargainsResponse(_message.Message):
    __slots__ = ("bargains", "next_page_token")
    BARGAINS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    bargains: _containers.RepeatedCompositeFieldContainer[Bargain]
    next_page_token: str
    def __init__(self, bargains: _Optional[_Iterable[_Union[Bargain, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Prize(_message.Message):
    __slots__ = ("kind", "amount", "ref")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Prize.Kind]
        KIND_POINTS: _ClassVar[Prize.Kind]
        KIND_COUPON: _ClassVar[Prize.Kind]
    KIND_UNSPECIFIED: Prize.Kind
    KIND_POINTS: Prize.Kind
    KIND_COUPON: Prize.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    kind: Prize.Kind
    amount: int
    ref: str
    def __init__(self, kind: _Optional[_Union[Prize.Kind, str]] = ..., amount: _Optional[int] = ..., ref: _Optional[str] = ...) -> None: ...

class AssistTerms(_message.Message):
    __slots__ = ("name", "needed", "ttl_hours", "prize", "helper_prize", "daily_helps", "new_helpers_only", "budget")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NEEDED_FIELD_NUMBER: _ClassVar[int]
    TTL_HOURS_FIELD_NUMBER: _ClassVar[int]
    PRIZE_FIELD_NUMBER: _ClassVar[int]
    HELPER_PRIZE_FIELD_NUMBER: _ClassVar[int]
    DAILY_HELPS_FIELD_NUMBER: _ClassVar[int]
    NEW_HELPERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    name: str
    needed: int
    ttl_hours: int
    prize: Prize
    helper_prize: Prize
    daily_helps: int
    new_helpers_only: bool
    budget: int
    def __init__(self, name: _Optional[str] = ..., needed: _Optional[int] = ..., ttl_hours: _Optional[int] = ..., prize: _Optional[_Union[Prize, _Mapping]] = ..., helper_prize: _Optional[_Union[Prize, _Mapping]] = ..., daily_helps: _Optional[int] = ..., new_helpers_only: bool = ..., budget: _Optional[int] = ...) -> None: ...

class AssistActivity(_message.Message):
    __slots__ = ("activity_id", "stopped", "terms", "start_time", "end_time", "set_aside")
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SET_ASIDE_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    stopped: bool
    terms: AssistTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    set_aside: int
    def __init__(self, activity_id: _Optional[str] = ..., stopped: bool = ..., terms: _Optional[_Union[AssistTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., set_aside: _Optional[int] = ...) -> None: ...

class Assist(_message.Message):
    __slots__ = ("assist_id", "activity_id", "member_id", "state", "terms", "helped", "open_time", "expire_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Assist.State]
        STATE_OPEN: _ClassVar[Assist.State]
        STATE_COMPLETED: _ClassVar[Assist.State]
        STATE_EXPIRED: _ClassVar[Assist.State]
    STATE_UNSPECIFIED: Assist.State
    STATE_OPEN: Assist.State
    STATE_COMPLETED: Assist.State
    STATE_EXPIRED: Assist.State
    ASSIST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    HELPED_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    assist_id: str
    activity_id: str
    member_id: str
    state: Assist.State
    terms: AssistTerms
    helped: int
    open_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, assist_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[Assist.State, str]] = ..., terms: _Optional[_Union[AssistTerms, _Mapping]] = ..., helped: _Optional[int] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AssistHelp(_message.Message):
    __slots__ = ("helper_id", "inviter_id", "is_new_customer", "help_time")
    HELPER_ID_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    HELP_TIME_FIELD_NUMBER: _ClassVar[int]
    helper_id: str
    inviter_id: str
    is_new_customer: bool
    help_time: _timestamp_pb2.Timestamp
    def __init__(self, helper_id: _Optional[str] = ..., inviter_id: _Optional[str] = ..., is_new_customer: bool = ..., help_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetAssistActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "stopped", "terms", "start_time", "end_time")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    STOPPED_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    stopped: bool
    terms: AssistTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., stopped: bool = ..., terms: _Optional[_Union[AssistTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetAssistActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: AssistActivity
    def __init__(self, activity: _Optional[_Union[AssistActivity, _Mapping]] = ...) -> None: ...

class GetAssistActivityRequest(_message.Message):
    __slots__ = ("activity_id",)
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    def __init__(self, activity_id: _Optional[str] = ...) -> None: ...

class GetAssistActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: AssistActivity
    def __init__(self, activity: _Optional[_Union[AssistActivity, _Mapping]] = ...) -> None: ...

class OpenAssistRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class OpenAssistResponse(_message.Message):
    __slots__ = ("assist",)
    ASSIST_FIELD_NUMBER: _ClassVar[int]
    assist: Assist
    def __init__(self, assist: _Optional[_Union[Assist, _Mapping]] = ...) -> None: ...

class GiveHelpRequest(_message.Message):
    __slots__ = ("request_id", "assist_id", "helper_id", "inviter_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ASSIST_ID_FIELD_NUMBER: _ClassVar[int]
    HELPER_ID_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    assist_id: str
    helper_id: str
    inviter_id: str
    def __init__(self, request_id: _Optional[str] = ..., assist_id: _Optional[str] = ..., helper_id: _Optional[str] = ..., inviter_id: _Optional[str] = ...) -> None: ...

class GiveHelpResponse(_message.Message):
    __slots__ = ("assist",)
    ASSIST_FIELD_NUMBER: _ClassVar[int]
    assist: Assist
    def __init__(self, assist: _Optional[_Union[Assist, _Mapping]] = ...) -> None: ...

class GetAssistRequest(_message.Message):
    __slots__ = ("assist_id",)
    ASSIST_ID_FIELD_NUMBER: _ClassVar[int]
    assist_id: str
    def __init__(self, assist_id: _Optional[str] = ...) -> None: ...

class GetAssistResponse(_message.Message):
    __slots__ = ("assist", "helps")
    ASSIST_FIELD_NUMBER: _ClassVar[int]
    HELPS_FIELD_NUMBER: _ClassVar[int]
    assist: Assist
    helps: _containers.RepeatedCompositeFieldContainer[AssistHelp]
    def __init__(self, assist: _Optional[_Union[Assist, _Mapping]] = ..., helps: _Optional[_Iterable[_Union[AssistHelp, _Mapping]]] = ...) -> None: ...

class MyAssistsRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class MyAssistsResponse(_message.Message):
    __slots__ = ("assists", "next_page_token")
    ASSISTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assists: _containers.RepeatedCompositeFieldContainer[Assist]
    next_page_token: str
    def __init__(self, assists: _Optional[_Iterable[_Union[Assist, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
