import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CheckInDone(_message.Message):
    __slots__ = ("day", "streak", "points", "available_points", "make_up_cards")
    DAY_FIELD_NUMBER: _ClassVar[int]
    STREAK_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_POINTS_FIELD_NUMBER: _ClassVar[int]
    MAKE_UP_CARDS_FIELD_NUMBER: _ClassVar[int]
    day: str
    streak: int
    points: int
    available_points: int
    make_up_cards: int
    def __init__(self, day: _Optional[str] = ..., streak: _Optional[int] = ..., points: _Optional[int] = ..., available_points: _Optional[int] = ..., make_up_cards: _Optional[int] = ...) -> None: ...

class CheckInRequest(_message.Message):
    __slots__ = ("request_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class CheckInResponse(_message.Message):
    __slots__ = ("check_in",)
    CHECK_IN_FIELD_NUMBER: _ClassVar[int]
    check_in: CheckInDone
    def __init__(self, check_in: _Optional[_Union[CheckInDone, _Mapping]] = ...) -> None: ...

class MakeUpCheckInRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "day")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    day: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., day: _Optional[str] = ...) -> None: ...

class MakeUpCheckInResponse(_message.Message):
    __slots__ = ("check_in",)
    CHECK_IN_FIELD_NUMBER: _ClassVar[int]
    check_in: CheckInDone
    def __init__(self, check_in: _Optional[_Union[CheckInDone, _Mapping]] = ...) -> None: ...

class GetCheckInStatusRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetCheckInStatusResponse(_message.Message):
    __slots__ = ("checked_in_today", "streak", "next_points", "make_up_cards", "next_day_time", "recent_days", "make_up_days")
    CHECKED_IN_TODAY_FIELD_NUMBER: _ClassVar[int]
    STREAK_FIELD_NUMBER: _ClassVar[int]
    NEXT_POINTS_FIELD_NUMBER: _ClassVar[int]
    MAKE_UP_CARDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_DAY_TIME_FIELD_NUMBER: _ClassVar[int]
    RECENT_DAYS_FIELD_NUMBER: _ClassVar[int]
    MAKE_UP_DAYS_FIELD_NUMBER: _ClassVar[int]
    checked_in_today: bool
    streak: int
    next_points: int
    make_up_cards: int
    next_day_time: _timestamp_pb2.Timestamp
    recent_days: _containers.RepeatedScalarFieldContainer[str]
    make_up_days: int
    def __init__(self, checked_in_today: bool = ..., streak: _Optional[int] = ..., next_points: _Optional[int] = ..., make_up_cards: _Optional[int] = ..., next_day_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recent_days: _Optional[_Iterable[str]] = ..., make_up_days: _Optional[int] = ...) -> None: ...

class GrantMakeUpCardsRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "cards")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CARDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    cards: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., cards: _Optional[int] = ...) -> None: ...

class GrantMakeUpCardsResponse(_message.Message):
    __slots__ = ("make_up_cards",)
    MAKE_UP_CARDS_FIELD_NUMBER: _ClassVar[int]
    make_up_cards: int
    def __init__(self, make_up_cards: _Optional[int] = ...) -> None: ...
