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

class Tag(_message.Message):
    __slots__ = ("tag_id", "name", "category", "segment_id", "is_retired")
    TAG_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    IS_RETIRED_FIELD_NUMBER: _ClassVar[int]
    tag_id: str
    name: str
    category: str
    segment_id: str
    is_retired: bool
    def __init__(self, tag_id: _Optional[str] = ..., name: _Optional[str] = ..., category: _Optional[str] = ..., segment_id: _Optional[str] = ..., is_retired: bool = ...) -> None: ...

class TagAssignment(_message.Message):
    __slots__ = ("member_id", "origin", "assign_time")
    class Origin(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ORIGIN_UNSPECIFIED: _ClassVar[TagAssignment.Origin]
        ORIGIN_MANUAL: _ClassVar[TagAssignment.Origin]
        ORIGIN_RULE: _ClassVar[TagAssignment.Origin]
        ORIGIN_JOURNEY: _ClassVar[TagAssignment.Origin]
    ORIGIN_UNSPECIFIED: TagAssignment.Origin
    ORIGIN_MANUAL: TagAssignment.Origin
    ORIGIN_RULE: TagAssignment.Origin
    ORIGIN_JOURNEY: TagAssignment.Origin
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    ASSIGN_TIME_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    origin: TagAssignment.Origin
    assign_time: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., origin: _Optional[_Union[TagAssignment.Origin, str]] = ..., assign_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DefineTagRequest(_message.Message):
    __slots__ = ("request_id", "tag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    tag: Tag
    def __init__(self, request_id: _Optional[str] = ..., tag: _Optional[_Union[Tag, _Mapping]] = ...) -> None: ...

class DefineTagResponse(_message.Message):
    __slots__ = ("tag",)
    TAG_FIELD_NUMBER: _ClassVar[int]
    tag: Tag
    def __init__(self, tag: _Optional[_Union[Tag, _Mapping]] = ...) -> None: ...

class ListTagsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTagsResponse(_message.Message):
    __slots__ = ("tags", "next_page_token")
    TAGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedCompositeFieldContainer[Tag]
    next_page_token: str
    def __init__(self, tags: _Optional[_Iterable[_Union[Tag, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AssignTagRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "tag_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    tag_id: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., tag_id: _Optional[str] = ...) -> None: ...

class AssignTagResponse(_message.Message):
    __slots__ = ("tags",)
    TAGS_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tags: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveTagRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "tag_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    TAG_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    tag_id: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., tag_id: _Optional[str] = ...) -> None: ...

class RemoveTagResponse(_message.Message):
    __slots__ = ("tags",)
    TAGS_FIELD_NUMBER: _ClassVar[int]
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tags: _Optional[_Iterable[str]] = ...) -> None: ...

class ListTaggedRequest(_message.Message):
    __slots__ = ("tag_id", "page_size", "page_token")
    TAG_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tag_id: str
    page_size: int
    page_token: str
    def __init__(self, tag_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTaggedResponse(_message.Message):
    __slots__ = ("assignments", "next_page_token")
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    assignments: _containers.RepeatedCompositeFieldContainer[TagAssignment]
    next_page_token: str
    def __init__(self, assignments: _Optional[_Iterable[_Union[TagAssignment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
