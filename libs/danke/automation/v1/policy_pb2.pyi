import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.automation.v1 import journey_pb2 as _journey_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Channel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANNEL_UNSPECIFIED: _ClassVar[Channel]
    CHANNEL_SUBSCRIBE: _ClassVar[Channel]
    CHANNEL_SMS: _ClassVar[Channel]
    CHANNEL_OA: _ClassVar[Channel]
    CHANNEL_WECOM: _ClassVar[Channel]
CHANNEL_UNSPECIFIED: Channel
CHANNEL_SUBSCRIBE: Channel
CHANNEL_SMS: Channel
CHANNEL_OA: Channel
CHANNEL_WECOM: Channel

class Cap(_message.Message):
    __slots__ = ("channel", "per_day", "per_week")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PER_DAY_FIELD_NUMBER: _ClassVar[int]
    PER_WEEK_FIELD_NUMBER: _ClassVar[int]
    channel: Channel
    per_day: int
    per_week: int
    def __init__(self, channel: _Optional[_Union[Channel, str]] = ..., per_day: _Optional[int] = ..., per_week: _Optional[int] = ...) -> None: ...

class ChannelCost(_message.Message):
    __slots__ = ("channel", "cost_fen")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    channel: Channel
    cost_fen: int
    def __init__(self, channel: _Optional[_Union[Channel, str]] = ..., cost_fen: _Optional[int] = ...) -> None: ...

class PolicyRules(_message.Message):
    __slots__ = ("zone", "quiet_start_minute", "quiet_end_minute", "caps", "global_holdout_bp", "window_hours", "result_hours", "costs", "reference_bp")
    ZONE_FIELD_NUMBER: _ClassVar[int]
    QUIET_START_MINUTE_FIELD_NUMBER: _ClassVar[int]
    QUIET_END_MINUTE_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_HOLDOUT_BP_FIELD_NUMBER: _ClassVar[int]
    WINDOW_HOURS_FIELD_NUMBER: _ClassVar[int]
    RESULT_HOURS_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_BP_FIELD_NUMBER: _ClassVar[int]
    zone: str
    quiet_start_minute: int
    quiet_end_minute: int
    caps: _containers.RepeatedCompositeFieldContainer[Cap]
    global_holdout_bp: int
    window_hours: int
    result_hours: int
    costs: _containers.RepeatedCompositeFieldContainer[ChannelCost]
    reference_bp: int
    def __init__(self, zone: _Optional[str] = ..., quiet_start_minute: _Optional[int] = ..., quiet_end_minute: _Optional[int] = ..., caps: _Optional[_Iterable[_Union[Cap, _Mapping]]] = ..., global_holdout_bp: _Optional[int] = ..., window_hours: _Optional[int] = ..., result_hours: _Optional[int] = ..., costs: _Optional[_Iterable[_Union[ChannelCost, _Mapping]]] = ..., reference_bp: _Optional[int] = ...) -> None: ...

class Policy(_message.Message):
    __slots__ = ("version", "rules", "updated_by", "update_time")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    version: int
    rules: PolicyRules
    updated_by: str
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, version: _Optional[int] = ..., rules: _Optional[_Union[PolicyRules, _Mapping]] = ..., updated_by: _Optional[str] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetPolicyRequest(_message.Message):
    __slots__ = ("request_id", "version", "rules")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    version: int
    rules: PolicyRules
    def __init__(self, request_id: _Optional[str] = ..., version: _Optional[int] = ..., rules: _Optional[_Union[PolicyRules, _Mapping]] = ...) -> None: ...

class SetPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: Policy
    def __init__(self, policy: _Optional[_Union[Policy, _Mapping]] = ...) -> None: ...

class GetPolicyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPolicyResponse(_message.Message):
    __slots__ = ("policy",)
    POLICY_FIELD_NUMBER: _ClassVar[int]
    policy: Policy
    def __init__(self, policy: _Optional[_Union[Policy, _Mapping]] = ...) -> None: ...

class Variant(_message.Message):
    __slots__ = ("channel", "tier_id", "platform_template_id", "params")
    class ParamsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    channel: Channel
    tier_id: str
    platform_template_id: str
    params: _containers.ScalarMap[str, str]
    def __init__(self, channel: _Optional[_Union[Channel, str]] = ..., tier_id: _Optional[str] = ..., platform_template_id: _Optional[str] = ..., params: _Optional[_Mapping[str, str]] = ...) -> None: ...

class MessageTemplate(_message.Message):
    __slots__ = ("template_id", "version", "name", "purpose", "channels", "variants", "updated_by", "update_time")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    version: int
    name: str
    purpose: _journey_pb2.Purpose
    channels: _containers.RepeatedScalarFieldContainer[Channel]
    variants: _containers.RepeatedCompositeFieldContainer[Variant]
    updated_by: str
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, template_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., purpose: _Optional[_Union[_journey_pb2.Purpose, str]] = ..., channels: _Optional[_Iterable[_Union[Channel, str]]] = ..., variants: _Optional[_Iterable[_Union[Variant, _Mapping]]] = ..., updated_by: _Optional[str] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetMessageTemplateRequest(_message.Message):
    __slots__ = ("request_id", "template_id", "version", "name", "purpose", "channels", "variants")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    template_id: str
    version: int
    name: str
    purpose: _journey_pb2.Purpose
    channels: _containers.RepeatedScalarFieldContainer[Channel]
    variants: _containers.RepeatedCompositeFieldContainer[Variant]
    def __init__(self, request_id: _Optional[str] = ..., template_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., purpose: _Optional[_Union[_journey_pb2.Purpose, str]] = ..., channels: _Optional[_Iterable[_Union[Channel, str]]] = ..., variants: _Optional[_Iterable[_Union[Variant, _Mapping]]] = ...) -> None: ...

class SetMessageTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: MessageTemplate
    def __init__(self, template: _Optional[_Union[MessageTemplate, _Mapping]] = ...) -> None: ...

class GetMessageTemplateRequest(_message.Message):
    __slots__ = ("template_id",)
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    def __init__(self, template_id: _Optional[str] = ...) -> None: ...

class GetMessageTemplateResponse(_message.Message):
    __slots__ = ("template",)
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    template: MessageTemplate
    def __init__(self, template: _Optional[_Union[MessageTemplate, _Mapping]] = ...) -> None: ...

class ListMessageTemplatesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMessageTemplatesResponse(_message.Message):
    __slots__ = ("templates", "next_page_token")
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    templates: _containers.RepeatedCompositeFieldContainer[MessageTemplate]
    next_page_token: str
    def __init__(self, templates: _Optional[_Iterable[_Union[MessageTemplate, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
