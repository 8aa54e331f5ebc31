import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.audience.v1 import profile_pb2 as _profile_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetLifecycleRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetLifecycleResponse(_message.Message):
    __slots__ = ("member_id", "stage", "since", "evaluate_time", "next_change_time", "order_count", "days_since", "cycle_days", "cycle_source", "wake_round", "wake_end_time", "is_habit", "is_super")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    EVALUATE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    DAYS_SINCE_FIELD_NUMBER: _ClassVar[int]
    CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    CYCLE_SOURCE_FIELD_NUMBER: _ClassVar[int]
    WAKE_ROUND_FIELD_NUMBER: _ClassVar[int]
    WAKE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_HABIT_FIELD_NUMBER: _ClassVar[int]
    IS_SUPER_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    stage: _profile_pb2.Stage
    since: _timestamp_pb2.Timestamp
    evaluate_time: _timestamp_pb2.Timestamp
    next_change_time: _timestamp_pb2.Timestamp
    order_count: int
    days_since: int
    cycle_days: int
    cycle_source: _profile_pb2.CycleSource
    wake_round: int
    wake_end_time: _timestamp_pb2.Timestamp
    is_habit: bool
    is_super: bool
    def __init__(self, member_id: _Optional[str] = ..., stage: _Optional[_Union[_profile_pb2.Stage, str]] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evaluate_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_count: _Optional[int] = ..., days_since: _Optional[int] = ..., cycle_days: _Optional[int] = ..., cycle_source: _Optional[_Union[_profile_pb2.CycleSource, str]] = ..., wake_round: _Optional[int] = ..., wake_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_habit: bool = ..., is_super: bool = ...) -> None: ...

class ListStageChangesRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class StageChange(_message.Message):
    __slots__ = ("number", "change_time", "from_stage", "to_stage", "order_count", "days_since", "cycle_days")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    FROM_STAGE_FIELD_NUMBER: _ClassVar[int]
    TO_STAGE_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    DAYS_SINCE_FIELD_NUMBER: _ClassVar[int]
    CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    number: int
    change_time: _timestamp_pb2.Timestamp
    from_stage: _profile_pb2.Stage
    to_stage: _profile_pb2.Stage
    order_count: int
    days_since: int
    cycle_days: int
    def __init__(self, number: _Optional[int] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., from_stage: _Optional[_Union[_profile_pb2.Stage, str]] = ..., to_stage: _Optional[_Union[_profile_pb2.Stage, str]] = ..., order_count: _Optional[int] = ..., days_since: _Optional[int] = ..., cycle_days: _Optional[int] = ...) -> None: ...

class ListStageChangesResponse(_message.Message):
    __slots__ = ("changes", "next_page_token")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[StageChange]
    next_page_token: str
    def __init__(self, changes: _Optional[_Iterable[_Union[StageChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetRfmRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetRfmResponse(_message.Message):
    __slots__ = ("member_id", "recency", "frequency", "monetary", "as_of", "last_paid_time", "order_count", "net_sales_fen")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    RECENCY_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    MONETARY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    LAST_PAID_TIME_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    NET_SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    recency: int
    frequency: int
    monetary: int
    as_of: str
    last_paid_time: _timestamp_pb2.Timestamp
    order_count: int
    net_sales_fen: int
    def __init__(self, member_id: _Optional[str] = ..., recency: _Optional[int] = ..., frequency: _Optional[int] = ..., monetary: _Optional[int] = ..., as_of: _Optional[str] = ..., last_paid_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_count: _Optional[int] = ..., net_sales_fen: _Optional[int] = ...) -> None: ...

class LifecycleTerms(_message.Message):
    __slots__ = ("default_cycle_days", "least_cycle_days", "most_cycle_days", "cycle_bp", "silent_bp", "sleeping_bp", "wake_rounds", "returning_orders", "active_orders", "habit_orders", "super_orders", "super_feedback", "super_referrals")
    DEFAULT_CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    LEAST_CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    MOST_CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    CYCLE_BP_FIELD_NUMBER: _ClassVar[int]
    SILENT_BP_FIELD_NUMBER: _ClassVar[int]
    SLEEPING_BP_FIELD_NUMBER: _ClassVar[int]
    WAKE_ROUNDS_FIELD_NUMBER: _ClassVar[int]
    RETURNING_ORDERS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_ORDERS_FIELD_NUMBER: _ClassVar[int]
    HABIT_ORDERS_FIELD_NUMBER: _ClassVar[int]
    SUPER_ORDERS_FIELD_NUMBER: _ClassVar[int]
    SUPER_FEEDBACK_FIELD_NUMBER: _ClassVar[int]
    SUPER_REFERRALS_FIELD_NUMBER: _ClassVar[int]
    default_cycle_days: int
    least_cycle_days: int
    most_cycle_days: int
    cycle_bp: int
    silent_bp: int
    sleeping_bp: int
    wake_rounds: int
    returning_orders: int
    active_orders: int
    habit_orders: int
    super_orders: int
    super_feedback: int
    super_referrals: int
    def __init__(self, default_cycle_days: _Optional[int] = ..., least_cycle_days: _Optional[int] = ..., most_cycle_days: _Optional[int] = ..., cycle_bp: _Optional[int] = ..., silent_bp: _Optional[int] = ..., sleeping_bp: _Optional[int] = ..., wake_rounds: _Optional[int] = ..., returning_orders: _Optional[int] = ..., active_orders: _Optional[int] = ..., habit_orders: _Optional[int] = ..., super_orders: _Optional[int] = ..., super_feedback: _Optional[int] = ..., super_referrals: _Optional[int] = ...) -> None: ...

class CategoryCycle(_message.Message):
    __slots__ = ("category_id", "median_days")
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_DAYS_FIELD_NUMBER: _ClassVar[int]
    category_id: str
    median_days: int
    def __init__(self, category_id: _Optional[str] = ..., median_days: _Optional[int] = ...) -> None: ...

class LifecyclePolicy(_message.Message):
    __slots__ = ("version", "terms", "cycles", "set_time")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    CYCLES_FIELD_NUMBER: _ClassVar[int]
    SET_TIME_FIELD_NUMBER: _ClassVar[int]
    version: int
    terms: LifecycleTerms
    cycles: _containers.RepeatedCompositeFieldContainer[CategoryCycle]
    set_time: _timestamp_pb2.Timestamp
    def __init__(self, version: _Optional[int] = ..., terms: _Optional[_Union[LifecycleTerms, _Mapping]] = ..., cycles: _Optional[_Iterable[_Union[CategoryCycle, _Mapping]]] = ..., set_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetLifecyclePolicyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetLifecyclePolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: LifecyclePolicy
    def __init__(self, policy: _Optional[_Union[LifecyclePolicy, _Mapping]] = ...) -> None: ...

class SetLifecyclePolicyRequest(_message.Message):
    __slots__ = ("request_id", "terms")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    terms: LifecycleTerms
    def __init__(self, request_id: _Optional[str] = ..., terms: _Optional[_Union[LifecycleTerms, _Mapping]] = ...) -> None: ...

class SetLifecyclePolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: LifecyclePolicy
    def __init__(self, policy: _Optional[_Union[LifecyclePolicy, _Mapping]] = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ("run_id", "kind", "done", "members", "changed", "start_time", "end_time")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Run.Kind]
        KIND_LIFECYCLE: _ClassVar[Run.Kind]
        KIND_COHORTS: _ClassVar[Run.Kind]
        KIND_RFM: _ClassVar[Run.Kind]
    KIND_UNSPECIFIED: Run.Kind
    KIND_LIFECYCLE: Run.Kind
    KIND_COHORTS: Run.Kind
    KIND_RFM: Run.Kind
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    run_id: str
    kind: Run.Kind
    done: bool
    members: int
    changed: int
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, run_id: _Optional[str] = ..., kind: _Optional[_Union[Run.Kind, str]] = ..., done: bool = ..., members: _Optional[int] = ..., changed: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecomputeLifecycleRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class RecomputeLifecycleResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: Run
    def __init__(self, run: _Optional[_Union[Run, _Mapping]] = ...) -> None: ...

class RefreshRfmRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class RefreshRfmResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: Run
    def __init__(self, run: _Optional[_Union[Run, _Mapping]] = ...) -> None: ...

class RefreshCyclesRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class RefreshCyclesResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: Run
    def __init__(self, run: _Optional[_Union[Run, _Mapping]] = ...) -> None: ...

class GetRunRequest(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: Run.Kind
    def __init__(self, kind: _Optional[_Union[Run.Kind, str]] = ...) -> None: ...

class GetRunResponse(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: Run
    def __init__(self, run: _Optional[_Union[Run, _Mapping]] = ...) -> None: ...
