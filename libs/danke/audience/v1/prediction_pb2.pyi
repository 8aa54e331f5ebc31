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

class Replenishment(_message.Message):
    __slots__ = ("member_id", "category_id", "due_date", "trigger_date", "confidence_bp", "suggested_qty", "median_half_days", "intervals", "spread_bp", "why", "is_told")
    class Why(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WHY_UNSPECIFIED: _ClassVar[Replenishment.Why]
        WHY_TOO_FEW_INTERVALS: _ClassVar[Replenishment.Why]
        WHY_NO_RHYTHM: _ClassVar[Replenishment.Why]
        WHY_TOO_FAR: _ClassVar[Replenishment.Why]
    WHY_UNSPECIFIED: Replenishment.Why
    WHY_TOO_FEW_INTERVALS: Replenishment.Why
    WHY_NO_RHYTHM: Replenishment.Why
    WHY_TOO_FAR: Replenishment.Why
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    DUE_DATE_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_DATE_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_BP_FIELD_NUMBER: _ClassVar[int]
    SUGGESTED_QTY_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_HALF_DAYS_FIELD_NUMBER: _ClassVar[int]
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    SPREAD_BP_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    IS_TOLD_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    category_id: str
    due_date: str
    trigger_date: str
    confidence_bp: int
    suggested_qty: int
    median_half_days: int
    intervals: int
    spread_bp: int
    why: Replenishment.Why
    is_told: bool
    def __init__(self, member_id: _Optional[str] = ..., category_id: _Optional[str] = ..., due_date: _Optional[str] = ..., trigger_date: _Optional[str] = ..., confidence_bp: _Optional[int] = ..., suggested_qty: _Optional[int] = ..., median_half_days: _Optional[int] = ..., intervals: _Optional[int] = ..., spread_bp: _Optional[int] = ..., why: _Optional[_Union[Replenishment.Why, str]] = ..., is_told: bool = ...) -> None: ...

class Outlook(_message.Message):
    __slots__ = ("model_version", "horizon_days", "probability_alive", "expected_purchases", "purchase_value_fen", "expected_value_fen")
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_ALIVE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    PURCHASE_VALUE_FEN_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VALUE_FEN_FIELD_NUMBER: _ClassVar[int]
    model_version: int
    horizon_days: int
    probability_alive: float
    expected_purchases: float
    purchase_value_fen: int
    expected_value_fen: int
    def __init__(self, model_version: _Optional[int] = ..., horizon_days: _Optional[int] = ..., probability_alive: _Optional[float] = ..., expected_purchases: _Optional[float] = ..., purchase_value_fen: _Optional[int] = ..., expected_value_fen: _Optional[int] = ...) -> None: ...

class ScoreSnapshotRequest(_message.Message):
    __slots__ = ("snapshot_id", "first_page")
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_PAGE_FIELD_NUMBER: _ClassVar[int]
    snapshot_id: str
    first_page: int
    def __init__(self, snapshot_id: _Optional[str] = ..., first_page: _Optional[int] = ...) -> None: ...

class MemberPrediction(_message.Message):
    __slots__ = ("member_id", "outlook", "replenishments")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    OUTLOOK_FIELD_NUMBER: _ClassVar[int]
    REPLENISHMENTS_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    outlook: Outlook
    replenishments: _containers.RepeatedCompositeFieldContainer[Replenishment]
    def __init__(self, member_id: _Optional[str] = ..., outlook: _Optional[_Union[Outlook, _Mapping]] = ..., replenishments: _Optional[_Iterable[_Union[Replenishment, _Mapping]]] = ...) -> None: ...

class ScoreSnapshotResponse(_message.Message):
    __slots__ = ("page", "pages", "members")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    page: int
    pages: int
    members: _containers.RepeatedCompositeFieldContainer[MemberPrediction]
    def __init__(self, page: _Optional[int] = ..., pages: _Optional[int] = ..., members: _Optional[_Iterable[_Union[MemberPrediction, _Mapping]]] = ...) -> None: ...

class GetPredictionRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetPredictionResponse(_message.Message):
    __slots__ = ("replenishments", "outlook", "value_so_far_fen")
    REPLENISHMENTS_FIELD_NUMBER: _ClassVar[int]
    OUTLOOK_FIELD_NUMBER: _ClassVar[int]
    VALUE_SO_FAR_FEN_FIELD_NUMBER: _ClassVar[int]
    replenishments: _containers.RepeatedCompositeFieldContainer[Replenishment]
    outlook: Outlook
    value_so_far_fen: int
    def __init__(self, replenishments: _Optional[_Iterable[_Union[Replenishment, _Mapping]]] = ..., outlook: _Optional[_Union[Outlook, _Mapping]] = ..., value_so_far_fen: _Optional[int] = ...) -> None: ...

class ListDuePredictionsRequest(_message.Message):
    __slots__ = ("from_date", "to_date", "category_id", "page_size", "page_token")
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    from_date: str
    to_date: str
    category_id: str
    page_size: int
    page_token: str
    def __init__(self, from_date: _Optional[str] = ..., to_date: _Optional[str] = ..., category_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDuePredictionsResponse(_message.Message):
    __slots__ = ("replenishments", "next_page_token")
    REPLENISHMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    replenishments: _containers.RepeatedCompositeFieldContainer[Replenishment]
    next_page_token: str
    def __init__(self, replenishments: _Optional[_Iterable[_Union[Replenishment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PredictionPolicy(_message.Message):
    __slots__ = ("version", "lead_days", "horizon_days", "refit_days")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LEAD_DAYS_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    REFIT_DAYS_FIELD_NUMBER: _ClassVar[int]
    version: int
    lead_days: int
    horizon_days: int
    refit_days: int
    def __init__(self, version: _Optional[int] = ..., lead_days: _Optional[int] = ..., horizon_days: _Optional[int] = ..., refit_days: _Optional[int] = ...) -> None: ...

class SetPredictionPolicyRequest(_message.Message):
    __slots__ = ("request_id", "lead_days", "horizon_days", "refit_days")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LEAD_DAYS_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    REFIT_DAYS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    lead_days: int
    horizon_days: int
    refit_days: int
    def __init__(self, request_id: _Optional[str] = ..., lead_days: _Optional[int] = ..., horizon_days: _Optional[int] = ..., refit_days: _Optional[int] = ...) -> None: ...

class SetPredictionPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: PredictionPolicy
    def __init__(self, policy: _Optional[_Union[PredictionPolicy, _Mapping]] = ...) -> None: ...

class GetPredictionPolicyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPredictionPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: PredictionPolicy
    def __init__(self, policy: _Optional[_Union[PredictionPolicy, _Mapping]] = ...) -> None: ...

class BuyingModel(_message.Message):
    __slots__ = ("version", "state", "as_of_date", "horizon_days", "ask_time", "end_time", "purchases", "purchases_why", "values", "values_why", "trial")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[BuyingModel.State]
        STATE_FITTING: _ClassVar[BuyingModel.State]
        STATE_READY: _ClassVar[BuyingModel.State]
        STATE_NO_MODEL: _ClassVar[BuyingModel.State]
    STATE_UNSPECIFIED: BuyingModel.State
    STATE_FITTING: BuyingModel.State
    STATE_READY: BuyingModel.State
    STATE_NO_MODEL: BuyingModel.State
    class Purchases(_message.Message):
        __slots__ = ("r", "alpha", "a", "b", "log_likelihood", "members")
        R_FIELD_NUMBER: _ClassVar[int]
        ALPHA_FIELD_NUMBER: _ClassVar[int]
        A_FIELD_NUMBER: _ClassVar[int]
        B_FIELD_NUMBER: _ClassVar[int]
        LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
        MEMBERS_FIELD_NUMBER: _ClassVar[int]
        r: float
        alpha: float
        a: float
        b: float
        log_likelihood: float
        members: int
        def __init__(self, r: _Optional[float] = ..., alpha: _Optional[float] = ..., a: _Optional[float] = ..., b: _Optional[float] = ..., log_likelihood: _Optional[float] = ..., members: _Optional[int] = ...) -> None: ...
    class Values(_message.Message):
        __slots__ = ("p", "q", "v", "log_likelihood", "members", "correlation")
        P_FIELD_NUMBER: _ClassVar[int]
        Q_FIELD_NUMBER: _ClassVar[int]
        V_FIELD_NUMBER: _ClassVar[int]
        LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
        MEMBERS_FIELD_NUMBER: _ClassVar[int]
        CORRELATION_FIELD_NUMBER: _ClassVar[int]
        p: float
        q: float
        v: float
        log_likelihood: float
        members: int
        correlation: float
        def __init__(self, p: _Optional[float] = ..., q: _Optional[float] = ..., v: _Optional[float] = ..., log_likelihood: _Optional[float] = ..., members: _Optional[int] = ..., correlation: _Optional[float] = ...) -> None: ...
    class Trial(_message.Message):
        __slots__ = ("cut_date", "members", "actual", "expected", "naive", "error", "naive_error")
        CUT_DATE_FIELD_NUMBER: _ClassVar[int]
        MEMBERS_FIELD_NUMBER: _ClassVar[int]
        ACTUAL_FIELD_NUMBER: _ClassVar[int]
        EXPECTED_FIELD_NUMBER: _ClassVar[int]
        NAIVE_FIELD_NUMBER: _ClassVar[int]
        ERROR_FIELD_NUMBER: _ClassVar[int]
        NAIVE_ERROR_FIELD_NUMBER: _ClassVar[int]
        cut_date: str
        members: int
        actual: int
        expected: float
        naive: float
        error: float
        naive_error: float
        def __init__(self, cut_date: _Optional[str] = ..., members: _Optional[int] = ..., actual: _Optional[int] = ..., expected: _Optional[float] = ..., naive: _Optional[float] = ..., error: _Optional[float] = ..., naive_error: _Optional[float] = ...) -> None: ...
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_DATE_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    ASK_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_WHY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    VALUES_WHY_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    version: int
    state: BuyingModel.State
    as_of_date: str
    horizon_days: int
    ask_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    purchases: BuyingModel.Purchases
    purchases_why: str
    values: BuyingModel.Values
    values_why: str
    trial: BuyingModel.Trial
    def __init__(self, version: _Optional[int] = ..., state: _Optional[_Union[BuyingModel.State, str]] = ..., as_of_date: _Optional[str] = ..., horizon_days: _Optional[int] = ..., ask_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., purchases: _Optional[_Union[BuyingModel.Purchases, _Mapping]] = ..., purchases_why: _Optional[str] = ..., values: _Optional[_Union[BuyingModel.Values, _Mapping]] = ..., values_why: _Optional[str] = ..., trial: _Optional[_Union[BuyingModel.Trial, _Mapping]] = ...) -> None: ...

class FitModelRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class FitModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: BuyingModel
    def __init__(self, model: _Optional[_Union[BuyingModel, _Mapping]] = ...) -> None: ...

class GetModelRequest(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class GetModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: BuyingModel
    def __init__(self, model: _Optional[_Union[BuyingModel, _Mapping]] = ...) -> None: ...
