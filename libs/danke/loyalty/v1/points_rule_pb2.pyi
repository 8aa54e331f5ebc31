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

class PointsRuleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    POINTS_RULE_KIND_UNSPECIFIED: _ClassVar[PointsRuleKind]
    POINTS_RULE_KIND_PURCHASE: _ClassVar[PointsRuleKind]
    POINTS_RULE_KIND_RECHARGE: _ClassVar[PointsRuleKind]
    POINTS_RULE_KIND_CHECK_IN: _ClassVar[PointsRuleKind]
    POINTS_RULE_KIND_GAME: _ClassVar[PointsRuleKind]
    POINTS_RULE_KIND_BIRTHDAY: _ClassVar[PointsRuleKind]
POINTS_RULE_KIND_UNSPECIFIED: PointsRuleKind
POINTS_RULE_KIND_PURCHASE: PointsRuleKind
POINTS_RULE_KIND_RECHARGE: PointsRuleKind
POINTS_RULE_KIND_CHECK_IN: PointsRuleKind
POINTS_RULE_KIND_GAME: PointsRuleKind
POINTS_RULE_KIND_BIRTHDAY: PointsRuleKind

class PointsProgramme(_message.Message):
    __slots__ = ("version", "earning", "zone", "grace_days", "notice_days", "hold_minutes", "daily_cap_points", "clawback", "points_per_yuan", "deduct_cap_bp", "deduct_step_points", "deduct_min_points")
    class Clawback(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CLAWBACK_UNSPECIFIED: _ClassVar[PointsProgramme.Clawback]
        CLAWBACK_DEBT: _ClassVar[PointsProgramme.Clawback]
        CLAWBACK_WITHIN_BALANCE: _ClassVar[PointsProgramme.Clawback]
        CLAWBACK_PENDING_ONLY: _ClassVar[PointsProgramme.Clawback]
    CLAWBACK_UNSPECIFIED: PointsProgramme.Clawback
    CLAWBACK_DEBT: PointsProgramme.Clawback
    CLAWBACK_WITHIN_BALANCE: PointsProgramme.Clawback
    CLAWBACK_PENDING_ONLY: PointsProgramme.Clawback
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EARNING_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    GRACE_DAYS_FIELD_NUMBER: _ClassVar[int]
    NOTICE_DAYS_FIELD_NUMBER: _ClassVar[int]
    HOLD_MINUTES_FIELD_NUMBER: _ClassVar[int]
    DAILY_CAP_POINTS_FIELD_NUMBER: _ClassVar[int]
    CLAWBACK_FIELD_NUMBER: _ClassVar[int]
    POINTS_PER_YUAN_FIELD_NUMBER: _ClassVar[int]
    DEDUCT_CAP_BP_FIELD_NUMBER: _ClassVar[int]
    DEDUCT_STEP_POINTS_FIELD_NUMBER: _ClassVar[int]
    DEDUCT_MIN_POINTS_FIELD_NUMBER: _ClassVar[int]
    version: int
    earning: bool
    zone: str
    grace_days: int
    notice_days: int
    hold_minutes: int
    daily_cap_points: int
    clawback: PointsProgramme.Clawback
    points_per_yuan: int
    deduct_cap_bp: int
    deduct_step_points: int
    deduct_min_points: int
    def __init__(self, version: _Optional[int] = ..., earning: bool = ..., zone: _Optional[str] = ..., grace_days: _Optional[int] = ..., notice_days: _Optional[int] = ..., hold_minutes: _Optional[int] = ..., daily_cap_points: _Optional[int] = ..., clawback: _Optional[_Union[PointsProgramme.Clawback, str]] = ..., points_per_yuan: _Optional[int] = ..., deduct_cap_bp: _Optional[int] = ..., deduct_step_points: _Optional[int] = ..., deduct_min_points: _Optional[int] = ...) -> None: ...

class PointsRule(_message.Message):
    __slots__ = ("rule_id", "kind", "version", "state", "name", "start_time", "end_time", "rate_bp", "without_multiplier", "channels", "category_ids", "sku_ids", "pending_days", "points", "prizes", "ladder", "milestones", "ladder_reset", "make_up_days", "expiry", "expiry_days", "daily_cap_points", "total_cap_points")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PointsRule.State]
        STATE_ACTIVE: _ClassVar[PointsRule.State]
        STATE_PAUSED: _ClassVar[PointsRule.State]
    STATE_UNSPECIFIED: PointsRule.State
    STATE_ACTIVE: PointsRule.State
    STATE_PAUSED: PointsRule.State
    class Expiry(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EXPIRY_UNSPECIFIED: _ClassVar[PointsRule.Expiry]
        EXPIRY_NEXT_YEAR_END: _ClassVar[PointsRule.Expiry]
        EXPIRY_ROLLING_DAYS: _ClassVar[PointsRule.Expiry]
    EXPIRY_UNSPECIFIED: PointsRule.Expiry
    EXPIRY_NEXT_YEAR_END: PointsRule.Expiry
    EXPIRY_ROLLING_DAYS: PointsRule.Expiry
    class LadderReset(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LADDER_RESET_UNSPECIFIED: _ClassVar[PointsRule.LadderReset]
        LADDER_RESET_CYCLE: _ClassVar[PointsRule.LadderReset]
        LADDER_RESET_WEEK: _ClassVar[PointsRule.LadderReset]
        LADDER_RESET_MONTH: _ClassVar[PointsRule.LadderReset]
    LADDER_RESET_UNSPECIFIED: PointsRule.LadderReset
    LADDER_RESET_CYCLE: PointsRule.LadderReset
    LADDER_RESET_WEEK: PointsRule.LadderReset
    LADDER_RESET_MONTH: PointsRule.LadderReset
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    RATE_BP_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_MULTIPLIER_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_IDS_FIELD_NUMBER: _ClassVar[int]
    SKU_IDS_FIELD_NUMBER: _ClassVar[int]
    PENDING_DAYS_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PRIZES_FIELD_NUMBER: _ClassVar[int]
    LADDER_FIELD_NUMBER: _ClassVar[int]
    MILESTONES_FIELD_NUMBER: _ClassVar[int]
    LADDER_RESET_FIELD_NUMBER: _ClassVar[int]
    MAKE_UP_DAYS_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_FIELD_NUMBER: _ClassVar[int]
    EXPIRY_DAYS_FIELD_NUMBER: _ClassVar[int]
    DAILY_CAP_POINTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_CAP_POINTS_FIELD_NUMBER: _ClassVar[int]
    rule_id: str
    kind: PointsRuleKind
    version: int
    state: PointsRule.State
    name: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    rate_bp: int
    without_multiplier: bool
    channels: _containers.RepeatedScalarFieldContainer[str]
    category_ids: _containers.RepeatedScalarFieldContainer[str]
    sku_ids: _containers.RepeatedScalarFieldContainer[str]
    pending_days: int
    points: int
    prizes: _containers.RepeatedCompositeFieldContainer[GamePrize]
    ladder: _containers.RepeatedScalarFieldContainer[int]
    milestones: _containers.RepeatedCompositeFieldContainer[StreakMilestone]
    ladder_reset: PointsRule.LadderReset
    make_up_days: int
    expiry: PointsRule.Expiry
    expiry_days: int
    daily_cap_points: int
    total_cap_points: int
    def __init__(self, rule_id: _Optional[str] = ..., kind: _Optional[_Union[PointsRuleKind, str]] = ..., version: _Optional[int] = ..., state: _Optional[_Union[PointsRule.State, str]] = ..., name: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rate_bp: _Optional[int] = ..., without_multiplier: bool = ..., channels: _Optional[_Iterable[str]] = ..., category_ids: _Optional[_Iterable[str]] = ..., sku_ids: _Optional[_Iterable[str]] = ..., pending_days: _Optional[int] = ..., points: _Optional[int] = ..., prizes: _Optional[_Iterable[_Union[GamePrize, _Mapping]]] = ..., ladder: _Optional[_Iterable[int]] = ..., milestones: _Optional[_Iterable[_Union[StreakMilestone, _Mapping]]] = ..., ladder_reset: _Optional[_Union[PointsRule.LadderReset, str]] = ..., make_up_days: _Optional[int] = ..., expiry: _Optional[_Union[PointsRule.Expiry, str]] = ..., expiry_days: _Optional[int] = ..., daily_cap_points: _Optional[int] = ..., total_cap_points: _Optional[int] = ...) -> None: ...

class GamePrize(_message.Message):
    __slots__ = ("chance_bp", "points")
    CHANCE_BP_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    chance_bp: int
    points: int
    def __init__(self, chance_bp: _Optional[int] = ..., points: _Optional[int] = ...) -> None: ...

class StreakMilestone(_message.Message):
    __slots__ = ("streak", "points")
    STREAK_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    streak: int
    points: int
    def __init__(self, streak: _Optional[int] = ..., points: _Optional[int] = ...) -> None: ...

class GetPointsProgrammeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPointsProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: PointsProgramme
    def __init__(self, programme: _Optional[_Union[PointsProgramme, _Mapping]] = ...) -> None: ...

class SetPointsProgrammeRequest(_message.Message):
    __slots__ = ("request_id", "programme")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    programme: PointsProgramme
    def __init__(self, request_id: _Optional[str] = ..., programme: _Optional[_Union[PointsProgramme, _Mapping]] = ...) -> None: ...

class SetPointsProgrammeResponse(_message.Message):
    __slots__ = ("programme",)
    PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    programme: PointsProgramme
    def __init__(self, programme: _Optional[_Union[PointsProgramme, _Mapping]] = ...) -> None: ...

class ListPointsRulesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListPointsRulesResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: _containers.RepeatedCompositeFieldContainer[PointsRule]
    def __init__(self, rules: _Optional[_Iterable[_Union[PointsRule, _Mapping]]] = ...) -> None: ...

class SetPointsRuleRequest(_message.Message):
    __slots__ = ("request_id", "rule")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    rule: PointsRule
    def __init__(self, request_id: _Optional[str] = ..., rule: _Optional[_Union[PointsRule, _Mapping]] = ...) -> None: ...

class SetPointsRuleResponse(_message.Message):
    __slots__ = ("rule",)
    RULE_FIELD_NUMBER: _ClassVar[int]
    rule: PointsRule
    def __init__(self, rule: _Optional[_Union[PointsRule, _Mapping]] = ...) -> None: ...

class GetPointsLiabilityRequest(_message.Message):
    __slots__ = ("start_time", "end_time")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetPointsLiabilityResponse(_message.Message):
    __slots__ = ("issued_points", "redeemed_points", "expired_points", "revoked_points", "forfeited_points", "outstanding_points", "pending_points", "debt_points", "outstanding_worth_fen", "by_expiry")
    ISSUED_POINTS_FIELD_NUMBER: _ClassVar[int]
    REDEEMED_POINTS_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_POINTS_FIELD_NUMBER: _ClassVar[int]
    REVOKED_POINTS_FIELD_NUMBER: _ClassVar[int]
    FORFEITED_POINTS_FIELD_NUMBER: _ClassVar[int]
    OUTSTANDING_POINTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_POINTS_FIELD_NUMBER: _ClassVar[int]
    DEBT_POINTS_FIELD_NUMBER: _ClassVar[int]
    OUTSTANDING_WORTH_FEN_FIELD_NUMBER: _ClassVar[int]
    BY_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    issued_points: int
    redeemed_points: int
    expired_points: int
    revoked_points: int
    forfeited_points: int
    outstanding_points: int
    pending_points: int
    debt_points: int
    outstanding_worth_fen: int
    by_expiry: _containers.RepeatedCompositeFieldContainer[ExpiringPoints]
    def __init__(self, issued_points: _Optional[int] = ..., redeemed_points: _Optional[int] = ..., expired_points: _Optional[int] = ..., revoked_points: _Optional[int] = ..., forfeited_points: _Optional[int] = ..., outstanding_points: _Optional[int] = ..., pending_points: _Optional[int] = ..., debt_points: _Optional[int] = ..., outstanding_worth_fen: _Optional[int] = ..., by_expiry: _Optional[_Iterable[_Union[ExpiringPoints, _Mapping]]] = ...) -> None: ...

class ExpiringPoints(_message.Message):
    __slots__ = ("expire_time", "points")
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    points: int
    def __init__(self, expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., points: _Optional[int] = ...) -> None: ...
