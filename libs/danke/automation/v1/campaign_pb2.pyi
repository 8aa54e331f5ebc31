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

class Campaign(_message.Message):
    __slots__ = ("campaign_id", "name", "state", "reason", "snapshot_id", "segment_id", "template_id", "coupon_template_id", "priority", "holdout_bp", "holdout_key", "window_hours", "next_page", "members", "treated", "held_out", "suppressed", "created_by", "start_time", "create_time", "end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Campaign.State]
        STATE_RUNNING: _ClassVar[Campaign.State]
        STATE_PAUSED: _ClassVar[Campaign.State]
        STATE_COMPLETED: _ClassVar[Campaign.State]
        STATE_CANCELLED: _ClassVar[Campaign.State]
        STATE_FAILED: _ClassVar[Campaign.State]
    STATE_UNSPECIFIED: Campaign.State
    STATE_RUNNING: Campaign.State
    STATE_PAUSED: Campaign.State
    STATE_COMPLETED: Campaign.State
    STATE_CANCELLED: Campaign.State
    STATE_FAILED: Campaign.State
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_BP_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_KEY_FIELD_NUMBER: _ClassVar[int]
    WINDOW_HOURS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    TREATED_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    SUPPRESSED_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    name: str
    state: Campaign.State
    reason: str
    snapshot_id: str
    segment_id: str
    template_id: str
    coupon_template_id: str
    priority: int
    holdout_bp: int
    holdout_key: str
    window_hours: int
    next_page: int
    members: int
    treated: int
    held_out: int
    suppressed: int
    created_by: str
    start_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, campaign_id: _Optional[str] = ..., name: _Optional[str] = ..., state: _Optional[_Union[Campaign.State, str]] = ..., reason: _Optional[str] = ..., snapshot_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., template_id: _Optional[str] = ..., coupon_template_id: _Optional[str] = ..., priority: _Optional[int] = ..., holdout_bp: _Optional[int] = ..., holdout_key: _Optional[str] = ..., window_hours: _Optional[int] = ..., next_page: _Optional[int] = ..., members: _Optional[int] = ..., treated: _Optional[int] = ..., held_out: _Optional[int] = ..., suppressed: _Optional[int] = ..., created_by: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SendCampaignRequest(_message.Message):
    __slots__ = ("request_id", "campaign_id", "name", "snapshot_id", "segment_id", "member_ids", "more_pages", "template_id", "coupon_template_id", "params", "priority", "start_time", "holdout_bp", "holdout_key", "window_hours")
    class ParamsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    MORE_PAGES_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    COUPON_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_BP_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_KEY_FIELD_NUMBER: _ClassVar[int]
    WINDOW_HOURS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign_id: str
    name: str
    snapshot_id: str
    segment_id: str
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    more_pages: bool
    template_id: str
    coupon_template_id: str
    params: _containers.ScalarMap[str, str]
    priority: int
    start_time: _timestamp_pb2.Timestamp
    holdout_bp: int
    holdout_key: str
    window_hours: int
    def __init__(self, request_id: _Optional[str] = ..., campaign_id: _Optional[str] = ..., name: _Optional[str] = ..., snapshot_id: _Optional[str] = ..., segment_id: _Optional[str] = ..., member_ids: _Optional[_Iterable[str]] = ..., more_pages: bool = ..., template_id: _Optional[str] = ..., coupon_template_id: _Optional[str] = ..., params: _Optional[_Mapping[str, str]] = ..., priority: _Optional[int] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., holdout_bp: _Optional[int] = ..., holdout_key: _Optional[str] = ..., window_hours: _Optional[int] = ...) -> None: ...

class SendCampaignResponse(_message.Message):
    __slots__ = ("campaign",)
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    campaign: Campaign
    def __init__(self, campaign: _Optional[_Union[Campaign, _Mapping]] = ...) -> None: ...

class AddCampaignMembersRequest(_message.Message):
    __slots__ = ("request_id", "campaign_id", "page", "member_ids", "more_pages")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    MORE_PAGES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign_id: str
    page: int
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    more_pages: bool
    def __init__(self, request_id: _Optional[str] = ..., campaign_id: _Optional[str] = ..., page: _Optional[int] = ..., member_ids: _Optional[_Iterable[str]] = ..., more_pages: bool = ...) -> None: ...

class AddCampaignMembersResponse(_message.Message):
    __slots__ = ("campaign",)
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    campaign: Campaign
    def __init__(self, campaign: _Optional[_Union[Campaign, _Mapping]] = ...) -> None: ...

class PauseCampaignRequest(_message.Message):
    __slots__ = ("request_id", "campaign_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign_id: str
    def __init__(self, request_id: _Optional[str] = ..., campaign_id: _Optional[str] = ...) -> None: ...

class PauseCampaignResponse(_message.Message):
    __slots__ = ("campaign",)
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    campaign: Campaign
    def __init__(self, campaign: _Optional[_Union[Campaign, _Mapping]] = ...) -> None: ...

class ResumeCampaignRequest(_message.Message):
    __slots__ = ("request_id", "campaign_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign_id: str
    def __init__(self, request_id: _Optional[str] = ..., campaign_id: _Optional[str] = ...) -> None: ...

class ResumeCampaignResponse(_message.Message):
    __slots__ = ("campaign",)
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    campaign: Campaign
    def __init__(self, campaign: _Optional[_Union[Campaign, _Mapping]] = ...) -> None: ...

class CancelCampaignRequest(_message.Message):
    __slots__ = ("request_id", "campaign_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign_id: str
    def __init__(self, request_id: _Optional[str] = ..., campaign_id: _Optional[str] = ...) -> None: ...

class CancelCampaignResponse(_message.Message):
    __slots__ = ("campaign",)
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    campaign: Campaign
    def __init__(self, campaign: _Optional[_Union[Campaign, _Mapping]] = ...) -> None: ...

class GetCampaignRequest(_message.Message):
    __slots__ = ("campaign_id",)
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    def __init__(self, campaign_id: _Optional[str] = ...) -> None: ...

class GetCampaignResponse(_message.Message):
    __slots__ = ("campaign", "member_states")
    class MemberStatesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    MEMBER_STATES_FIELD_NUMBER: _ClassVar[int]
    campaign: Campaign
    member_states: _containers.ScalarMap[str, int]
    def __init__(self, campaign: _Optional[_Union[Campaign, _Mapping]] = ..., member_states: _Optional[_Mapping[str, int]] = ...) -> None: ...

class ListCampaignsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCampaignsResponse(_message.Message):
    __slots__ = ("campaigns", "next_page_token")
    CAMPAIGNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    campaigns: _containers.RepeatedCompositeFieldContainer[Campaign]
    next_page_token: str
    def __init__(self, campaigns: _Optional[_Iterable[_Union[Campaign, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CampaignMember(_message.Message):
    __slots__ = ("member_id", "state", "reason", "coupon_id", "message_id", "message_state", "message_reason")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_STATE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_REASON_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    state: str
    reason: str
    coupon_id: str
    message_id: str
    message_state: str
    message_reason: str
    def __init__(self, member_id: _Optional[str] = ..., state: _Optional[str] = ..., reason: _Optional[str] = ..., coupon_id: _Optional[str] = ..., message_id: _Optional[str] = ..., message_state: _Optional[str] = ..., message_reason: _Optional[str] = ...) -> None: ...

class ListCampaignMembersRequest(_message.Message):
    __slots__ = ("campaign_id", "page_size", "page_token")
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    campaign_id: str
    page_size: int
    page_token: str
    def __init__(self, campaign_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCampaignMembersResponse(_message.Message):
    __slots__ = ("members", "next_page_token")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[CampaignMember]
    next_page_token: str
    def __init__(self, members: _Optional[_Iterable[_Union[CampaignMember, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
