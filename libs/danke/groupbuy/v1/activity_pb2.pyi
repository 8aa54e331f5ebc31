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

class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODE_UNSPECIFIED: _ClassVar[Mode]
    MODE_NORMAL: _ClassVar[Mode]
    MODE_NEWCOMER: _ClassVar[Mode]
    MODE_LADDER_PICK: _ClassVar[Mode]
    MODE_LADDER_DYNAMIC: _ClassVar[Mode]
    MODE_COMMUNITY: _ClassVar[Mode]

class RewardKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REWARD_KIND_UNSPECIFIED: _ClassVar[RewardKind]
    REWARD_KIND_POINTS: _ClassVar[RewardKind]
    REWARD_KIND_COUPON: _ClassVar[RewardKind]
    REWARD_KIND_CASH_PER_MEMBER: _ClassVar[RewardKind]
    REWARD_KIND_CASH_BP: _ClassVar[RewardKind]
    REWARD_KIND_SALES_BP: _ClassVar[RewardKind]

class LatePayment(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LATE_PAYMENT_UNSPECIFIED: _ClassVar[LatePayment]
    LATE_PAYMENT_REATTACH: _ClassVar[LatePayment]
    LATE_PAYMENT_REFUND: _ClassVar[LatePayment]

class Overflow(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OVERFLOW_UNSPECIFIED: _ClassVar[Overflow]
    OVERFLOW_REFUSE: _ClassVar[Overflow]
    OVERFLOW_NEXT_GROUP: _ClassVar[Overflow]
    OVERFLOW_NEW_GROUP: _ClassVar[Overflow]

class StopPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STOP_POLICY_UNSPECIFIED: _ClassVar[StopPolicy]
    STOP_POLICY_LET_RUN: _ClassVar[StopPolicy]
    STOP_POLICY_FAIL_OPEN: _ClassVar[StopPolicy]
MODE_UNSPECIFIED: Mode
MODE_NORMAL: Mode
MODE_NEWCOMER: Mode
MODE_LADDER_PICK: Mode
MODE_LADDER_DYNAMIC: Mode
MODE_COMMUNITY: Mode
REWARD_KIND_UNSPECIFIED: RewardKind
REWARD_KIND_POINTS: RewardKind
REWARD_KIND_COUPON: RewardKind
REWARD_KIND_CASH_PER_MEMBER: RewardKind
REWARD_KIND_CASH_BP: RewardKind
REWARD_KIND_SALES_BP: RewardKind
LATE_PAYMENT_UNSPECIFIED: LatePayment
LATE_PAYMENT_REATTACH: LatePayment
LATE_PAYMENT_REFUND: LatePayment
OVERFLOW_UNSPECIFIED: Overflow
OVERFLOW_REFUSE: Overflow
OVERFLOW_NEXT_GROUP: Overflow
OVERFLOW_NEW_GROUP: Overflow
STOP_POLICY_UNSPECIFIED: StopPolicy
STOP_POLICY_LET_RUN: StopPolicy
STOP_POLICY_FAIL_OPEN: StopPolicy

class SkuTerms(_message.Message):
    __slots__ = ("sku_id", "price_fen", "leader_price_fen", "tier_prices_fen")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    LEADER_PRICE_FEN_FIELD_NUMBER: _ClassVar[int]
    TIER_PRICES_FEN_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    price_fen: int
    leader_price_fen: int
    tier_prices_fen: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, sku_id: _Optional[str] = ..., price_fen: _Optional[int] = ..., leader_price_fen: _Optional[int] = ..., tier_prices_fen: _Optional[_Iterable[int]] = ...) -> None: ...

class Simulate(_message.Message):
    __slots__ = ("enabled", "min_real", "min_percent", "min_new", "hours_before")
    ENABLED_FIELD_NUMBER: _ClassVar[int]
    MIN_REAL_FIELD_NUMBER: _ClassVar[int]
    MIN_PERCENT_FIELD_NUMBER: _ClassVar[int]
    MIN_NEW_FIELD_NUMBER: _ClassVar[int]
    HOURS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    enabled: bool
    min_real: int
    min_percent: int
    min_new: int
    hours_before: int
    def __init__(self, enabled: bool = ..., min_real: _Optional[int] = ..., min_percent: _Optional[int] = ..., min_new: _Optional[int] = ..., hours_before: _Optional[int] = ...) -> None: ...

class LeaderReward(_message.Message):
    __slots__ = ("kind", "amount", "ref", "delay_hours")
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    DELAY_HOURS_FIELD_NUMBER: _ClassVar[int]
    kind: RewardKind
    amount: int
    ref: str
    delay_hours: int
    def __init__(self, kind: _Optional[_Union[RewardKind, str]] = ..., amount: _Optional[int] = ..., ref: _Optional[str] = ..., delay_hours: _Optional[int] = ...) -> None: ...

class PickupPoint(_message.Message):
    __slots__ = ("point_id", "leader_id", "name", "store_id")
    POINT_ID_FIELD_NUMBER: _ClassVar[int]
    LEADER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    point_id: str
    leader_id: str
    name: str
    store_id: str
    def __init__(self, point_id: _Optional[str] = ..., leader_id: _Optional[str] = ..., name: _Optional[str] = ..., store_id: _Optional[str] = ...) -> None: ...

class Terms(_message.Message):
    __slots__ = ("mode", "name", "spu_id", "size", "tier_sizes", "capacity", "skus", "leader_reward", "ttl_minutes", "seat_hold_minutes", "grace_minutes", "order_limit", "member_limit", "gather", "simulate", "min_new_members", "refunded_is_old", "late_payment", "no_refund_before_success", "coupon_allowed", "commission_allowed", "pickup_points", "overflow", "recurrence_minutes")
    MODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SPU_ID_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TIER_SIZES_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    SKUS_FIELD_NUMBER: _ClassVar[int]
    LEADER_REWARD_FIELD_NUMBER: _ClassVar[int]
    TTL_MINUTES_FIELD_NUMBER: _ClassVar[int]
    SEAT_HOLD_MINUTES_FIELD_NUMBER: _ClassVar[int]
    GRACE_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ORDER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    GATHER_FIELD_NUMBER: _ClassVar[int]
    SIMULATE_FIELD_NUMBER: _ClassVar[int]
    MIN_NEW_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_IS_OLD_FIELD_NUMBER: _ClassVar[int]
    LATE_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    NO_REFUND_BEFORE_SUCCESS_FIELD_NUMBER: _ClassVar[int]
    COUPON_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_ALLOWED_FIELD_NUMBER: _ClassVar[int]
    PICKUP_POINTS_FIELD_NUMBER: _ClassVar[int]
    OVERFLOW_FIELD_NUMBER: _ClassVar[int]
    RECURRENCE_MINUTES_FIELD_NUMBER: _ClassVar[int]
    mode: Mode
    name: str
    spu_id: str
    size: int
    tier_sizes: _containers.RepeatedScalarFieldContainer[int]
    capacity: int
    skus: _containers.RepeatedCompositeFieldContainer[SkuTerms]
    leader_reward: LeaderReward
    ttl_minutes: int
    seat_hold_minutes: int
    grace_minutes: int
    order_limit: int
    member_limit: int
    gather: bool
    simulate: Simulate
    min_new_members: int
    refunded_is_old: bool
    late_payment: LatePayment
    no_refund_before_success: bool
    coupon_allowed: bool
    commission_allowed: bool
    pickup_points: _containers.RepeatedCompositeFieldContainer[PickupPoint]
    overflow: Overflow
    recurrence_minutes: int
    def __init__(self, mode: _Optional[_Union[Mode, str]] = ..., name: _Optional[str] = ..., spu_id: _Optional[str] = ..., size: _Optional[int] = ..., tier_sizes: _Optional[_Iterable[int]] = ..., capacity: _Optional[int] = ..., skus: _Optional[_Iterable[_Union[SkuTerms, _Mapping]]] = ..., leader_reward: _Optional[_Union[LeaderReward, _Mapping]] = ..., ttl_minutes: _Optional[int] = ..., seat_hold_minutes: _Optional[int] = ..., grace_minutes: _Optional[int] = ..., order_limit: _Optional[int] = ..., member_limit: _Optional[int] = ..., gather: bool = ..., simulate: _Optional[_Union[Simulate, _Mapping]] = ..., min_new_members: _Optional[int] = ..., refunded_is_old: bool = ..., late_payment: _Optional[_Union[LatePayment, str]] = ..., no_refund_before_success: bool = ..., coupon_allowed: bool = ..., commission_allowed: bool = ..., pickup_points: _Optional[_Iterable[_Union[PickupPoint, _Mapping]]] = ..., overflow: _Optional[_Union[Overflow, str]] = ..., recurrence_minutes: _Optional[int] = ...) -> None: ...

class SkuStock(_message.Message):
    __slots__ = ("sku_id", "total", "taken")
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    sku_id: str
    total: int
    taken: int
    def __init__(self, sku_id: _Optional[str] = ..., total: _Optional[int] = ..., taken: _Optional[int] = ...) -> None: ...

class Activity(_message.Message):
    __slots__ = ("activity_id", "state", "version", "terms", "start_time", "end_time", "create_time", "stop_policy", "stop_reason", "stock")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Activity.State]
        STATE_DRAFT: _ClassVar[Activity.State]
        STATE_SCHEDULED: _ClassVar[Activity.State]
        STATE_RUNNING: _ClassVar[Activity.State]
        STATE_ENDED: _ClassVar[Activity.State]
        STATE_STOPPED: _ClassVar[Activity.State]
    STATE_UNSPECIFIED: Activity.State
    STATE_DRAFT: Activity.State
    STATE_SCHEDULED: Activity.State
    STATE_RUNNING: Activity.State
    STATE_ENDED: Activity.State
    STATE_STOPPED: Activity.State
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    STOP_POLICY_FIELD_NUMBER: _ClassVar[int]
    STOP_REASON_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    state: Activity.State
    version: int
    terms: Terms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    stop_policy: StopPolicy
    stop_reason: str
    stock: _containers.RepeatedCompositeFieldContainer[SkuStock]
    def __init__(self, activity_id: _Optional[str] = ..., state: _Optional[_Union[Activity.State, str]] = ..., version: _Optional[int] = ..., terms: _Optional[_Union[Terms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stop_policy: _Optional[_Union[StopPolicy, str]] = ..., stop_reason: _Optional[str] = ..., stock: _Optional[_Iterable[_Union[SkuStock, _Mapping]]] = ...) -> None: ...

class ActivityFigures(_message.Message):
    __slots__ = ("open_groups", "succeeded_groups", "failed_groups", "simulated_groups", "virtual_seats", "buyers", "new_customers", "sales_fen")
    OPEN_GROUPS_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    FAILED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    SIMULATED_GROUPS_FIELD_NUMBER: _ClassVar[int]
    VIRTUAL_SEATS_FIELD_NUMBER: _ClassVar[int]
    BUYERS_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    open_groups: int
    succeeded_groups: int
    failed_groups: int
    simulated_groups: int
    virtual_seats: int
    buyers: int
    new_customers: int
    sales_fen: int
    def __init__(self, open_groups: _Optional[int] = ..., succeeded_groups: _Optional[int] = ..., failed_groups: _Optional[int] = ..., simulated_groups: _Optional[int] = ..., virtual_seats: _Optional[int] = ..., buyers: _Optional[int] = ..., new_customers: _Optional[int] = ..., sales_fen: _Optional[int] = ...) -> None: ...

class CreateActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "terms", "start_time", "end_time", "stock")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    terms: Terms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    stock: _containers.RepeatedCompositeFieldContainer[SkuStock]
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., terms: _Optional[_Union[Terms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stock: _Optional[_Iterable[_Union[SkuStock, _Mapping]]] = ...) -> None: ...

class CreateActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class EditActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "terms", "start_time", "end_time", "stock")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    terms: Terms
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    stock: _containers.RepeatedCompositeFieldContainer[SkuStock]
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., terms: _Optional[_Union[Terms, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stock: _Optional[_Iterable[_Union[SkuStock, _Mapping]]] = ...) -> None: ...

class EditActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class PublishActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ...) -> None: ...

class PublishActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class StopActivityRequest(_message.Message):
    __slots__ = ("request_id", "activity_id", "policy", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    activity_id: str
    policy: StopPolicy
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., activity_id: _Optional[str] = ..., policy: _Optional[_Union[StopPolicy, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class StopActivityResponse(_message.Message):
    __slots__ = ("activity",)
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ...) -> None: ...

class GetActivityRequest(_message.Message):
    __slots__ = ("activity_id",)
    ACTIVITY_ID_FIELD_NUMBER: _ClassVar[int]
    activity_id: str
    def __init__(self, activity_id: _Optional[str] = ...) -> None: ...

class GetActivityResponse(_message.Message):
    __slots__ = ("activity", "figures")
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    activity: Activity
    figures: ActivityFigures
    def __init__(self, activity: _Optional[_Union[Activity, _Mapping]] = ..., figures: _Optional[_Union[ActivityFigures, _Mapping]] = ...) -> None: ...

class ListActivitiesRequest(_message.Message):
    __slots__ = ("state", "page_size", "page_token")
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    state: Activity.State
    page_size: int
    page_token: str
    def __init__(self, state: _Optional[_Union[Activity.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListActivitiesResponse(_message.Message):
    __slots__ = ("activities", "next_page_token")
    ACTIVITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    activities: _containers.RepeatedCompositeFieldContainer[Activity]
    next_page_token: str
    def __init__(self, activities: _Optional[_Iterable[_Union[Activity, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
