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

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_PROSPECT: _ClassVar[Stage]
    STAGE_NEW: _ClassVar[Stage]
    STAGE_RETURNING: _ClassVar[Stage]
    STAGE_ACTIVE: _ClassVar[Stage]
    STAGE_SILENT: _ClassVar[Stage]
    STAGE_SLEEPING: _ClassVar[Stage]
    STAGE_LOST: _ClassVar[Stage]

class CycleSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CYCLE_SOURCE_UNSPECIFIED: _ClassVar[CycleSource]
    CYCLE_SOURCE_MEMBER: _ClassVar[CycleSource]
    CYCLE_SOURCE_COHORT: _ClassVar[CycleSource]
    CYCLE_SOURCE_DEFAULT: _ClassVar[CycleSource]
STAGE_UNSPECIFIED: Stage
STAGE_PROSPECT: Stage
STAGE_NEW: Stage
STAGE_RETURNING: Stage
STAGE_ACTIVE: Stage
STAGE_SILENT: Stage
STAGE_SLEEPING: Stage
STAGE_LOST: Stage
CYCLE_SOURCE_UNSPECIFIED: CycleSource
CYCLE_SOURCE_MEMBER: CycleSource
CYCLE_SOURCE_COHORT: CycleSource
CYCLE_SOURCE_DEFAULT: CycleSource

class AttributeValue(_message.Message):
    __slots__ = ("text", "number", "flag", "date", "choices")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    text: str
    number: int
    flag: bool
    date: str
    choices: Choices
    def __init__(self, text: _Optional[str] = ..., number: _Optional[int] = ..., flag: bool = ..., date: _Optional[str] = ..., choices: _Optional[_Union[Choices, _Mapping]] = ...) -> None: ...

class Choices(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, values: _Optional[_Iterable[str]] = ...) -> None: ...

class Attribute(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: AttributeValue
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[AttributeValue, _Mapping]] = ...) -> None: ...

class Behaviour(_message.Message):
    __slots__ = ("name", "count", "last_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    count: int
    last_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., count: _Optional[int] = ..., last_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Profile(_message.Message):
    __slots__ = ("member_id", "status", "create_time", "update_time", "enrol_time", "enrol_channel", "store_id", "source", "source_time", "referrer_id", "opening_guide_id", "guide_id", "promoter_id", "order_count", "first_paid_time", "last_paid_time", "net_sales_fen", "refunded_fen", "average_order_fen", "last_category_id", "last_store_id", "stage", "is_habit", "is_super", "feedback_count", "referral_count", "tier_id", "tier_level", "points", "principal_fen", "bonus_fen", "paid_member_until", "coupons_received", "coupons_used", "groups_joined", "birthday", "tags", "attributes", "consents", "behaviours", "last_seen_time")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[Profile.Status]
        STATUS_VISITOR: _ClassVar[Profile.Status]
        STATUS_MEMBER: _ClassVar[Profile.Status]
        STATUS_FROZEN: _ClassVar[Profile.Status]
        STATUS_CLOSED: _ClassVar[Profile.Status]
    STATUS_UNSPECIFIED: Profile.Status
    STATUS_VISITOR: Profile.Status
    STATUS_MEMBER: Profile.Status
    STATUS_FROZEN: Profile.Status
    STATUS_CLOSED: Profile.Status
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROL_TIME_FIELD_NUMBER: _ClassVar[int]
    ENROL_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_TIME_FIELD_NUMBER: _ClassVar[int]
    REFERRER_ID_FIELD_NUMBER: _ClassVar[int]
    OPENING_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    PROMOTER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRST_PAID_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_PAID_TIME_FIELD_NUMBER: _ClassVar[int]
    NET_SALES_FEN_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FEN_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_ORDER_FEN_FIELD_NUMBER: _ClassVar[int]
    LAST_CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_STORE_ID_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    IS_HABIT_FIELD_NUMBER: _ClassVar[int]
    IS_SUPER_FIELD_NUMBER: _ClassVar[int]
    FEEDBACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_COUNT_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_LEVEL_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FEN_FIELD_NUMBER: _ClassVar[int]
    BONUS_FEN_FIELD_NUMBER: _ClassVar[int]
    PAID_MEMBER_UNTIL_FIELD_NUMBER: _ClassVar[int]
    COUPONS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    COUPONS_USED_FIELD_NUMBER: _ClassVar[int]
    GROUPS_JOINED_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOURS_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    status: Profile.Status
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    enrol_time: _timestamp_pb2.Timestamp
    enrol_channel: str
    store_id: str
    source: str
    source_time: _timestamp_pb2.Timestamp
    referrer_id: str
    opening_guide_id: str
    guide_id: str
    promoter_id: str
    order_count: int
    first_paid_time: _timestamp_pb2.Timestamp
    last_paid_time: _timestamp_pb2.Timestamp
    net_sales_fen: int
    refunded_fen: int
    average_order_fen: int
    last_category_id: str
    last_store_id: str
    stage: Stage
    is_habit: bool
    is_super: bool
    feedback_count: int
    referral_count: int
    tier_id: str
    tier_level: int
    points: int
    principal_fen: int
    bonus_fen: int
    paid_member_until: _timestamp_pb2.Timestamp
    coupons_received: int
    coupons_used: int
    groups_joined: int
    birthday: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    attributes: _containers.RepeatedCompositeFieldContainer[Attribute]
    consents: _containers.RepeatedScalarFieldContainer[str]
    behaviours: _containers.RepeatedCompositeFieldContainer[Behaviour]
    last_seen_time: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., status: _Optional[_Union[Profile.Status, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrol_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., enrol_channel: _Optional[str] = ..., store_id: _Optional[str] = ..., source: _Optional[str] = ..., source_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., referrer_id: _Optional[str] = ..., opening_guide_id: _Optional[str] = ..., guide_id: _Optional[str] = ..., promoter_id: _Optional[str] = ..., order_count: _Optional[int] = ..., first_paid_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_paid_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., net_sales_fen: _Optional[int] = ..., refunded_fen: _Optional[int] = ..., average_order_fen: _Optional[int] = ..., last_category_id: _Optional[str] = ..., last_store_id: _Optional[str] = ..., stage: _Optional[_Union[Stage, str]] = ..., is_habit: bool = ..., is_super: bool = ..., feedback_count: _Optional[int] = ..., referral_count: _Optional[int] = ..., tier_id: _Optional[str] = ..., tier_level: _Optional[int] = ..., points: _Optional[int] = ..., principal_fen: _Optional[int] = ..., bonus_fen: _Optional[int] = ..., paid_member_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., coupons_received: _Optional[int] = ..., coupons_used: _Optional[int] = ..., groups_joined: _Optional[int] = ..., birthday: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., attributes: _Optional[_Iterable[_Union[Attribute, _Mapping]]] = ..., consents: _Optional[_Iterable[str]] = ..., behaviours: _Optional[_Iterable[_Union[Behaviour, _Mapping]]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetProfileRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetProfileResponse(_message.Message):
    __slots__ = ("profile",)
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    profile: Profile
    def __init__(self, profile: _Optional[_Union[Profile, _Mapping]] = ...) -> None: ...

class ListProfilesRequest(_message.Message):
    __slots__ = ("stage", "page_size", "page_token")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    stage: Stage
    page_size: int
    page_token: str
    def __init__(self, stage: _Optional[_Union[Stage, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListProfilesResponse(_message.Message):
    __slots__ = ("profiles", "next_page_token")
    PROFILES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    profiles: _containers.RepeatedCompositeFieldContainer[Profile]
    next_page_token: str
    def __init__(self, profiles: _Optional[_Iterable[_Union[Profile, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AttributeDefinition(_message.Message):
    __slots__ = ("name", "type", "allowed", "is_personal", "label", "is_retired")
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TYPE_UNSPECIFIED: _ClassVar[AttributeDefinition.Type]
        TYPE_TEXT: _ClassVar[AttributeDefinition.Type]
        TYPE_NUMBER: _ClassVar[AttributeDefinition.Type]
        TYPE_FLAG: _ClassVar[AttributeDefinition.Type]
        TYPE_DATE: _ClassVar[AttributeDefinition.Type]
        TYPE_CHOICE: _ClassVar[AttributeDefinition.Type]
        TYPE_CHOICES: _ClassVar[AttributeDefinition.Type]
    TYPE_UNSPECIFIED: AttributeDefinition.Type
    TYPE_TEXT: AttributeDefinition.Type
    TYPE_NUMBER: AttributeDefinition.Type
    TYPE_FLAG: AttributeDefinition.Type
    TYPE_DATE: AttributeDefinition.Type
    TYPE_CHOICE: AttributeDefinition.Type
    TYPE_CHOICES: AttributeDefinition.Type
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    IS_PERSONAL_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    IS_RETIRED_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: AttributeDefinition.Type
    allowed: _containers.RepeatedScalarFieldContainer[str]
    is_personal: bool
    label: str
    is_retired: bool
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[AttributeDefinition.Type, str]] = ..., allowed: _Optional[_Iterable[str]] = ..., is_personal: bool = ..., label: _Optional[str] = ..., is_retired: bool = ...) -> None: ...

class DefineAttributeRequest(_message.Message):
    __slots__ = ("request_id", "attribute")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    attribute: AttributeDefinition
    def __init__(self, request_id: _Optional[str] = ..., attribute: _Optional[_Union[AttributeDefinition, _Mapping]] = ...) -> None: ...

class DefineAttributeResponse(_message.Message):
    __slots__ = ("attribute",)
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    attribute: AttributeDefinition
    def __init__(self, attribute: _Optional[_Union[AttributeDefinition, _Mapping]] = ...) -> None: ...

class ListAttributesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAttributesResponse(_message.Message):
    __slots__ = ("attributes", "next_page_token")
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    attributes: _containers.RepeatedCompositeFieldContainer[AttributeDefinition]
    next_page_token: str
    def __init__(self, attributes: _Optional[_Iterable[_Union[AttributeDefinition, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpsertAttributesRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "attributes", "cleared", "birthday")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    CLEARED_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    attributes: _containers.RepeatedCompositeFieldContainer[Attribute]
    cleared: _containers.RepeatedScalarFieldContainer[str]
    birthday: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., attributes: _Optional[_Iterable[_Union[Attribute, _Mapping]]] = ..., cleared: _Optional[_Iterable[str]] = ..., birthday: _Optional[str] = ...) -> None: ...

class UpsertAttributesResponse(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class DeletePersonalDataRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class DeletePersonalDataResponse(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...
