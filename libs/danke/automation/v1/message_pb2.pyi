import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.automation.v1 import journey_pb2 as _journey_pb2
from danke.automation.v1 import policy_pb2 as _policy_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Consent(_message.Message):
    __slots__ = ("member_id", "channel", "purpose", "granted", "consent_time", "evidence")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    CONSENT_TIME_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    channel: _policy_pb2.Channel
    purpose: _journey_pb2.Purpose
    granted: bool
    consent_time: _timestamp_pb2.Timestamp
    evidence: str
    def __init__(self, member_id: _Optional[str] = ..., channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., purpose: _Optional[_Union[_journey_pb2.Purpose, str]] = ..., granted: bool = ..., consent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evidence: _Optional[str] = ...) -> None: ...

class SetConsentRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "channel", "purpose", "granted", "consent_time", "evidence")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    GRANTED_FIELD_NUMBER: _ClassVar[int]
    CONSENT_TIME_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    channel: _policy_pb2.Channel
    purpose: _journey_pb2.Purpose
    granted: bool
    consent_time: _timestamp_pb2.Timestamp
    evidence: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., purpose: _Optional[_Union[_journey_pb2.Purpose, str]] = ..., granted: bool = ..., consent_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evidence: _Optional[str] = ...) -> None: ...

class SetConsentResponse(_message.Message):
    __slots__ = ("consent",)
    CONSENT_FIELD_NUMBER: _ClassVar[int]
    consent: Consent
    def __init__(self, consent: _Optional[_Union[Consent, _Mapping]] = ...) -> None: ...

class OptOutRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "channel", "evidence")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    channel: _policy_pb2.Channel
    evidence: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., evidence: _Optional[str] = ...) -> None: ...

class OptOutResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SuppressMemberRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "channel", "active", "reason", "evidence")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[SuppressMemberRequest.Reason]
        REASON_OPT_OUT: _ClassVar[SuppressMemberRequest.Reason]
        REASON_COMPLAINT: _ClassVar[SuppressMemberRequest.Reason]
        REASON_MANUAL: _ClassVar[SuppressMemberRequest.Reason]
    REASON_UNSPECIFIED: SuppressMemberRequest.Reason
    REASON_OPT_OUT: SuppressMemberRequest.Reason
    REASON_COMPLAINT: SuppressMemberRequest.Reason
    REASON_MANUAL: SuppressMemberRequest.Reason
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    channel: _policy_pb2.Channel
    active: bool
    reason: SuppressMemberRequest.Reason
    evidence: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., active: bool = ..., reason: _Optional[_Union[SuppressMemberRequest.Reason, str]] = ..., evidence: _Optional[str] = ...) -> None: ...

class SuppressMemberResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetMemberZoneRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "zone")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    zone: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., zone: _Optional[str] = ...) -> None: ...

class SetMemberZoneResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Quota(_message.Message):
    __slots__ = ("channel", "platform_template_id", "remaining")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    REMAINING_FIELD_NUMBER: _ClassVar[int]
    channel: _policy_pb2.Channel
    platform_template_id: str
    remaining: int
    def __init__(self, channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., platform_template_id: _Optional[str] = ..., remaining: _Optional[int] = ...) -> None: ...

class GrantQuotaRequest(_message.Message):
    __slots__ = ("request_id", "grant_id", "member_id", "channel", "platform_template_id", "count")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    grant_id: str
    member_id: str
    channel: _policy_pb2.Channel
    platform_template_id: str
    count: int
    def __init__(self, request_id: _Optional[str] = ..., grant_id: _Optional[str] = ..., member_id: _Optional[str] = ..., channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., platform_template_id: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class GrantQuotaResponse(_message.Message):
    __slots__ = ("quota",)
    QUOTA_FIELD_NUMBER: _ClassVar[int]
    quota: Quota
    def __init__(self, quota: _Optional[_Union[Quota, _Mapping]] = ...) -> None: ...

class ReportDeliveryRequest(_message.Message):
    __slots__ = ("request_id", "message_id", "attempt", "outcome", "error_code", "provider_ref", "cost_fen", "end_time")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[ReportDeliveryRequest.Outcome]
        OUTCOME_DELIVERED: _ClassVar[ReportDeliveryRequest.Outcome]
        OUTCOME_FAILED: _ClassVar[ReportDeliveryRequest.Outcome]
    OUTCOME_UNSPECIFIED: ReportDeliveryRequest.Outcome
    OUTCOME_DELIVERED: ReportDeliveryRequest.Outcome
    OUTCOME_FAILED: ReportDeliveryRequest.Outcome
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_REF_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    message_id: str
    attempt: int
    outcome: ReportDeliveryRequest.Outcome
    error_code: str
    provider_ref: str
    cost_fen: int
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, request_id: _Optional[str] = ..., message_id: _Optional[str] = ..., attempt: _Optional[int] = ..., outcome: _Optional[_Union[ReportDeliveryRequest.Outcome, str]] = ..., error_code: _Optional[str] = ..., provider_ref: _Optional[str] = ..., cost_fen: _Optional[int] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReportDeliveryResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: Message
    def __init__(self, message: _Optional[_Union[Message, _Mapping]] = ...) -> None: ...

class Attempt(_message.Message):
    __slots__ = ("channel", "send_time", "outcome", "error_code", "provider_ref", "cost_fen", "end_time")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SEND_TIME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_REF_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    channel: _policy_pb2.Channel
    send_time: _timestamp_pb2.Timestamp
    outcome: str
    error_code: str
    provider_ref: str
    cost_fen: int
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., send_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outcome: _Optional[str] = ..., error_code: _Optional[str] = ..., provider_ref: _Optional[str] = ..., cost_fen: _Optional[int] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("message_id", "member_id", "source_kind", "source_id", "template_id", "state", "reason", "channel", "priority", "coupon_id", "cost_fen", "attempts", "plan_time", "due_time", "end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Message.State]
        STATE_PLANNED: _ClassVar[Message.State]
        STATE_HELD_QUIET: _ClassVar[Message.State]
        STATE_SENDING: _ClassVar[Message.State]
        STATE_DELIVERED: _ClassVar[Message.State]
        STATE_FAILED: _ClassVar[Message.State]
        STATE_SKIPPED: _ClassVar[Message.State]
    STATE_UNSPECIFIED: Message.State
    STATE_PLANNED: Message.State
    STATE_HELD_QUIET: Message.State
    STATE_SENDING: Message.State
    STATE_DELIVERED: Message.State
    STATE_FAILED: Message.State
    STATE_SKIPPED: Message.State
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_KIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    COST_FEN_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    PLAN_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    member_id: str
    source_kind: str
    source_id: str
    template_id: str
    state: Message.State
    reason: str
    channel: _policy_pb2.Channel
    priority: int
    coupon_id: str
    cost_fen: int
    attempts: _containers.RepeatedCompositeFieldContainer[Attempt]
    plan_time: _timestamp_pb2.Timestamp
    due_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, message_id: _Optional[str] = ..., member_id: _Optional[str] = ..., source_kind: _Optional[str] = ..., source_id: _Optional[str] = ..., template_id: _Optional[str] = ..., state: _Optional[_Union[Message.State, str]] = ..., reason: _Optional[str] = ..., channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., priority: _Optional[int] = ..., coupon_id: _Optional[str] = ..., cost_fen: _Optional[int] = ..., attempts: _Optional[_Iterable[_Union[Attempt, _Mapping]]] = ..., plan_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListMessagesRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListMessagesResponse(_message.Message):
    __slots__ = ("messages", "next_page_token")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[Message]
    next_page_token: str
    def __init__(self, messages: _Optional[_Iterable[_Union[Message, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListConsentsRequest(_message.Message):
    __slots__ = ("member_id", "page_size", "page_token")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class Suppression(_message.Message):
    __slots__ = ("channel", "reason", "suppress_time", "evidence")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SUPPRESS_TIME_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    channel: _policy_pb2.Channel
    reason: SuppressMemberRequest.Reason
    suppress_time: _timestamp_pb2.Timestamp
    evidence: str
    def __init__(self, channel: _Optional[_Union[_policy_pb2.Channel, str]] = ..., reason: _Optional[_Union[SuppressMemberRequest.Reason, str]] = ..., suppress_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evidence: _Optional[str] = ...) -> None: ...

class ListConsentsResponse(_message.Message):
    __slots__ = ("consents", "quotas", "next_page_token", "suppressions")
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    QUOTAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    consents: _containers.RepeatedCompositeFieldContainer[Consent]
    quotas: _containers.RepeatedCompositeFieldContainer[Quota]
    next_page_token: str
    suppressions: _containers.RepeatedCompositeFieldContainer[Suppression]
    def __init__(self, consents: _Optional[_Iterable[_Union[Consent, _Mapping]]] = ..., quotas: _Optional[_Iterable[_Union[Quota, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., suppressions: _Optional[_Iterable[_Union[Suppression, _Mapping]]] = ...) -> None: ...
