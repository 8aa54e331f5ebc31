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

class TargetKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TARGET_KIND_UNSPECIFIED: _ClassVar[TargetKind]
    TARGET_KIND_GUIDE: _ClassVar[TargetKind]
    TARGET_KIND_STORE: _ClassVar[TargetKind]
TARGET_KIND_UNSPECIFIED: TargetKind
TARGET_KIND_GUIDE: TargetKind
TARGET_KIND_STORE: TargetKind

class Guide(_message.Message):
    __slots__ = ("guide_id", "store_id", "name", "state", "changed_at")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Guide.State]
        STATE_ENABLED: _ClassVar[Guide.State]
        STATE_DISABLED: _ClassVar[Guide.State]
        STATE_REMOVED: _ClassVar[Guide.State]
    STATE_UNSPECIFIED: Guide.State
    STATE_ENABLED: Guide.State
    STATE_DISABLED: Guide.State
    STATE_REMOVED: Guide.State
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    guide_id: str
    store_id: str
    name: str
    state: Guide.State
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, guide_id: _Optional[str] = ..., store_id: _Optional[str] = ..., name: _Optional[str] = ..., state: _Optional[_Union[Guide.State, str]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GuideRelation(_message.Message):
    __slots__ = ("customer_id", "guide_id", "bound_at", "valid_until", "protected", "protected_until", "next_guide_id", "next_at")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    BOUND_AT_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    PROTECTED_FIELD_NUMBER: _ClassVar[int]
    PROTECTED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NEXT_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    NEXT_AT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    guide_id: str
    bound_at: _timestamp_pb2.Timestamp
    valid_until: _timestamp_pb2.Timestamp
    protected: bool
    protected_until: _timestamp_pb2.Timestamp
    next_guide_id: str
    next_at: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., bound_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., protected: bool = ..., protected_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_guide_id: _Optional[str] = ..., next_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpsertGuideRequest(_message.Message):
    __slots__ = ("request_id", "guide_id", "store_id", "name")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    guide_id: str
    store_id: str
    name: str
    def __init__(self, request_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., store_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class UpsertGuideResponse(_message.Message):
    __slots__ = ("guide",)
    GUIDE_FIELD_NUMBER: _ClassVar[int]
    guide: Guide
    def __init__(self, guide: _Optional[_Union[Guide, _Mapping]] = ...) -> None: ...

class DisableGuideRequest(_message.Message):
    __slots__ = ("request_id", "guide_id", "enable")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    ENABLE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    guide_id: str
    enable: bool
    def __init__(self, request_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., enable: bool = ...) -> None: ...

class DisableGuideResponse(_message.Message):
    __slots__ = ("guide",)
    GUIDE_FIELD_NUMBER: _ClassVar[int]
    guide: Guide
    def __init__(self, guide: _Optional[_Union[Guide, _Mapping]] = ...) -> None: ...

class RemoveGuideRequest(_message.Message):
    __slots__ = ("request_id", "guide_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    guide_id: str
    def __init__(self, request_id: _Optional[str] = ..., guide_id: _Optional[str] = ...) -> None: ...

class RemoveGuideResponse(_message.Message):
    __slots__ = ("guide",)
    GUIDE_FIELD_NUMBER: _ClassVar[int]
    guide: Guide
    def __init__(self, guide: _Optional[_Union[Guide, _Mapping]] = ...) -> None: ...

class GetGuideRequest(_message.Message):
    __slots__ = ("guide_id",)
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    guide_id: str
    def __init__(self, guide_id: _Optional[str] = ...) -> None: ...

class GetGuideResponse(_message.Message):
    __slots__ = ("guide",)
    GUIDE_FIELD_NUMBER: _ClassVar[int]
    guide: Guide
    def __init__(self, guide: _Optional[_Union[Guide, _Mapping]] = ...) -> None: ...

class ListGuidesRequest(_message.Message):
    __slots__ = ("store_id", "page_size", "page_token")
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    store_id: str
    page_size: int
    page_token: str
    def __init__(self, store_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGuidesResponse(_message.Message):
    __slots__ = ("guides", "next_page_token")
    GUIDES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    guides: _containers.RepeatedCompositeFieldContainer[Guide]
    next_page_token: str
    def __init__(self, guides: _Optional[_Iterable[_Union[Guide, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class BindGuideRequest(_message.Message):
    __slots__ = ("request_id", "customer_id", "guide_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    customer_id: str
    guide_id: str
    def __init__(self, request_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., guide_id: _Optional[str] = ...) -> None: ...

class BindGuideResponse(_message.Message):
    __slots__ = ("relation",)
    RELATION_FIELD_NUMBER: _ClassVar[int]
    relation: GuideRelation
    def __init__(self, relation: _Optional[_Union[GuideRelation, _Mapping]] = ...) -> None: ...

class GetCustomerGuidesRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class GetCustomerGuidesResponse(_message.Message):
    __slots__ = ("exclusive", "opening_guide_id", "exclusive_guide_id")
    EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    OPENING_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    exclusive: GuideRelation
    opening_guide_id: str
    exclusive_guide_id: str
    def __init__(self, exclusive: _Optional[_Union[GuideRelation, _Mapping]] = ..., opening_guide_id: _Optional[str] = ..., exclusive_guide_id: _Optional[str] = ...) -> None: ...

class ListGuideCustomersRequest(_message.Message):
    __slots__ = ("guide_id", "page_size", "page_token")
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    guide_id: str
    page_size: int
    page_token: str
    def __init__(self, guide_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGuideCustomersResponse(_message.Message):
    __slots__ = ("relations", "next_page_token")
    RELATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    relations: _containers.RepeatedCompositeFieldContainer[GuideRelation]
    next_page_token: str
    def __init__(self, relations: _Optional[_Iterable[_Union[GuideRelation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class TransferGuideCustomersRequest(_message.Message):
    __slots__ = ("request_id", "from_guide_id", "to_guide_id", "customer_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    TO_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    from_guide_id: str
    to_guide_id: str
    customer_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., from_guide_id: _Optional[str] = ..., to_guide_id: _Optional[str] = ..., customer_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TransferGuideCustomersResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[GuideTransferResult]
    def __init__(self, results: _Optional[_Iterable[_Union[GuideTransferResult, _Mapping]]] = ...) -> None: ...

class GuideTransferResult(_message.Message):
    __slots__ = ("customer_id", "reason")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    reason: str
    def __init__(self, customer_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class OrderDocument(_message.Message):
    __slots__ = ("order_id", "member_id", "store_id", "guide_id", "promoter_id", "created_at", "items")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    member_id: str
    store_id: str
    guide_id: str
    promoter_id: str
    created_at: _timestamp_pb2.Timestamp
    items: _containers.RepeatedCompositeFieldContainer[OrderItem]
    def __init__(self, order_id: _Optional[str] = ..., member_id: _Optional[str] = ..., store_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., items: _Optional[_Iterable[_Union[OrderItem, _Mapping]]] = ...) -> None: ...

class OrderItem(_message.Message):
    __slots__ = ("line_id", "sku_id", "spu_id")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    SKU_ID_FIELD_NUMBER: _ClassVar[int]
    SPU_ID_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    sku_id: str
    spu_id: str
    def __init__(self, line_id: _Optional[str] = ..., sku_id: _Optional[str] = ..., spu_id: _Optional[str] = ...) -> None: ...

class AttributeOrderRequest(_message.Message):
    __slots__ = ("request_id", "document")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    document: OrderDocument
    def __init__(self, request_id: _Optional[str] = ..., document: _Optional[_Union[OrderDocument, _Mapping]] = ...) -> None: ...

class AttributeOrderResponse(_message.Message):
    __slots__ = ("l1_id", "l2_id", "sales_guide_id", "exclusive_guide_id", "store_id")
    L1_ID_FIELD_NUMBER: _ClassVar[int]
    L2_ID_FIELD_NUMBER: _ClassVar[int]
    SALES_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    l1_id: str
    l2_id: str
    sales_guide_id: str
    exclusive_guide_id: str
    store_id: str
    def __init__(self, l1_id: _Optional[str] = ..., l2_id: _Optional[str] = ..., sales_guide_id: _Optional[str] = ..., exclusive_guide_id: _Optional[str] = ..., store_id: _Optional[str] = ...) -> None: ...

class AttributeOrdersRequest(_message.Message):
    __slots__ = ("request_id", "documents")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    documents: _containers.RepeatedCompositeFieldContainer[OrderDocument]
    def __init__(self, request_id: _Optional[str] = ..., documents: _Optional[_Iterable[_Union[OrderDocument, _Mapping]]] = ...) -> None: ...

class AttributeOrdersResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[AttributionResult]
    def __init__(self, results: _Optional[_Iterable[_Union[AttributionResult, _Mapping]]] = ...) -> None: ...

class AttributionResult(_message.Message):
    __slots__ = ("order_id", "reason")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    reason: str
    def __init__(self, order_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class GetGuidePerformanceRequest(_message.Message):
    __slots__ = ("guide_id", "from_period", "to_period")
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_PERIOD_FIELD_NUMBER: _ClassVar[int]
    TO_PERIOD_FIELD_NUMBER: _ClassVar[int]
    guide_id: str
    from_period: str
    to_period: str
    def __init__(self, guide_id: _Optional[str] = ..., from_period: _Optional[str] = ..., to_period: _Optional[str] = ...) -> None: ...

class GetGuidePerformanceResponse(_message.Message):
    __slots__ = ("months", "commissions")
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    COMMISSIONS_FIELD_NUMBER: _ClassVar[int]
    months: _containers.RepeatedCompositeFieldContainer[GuideMonth]
    commissions: _containers.RepeatedCompositeFieldContainer[GuideCommission]
    def __init__(self, months: _Optional[_Iterable[_Union[GuideMonth, _Mapping]]] = ..., commissions: _Optional[_Iterable[_Union[GuideCommission, _Mapping]]] = ...) -> None: ...

class GuideMonth(_message.Message):
    __slots__ = ("kind", "period", "store_id", "amount_fen", "refunded_fen", "orders")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    period: str
    store_id: str
    amount_fen: int
    refunded_fen: int
    orders: int
    def __init__(self, kind: _Optional[str] = ..., period: _Optional[str] = ..., store_id: _Optional[str] = ..., amount_fen: _Optional[int] = ..., refunded_fen: _Optional[int] = ..., orders: _Optional[int] = ...) -> None: ...

class GuideCommission(_message.Message):
    __slots__ = ("period", "amount_fen")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    period: str
    amount_fen: int
    def __init__(self, period: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class GetStorePerformanceRequest(_message.Message):
    __slots__ = ("store_id", "from_period", "to_period")
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_PERIOD_FIELD_NUMBER: _ClassVar[int]
    TO_PERIOD_FIELD_NUMBER: _ClassVar[int]
    store_id: str
    from_period: str
    to_period: str
    def __init__(self, store_id: _Optional[str] = ..., from_period: _Optional[str] = ..., to_period: _Optional[str] = ...) -> None: ...

class GetStorePerformanceResponse(_message.Message):
    __slots__ = ("months",)
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    months: _containers.RepeatedCompositeFieldContainer[StoreMonth]
    def __init__(self, months: _Optional[_Iterable[_Union[StoreMonth, _Mapping]]] = ...) -> None: ...

class StoreMonth(_message.Message):
    __slots__ = ("store_id", "period", "amount_fen", "refunded_fen", "orders")
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    store_id: str
    period: str
    amount_fen: int
    refunded_fen: int
    orders: int
    def __init__(self, store_id: _Optional[str] = ..., period: _Optional[str] = ..., amount_fen: _Optional[int] = ..., refunded_fen: _Optional[int] = ..., orders: _Optional[int] = ...) -> None: ...

class SetGuideTargetRequest(_message.Message):
    __slots__ = ("request_id", "kind", "owner_id", "period", "target_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TARGET_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    kind: TargetKind
    owner_id: str
    period: str
    target_fen: int
    def __init__(self, request_id: _Optional[str] = ..., kind: _Optional[_Union[TargetKind, str]] = ..., owner_id: _Optional[str] = ..., period: _Optional[str] = ..., target_fen: _Optional[int] = ...) -> None: ...

class SetGuideTargetResponse(_message.Message):
    __slots__ = ("target_id",)
    TARGET_ID_FIELD_NUMBER: _ClassVar[int]
    target_id: str
    def __init__(self, target_id: _Optional[str] = ...) -> None: ...

class GetGuideTargetRequest(_message.Message):
    __slots__ = ("kind", "owner_id", "period")
    KIND_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    kind: TargetKind
    owner_id: str
    period: str
    def __init__(self, kind: _Optional[_Union[TargetKind, str]] = ..., owner_id: _Optional[str] = ..., period: _Optional[str] = ...) -> None: ...

class GetGuideTargetResponse(_message.Message):
    __slots__ = ("target_fen", "achieved_fen", "rate_bp")
    TARGET_FEN_FIELD_NUMBER: _ClassVar[int]
    ACHIEVED_FEN_FIELD_NUMBER: _ClassVar[int]
    RATE_BP_FIELD_NUMBER: _ClassVar[int]
    target_fen: int
    achieved_fen: int
    rate_bp: int
    def __init__(self, target_fen: _Optional[int] = ..., achieved_fen: _Optional[int] = ..., rate_bp: _Optional[int] = ...) -> None: ...

class GuideTask(_message.Message):
    __slots__ = ("task_id", "guide_id", "store_id", "member_id", "title", "state", "source_kind", "source_id", "created_at", "due_at", "ended_at", "done_by", "note")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[GuideTask.State]
        STATE_OPEN: _ClassVar[GuideTask.State]
        STATE_DONE: _ClassVar[GuideTask.State]
        STATE_EXPIRED: _ClassVar[GuideTask.State]
    STATE_UNSPECIFIED: GuideTask.State
    STATE_OPEN: GuideTask.State
    STATE_DONE: GuideTask.State
    STATE_EXPIRED: GuideTask.State
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_KIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    DONE_BY_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    task_id: str
    guide_id: str
    store_id: str
    member_id: str
    title: str
    state: GuideTask.State
    source_kind: str
    source_id: str
    created_at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    done_by: str
    note: str
    def __init__(self, task_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., store_id: _Optional[str] = ..., member_id: _Optional[str] = ..., title: _Optional[str] = ..., state: _Optional[_Union[GuideTask.State, str]] = ..., source_kind: _Optional[str] = ..., source_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., done_by: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ListGuideTasksRequest(_message.Message):
    __slots__ = ("guide_id", "state", "page_size", "page_token")
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    guide_id: str
    state: GuideTask.State
    page_size: int
    page_token: str
    def __init__(self, guide_id: _Optional[str] = ..., state: _Optional[_Union[GuideTask.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGuideTasksResponse(_message.Message):
    __slots__ = ("tasks", "next_page_token")
    TASKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tasks: _containers.RepeatedCompositeFieldContainer[GuideTask]
    next_page_token: str
    def __init__(self, tasks: _Optional[_Iterable[_Union[GuideTask, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CompleteGuideTaskRequest(_message.Message):
    __slots__ = ("request_id", "task_id", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    task_id: str
    note: str
    def __init__(self, request_id: _Optional[str] = ..., task_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class CompleteGuideTaskResponse(_message.Message):
    __slots__ = ("task",)
    TASK_FIELD_NUMBER: _ClassVar[int]
    task: GuideTask
    def __init__(self, task: _Optional[_Union[GuideTask, _Mapping]] = ...) -> None: ...
