import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Report(_message.Message):
    __slots__ = ("treated", "control", "treated_buyers", "control_buyers", "treated_bp", "control_bp", "uplift_bp", "incremental_buyers", "below_reference", "reference_bp", "orders", "revenue_fen", "coupons_granted", "coupons_used", "discount_fen", "message_cost_fen", "cost_fen", "messages")
    class MessagesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    TREATED_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    TREATED_BUYERS_FIELD_NUMBER: _ClassVar[int]
    CONTROL_BUYERS_FIELD_NUMBER: _ClassVar[int]
    TREATED_BP_FIELD_NUMBER: _ClassVar[int]
    CONTROL_BP_FIELD_NUMBER: _ClassVar[int]
    UPLIFT_BP_FIELD_NUMBER: _ClassVar[int]
    INCREMENTAL_BUYERS_FIELD_NUMBER: _ClassVar[int]
    BELOW_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_BP_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FEN_FIELD_NUMBER: _ClassVar[int]
    COUPONS_GRANTED_FIELD_NUMBER: _ClassVar[int]
    COUPONS_USED_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COST_FEN_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    treated: int
    control: int
    treated_buyers: int
    control_buyers: int
    treated_bp: int
    control_bp: int
    uplift_bp: int
    incremental_buyers: int
    below_reference: bool
    reference_bp: int
    orders: int
    revenue_fen: int
    coupons_granted: int
    coupons_used: int
    discount_fen: int
    message_cost_fen: int
    cost_fen: int
    messages: _containers.ScalarMap[str, int]
    def __init__(self, treated: _Optional[int] = ..., control: _Optional[int] = ..., treated_buyers: _Optional[int] = ..., control_buyers: _Optional[int] = ..., treated_bp: _Optional[int] = ..., control_bp: _Optional[int] = ..., uplift_bp: _Optional[int] = ..., incremental_buyers: _Optional[int] = ..., below_reference: bool = ..., reference_bp: _Optional[int] = ..., orders: _Optional[int] = ..., revenue_fen: _Optional[int] = ..., coupons_granted: _Optional[int] = ..., coupons_used: _Optional[int] = ..., discount_fen: _Optional[int] = ..., message_cost_fen: _Optional[int] = ..., cost_fen: _Optional[int] = ..., messages: _Optional[_Mapping[str, int]] = ...) -> None: ...

class GetJourneyReportRequest(_message.Message):
    __slots__ = ("journey_id",)
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    def __init__(self, journey_id: _Optional[str] = ...) -> None: ...

class GetJourneyReportResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: Report
    def __init__(self, report: _Optional[_Union[Report, _Mapping]] = ...) -> None: ...

class GetCampaignReportRequest(_message.Message):
    __slots__ = ("campaign_id",)
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    def __init__(self, campaign_id: _Optional[str] = ...) -> None: ...

class GetCampaignReportResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: Report
    def __init__(self, report: _Optional[_Union[Report, _Mapping]] = ...) -> None: ...

class LiveReport(_message.Message):
    __slots__ = ("live_id", "end_time", "window_end_time", "is_running", "sales_fen", "viewers", "buyers", "orders", "revenue_fen", "revenue_to_sales_bp")
    LIVE_ID_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    WINDOW_END_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_RUNNING_FIELD_NUMBER: _ClassVar[int]
    SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    BUYERS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FEN_FIELD_NUMBER: _ClassVar[int]
    REVENUE_TO_SALES_BP_FIELD_NUMBER: _ClassVar[int]
    live_id: str
    end_time: _timestamp_pb2.Timestamp
    window_end_time: _timestamp_pb2.Timestamp
    is_running: bool
    sales_fen: int
    viewers: int
    buyers: int
    orders: int
    revenue_fen: int
    revenue_to_sales_bp: int
    def __init__(self, live_id: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_running: bool = ..., sales_fen: _Optional[int] = ..., viewers: _Optional[int] = ..., buyers: _Optional[int] = ..., orders: _Optional[int] = ..., revenue_fen: _Optional[int] = ..., revenue_to_sales_bp: _Optional[int] = ...) -> None: ...

class GetLiveReportRequest(_message.Message):
    __slots__ = ("live_id", "window_hours")
    LIVE_ID_FIELD_NUMBER: _ClassVar[int]
    WINDOW_HOURS_FIELD_NUMBER: _ClassVar[int]
    live_id: str
    window_hours: int
    def __init__(self, live_id: _Optional[str] = ..., window_hours: _Optional[int] = ...) -> None: ...

class GetLiveReportResponse(_message.Message):
    __slots__ = ("report",)
    REPORT_FIELD_NUMBER: _ClassVar[int]
    report: LiveReport
    def __init__(self, report: _Optional[_Union[LiveReport, _Mapping]] = ...) -> None: ...
