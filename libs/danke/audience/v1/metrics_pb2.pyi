from buf.validate import validate_pb2 as _validate_pb2
from danke.audience.v1 import profile_pb2 as _profile_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Counting(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUNTING_UNSPECIFIED: _ClassVar[Counting]
    COUNTING_DAYS: _ClassVar[Counting]
    COUNTING_MONTHS: _ClassVar[Counting]
    COUNTING_RANGE: _ClassVar[Counting]

class Dimension(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIMENSION_UNSPECIFIED: _ClassVar[Dimension]
    DIMENSION_PERIOD: _ClassVar[Dimension]
    DIMENSION_CHANNEL: _ClassVar[Dimension]
    DIMENSION_STORE: _ClassVar[Dimension]
    DIMENSION_GUIDE: _ClassVar[Dimension]
COUNTING_UNSPECIFIED: Counting
COUNTING_DAYS: Counting
COUNTING_MONTHS: Counting
COUNTING_RANGE: Counting
DIMENSION_UNSPECIFIED: Dimension
DIMENSION_PERIOD: Dimension
DIMENSION_CHANNEL: Dimension
DIMENSION_STORE: Dimension
DIMENSION_GUIDE: Dimension

class Place(_message.Message):
    __slots__ = ("channel", "store_id", "guide_id")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    channel: str
    store_id: str
    guide_id: str
    def __init__(self, channel: _Optional[str] = ..., store_id: _Optional[str] = ..., guide_id: _Optional[str] = ...) -> None: ...

class DateRange(_message.Message):
    __slots__ = ("from_date", "to_date")
    FROM_DATE_FIELD_NUMBER: _ClassVar[int]
    TO_DATE_FIELD_NUMBER: _ClassVar[int]
    from_date: str
    to_date: str
    def __init__(self, from_date: _Optional[str] = ..., to_date: _Optional[str] = ...) -> None: ...

class Funnel(_message.Message):
    __slots__ = ("uv", "buyers", "orders", "sales_fen", "conversion_bp", "frequency_bp", "order_value_fen")
    UV_FIELD_NUMBER: _ClassVar[int]
    BUYERS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_BP_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_BP_FIELD_NUMBER: _ClassVar[int]
    ORDER_VALUE_FEN_FIELD_NUMBER: _ClassVar[int]
    uv: int
    buyers: int
    orders: int
    sales_fen: int
    conversion_bp: int
    frequency_bp: int
    order_value_fen: int
    def __init__(self, uv: _Optional[int] = ..., buyers: _Optional[int] = ..., orders: _Optional[int] = ..., sales_fen: _Optional[int] = ..., conversion_bp: _Optional[int] = ..., frequency_bp: _Optional[int] = ..., order_value_fen: _Optional[int] = ...) -> None: ...

class FunnelLine(_message.Message):
    __slots__ = ("period", "channel", "store_id", "guide_id", "segment_id", "funnel", "snapshot_id")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    FUNNEL_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    period: str
    channel: str
    store_id: str
    guide_id: str
    segment_id: str
    funnel: Funnel
    snapshot_id: str
    def __init__(self, period: _Optional[str] = ..., channel: _Optional[str] = ..., store_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., funnel: _Optional[_Union[Funnel, _Mapping]] = ..., snapshot_id: _Optional[str] = ...) -> None: ...

class GetFunnelRequest(_message.Message):
    __slots__ = ("range", "counting", "dimensions", "place", "segment_ids", "page_size", "page_token", "snapshot_ids")
    RANGE_FIELD_NUMBER: _ClassVar[int]
    COUNTING_FIELD_NUMBER: _ClassVar[int]
    DIMENSIONS_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_IDS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_IDS_FIELD_NUMBER: _ClassVar[int]
    range: DateRange
    counting: Counting
    dimensions: _containers.RepeatedScalarFieldContainer[Dimension]
    place: Place
    segment_ids: _containers.RepeatedScalarFieldContainer[str]
    page_size: int
    page_token: str
    snapshot_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, range: _Optional[_Union[DateRange, _Mapping]] = ..., counting: _Optional[_Union[Counting, str]] = ..., dimensions: _Optional[_Iterable[_Union[Dimension, str]]] = ..., place: _Optional[_Union[Place, _Mapping]] = ..., segment_ids: _Optional[_Iterable[str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., snapshot_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class GetFunnelResponse(_message.Message):
    __slots__ = ("lines", "next_page_token", "pending")
    LINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[FunnelLine]
    next_page_token: str
    pending: int
    def __init__(self, lines: _Optional[_Iterable[_Union[FunnelLine, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., pending: _Optional[int] = ...) -> None: ...

class CompareFunnelRequest(_message.Message):
    __slots__ = ("before", "after", "counting", "place", "segment_id", "snapshot_id")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    COUNTING_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    before: DateRange
    after: DateRange
    counting: Counting
    place: Place
    segment_id: str
    snapshot_id: str
    def __init__(self, before: _Optional[_Union[DateRange, _Mapping]] = ..., after: _Optional[_Union[DateRange, _Mapping]] = ..., counting: _Optional[_Union[Counting, str]] = ..., place: _Optional[_Union[Place, _Mapping]] = ..., segment_id: _Optional[str] = ..., snapshot_id: _Optional[str] = ...) -> None: ...

class Contributions(_message.Message):
    __slots__ = ("traffic_fen", "conversion_fen", "frequency_fen", "order_value_fen")
    TRAFFIC_FEN_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_FEN_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_VALUE_FEN_FIELD_NUMBER: _ClassVar[int]
    traffic_fen: int
    conversion_fen: int
    frequency_fen: int
    order_value_fen: int
    def __init__(self, traffic_fen: _Optional[int] = ..., conversion_fen: _Optional[int] = ..., frequency_fen: _Optional[int] = ..., order_value_fen: _Optional[int] = ...) -> None: ...

class CompareFunnelResponse(_message.Message):
    __slots__ = ("before", "after", "change_fen", "contributions", "pending")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FEN_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    before: Funnel
    after: Funnel
    change_fen: int
    contributions: Contributions
    pending: int
    def __init__(self, before: _Optional[_Union[Funnel, _Mapping]] = ..., after: _Optional[_Union[Funnel, _Mapping]] = ..., change_fen: _Optional[int] = ..., contributions: _Optional[_Union[Contributions, _Mapping]] = ..., pending: _Optional[int] = ...) -> None: ...

class GetStageMatrixRequest(_message.Message):
    __slots__ = ("range", "with_members")
    RANGE_FIELD_NUMBER: _ClassVar[int]
    WITH_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    range: DateRange
    with_members: bool
    def __init__(self, range: _Optional[_Union[DateRange, _Mapping]] = ..., with_members: bool = ...) -> None: ...

class StageMove(_message.Message):
    __slots__ = ("from_stage", "to_stage", "moves")
    FROM_STAGE_FIELD_NUMBER: _ClassVar[int]
    TO_STAGE_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    from_stage: _profile_pb2.Stage
    to_stage: _profile_pb2.Stage
    moves: int
    def __init__(self, from_stage: _Optional[_Union[_profile_pb2.Stage, str]] = ..., to_stage: _Optional[_Union[_profile_pb2.Stage, str]] = ..., moves: _Optional[int] = ...) -> None: ...

class StageMembers(_message.Message):
    __slots__ = ("stage", "members")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    stage: _profile_pb2.Stage
    members: int
    def __init__(self, stage: _Optional[_Union[_profile_pb2.Stage, str]] = ..., members: _Optional[int] = ...) -> None: ...

class GetStageMatrixResponse(_message.Message):
    __slots__ = ("moves", "members")
    MOVES_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    moves: _containers.RepeatedCompositeFieldContainer[StageMove]
    members: _containers.RepeatedCompositeFieldContainer[StageMembers]
    def __init__(self, moves: _Optional[_Iterable[_Union[StageMove, _Mapping]]] = ..., members: _Optional[_Iterable[_Union[StageMembers, _Mapping]]] = ...) -> None: ...

class GetWakeupReportRequest(_message.Message):
    __slots__ = ("range", "journey_id", "window_days", "reference_bp", "page_size", "page_token")
    RANGE_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    WINDOW_DAYS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_BP_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    range: DateRange
    journey_id: str
    window_days: int
    reference_bp: int
    page_size: int
    page_token: str
    def __init__(self, range: _Optional[_Union[DateRange, _Mapping]] = ..., journey_id: _Optional[str] = ..., window_days: _Optional[int] = ..., reference_bp: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Wakeup(_message.Message):
    __slots__ = ("journey_id", "treated", "treated_woken", "control", "control_woken", "treated_bp", "control_bp", "uplift_bp", "is_below_reference", "treated_sales_fen", "control_sales_fen", "still_open")
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    TREATED_FIELD_NUMBER: _ClassVar[int]
    TREATED_WOKEN_FIELD_NUMBER: _ClassVar[int]
    CONTROL_FIELD_NUMBER: _ClassVar[int]
    CONTROL_WOKEN_FIELD_NUMBER: _ClassVar[int]
    TREATED_BP_FIELD_NUMBER: _ClassVar[int]
    CONTROL_BP_FIELD_NUMBER: _ClassVar[int]
    UPLIFT_BP_FIELD_NUMBER: _ClassVar[int]
    IS_BELOW_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    TREATED_SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    CONTROL_SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    STILL_OPEN_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    treated: int
    treated_woken: int
    control: int
    control_woken: int
    treated_bp: int
    control_bp: int
    uplift_bp: int
    is_below_reference: bool
    treated_sales_fen: int
    control_sales_fen: int
    still_open: int
    def __init__(self, journey_id: _Optional[str] = ..., treated: _Optional[int] = ..., treated_woken: _Optional[int] = ..., control: _Optional[int] = ..., control_woken: _Optional[int] = ..., treated_bp: _Optional[int] = ..., control_bp: _Optional[int] = ..., uplift_bp: _Optional[int] = ..., is_below_reference: bool = ..., treated_sales_fen: _Optional[int] = ..., control_sales_fen: _Optional[int] = ..., still_open: _Optional[int] = ...) -> None: ...

class GetWakeupReportResponse(_message.Message):
    __slots__ = ("wakeups", "next_page_token")
    WAKEUPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    wakeups: _containers.RepeatedCompositeFieldContainer[Wakeup]
    next_page_token: str
    def __init__(self, wakeups: _Optional[_Iterable[_Union[Wakeup, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetReturnToStoreRequest(_message.Message):
    __slots__ = ("before", "range", "store_id")
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    before: DateRange
    range: DateRange
    store_id: str
    def __init__(self, before: _Optional[_Union[DateRange, _Mapping]] = ..., range: _Optional[_Union[DateRange, _Mapping]] = ..., store_id: _Optional[str] = ...) -> None: ...

class GetReturnToStoreResponse(_message.Message):
    __slots__ = ("old_customers", "returned", "return_bp", "bought_again", "bought_again_bp")
    OLD_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    RETURN_BP_FIELD_NUMBER: _ClassVar[int]
    BOUGHT_AGAIN_FIELD_NUMBER: _ClassVar[int]
    BOUGHT_AGAIN_BP_FIELD_NUMBER: _ClassVar[int]
    old_customers: int
    returned: int
    return_bp: int
    bought_again: int
    bought_again_bp: int
    def __init__(self, old_customers: _Optional[int] = ..., returned: _Optional[int] = ..., return_bp: _Optional[int] = ..., bought_again: _Optional[int] = ..., bought_again_bp: _Optional[int] = ...) -> None: ...

class GetSuperUserReportRequest(_message.Message):
    __slots__ = ("range",)
    RANGE_FIELD_NUMBER: _ClassVar[int]
    range: DateRange
    def __init__(self, range: _Optional[_Union[DateRange, _Mapping]] = ...) -> None: ...

class Spending(_message.Message):
    __slots__ = ("buyers", "orders", "sales_fen", "buyer_value_fen")
    BUYERS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    BUYER_VALUE_FEN_FIELD_NUMBER: _ClassVar[int]
    buyers: int
    orders: int
    sales_fen: int
    buyer_value_fen: int
    def __init__(self, buyers: _Optional[int] = ..., orders: _Optional[int] = ..., sales_fen: _Optional[int] = ..., buyer_value_fen: _Optional[int] = ...) -> None: ...

class GetSuperUserReportResponse(_message.Message):
    __slots__ = ("super_users", "others", "multiple_bp")
    SUPER_USERS_FIELD_NUMBER: _ClassVar[int]
    OTHERS_FIELD_NUMBER: _ClassVar[int]
    MULTIPLE_BP_FIELD_NUMBER: _ClassVar[int]
    super_users: Spending
    others: Spending
    multiple_bp: int
    def __init__(self, super_users: _Optional[_Union[Spending, _Mapping]] = ..., others: _Optional[_Union[Spending, _Mapping]] = ..., multiple_bp: _Optional[int] = ...) -> None: ...

class SuggestThresholdsRequest(_message.Message):
    __slots__ = ("months", "place", "free_shipping_bp", "full_reduction_bp", "add_on_bp", "round_fen")
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    FREE_SHIPPING_BP_FIELD_NUMBER: _ClassVar[int]
    FULL_REDUCTION_BP_FIELD_NUMBER: _ClassVar[int]
    ADD_ON_BP_FIELD_NUMBER: _ClassVar[int]
    ROUND_FEN_FIELD_NUMBER: _ClassVar[int]
    months: int
    place: Place
    free_shipping_bp: int
    full_reduction_bp: int
    add_on_bp: int
    round_fen: int
    def __init__(self, months: _Optional[int] = ..., place: _Optional[_Union[Place, _Mapping]] = ..., free_shipping_bp: _Optional[int] = ..., full_reduction_bp: _Optional[int] = ..., add_on_bp: _Optional[int] = ..., round_fen: _Optional[int] = ...) -> None: ...

class Threshold(_message.Message):
    __slots__ = ("threshold_fen", "reached_bp")
    THRESHOLD_FEN_FIELD_NUMBER: _ClassVar[int]
    REACHED_BP_FIELD_NUMBER: _ClassVar[int]
    threshold_fen: int
    reached_bp: int
    def __init__(self, threshold_fen: _Optional[int] = ..., reached_bp: _Optional[int] = ...) -> None: ...

class SuggestThresholdsResponse(_message.Message):
    __slots__ = ("anchor_fen", "free_shipping", "full_reduction", "add_on", "orders")
    ANCHOR_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_SHIPPING_FIELD_NUMBER: _ClassVar[int]
    FULL_REDUCTION_FIELD_NUMBER: _ClassVar[int]
    ADD_ON_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    anchor_fen: int
    free_shipping: Threshold
    full_reduction: Threshold
    add_on: Threshold
    orders: int
    def __init__(self, anchor_fen: _Optional[int] = ..., free_shipping: _Optional[_Union[Threshold, _Mapping]] = ..., full_reduction: _Optional[_Union[Threshold, _Mapping]] = ..., add_on: _Optional[_Union[Threshold, _Mapping]] = ..., orders: _Optional[int] = ...) -> None: ...
