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

class FissionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FISSION_KIND_UNSPECIFIED: _ClassVar[FissionKind]
    FISSION_KIND_UNLOCK: _ClassVar[FissionKind]
    FISSION_KIND_DIVIDE: _ClassVar[FissionKind]
    FISSION_KIND_SHARE_PACK: _ClassVar[FissionKind]
    FISSION_KIND_BOOMERANG: _ClassVar[FissionKind]
    FISSION_KIND_INFLATE: _ClassVar[FissionKind]
FISSION_KIND_UNSPECIFIED: FissionKind
FISSION_KIND_UNLOCK: FissionKind
FISSION_KIND_DIVIDE: FissionKind
FISSION_KIND_SHARE_PACK: FissionKind
FISSION_KIND_BOOMERANG: FissionKind
FISSION_KIND_INFLATE: FissionKind

class FissionTerms(_message.Message):
    __slots__ = ("kind", "template_id", "helpers_needed", "lifetime_minutes", "helper_template_id", "new_customers_only", "helper_daily_limit", "groups_per_member", "groups_total", "total_fen", "random", "least_fen", "start_fen", "refund_window_days")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    HELPERS_NEEDED_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_MINUTES_FIELD_NUMBER: _ClassVar[int]
    HELPER_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_ONLY_FIELD_NUMBER: _ClassVar[int]
    HELPER_DAILY_LIMIT_FIELD_NUMBER: _ClassVar[int]
    GROUPS_PER_MEMBER_FIELD_NUMBER: _ClassVar[int]
    GROUPS_TOTAL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FEN_FIELD_NUMBER: _ClassVar[int]
    RANDOM_FIELD_NUMBER: _ClassVar[int]
    LEAST_FEN_FIELD_NUMBER: _ClassVar[int]
    START_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUND_WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    kind: FissionKind
    template_id: str
    helpers_needed: int
    lifetime_minutes: int
    helper_template_id: str
    new_customers_only: bool
    helper_daily_limit: int
    groups_per_member: int
    groups_total: int
    total_fen: int
    random: bool
    least_fen: int
    start_fen: int
    refund_window_days: int
    def __init__(self, kind: _Optional[_Union[FissionKind, str]] = ..., template_id: _Optional[str] = ..., helpers_needed: _Optional[int] = ..., lifetime_minutes: _Optional[int] = ..., helper_template_id: _Optional[str] = ..., new_customers_only: bool = ..., helper_daily_limit: _Optional[int] = ..., groups_per_member: _Optional[int] = ..., groups_total: _Optional[int] = ..., total_fen: _Optional[int] = ..., random: bool = ..., least_fen: _Optional[int] = ..., start_fen: _Optional[int] = ..., refund_window_days: _Optional[int] = ...) -> None: ...

class FissionActivity(_message.Message):
    __slots__ = ("activity_id", "version", "name", "state", "terms", "start_time", "end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[FissionActivity.State]
        STATE_DRAFT: _ClassVar[FissionActivity.State]
        STATE_ACTIVE: _ClassVar[FissionActivity.State]
        STATE_ENDED: _ClassVar[FissionActivity.State]
    STATE_UNSPECIFIED: FissionActivity.State
    STATE_DRAFT: FissionActivity.State
    STATE_ACTIVE: FissionActivity.State
    STATE_ENDED: FissionActivity.State
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    version: int
    name: str
    state: FissionActivity.State
    terms: FissionTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, activity_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., state: _Optional[_Union[FissionActivity.State, str]] = ..., terms: _Optional[_Union[FissionTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FissionGroup(_message.Message):
    __slots__ = ("group_id", "activity_id", "member_id", "state", "kind", "helpers", "helpers_needed", "coupon_id", "face_fen", "open_time", "expire_time", "end_time", "reason")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[FissionGroup.State]
        STATE_OPEN: _ClassVar[FissionGroup.State]
        STATE_COMPLETED: _ClassVar[FissionGroup.State]
        STATE_REWARDED: _ClassVar[FissionGroup.State]
        STATE_EXPIRED: _ClassVar[FissionGroup.State]
        STATE_STOPPED: _ClassVar[FissionGroup.State]
    STATE_UNSPECIFIED: FissionGroup.State
    STATE_OPEN: FissionGroup.State
    STATE_COMPLETED: FissionGroup.State
    STATE_REWARDED: FissionGroup.State
    STATE_EXPIRED: FissionGroup.State
    STATE_STOPPED: FissionGroup.State
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    HELPERS_FIELD_NUMBER: _ClassVar[int]
    HELPERS_NEEDED_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    FACE_FEN_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    activity_id: str
    member_id: str
    state: FissionGroup.State
    kind: FissionKind
    helpers: int
    helpers_needed: int
    coupon_id: str
    face_fen: int
    open_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, group_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ..., state: _Optional[_Union[FissionGroup.State, str]] = ..., kind: _Optional[_Union[FissionKind, str]] = ..., helpers: _Optional[int] = ..., helpers_needed: _Optional[int] = ..., coupon_id: _Optional[str] = ..., face_fen: _Optional[int] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class FissionHelp(_message.Message):
    __slots__ = ("helper_id", "is_new", "help_time")
    HELPER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_FIELD_NUMBER: _ClassVar[int]
    HELP_TIME_FIELD_NUMBER: _ClassVar[int]
    helper_id: str
    is_new: bool
    help_time: _timestamp_pb2.Timestamp
    def __init__(self, helper_id: _Optional[str] = ..., is_new: bool = ..., help_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetFissionActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "version", "name", "terms", "start_time", "end_time", "draft")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    version: int
    name: str
    terms: FissionTerms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    draft: bool
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., terms: _Optional[_Union[FissionTerms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., draft: bool = ...) -> None: ...

class SetFissionActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: FissionActivity
    def __init__(self, activity: _Optional[_Union[FissionActivity, _Mapping]] = ...) -> None: ...

class EndFissionActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ...) -> None: ...

class EndFissionActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: FissionActivity
    def __init__(self, activity: _Optional[_Union[FissionActivity, _Mapping]] = ...) -> None: ...

class ListFissionActivitiesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFissionActivitiesResponse(_message.Message):
    __slots__ = ("activities", "next_page_token")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[FissionActivity]
    next_page_token: str
    def __init__(self, activities: _Optional[_Iterable[_Union[FissionActivity, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OpenFissionRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class OpenFissionResponse(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: FissionGroup
    def __init__(self, group: _Optional[_Union[FissionGroup, _Mapping]] = ...) -> None: ...

class HelpFissionRequest(_message.Message):
    __slots__ = ("request_id", "group_id", "helper_id", "is_new")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    HELPER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_NEW_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    group_id: str
    helper_id: str
    is_new: bool
    def __init__(self, request_id: _Optional[str] = ..., group_id: _Optional[str] = ..., helper_id: _Optional[str] = ..., is_new: bool = ...) -> None: ...

class HelpFissionResponse(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: FissionGroup
    def __init__(self, group: _Optional[_Union[FissionGroup, _Mapping]] = ...) -> None: ...

class GetFissionRequest(_message.Message):
    __slots__ = ("group_id",)
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    def __init__(self, group_id: _Optional[str] = ...) -> None: ...

class GetFissionResponse(_message.Message):
    __slots__ = ("group", "helps")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    HELPS_FIELD_NUMBER: _ClassVar[int]
    group: FissionGroup
    helps: _containers.RepeatedCompositeFieldContainer[FissionHelp]
    def __init__(self, group: _Optional[_Union[FissionGroup, _Mapping]] = ..., helps: _Optional[_Iterable[_Union[FissionHelp, _Mapping]]] = ...) -> None: ...

class ListFissionsRequest(_message.Message):
    __slots__ = ("member_id", "activity_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    activity_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListFissionsResponse(_message.Message):
    __slots__ = ("groups", "next_page_token")
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    groups: _containers.RepeatedCompositeFieldContainer[FissionGroup]
    next_page_token: str
    def __init__(self, groups: _Optional[_Iterable[_Union[FissionGroup, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class StopFissionRequest(_message.Message):
    __slots__ = ("request_id", "group_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    group_id: str
    def __init__(self, request_id: _Optional[str] = ..., group_id: _Optional[str] = ...) -> None: ...

class StopFissionResponse(_message.Message):
    __slots__ = ("group",)
    GROUP_FIELD_NUMBER: _ClassVar[int]
    group: FissionGroup
    def __init__(self, group: _Optional[_Union[FissionGroup, _Mapping]] = ...) -> None: ...
