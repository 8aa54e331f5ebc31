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

class Promoter(_message.Message):
    __slots__ = ("promoter_id", "state", "level_id", "merged_into", "reason", "changed_at")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Promoter.State]
        STATE_NONE: _ClassVar[Promoter.State]
        STATE_APPLIED: _ClassVar[Promoter.State]
        STATE_ACTIVE: _ClassVar[Promoter.State]
        STATE_FROZEN: _ClassVar[Promoter.State]
        STATE_REMOVED: _ClassVar[Promoter.State]
        STATE_MERGED: _ClassVar[Promoter.State]
    STATE_UNSPECIFIED: Promoter.State
    STATE_NONE: Promoter.State
    STATE_APPLIED: Promoter.State
    STATE_ACTIVE: Promoter.State
    STATE_FROZEN: Promoter.State
    STATE_REMOVED: Promoter.State
    STATE_MERGED: Promoter.State
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_ID_FIELD_NUMBER: _ClassVar[int]
    MERGED_INTO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    promoter_id: str
    state: Promoter.State
    level_id: str
    merged_into: str
    reason: str
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, promoter_id: _Optional[str] = ..., state: _Optional[_Union[Promoter.State, str]] = ..., level_id: _Optional[str] = ..., merged_into: _Optional[str] = ..., reason: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PromoLink(_message.Message):
    __slots__ = ("link_id", "promoter_id", "target", "channel_code", "created_at")
    LINK_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    link_id: str
    promoter_id: str
    target: str
    channel_code: str
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, link_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., target: _Optional[str] = ..., channel_code: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ApplyPromoterRequest(_message.Message):
    __slots__ = ("request_id", "promoter_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    promoter_id: str
    def __init__(self, request_id: _Optional[str] = ..., promoter_id: _Optional[str] = ...) -> None: ...

class ApplyPromoterResponse(_message.Message):
    __slots__ = ("promoter",)
    PROMOTER_FIELD_NUMBER: _ClassVar[int]
    promoter: Promoter
    def __init__(self, promoter: _Optional[_Union[Promoter, _Mapping]] = ...) -> None: ...

class ApprovePromoterRequest(_message.Message):
    __slots__ = ("request_id", "promoter_id", "approve", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    promoter_id: str
    approve: bool
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., approve: bool = ..., reason: _Optional[str] = ...) -> None: ...

class ApprovePromoterResponse(_message.Message):
    __slots__ = ("promoter",)
    PROMOTER_FIELD_NUMBER: _ClassVar[int]
    promoter: Promoter
    def __init__(self, promoter: _Optional[_Union[Promoter, _Mapping]] = ...) -> None: ...

class FreezePromoterRequest(_message.Message):
    __slots__ = ("request_id", "promoter_id", "to", "reason")
    class To(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TO_UNSPECIFIED: _ClassVar[FreezePromoterRequest.To]
        TO_FROZEN: _ClassVar[FreezePromoterRequest.To]
        TO_ACTIVE: _ClassVar[FreezePromoterRequest.To]
        TO_REMOVED: _ClassVar[FreezePromoterRequest.To]
    TO_UNSPECIFIED: FreezePromoterRequest.To
    TO_FROZEN: FreezePromoterRequest.To
    TO_ACTIVE: FreezePromoterRequest.To
    TO_REMOVED: FreezePromoterRequest.To
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    promoter_id: str
    to: FreezePromoterRequest.To
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., to: _Optional[_Union[FreezePromoterRequest.To, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class FreezePromoterResponse(_message.Message):
    __slots__ = ("promoter",)
    PROMOTER_FIELD_NUMBER: _ClassVar[int]
    promoter: Promoter
    def __init__(self, promoter: _Optional[_Union[Promoter, _Mapping]] = ...) -> None: ...

class SetPromoterLevelRequest(_message.Message):
    __slots__ = ("request_id", "promoter_id", "level_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    promoter_id: str
    level_id: str
    def __init__(self, request_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., level_id: _Optional[str] = ...) -> None: ...

class SetPromoterLevelResponse(_message.Message):
    __slots__ = ("promoter",)
    PROMOTER_FIELD_NUMBER: _ClassVar[int]
    promoter: Promoter
    def __init__(self, promoter: _Optional[_Union[Promoter, _Mapping]] = ...) -> None: ...

class GetPromoterRequest(_message.Message):
    __slots__ = ("promoter_id",)
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    promoter_id: str
    def __init__(self, promoter_id: _Optional[str] = ...) -> None: ...

class GetPromoterResponse(_message.Message):
    __slots__ = ("promoter",)
    PROMOTER_FIELD_NUMBER: _ClassVar[int]
    promoter: Promoter
    def __init__(self, promoter: _Optional[_Union[Promoter, _Mapping]] = ...) -> None: ...

class ListPromotersRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: Promoter.State
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[Promoter.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPromotersResponse(_message.Message):
    __slots__ = ("promoters", "next_page_token")
    PROMOTERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    promoters: _containers.RepeatedCompositeFieldContainer[Promoter]
    next_page_token: str
    def __init__(self, promoters: _Optional[_Iterable[_Union[Promoter, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreatePromoLinkRequest(_message.Message):
    __slots__ = ("request_id", "promoter_id", "target", "channel_code")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    promoter_id: str
    target: str
    channel_code: str
    def __init__(self, request_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., target: _Optional[str] = ..., channel_code: _Optional[str] = ...) -> None: ...

class CreatePromoLinkResponse(_message.Message):
    __slots__ = ("link",)
    LINK_FIELD_NUMBER: _ClassVar[int]
    link: PromoLink
    def __init__(self, link: _Optional[_Union[PromoLink, _Mapping]] = ...) -> None: ...

class ListPromoLinksRequest(_message.Message):
    __slots__ = ("promoter_id", "page_size", "page_token")
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    promoter_id: str
    page_size: int
    page_token: str
    def __init__(self, promoter_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPromoLinksResponse(_message.Message):
    __slots__ = ("links", "next_page_token")
    LINKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    links: _containers.RepeatedCompositeFieldContainer[PromoLink]
    next_page_token: str
    def __init__(self, links: _Optional[_Iterable[_Union[PromoLink, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RecordClickRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "link_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    LINK_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    link_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., link_id: _Optional[str] = ...) -> None: ...

class RecordClickResponse(_message.Message):
    __slots__ = ("bound", "outcome", "promoter_id")
    BOUND_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    bound: bool
    outcome: str
    promoter_id: str
    def __init__(self, bound: bool = ..., outcome: _Optional[str] = ..., promoter_id: _Optional[str] = ...) -> None: ...

class CountClicksRequest(_message.Message):
    __slots__ = ("promoter_id", "to")
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    promoter_id: str
    to: _timestamp_pb2.Timestamp
    def __init__(self, promoter_id: _Optional[str] = ..., to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class CountClicksResponse(_message.Message):
    __slots__ = ("counts",)
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    counts: _containers.RepeatedCompositeFieldContainer[ClickCount]
    def __init__(self, counts: _Optional[_Iterable[_Union[ClickCount, _Mapping]]] = ...) -> None: ...

class ClickCount(_message.Message):
    __slots__ = ("outcome", "clicks")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    CLICKS_FIELD_NUMBER: _ClassVar[int]
    outcome: str
    clicks: int
    def __init__(self, outcome: _Optional[str] = ..., clicks: _Optional[int] = ...) -> None: ...
