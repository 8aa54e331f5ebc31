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

class CouponGrant(_message.Message):
    __slots__ = ("grant_id", "template_id", "member_id", "quantity", "source", "ref", "state", "coupon_ids", "reason", "create_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[CouponGrant.State]
        STATE_GRANTED: _ClassVar[CouponGrant.State]
        STATE_PENDING: _ClassVar[CouponGrant.State]
        STATE_FAILED: _ClassVar[CouponGrant.State]
        STATE_REVOKED: _ClassVar[CouponGrant.State]
    STATE_UNSPECIFIED: CouponGrant.State
    STATE_GRANTED: CouponGrant.State
    STATE_PENDING: CouponGrant.State
    STATE_FAILED: CouponGrant.State
    STATE_REVOKED: CouponGrant.State
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    grant_id: str
    template_id: str
    member_id: str
    quantity: int
    source: str
    ref: str
    state: CouponGrant.State
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, grant_id: _Optional[str] = ..., template_id: _Optional[str] = ..., member_id: _Optional[str] = ..., quantity: _Optional[int] = ..., source: _Optional[str] = ..., ref: _Optional[str] = ..., state: _Optional[_Union[CouponGrant.State, str]] = ..., coupon_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GrantRequest(_message.Message):
    __slots__ = ("request_id", "grant_id", "template_id", "member_id", "quantity", "ref")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    grant_id: str
    template_id: str
    member_id: str
    quantity: int
    ref: str
    def __init__(self, request_id: _Optional[str] = ..., grant_id: _Optional[str] = ..., template_id: _Optional[str] = ..., member_id: _Optional[str] = ..., quantity: _Optional[int] = ..., ref: _Optional[str] = ...) -> None: ...

class GrantResponse(_message.Message):
    __slots__ = ("grant",)
    GRANT_FIELD_NUMBER: _ClassVar[int]
    grant: CouponGrant
    def __init__(self, grant: _Optional[_Union[CouponGrant, _Mapping]] = ...) -> None: ...

class GetGrantRequest(_message.Message):
    __slots__ = ("grant_id",)
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    grant_id: str
    def __init__(self, grant_id: _Optional[str] = ...) -> None: ...

class GetGrantResponse(_message.Message):
    __slots__ = ("grant",)
    GRANT_FIELD_NUMBER: _ClassVar[int]
    grant: CouponGrant
    def __init__(self, grant: _Optional[_Union[CouponGrant, _Mapping]] = ...) -> None: ...

class GrantBatch(_message.Message):
    __slots__ = ("batch_id", "template_id", "name", "state", "members", "added", "next_page", "ok", "skipped", "failed", "created_by", "create_time", "end_time", "snapshot_id")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[GrantBatch.State]
        STATE_CREATED: _ClassVar[GrantBatch.State]
        STATE_RUNNING: _ClassVar[GrantBatch.State]
        STATE_COMPLETED: _ClassVar[GrantBatch.State]
        STATE_PARTIAL: _ClassVar[GrantBatch.State]
        STATE_CANCELLED: _ClassVar[GrantBatch.State]
    STATE_UNSPECIFIED: GrantBatch.State
    STATE_CREATED: GrantBatch.State
    STATE_RUNNING: GrantBatch.State
    STATE_COMPLETED: GrantBatch.State
    STATE_PARTIAL: GrantBatch.State
    STATE_CANCELLED: GrantBatch.State
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    OK_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    template_id: str
    name: str
    state: GrantBatch.State
    members: int
    added: int
    next_page: int
    ok: int
    skipped: int
    failed: int
    created_by: str
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    snapshot_id: str
    def __init__(self, batch_id: _Optional[str] = ..., template_id: _Optional[str] = ..., name: _Optional[str] = ..., state: _Optional[_Union[GrantBatch.State, str]] = ..., members: _Optional[int] = ..., added: _Optional[int] = ..., next_page: _Optional[int] = ..., ok: _Optional[int] = ..., skipped: _Optional[int] = ..., failed: _Optional[int] = ..., created_by: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., snapshot_id: _Optional[str] = ...) -> None: ...

class CreateGrantBatchRequest(_message.Message):
    __slots__ = ("request_id", "batch_id", "template_id", "name", "members", "snapshot_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    batch_id: str
    template_id: str
    name: str
    members: int
    snapshot_id: str
    def __init__(self, request_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., template_id: _Optional[str] = ..., name: _Optional[str] = ..., members: _Optional[int] = ..., snapshot_id: _Optional[str] = ...) -> None: ...

class CreateGrantBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: GrantBatch
    def __init__(self, batch: _Optional[_Union[GrantBatch, _Mapping]] = ...) -> None: ...

class AddGrantMembersRequest(_message.Message):
    __slots__ = ("request_id", "batch_id", "page", "member_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    batch_id: str
    page: int
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., batch_id: _Optional[str] = ..., page: _Optional[int] = ..., member_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class AddGrantMembersResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: GrantBatch
    def __init__(self, batch: _Optional[_Union[GrantBatch, _Mapping]] = ...) -> None: ...

class StartGrantBatchRequest(_message.Message):
    __slots__ = ("request_id", "batch_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    batch_id: str
    def __init__(self, request_id: _Optional[str] = ..., batch_id: _Optional[str] = ...) -> None: ...

class StartGrantBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: GrantBatch
    def __init__(self, batch: _Optional[_Union[GrantBatch, _Mapping]] = ...) -> None: ...

class CancelGrantBatchRequest(_message.Message):
    __slots__ = ("request_id", "batch_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    batch_id: str
    def __init__(self, request_id: _Optional[str] = ..., batch_id: _Optional[str] = ...) -> None: ...

class CancelGrantBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: GrantBatch
    def __init__(self, batch: _Optional[_Union[GrantBatch, _Mapping]] = ...) -> None: ...

class GetGrantBatchRequest(_message.Message):
    __slots__ = ("batch_id",)
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    def __init__(self, batch_id: _Optional[str] = ...) -> None: ...

class GetGrantBatchResponse(_message.Message):
    __slots__ = ("batch",)
    BATCH_FIELD_NUMBER: _ClassVar[int]
    batch: GrantBatch
    def __init__(self, batch: _Optional[_Union[GrantBatch, _Mapping]] = ...) -> None: ...

class ListGrantBatchesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListGrantBatchesResponse(_message.Message):
    __slots__ = ("batches", "next_page_token")
    BATCHES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    batches: _containers.RepeatedCompositeFieldContainer[GrantBatch]
    next_page_token: str
    def __init__(self, batches: _Optional[_Iterable[_Union[GrantBatch, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListGrantResultsRequest(_message.Message):
    __slots__ = ("batch_id", "chunk")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    chunk: int
    def __init__(self, batch_id: _Optional[str] = ..., chunk: _Optional[int] = ...) -> None: ...

class ListGrantResultsResponse(_message.Message):
    __slots__ = ("results", "next_chunk")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CHUNK_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[GrantResult]
    next_chunk: int
    def __init__(self, results: _Optional[_Iterable[_Union[GrantResult, _Mapping]]] = ..., next_chunk: _Optional[int] = ...) -> None: ...

class GrantResult(_message.Message):
    __slots__ = ("member_id", "coupon_id", "reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    coupon_id: str
    reason: str
    def __init__(self, member_id: _Optional[str] = ..., coupon_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Recall(_message.Message):
    __slots__ = ("recall_id", "template_id", "ref", "recycle", "reason", "done", "voided", "pending", "created_by", "create_time", "end_time")
    RECALL_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    RECYCLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    VOIDED_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    recall_id: str
    template_id: str
    ref: str
    recycle: bool
    reason: str
    done: bool
    voided: int
    pending: int
    created_by: str
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, recall_id: _Optional[str] = ..., template_id: _Optional[str] = ..., ref: _Optional[str] = ..., recycle: bool = ..., reason: _Optional[str] = ..., done: bool = ..., voided: _Optional[int] = ..., pending: _Optional[int] = ..., created_by: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecallCouponsRequest(_message.Message):
    __slots__ = ("request_id", "recall_id", "template_id", "ref", "recycle", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RECALL_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    RECYCLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    recall_id: str
    template_id: str
    ref: str
    recycle: bool
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., recall_id: _Optional[str] = ..., template_id: _Optional[str] = ..., ref: _Optional[str] = ..., recycle: bool = ..., reason: _Optional[str] = ...) -> None: ...

class RecallCouponsResponse(_message.Message):
    __slots__ = ("recall",)
    RECALL_FIELD_NUMBER: _ClassVar[int]
    recall: Recall
    def __init__(self, recall: _Optional[_Union[Recall, _Mapping]] = ...) -> None: ...

class GetRecallRequest(_message.Message):
    __slots__ = ("recall_id",)
    RECALL_ID_FIELD_NUMBER: _ClassVar[int]
    recall_id: str
    def __init__(self, recall_id: _Optional[str] = ...) -> None: ...

class GetRecallResponse(_message.Message):
    __slots__ = ("recall",)
    RECALL_FIELD_NUMBER: _ClassVar[int]
    recall: Recall
    def __init__(self, recall: _Optional[_Union[Recall, _Mapping]] = ...) -> None: ...

class VoidCouponsRequest(_message.Message):
    __slots__ = ("request_id", "coupon_ids", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    coupon_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., coupon_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ...) -> None: ...

class VoidCouponsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[VoidResult]
    def __init__(self, results: _Optional[_Iterable[_Union[VoidResult, _Mapping]]] = ...) -> None: ...

class VoidResult(_message.Message):
    __slots__ = ("coupon_id", "reason")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    reason: str
    def __init__(self, coupon_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
