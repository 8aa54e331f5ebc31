from buf.validate import validate_pb2 as _validate_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from danke.refund.v1 import plan_pb2 as _plan_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PreviewRefundRequest(_message.Message):
    __slots__ = ("refund",)
    REFUND_FIELD_NUMBER: _ClassVar[int]
    refund: _plan_pb2.OrderRefund
    def __init__(self, refund: _Optional[_Union[_plan_pb2.OrderRefund, _Mapping]] = ...) -> None: ...

class PreviewRefundResponse(_message.Message):
    __slots__ = ("effects", "refusals")
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    effects: _containers.RepeatedCompositeFieldContainer[_plan_pb2.RefundEffect]
    refusals: _containers.RepeatedCompositeFieldContainer[_plan_pb2.RefundRefusal]
    def __init__(self, effects: _Optional[_Iterable[_Union[_plan_pb2.RefundEffect, _Mapping]]] = ..., refusals: _Optional[_Iterable[_Union[_plan_pb2.RefundRefusal, _Mapping]]] = ...) -> None: ...
