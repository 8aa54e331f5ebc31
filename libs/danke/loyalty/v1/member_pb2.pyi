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

class EnrolChannel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENROL_CHANNEL_UNSPECIFIED: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_POS: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_STORE: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_MINI: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_LIVE: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_GUIDE: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_REFERRAL: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_IMPORT: _ClassVar[EnrolChannel]
    ENROL_CHANNEL_OTHER: _ClassVar[EnrolChannel]

class ReferrerKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRER_KIND_UNSPECIFIED: _ClassVar[ReferrerKind]
    REFERRER_KIND_STAFF: _ClassVar[ReferrerKind]
    REFERRER_KIND_MEMBER: _ClassVar[ReferrerKind]
ENROL_CHANNEL_UNSPECIFIED: EnrolChannel
ENROL_CHANNEL_POS: EnrolChannel
ENROL_CHANNEL_STORE: EnrolChannel
ENROL_CHANNEL_MINI: EnrolChannel
ENROL_CHANNEL_LIVE: EnrolChannel
ENROL_CHANNEL_GUIDE: EnrolChannel
ENROL_CHANNEL_REFERRAL: EnrolChannel
ENROL_CHANNEL_IMPORT: EnrolChannel
ENROL_CHANNEL_OTHER: EnrolChannel
REFERRER_KIND_UNSPECIFIED: ReferrerKind
REFERRER_KIND_STAFF: ReferrerKind
REFERRER_KIND_MEMBER: ReferrerKind

class Member(_message.Message):
    __slots__ = ("member_id", "status", "status_reason", "card_no", "channel", "channel_code", "store_id", "referrer_id", "referrer_kind", "opening_guide_id", "imported", "enroll_time")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[Member.Status]
        STATUS_ACTIVE: _ClassVar[Member.Status]
        STATUS_FROZEN: _ClassVar[Member.Status]
        STATUS_MERGED: _ClassVar[Member.Status]
        STATUS_CLOSED: _ClassVar[Member.Status]
    STATUS_UNSPECIFIED: Member.Status
    STATUS_ACTIVE: Member.Status
    STATUS_FROZEN: Member.Status
    STATUS_MERGED: Member.Status
    STATUS_CLOSED: Member.Status
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STATUS_REASON_FIELD_NUMBER: _ClassVar[int]
    CARD_NO_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRER_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRER_KIND_FIELD_NUMBER: _ClassVar[int]
    OPENING_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    ENROLL_TIME_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    status: Member.Status
    status_reason: str
    card_no: str
    channel: EnrolChannel
    channel_code: str
    store_id: str
    referrer_id: str
    referrer_kind: ReferrerKind
    opening_guide_id: str
    imported: bool
    enroll_time: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., status: _Optional[_Union[Member.Status, str]] = ..., status_reason: _Optional[str] = ..., card_no: _Optional[str] = ..., channel: _Optional[_Union[EnrolChannel, str]] = ..., channel_code: _Optional[str] = ..., store_id: _Optional[str] = ..., referrer_id: _Optional[str] = ..., referrer_kind: _Optional[_Union[ReferrerKind, str]] = ..., opening_guide_id: _Optional[str] = ..., imported: bool = ..., enroll_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ForeignIdentity(_message.Message):
    __slots__ = ("realm", "value")
    REALM_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    realm: str
    value: str
    def __init__(self, realm: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Identities(_message.Message):
    __slots__ = ("phone", "unionid", "openids", "external_ids")
    PHONE_FIELD_NUMBER: _ClassVar[int]
    UNIONID_FIELD_NUMBER: _ClassVar[int]
    OPENIDS_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_IDS_FIELD_NUMBER: _ClassVar[int]
    phone: str
    unionid: str
    openids: _containers.RepeatedCompositeFieldContainer[ForeignIdentity]
    external_ids: _containers.RepeatedCompositeFieldContainer[ForeignIdentity]
    def __init__(self, phone: _Optional[str] = ..., unionid: _Optional[str] = ..., openids: _Optional[_Iterable[_Union[ForeignIdentity, _Mapping]]] = ..., external_ids: _Optional[_Iterable[_Union[ForeignIdentity, _Mapping]]] = ...) -> None: ...

class EnrollRequest(_message.Message):
    __slots__ = ("request_id", "identities", "channel", "member_id", "store_id", "channel_code", "referrer_id", "referrer_kind", "opening_guide_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    IDENTITIES_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_CODE_FIELD_NUMBER: _ClassVar[int]
    REFERRER_ID_FIELD_NUMBER: _ClassVar[int]
    REFERRER_KIND_FIELD_NUMBER: _ClassVar[int]
    OPENING_GUIDE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    identities: Identities
    channel: EnrolChannel
    member_id: str
    store_id: str
    channel_code: str
    referrer_id: str
    referrer_kind: ReferrerKind
    opening_guide_id: str
    def __init__(self, request_id: _Optional[str] = ..., identities: _Optional[_Union[Identities, _Mapping]] = ..., channel: _Optional[_Union[EnrolChannel, str]] = ..., member_id: _Optional[str] = ..., store_id: _Optional[str] = ..., channel_code: _Optional[str] = ..., referrer_id: _Optional[str] = ..., referrer_kind: _Optional[_Union[ReferrerKind, str]] = ..., opening_guide_id: _Optional[str] = ...) -> None: ...

class EnrollResponse(_message.Message):
    __slots__ = ("member", "created")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    member: Member
    created: bool
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ..., created: bool = ...) -> None: ...

class ImportedMember(_message.Message):
    __slots__ = ("enrollment", "growth", "tier_id", "tier_valid_until")
    ENROLLMENT_FIELD_NUMBER: _ClassVar[int]
    GROWTH_FIELD_NUMBER: _ClassVar[int]
    TIER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    enrollment: EnrollRequest
    growth: int
    tier_id: str
    tier_valid_until: _timestamp_pb2.Timestamp
    def __init__(self, enrollment: _Optional[_Union[EnrollRequest, _Mapping]] = ..., growth: _Optional[int] = ..., tier_id: _Optional[str] = ..., tier_valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ImportMembersRequest(_message.Message):
    __slots__ = ("members",)
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[ImportedMember]
    def __init__(self, members: _Optional[_Iterable[_Union[ImportedMember, _Mapping]]] = ...) -> None: ...

class ImportMembersResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ImportResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ImportResult, _Mapping]]] = ...) -> None: ...

class ImportResult(_message.Message):
    __slots__ = ("member", "created", "refusal_reason", "refusal_message")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_REASON_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    member: Member
    created: bool
    refusal_reason: str
    refusal_message: str
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ..., created: bool = ..., refusal_reason: _Optional[str] = ..., refusal_message: _Optional[str] = ...) -> None: ...

class GetMemberRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class FindByPhoneRequest(_message.Message):
    __slots__ = ("phone",)
    PHONE_FIELD_NUMBER: _ClassVar[int]
    phone: str
    def __init__(self, phone: _Optional[str] = ...) -> None: ...

class FindByPhoneResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class RevealIdentitiesRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class RevealIdentitiesResponse(_message.Message):
    __slots__ = ("identities",)
    IDENTITIES_FIELD_NUMBER: _ClassVar[int]
    identities: _containers.RepeatedCompositeFieldContainer[RevealedIdentity]
    def __init__(self, identities: _Optional[_Iterable[_Union[RevealedIdentity, _Mapping]]] = ...) -> None: ...

class RevealedIdentity(_message.Message):
    __slots__ = ("kind", "realm", "value", "bind_time")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REALM_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    BIND_TIME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    realm: str
    value: str
    bind_time: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[str] = ..., realm: _Optional[str] = ..., value: _Optional[str] = ..., bind_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RebindIdentityRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "phone", "unionid")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    UNIONID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    phone: str
    unionid: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., phone: _Optional[str] = ..., unionid: _Optional[str] = ...) -> None: ...

class RebindIdentityResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class MergeMembersRequest(_message.Message):
    __slots__ = ("request_id", "merge_id", "from_member_id", "into_member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    merge_id: str
    from_member_id: str
    into_member_id: str
    def __init__(self, request_id: _Optional[str] = ..., merge_id: _Optional[str] = ..., from_member_id: _Optional[str] = ..., into_member_id: _Optional[str] = ...) -> None: ...

class MergeMembersResponse(_message.Message):
    __slots__ = ("member", "merged")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    MERGED_FIELD_NUMBER: _ClassVar[int]
    member: Member
    merged: bool
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ..., merged: bool = ...) -> None: ...

class FreezeMemberRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class FreezeMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class UnfreezeMemberRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class UnfreezeMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class CloseMemberRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class CloseMemberResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...

class ListObligationsRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class ListObligationsResponse(_message.Message):
    __slots__ = ("obligations",)
    OBLIGATIONS_FIELD_NUMBER: _ClassVar[int]
    obligations: _containers.RepeatedCompositeFieldContainer[Obligation]
    def __init__(self, obligations: _Optional[_Iterable[_Union[Obligation, _Mapping]]] = ...) -> None: ...

class Obligation(_message.Message):
    __slots__ = ("kind", "ref", "amount")
    KIND_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    ref: str
    amount: int
    def __init__(self, kind: _Optional[str] = ..., ref: _Optional[str] = ..., amount: _Optional[int] = ...) -> None: ...

class IssueMemberCodeRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class IssueMemberCodeResponse(_message.Message):
    __slots__ = ("code", "expire_time")
    CODE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    code: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, code: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DecodeMemberCodeRequest(_message.Message):
    __slots__ = ("request_id", "code", "store_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    code: str
    store_id: str
    def __init__(self, request_id: _Optional[str] = ..., code: _Optional[str] = ..., store_id: _Optional[str] = ...) -> None: ...

class DecodeMemberCodeResponse(_message.Message):
    __slots__ = ("member",)
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    member: Member
    def __init__(self, member: _Optional[_Union[Member, _Mapping]] = ...) -> None: ...
