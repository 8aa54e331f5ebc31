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

class OccurrenceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OCCURRENCE_KIND_UNSPECIFIED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_MEMBER_ENROLLED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_ORDER_PAID: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_ORDER_COMPLETED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_ORDER_REFUNDED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_STAGE_CHANGED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_HABIT_FORMED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_TIER_CHANGED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_TIER_PROGRESSED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_TIER_WILL_DROP: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_REPLENISHMENT_DUE: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_SEGMENT_ENTERED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_SEGMENT_LEFT: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_COUPON_GRANTED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_COUPON_USED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_COUPON_EXPIRING: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_RECHARGED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_BEHAVED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_OPTED_OUT: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_LIVE_ENDED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_SCHEDULE: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_BIRTHDAY: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_CALENDAR: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_MANUAL: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_COUPON_REFUSED: _ClassVar[OccurrenceKind]
    OCCURRENCE_KIND_LIVE_STARTING: _ClassVar[OccurrenceKind]

class ReEntry(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RE_ENTRY_UNSPECIFIED: _ClassVar[ReEntry]
    RE_ENTRY_ONCE: _ClassVar[ReEntry]
    RE_ENTRY_PER_OCCURRENCE: _ClassVar[ReEntry]
    RE_ENTRY_AFTER_END: _ClassVar[ReEntry]

class Purpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PURPOSE_UNSPECIFIED: _ClassVar[Purpose]
    PURPOSE_MARKETING: _ClassVar[Purpose]
    PURPOSE_TRANSACTIONAL: _ClassVar[Purpose]
OCCURRENCE_KIND_UNSPECIFIED: OccurrenceKind
OCCURRENCE_KIND_MEMBER_ENROLLED: OccurrenceKind
OCCURRENCE_KIND_ORDER_PAID: OccurrenceKind
OCCURRENCE_KIND_ORDER_COMPLETED: OccurrenceKind
OCCURRENCE_KIND_ORDER_REFUNDED: OccurrenceKind
OCCURRENCE_KIND_STAGE_CHANGED: OccurrenceKind
OCCURRENCE_KIND_HABIT_FORMED: OccurrenceKind
OCCURRENCE_KIND_TIER_CHANGED: OccurrenceKind
OCCURRENCE_KIND_TIER_PROGRESSED: OccurrenceKind
OCCURRENCE_KIND_TIER_WILL_DROP: OccurrenceKind
OCCURRENCE_KIND_REPLENISHMENT_DUE: OccurrenceKind
OCCURRENCE_KIND_SEGMENT_ENTERED: OccurrenceKind
OCCURRENCE_KIND_SEGMENT_LEFT: OccurrenceKind
OCCURRENCE_KIND_COUPON_GRANTED: OccurrenceKind
OCCURRENCE_KIND_COUPON_USED: OccurrenceKind
OCCURRENCE_KIND_COUPON_EXPIRING: OccurrenceKind
OCCURRENCE_KIND_RECHARGED: OccurrenceKind
OCCURRENCE_KIND_BEHAVED: OccurrenceKind
OCCURRENCE_KIND_OPTED_OUT: OccurrenceKind
OCCURRENCE_KIND_LIVE_ENDED: OccurrenceKind
OCCURRENCE_KIND_SCHEDULE: OccurrenceKind
OCCURRENCE_KIND_BIRTHDAY: OccurrenceKind
OCCURRENCE_KIND_CALENDAR: OccurrenceKind
OCCURRENCE_KIND_MANUAL: OccurrenceKind
OCCURRENCE_KIND_COUPON_REFUSED: OccurrenceKind
OCCURRENCE_KIND_LIVE_STARTING: OccurrenceKind
RE_ENTRY_UNSPECIFIED: ReEntry
RE_ENTRY_ONCE: ReEntry
RE_ENTRY_PER_OCCURRENCE: ReEntry
RE_ENTRY_AFTER_END: ReEntry
PURPOSE_UNSPECIFIED: Purpose
PURPOSE_MARKETING: Purpose
PURPOSE_TRANSACTIONAL: Purpose

class Trigger(_message.Message):
    __slots__ = ("kind", "object_id", "condition", "max_age_seconds", "minute_of_day", "offset_days", "weekdays", "day_of_month", "once_time", "segment_id", "before_seconds")
    KIND_FIELD_NUMBER: _ClassVar[int]
    OBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MINUTE_OF_DAY_FIELD_NUMBER: _ClassVar[int]
    OFFSET_DAYS_FIELD_NUMBER: _ClassVar[int]
    WEEKDAYS_FIELD_NUMBER: _ClassVar[int]
    DAY_OF_MONTH_FIELD_NUMBER: _ClassVar[int]
    ONCE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    BEFORE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    kind: OccurrenceKind
    object_id: str
    condition: str
    max_age_seconds: int
    minute_of_day: int
    offset_days: int
    weekdays: _containers.RepeatedScalarFieldContainer[int]
    day_of_month: int
    once_time: _timestamp_pb2.Timestamp
    segment_id: str
    before_seconds: int
    def __init__(self, kind: _Optional[_Union[OccurrenceKind, str]] = ..., object_id: _Optional[str] = ..., condition: _Optional[str] = ..., max_age_seconds: _Optional[int] = ..., minute_of_day: _Optional[int] = ..., offset_days: _Optional[int] = ..., weekdays: _Optional[_Iterable[int]] = ..., day_of_month: _Optional[int] = ..., once_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., segment_id: _Optional[str] = ..., before_seconds: _Optional[int] = ...) -> None: ...

class Listener(_message.Message):
    __slots__ = ("kind", "object_id", "condition")
    KIND_FIELD_NUMBER: _ClassVar[int]
    OBJECT_ID_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    kind: OccurrenceKind
    object_id: str
    condition: str
    def __init__(self, kind: _Optional[_Union[OccurrenceKind, str]] = ..., object_id: _Optional[str] = ..., condition: _Optional[str] = ...) -> None: ...

class Wait(_message.Message):
    __slots__ = ("seconds", "cycle_bp")
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    CYCLE_BP_FIELD_NUMBER: _ClassVar[int]
    seconds: int
    cycle_bp: int
    def __init__(self, seconds: _Optional[int] = ..., cycle_bp: _Optional[int] = ...) -> None: ...

class WaitUntil(_message.Message):
    __slots__ = ("minute_of_day", "weekdays", "time", "before_window_end_seconds")
    MINUTE_OF_DAY_FIELD_NUMBER: _ClassVar[int]
    WEEKDAYS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    BEFORE_WINDOW_END_SECONDS_FIELD_NUMBER: _ClassVar[int]
    minute_of_day: int
    weekdays: _containers.RepeatedScalarFieldContainer[int]
    time: _timestamp_pb2.Timestamp
    before_window_end_seconds: int
    def __init__(self, minute_of_day: _Optional[int] = ..., weekdays: _Optional[_Iterable[int]] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., before_window_end_seconds: _Optional[int] = ...) -> None: ...

class WaitEvent(_message.Message):
    __slots__ = ("listener", "timeout_seconds", "timeout_next", "timeout_cycle_bp")
    LISTENER_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_NEXT_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_CYCLE_BP_FIELD_NUMBER: _ClassVar[int]
    listener: Listener
    timeout_seconds: int
    timeout_next: str
    timeout_cycle_bp: int
    def __init__(self, listener: _Optional[_Union[Listener, _Mapping]] = ..., timeout_seconds: _Optional[int] = ..., timeout_next: _Optional[str] = ..., timeout_cycle_bp: _Optional[int] = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("condition", "else_next")
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    ELSE_NEXT_FIELD_NUMBER: _ClassVar[int]
    condition: str
    else_next: str
    def __init__(self, condition: _Optional[str] = ..., else_next: _Optional[str] = ...) -> None: ...

class Branch(_message.Message):
    __slots__ = ("weight_bp", "next")
    WEIGHT_BP_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    weight_bp: int
    next: str
    def __init__(self, weight_bp: _Optional[int] = ..., next: _Optional[str] = ...) -> None: ...

class Split(_message.Message):
    __slots__ = ("branches",)
    BRANCHES_FIELD_NUMBER: _ClassVar[int]
    branches: _containers.RepeatedCompositeFieldContainer[Branch]
    def __init__(self, branches: _Optional[_Iterable[_Union[Branch, _Mapping]]] = ...) -> None: ...

class GrantCoupon(_message.Message):
    __slots__ = ("template_id", "reason", "await_grant", "refused_next")
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AWAIT_GRANT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_NEXT_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    reason: str
    await_grant: bool
    refused_next: str
    def __init__(self, template_id: _Optional[str] = ..., reason: _Optional[str] = ..., await_grant: bool = ..., refused_next: _Optional[str] = ...) -> None: ...

class AddPoints(_message.Message):
    __slots__ = ("points",)
    POINTS_FIELD_NUMBER: _ClassVar[int]
    points: int
    def __init__(self, points: _Optional[int] = ...) -> None: ...

class SendMessage(_message.Message):
    __slots__ = ("template_id", "channels", "params")
    class ParamsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    PARAMS_FIELD_NUMBER: _ClassVar[int]
    template_id: str
    channels: _containers.RepeatedScalarFieldContainer[str]
    params: _containers.ScalarMap[str, str]
    def __init__(self, template_id: _Optional[str] = ..., channels: _Optional[_Iterable[str]] = ..., params: _Optional[_Mapping[str, str]] = ...) -> None: ...

class SetTag(_message.Message):
    __slots__ = ("tag_id", "remove")
    TAG_ID_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    tag_id: str
    remove: bool
    def __init__(self, tag_id: _Optional[str] = ..., remove: bool = ...) -> None: ...

class AssignTask(_message.Message):
    __slots__ = ("title", "due_seconds")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DUE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    title: str
    due_seconds: int
    def __init__(self, title: _Optional[str] = ..., due_seconds: _Optional[int] = ...) -> None: ...

class CallWebhook(_message.Message):
    __slots__ = ("endpoint_id",)
    ENDPOINT_ID_FIELD_NUMBER: _ClassVar[int]
    endpoint_id: str
    def __init__(self, endpoint_id: _Optional[str] = ...) -> None: ...

class EndRound(_message.Message):
    __slots__ = ("rounds",)
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    rounds: int
    def __init__(self, rounds: _Optional[int] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("step_id", "next", "wait", "wait_until", "wait_event", "condition", "split", "coupon", "points", "message", "tag", "guide_task", "webhook", "wake_round")
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    WAIT_UNTIL_FIELD_NUMBER: _ClassVar[int]
    WAIT_EVENT_FIELD_NUMBER: _ClassVar[int]
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    COUPON_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    GUIDE_TASK_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_FIELD_NUMBER: _ClassVar[int]
    WAKE_ROUND_FIELD_NUMBER: _ClassVar[int]
    step_id: str
    next: str
    wait: Wait
    wait_until: WaitUntil
    wait_event: WaitEvent
    condition: Condition
    split: Split
    coupon: GrantCoupon
    points: AddPoints
    message: SendMessage
    tag: SetTag
    guide_task: AssignTask
    webhook: CallWebhook
    wake_round: EndRound
    def __init__(self, step_id: _Optional[str] = ..., next: _Optional[str] = ..., wait: _Optional[_Union[Wait, _Mapping]] = ..., wait_until: _Optional[_Union[WaitUntil, _Mapping]] = ..., wait_event: _Optional[_Union[WaitEvent, _Mapping]] = ..., condition: _Optional[_Union[Condition, _Mapping]] = ..., split: _Optional[_Union[Split, _Mapping]] = ..., coupon: _Optional[_Union[GrantCoupon, _Mapping]] = ..., points: _Optional[_Union[AddPoints, _Mapping]] = ..., message: _Optional[_Union[SendMessage, _Mapping]] = ..., tag: _Optional[_Union[SetTag, _Mapping]] = ..., guide_task: _Optional[_Union[AssignTask, _Mapping]] = ..., webhook: _Optional[_Union[CallWebhook, _Mapping]] = ..., wake_round: _Optional[_Union[EndRound, _Mapping]] = ...) -> None: ...

class JourneyDefinition(_message.Message):
    __slots__ = ("trigger", "steps", "goal", "exits", "reentry", "pause_seconds", "priority", "holdout_bp", "window_seconds", "purpose", "cycle_days")
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    EXITS_FIELD_NUMBER: _ClassVar[int]
    REENTRY_FIELD_NUMBER: _ClassVar[int]
    PAUSE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_BP_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    trigger: Trigger
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    goal: Listener
    exits: _containers.RepeatedCompositeFieldContainer[Listener]
    reentry: ReEntry
    pause_seconds: int
    priority: int
    holdout_bp: int
    window_seconds: int
    purpose: Purpose
    cycle_days: int
    def __init__(self, trigger: _Optional[_Union[Trigger, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., goal: _Optional[_Union[Listener, _Mapping]] = ..., exits: _Optional[_Iterable[_Union[Listener, _Mapping]]] = ..., reentry: _Optional[_Union[ReEntry, str]] = ..., pause_seconds: _Optional[int] = ..., priority: _Optional[int] = ..., holdout_bp: _Optional[int] = ..., window_seconds: _Optional[int] = ..., purpose: _Optional[_Union[Purpose, str]] = ..., cycle_days: _Optional[int] = ...) -> None: ...

class Journey(_message.Message):
    __slots__ = ("journey_id", "name", "state", "version", "active_version", "changed_by", "change_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Journey.State]
        STATE_DRAFT: _ClassVar[Journey.State]
        STATE_ACTIVE: _ClassVar[Journey.State]
        STATE_PAUSED: _ClassVar[Journey.State]
        STATE_ARCHIVED: _ClassVar[Journey.State]
    STATE_UNSPECIFIED: Journey.State
    STATE_DRAFT: Journey.State
    STATE_ACTIVE: Journey.State
    STATE_PAUSED: Journey.State
    STATE_ARCHIVED: Journey.State
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_VERSION_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    name: str
    state: Journey.State
    version: int
    active_version: int
    changed_by: str
    change_time: _timestamp_pb2.Timestamp
    def __init__(self, journey_id: _Optional[str] = ..., name: _Optional[str] = ..., state: _Optional[_Union[Journey.State, str]] = ..., version: _Optional[int] = ..., active_version: _Optional[int] = ..., changed_by: _Optional[str] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpsertJourneyRequest(_message.Message):
    __slots__ = ("request_id", "journey_id", "version", "name", "definition")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    journey_id: str
    version: int
    name: str
    definition: JourneyDefinition
    def __init__(self, request_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., version: _Optional[int] = ..., name: _Optional[str] = ..., definition: _Optional[_Union[JourneyDefinition, _Mapping]] = ...) -> None: ...

class UpsertJourneyResponse(_message.Message):
    __slots__ = ("journey",)
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    journey: Journey
    def __init__(self, journey: _Optional[_Union[Journey, _Mapping]] = ...) -> None: ...

class ActivateJourneyRequest(_message.Message):
    __slots__ = ("request_id", "journey_id", "version")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    journey_id: str
    version: int
    def __init__(self, request_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class ActivateJourneyResponse(_message.Message):
    __slots__ = ("journey",)
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    journey: Journey
    def __init__(self, journey: _Optional[_Union[Journey, _Mapping]] = ...) -> None: ...

class PauseJourneyRequest(_message.Message):
    __slots__ = ("request_id", "journey_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    journey_id: str
    def __init__(self, request_id: _Optional[str] = ..., journey_id: _Optional[str] = ...) -> None: ...

class PauseJourneyResponse(_message.Message):
    __slots__ = ("journey",)
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    journey: Journey
    def __init__(self, journey: _Optional[_Union[Journey, _Mapping]] = ...) -> None: ...

class ArchiveJourneyRequest(_message.Message):
    __slots__ = ("request_id", "journey_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    journey_id: str
    def __init__(self, request_id: _Optional[str] = ..., journey_id: _Optional[str] = ...) -> None: ...

class ArchiveJourneyResponse(_message.Message):
    __slots__ = ("journey",)
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    journey: Journey
    def __init__(self, journey: _Optional[_Union[Journey, _Mapping]] = ...) -> None: ...

class GetJourneyRequest(_message.Message):
    __slots__ = ("journey_id", "version")
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    version: int
    def __init__(self, journey_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class GetJourneyResponse(_message.Message):
    __slots__ = ("journey", "version", "definition")
    JOURNEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    journey: Journey
    version: int
    definition: JourneyDefinition
    def __init__(self, journey: _Optional[_Union[Journey, _Mapping]] = ..., version: _Optional[int] = ..., definition: _Optional[_Union[JourneyDefinition, _Mapping]] = ...) -> None: ...

class ListJourneysRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListJourneysResponse(_message.Message):
    __slots__ = ("journeys", "next_page_token")
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    journeys: _containers.RepeatedCompositeFieldContainer[Journey]
    next_page_token: str
    def __init__(self, journeys: _Optional[_Iterable[_Union[Journey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PackParameters(_message.Message):
    __slots__ = ("coupon_template_ids", "message_template_ids", "calendar_day_ids", "cycle_days", "tier_need", "thank_points", "vip_tag", "live_window_hours", "wake_rounds", "wake_days", "holdout_bp")
    class CouponTemplateIdsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class MessageTemplateIdsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class CalendarDayIdsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COUPON_TEMPLATE_IDS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_TEMPLATE_IDS_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_DAY_IDS_FIELD_NUMBER: _ClassVar[int]
    CYCLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    TIER_NEED_FIELD_NUMBER: _ClassVar[int]
    THANK_POINTS_FIELD_NUMBER: _ClassVar[int]
    VIP_TAG_FIELD_NUMBER: _ClassVar[int]
    LIVE_WINDOW_HOURS_FIELD_NUMBER: _ClassVar[int]
    WAKE_ROUNDS_FIELD_NUMBER: _ClassVar[int]
    WAKE_DAYS_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_BP_FIELD_NUMBER: _ClassVar[int]
    coupon_template_ids: _containers.ScalarMap[str, str]
    message_template_ids: _containers.ScalarMap[str, str]
    calendar_day_ids: _containers.ScalarMap[str, str]
    cycle_days: int
    tier_need: int
    thank_points: int
    vip_tag: str
    live_window_hours: int
    wake_rounds: int
    wake_days: int
    holdout_bp: int
    def __init__(self, coupon_template_ids: _Optional[_Mapping[str, str]] = ..., message_template_ids: _Optional[_Mapping[str, str]] = ..., calendar_day_ids: _Optional[_Mapping[str, str]] = ..., cycle_days: _Optional[int] = ..., tier_need: _Optional[int] = ..., thank_points: _Optional[int] = ..., vip_tag: _Optional[str] = ..., live_window_hours: _Optional[int] = ..., wake_rounds: _Optional[int] = ..., wake_days: _Optional[int] = ..., holdout_bp: _Optional[int] = ...) -> None: ...

class InstallDefaultPackRequest(_message.Message):
    __slots__ = ("request_id", "journey_ids", "parameters")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_IDS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    journey_ids: _containers.RepeatedScalarFieldContainer[str]
    parameters: PackParameters
    def __init__(self, request_id: _Optional[str] = ..., journey_ids: _Optional[_Iterable[str]] = ..., parameters: _Optional[_Union[PackParameters, _Mapping]] = ...) -> None: ...

class InstallDefaultPackResponse(_message.Message):
    __slots__ = ("journeys",)
    JOURNEYS_FIELD_NUMBER: _ClassVar[int]
    journeys: _containers.RepeatedCompositeFieldContainer[Journey]
    def __init__(self, journeys: _Optional[_Iterable[_Union[Journey, _Mapping]]] = ...) -> None: ...

class CalendarDay(_message.Message):
    __slots__ = ("day_id", "name", "kind", "month", "day", "year")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[CalendarDay.Kind]
        KIND_HOLIDAY: _ClassVar[CalendarDay.Kind]
        KIND_FESTIVAL: _ClassVar[CalendarDay.Kind]
        KIND_ANNIVERSARY: _ClassVar[CalendarDay.Kind]
        KIND_NEW_PRODUCT: _ClassVar[CalendarDay.Kind]
    KIND_UNSPECIFIED: CalendarDay.Kind
    KIND_HOLIDAY: CalendarDay.Kind
    KIND_FESTIVAL: CalendarDay.Kind
    KIND_ANNIVERSARY: CalendarDay.Kind
    KIND_NEW_PRODUCT: CalendarDay.Kind
    DAY_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    day_id: str
    name: str
    kind: CalendarDay.Kind
    month: int
    day: int
    year: int
    def __init__(self, day_id: _Optional[str] = ..., name: _Optional[str] = ..., kind: _Optional[_Union[CalendarDay.Kind, str]] = ..., month: _Optional[int] = ..., day: _Optional[int] = ..., year: _Optional[int] = ...) -> None: ...

class SetCalendarRequest(_message.Message):
    __slots__ = ("request_id", "days")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    days: _containers.RepeatedCompositeFieldContainer[CalendarDay]
    def __init__(self, request_id: _Optional[str] = ..., days: _Optional[_Iterable[_Union[CalendarDay, _Mapping]]] = ...) -> None: ...

class SetCalendarResponse(_message.Message):
    __slots__ = ("days",)
    DAYS_FIELD_NUMBER: _ClassVar[int]
    days: _containers.RepeatedCompositeFieldContainer[CalendarDay]
    def __init__(self, days: _Optional[_Iterable[_Union[CalendarDay, _Mapping]]] = ...) -> None: ...

class GetCalendarRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCalendarResponse(_message.Message):
    __slots__ = ("days",)
    DAYS_FIELD_NUMBER: _ClassVar[int]
    days: _containers.RepeatedCompositeFieldContainer[CalendarDay]
    def __init__(self, days: _Optional[_Iterable[_Union[CalendarDay, _Mapping]]] = ...) -> None: ...

class Enrollment(_message.Message):
    __slots__ = ("enrollment_id", "journey_id", "version", "member_id", "entry_key", "state", "reason", "step_id", "wake_time", "window_end_time", "is_test", "start_time", "end_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Enrollment.State]
        STATE_RUNNING: _ClassVar[Enrollment.State]
        STATE_COMPLETED: _ClassVar[Enrollment.State]
        STATE_GOAL_REACHED: _ClassVar[Enrollment.State]
        STATE_EXITED: _ClassVar[Enrollment.State]
        STATE_HELD_OUT: _ClassVar[Enrollment.State]
    STATE_UNSPECIFIED: Enrollment.State
    STATE_RUNNING: Enrollment.State
    STATE_COMPLETED: Enrollment.State
    STATE_GOAL_REACHED: Enrollment.State
    STATE_EXITED: Enrollment.State
    STATE_HELD_OUT: Enrollment.State
    ENROLLMENT_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_KEY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STEP_ID_FIELD_NUMBER: _ClassVar[int]
    WAKE_TIME_FIELD_NUMBER: _ClassVar[int]
    WINDOW_END_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_TEST_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    enrollment_id: str
    journey_id: str
    version: int
    member_id: str
    entry_key: str
    state: Enrollment.State
    reason: str
    step_id: str
    wake_time: _timestamp_pb2.Timestamp
    window_end_time: _timestamp_pb2.Timestamp
    is_test: bool
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, enrollment_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., version: _Optional[int] = ..., member_id: _Optional[str] = ..., entry_key: _Optional[str] = ..., state: _Optional[_Union[Enrollment.State, str]] = ..., reason: _Optional[str] = ..., step_id: _Optional[str] = ..., wake_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_test: bool = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TestEnrollRequest(_message.Message):
    __slots__ = ("request_id", "journey_id", "version", "member_id", "skip_waits")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    SKIP_WAITS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    journey_id: str
    version: int
    member_id: str
    skip_waits: bool
    def __init__(self, request_id: _Optional[str] = ..., journey_id: _Optional[str] = ..., version: _Optional[int] = ..., member_id: _Optional[str] = ..., skip_waits: bool = ...) -> None: ...

class TestEnrollResponse(_message.Message):
    __slots__ = ("enrollment",)
    ENROLLMENT_FIELD_NUMBER: _ClassVar[int]
    enrollment: Enrollment
    def __init__(self, enrollment: _Optional[_Union[Enrollment, _Mapping]] = ...) -> None: ...

class ListEnrollmentsRequest(_message.Message):
    __slots__ = ("journey_id", "state", "member_id", "page_size", "page_token")
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    state: Enrollment.State
    member_id: str
    page_size: int
    page_token: str
    def __init__(self, journey_id: _Optional[str] = ..., state: _Optional[_Union[Enrollment.State, str]] = ..., member_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListEnrollmentsResponse(_message.Message):
    __slots__ = ("enrollments", "next_page_token")
    ENROLLMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    enrollments: _containers.RepeatedCompositeFieldContainer[Enrollment]
    next_page_token: str
    def __init__(self, enrollments: _Optional[_Iterable[_Union[Enrollment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CountEnrollmentsRequest(_message.Message):
    __slots__ = ("journey_id",)
    JOURNEY_ID_FIELD_NUMBER: _ClassVar[int]
    journey_id: str
    def __init__(self, journey_id: _Optional[str] = ...) -> None: ...

class CountEnrollmentsResponse(_message.Message):
    __slots__ = ("running", "completed", "goal_reached", "exited", "held_out")
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    GOAL_REACHED_FIELD_NUMBER: _ClassVar[int]
    EXITED_FIELD_NUMBER: _ClassVar[int]
    HELD_OUT_FIELD_NUMBER: _ClassVar[int]
    running: int
    completed: int
    goal_reached: int
    exited: int
    held_out: int
    def __init__(self, running: _Optional[int] = ..., completed: _Optional[int] = ..., goal_reached: _Optional[int] = ..., exited: _Optional[int] = ..., held_out: _Optional[int] = ...) -> None: ...

class SetMemberBirthdayRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "month", "day")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    MONTH_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    month: int
    day: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., month: _Optional[int] = ..., day: _Optional[int] = ...) -> None: ...

class SetMemberBirthdayResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
