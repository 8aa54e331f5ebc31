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

class PointsSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POINTS_SOURCE_UNSPECIFIED: _ClassVar[PointsSource]
    POINTS_SOURCE_ORDER: _ClassVar[PointsSource]
    POINTS_SOURCE_CHECK_IN: _ClassVar[PointsSource]
    POINTS_SOURCE_GAME: _ClassVar[PointsSource]
    POINTS_SOURCE_BIRTHDAY: _ClassVar[PointsSource]
    POINTS_SOURCE_RECHARGE: _ClassVar[PointsSource]
    POINTS_SOURCE_MANUAL: _ClassVar[PointsSource]
    POINTS_SOURCE_ACTIVITY: _ClassVar[PointsSource]
POINTS_SOURCE_UNSPECIFIED: PointsSource
POINTS_SOURCE_ORDER: PointsSource
POINTS_SOURCE_CHECK_IN: PointsSource
POINTS_SOURCE_GAME: PointsSource
POINTS_SOURCE_BIRTHDAY: PointsSource
POINTS_SOURCE_RECHARGE: PointsSource
POINTS_SOURCE_MANUAL: PointsSource
POINTS_SOURCE_ACTIVITY: PointsSource

class PointsBalances(_message.Message):
    __slots__ = ("member_id", "available_points", "pending_points", "frozen_points", "debt_points")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_POINTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_POINTS_FIELD_NUMBER: _ClassVar[int]
    FROZEN_POINTS_FIELD_NUMBER: _ClassVar[int]
    DEBT_POINTS_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    available_points: int
    pending_points: int
    frozen_points: int
    debt_points: int
    def __init__(self, member_id: _Optional[str] = ..., available_points: _Optional[int] = ..., pending_points: _Optional[int] = ..., frozen_points: _Optional[int] = ..., debt_points: _Optional[int] = ...) -> None: ...

class PointsLot(_message.Message):
    __slots__ = ("lot_id", "source", "earned_points", "remaining_points", "held_points", "consumed_points", "expired_points", "revoked_points", "earn_time", "expire_time")
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EARNED_POINTS_FIELD_NUMBER: _ClassVar[int]
    REMAINING_POINTS_FIELD_NUMBER: _ClassVar[int]
    HELD_POINTS_FIELD_NUMBER: _ClassVar[int]
    CONSUMED_POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_POINTS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_POINTS_FIELD_NUMBER: _ClassVar[int]
    EARN_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    lot_id: str
    source: PointsSource
    earned_points: int
    remaining_points: int
    held_points: int
    consumed_points: int
    expired_points: int
    revoked_points: int
    earn_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, lot_id: _Optional[str] = ..., source: _Optional[_Union[PointsSource, str]] = ..., earned_points: _Optional[int] = ..., remaining_points: _Optional[int] = ..., held_points: _Optional[int] = ..., consumed_points: _Optional[int] = ..., expired_points: _Optional[int] = ..., revoked_points: _Optional[int] = ..., earn_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PointsEntry(_message.Message):
    __slots__ = ("entry_id", "kind", "points", "available_delta", "available_points", "ref_type", "ref_id", "time")
    ENTRY_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_DELTA_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_POINTS_FIELD_NUMBER: _ClassVar[int]
    REF_TYPE_FIELD_NUMBER: _ClassVar[int]
    REF_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    entry_id: str
    kind: str
    points: int
    available_delta: int
    available_points: int
    ref_type: str
    ref_id: str
    time: _timestamp_pb2.Timestamp
    def __init__(self, entry_id: _Optional[str] = ..., kind: _Optional[str] = ..., points: _Optional[int] = ..., available_delta: _Optional[int] = ..., available_points: _Optional[int] = ..., ref_type: _Optional[str] = ..., ref_id: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetPointsRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetPointsResponse(_message.Message):
    __slots__ = ("balances", "next_expiring_points", "next_expire_time", "next_maturing_points", "next_mature_time")
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_EXPIRING_POINTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_MATURING_POINTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_MATURE_TIME_FIELD_NUMBER: _ClassVar[int]
    balances: PointsBalances
    next_expiring_points: int
    next_expire_time: _timestamp_pb2.Timestamp
    next_maturing_points: int
    next_mature_time: _timestamp_pb2.Timestamp
    def __init__(self, balances: _Optional[_Union[PointsBalances, _Mapping]] = ..., next_expiring_points: _Optional[int] = ..., next_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_maturing_points: _Optional[int] = ..., next_mature_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListLotsRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLotsResponse(_message.Message):
    __slots__ = ("lots", "next_page_token")
    LOTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    lots: _containers.RepeatedCompositeFieldContainer[PointsLot]
    next_page_token: str
    def __init__(self, lots: _Optional[_Iterable[_Union[PointsLot, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPointsEntriesRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPointsEntriesResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[PointsEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[PointsEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EarnPointsRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "source", "source_id", "points", "reason", "expiry_days")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAYS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    source: PointsSource
    source_id: str
    points: int
    reason: str
    expiry_days: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., source: _Optional[_Union[PointsSource, str]] = ..., source_id: _Optional[str] = ..., points: _Optional[int] = ..., reason: _Optional[str] = ..., expiry_days: _Optional[int] = ...) -> None: ...

class EarnPointsResponse(_message.Message):
    __slots__ = ("points", "expire_time", "balances")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    points: int
    expire_time: _timestamp_pb2.Timestamp
    balances: PointsBalances
    def __init__(self, points: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...

class RevokeEarnedRequest(_message.Message):
    __slots__ = ("request_id", "source", "source_id", "clawback_id", "points", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    CLAWBACK_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    source: PointsSource
    source_id: str
    clawback_id: str
    points: int
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., source: _Optional[_Union[PointsSource, str]] = ..., source_id: _Optional[str] = ..., clawback_id: _Optional[str] = ..., points: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class RevokeEarnedResponse(_message.Message):
    __slots__ = ("points", "balances")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    points: int
    balances: PointsBalances
    def __init__(self, points: _Optional[int] = ..., balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...

class QuoteDeductionRequest(_message.Message):
    __slots__ = ("member_id", "payable_fen", "wanted_points")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYABLE_FEN_FIELD_NUMBER: _ClassVar[int]
    WANTED_POINTS_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    payable_fen: int
    wanted_points: int
    def __init__(self, member_id: _Optional[str] = ..., payable_fen: _Optional[int] = ..., wanted_points: _Optional[int] = ...) -> None: ...

class QuoteDeductionResponse(_message.Message):
    __slots__ = ("points", "deduct_fen", "limit_points", "limited_by")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    DEDUCT_FEN_FIELD_NUMBER: _ClassVar[int]
    LIMIT_POINTS_FIELD_NUMBER: _ClassVar[int]
    LIMITED_BY_FIELD_NUMBER: _ClassVar[int]
    points: int
    deduct_fen: int
    limit_points: int
    limited_by: str
    def __init__(self, points: _Optional[int] = ..., deduct_fen: _Optional[int] = ..., limit_points: _Optional[int] = ..., limited_by: _Optional[str] = ...) -> None: ...

class PointsHold(_message.Message):
    __slots__ = ("hold_id", "order_id", "member_id", "state", "points", "reverted_points", "shares", "create_time", "expire_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PointsHold.State]
        STATE_HELD: _ClassVar[PointsHold.State]
        STATE_CONSUMED: _ClassVar[PointsHold.State]
        STATE_RELEASED: _ClassVar[PointsHold.State]
        STATE_EXPIRED: _ClassVar[PointsHold.State]
        STATE_PARTIALLY_REVERTED: _ClassVar[PointsHold.State]
        STATE_REVERTED: _ClassVar[PointsHold.State]
    STATE_UNSPECIFIED: PointsHold.State
    STATE_HELD: PointsHold.State
    STATE_CONSUMED: PointsHold.State
    STATE_RELEASED: PointsHold.State
    STATE_EXPIRED: PointsHold.State
    STATE_PARTIALLY_REVERTED: PointsHold.State
    STATE_REVERTED: PointsHold.State
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REVERTED_POINTS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    order_id: str
    member_id: str
    state: PointsHold.State
    points: int
    reverted_points: int
    shares: _containers.RepeatedCompositeFieldContainer[PointsShare]
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, hold_id: _Optional[str] = ..., order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[PointsHold.State, str]] = ..., points: _Optional[int] = ..., reverted_points: _Optional[int] = ..., shares: _Optional[_Iterable[_Union[PointsShare, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PointsShare(_message.Message):
    __slots__ = ("lot_id", "points", "reverted_points")
    LOT_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    REVERTED_POINTS_FIELD_NUMBER: _ClassVar[int]
    lot_id: str
    points: int
    reverted_points: int
    def __init__(self, lot_id: _Optional[str] = ..., points: _Optional[int] = ..., reverted_points: _Optional[int] = ...) -> None: ...

class HoldPointsRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "order_id", "points", "ttl_seconds")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    TTL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    order_id: str
    points: int
    ttl_seconds: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., order_id: _Optional[str] = ..., points: _Optional[int] = ..., ttl_seconds: _Optional[int] = ...) -> None: ...

class HoldPointsResponse(_message.Message):
    __slots__ = ("hold", "balances")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    hold: PointsHold
    balances: PointsBalances
    def __init__(self, hold: _Optional[_Union[PointsHold, _Mapping]] = ..., balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...

class ConsumeHoldRequest(_message.Message):
    __slots__ = ("request_id", "hold_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: str
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[str] = ...) -> None: ...

class ConsumeHoldResponse(_message.Message):
    __slots__ = ("hold", "balances")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    hold: PointsHold
    balances: PointsBalances
    def __init__(self, hold: _Optional[_Union[PointsHold, _Mapping]] = ..., balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...

class ReleaseHoldRequest(_message.Message):
    __slots__ = ("request_id", "hold_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: str
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[str] = ...) -> None: ...

class ReleaseHoldResponse(_message.Message):
    __slots__ = ("hold", "balances")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    hold: PointsHold
    balances: PointsBalances
    def __init__(self, hold: _Optional[_Union[PointsHold, _Mapping]] = ..., balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...

class RevertConsumedRequest(_message.Message):
    __slots__ = ("request_id", "hold_id", "refund_id", "points")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    hold_id: str
    refund_id: str
    points: int
    def __init__(self, request_id: _Optional[str] = ..., hold_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class RevertConsumedResponse(_message.Message):
    __slots__ = ("hold", "points", "expired_points", "balances")
    HOLD_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_POINTS_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    hold: PointsHold
    points: int
    expired_points: int
    balances: PointsBalances
    def __init__(self, hold: _Optional[_Union[PointsHold, _Mapping]] = ..., points: _Optional[int] = ..., expired_points: _Optional[int] = ..., balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...

class GetHoldRequest(_message.Message):
    __slots__ = ("hold_id",)
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    def __init__(self, hold_id: _Optional[str] = ...) -> None: ...

class GetHoldResponse(_message.Message):
    __slots__ = ("hold",)
    HOLD_FIELD_NUMBER: _ClassVar[int]
    hold: PointsHold
    def __init__(self, hold: _Optional[_Union[PointsHold, _Mapping]] = ...) -> None: ...

class ReportGameResultRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "game_id", "round_id", "points")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    GAME_ID_FIELD_NUMBER: _ClassVar[int]
    ROUND_ID_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    game_id: str
    round_id: str
    points: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., game_id: _Optional[str] = ..., round_id: _Optional[str] = ..., points: _Optional[int] = ...) -> None: ...

class ReportGameResultResponse(_message.Message):
    __slots__ = ("won_points", "points", "balances")
    WON_POINTS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    won_points: int
    points: int
    balances: PointsBalances
    def __init__(self, won_points: _Optional[int] = ..., points: _Optional[int] = ..., balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...

class SetBirthdayRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "month", "day")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    month: int
    day: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., month: _Optional[int] = ..., day: _Optional[int] = ...) -> None: ...

class SetBirthdayResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetPointsStateRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "state", "reason")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[SetPointsStateRequest.State]
        STATE_OPEN: _ClassVar[SetPointsStateRequest.State]
        STATE_FROZEN: _ClassVar[SetPointsStateRequest.State]
    STATE_UNSPECIFIED: SetPointsStateRequest.State
    STATE_OPEN: SetPointsStateRequest.State
    STATE_FROZEN: SetPointsStateRequest.State
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    state: SetPointsStateRequest.State
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[SetPointsStateRequest.State, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class SetPointsStateResponse(_message.Message):
    __slots__ = ("balances",)
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    balances: PointsBalances
    def __init__(self, balances: _Optional[_Union[PointsBalances, _Mapping]] = ...) -> None: ...
