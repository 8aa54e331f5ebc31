import datetime

from buf.validate import validate_pb2 as _validate_pb2
from danke.options.v1 import options_pb2 as _options_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PayPassword(_message.Message):
    __slots__ = ("member_id", "is_set", "remaining_attempts", "locked_until", "free_txn_fen", "free_day_fen", "free_used_fen")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    IS_SET_FIELD_NUMBER: _ClassVar[int]
    REMAINING_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    LOCKED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    FREE_TXN_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_DAY_FEN_FIELD_NUMBER: _ClassVar[int]
    FREE_USED_FEN_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    is_set: bool
    remaining_attempts: int
    locked_until: _timestamp_pb2.Timestamp
    free_txn_fen: int
    free_day_fen: int
    free_used_fen: int
    def __init__(self, member_id: _Optional[str] = ..., is_set: bool = ..., remaining_attempts: _Optional[int] = ..., locked_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., free_txn_fen: _Optional[int] = ..., free_day_fen: _Optional[int] = ..., free_used_fen: _Optional[int] = ...) -> None: ...

class PasswordHints(_message.Message):
    __slots__ = ("phone", "birthday")
    PHONE_FIELD_NUMBER: _ClassVar[int]
    BIRTHDAY_FIELD_NUMBER: _ClassVar[int]
    phone: str
    birthday: str
    def __init__(self, phone: _Optional[str] = ..., birthday: _Optional[str] = ...) -> None: ...

class SetPayPasswordRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "password", "hints")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    HINTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    password: str
    hints: PasswordHints
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., password: _Optional[str] = ..., hints: _Optional[_Union[PasswordHints, _Mapping]] = ...) -> None: ...

class SetPayPasswordResponse(_message.Message):
    __slots__ = ("pay_password",)
    PAY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    pay_password: PayPassword
    def __init__(self, pay_password: _Optional[_Union[PayPassword, _Mapping]] = ...) -> None: ...

class ChangePayPasswordRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "password", "new_password", "hints")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    HINTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    password: str
    new_password: str
    hints: PasswordHints
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., password: _Optional[str] = ..., new_password: _Optional[str] = ..., hints: _Optional[_Union[PasswordHints, _Mapping]] = ...) -> None: ...

class ChangePayPasswordResponse(_message.Message):
    __slots__ = ("pay_password",)
    PAY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    pay_password: PayPassword
    def __init__(self, pay_password: _Optional[_Union[PayPassword, _Mapping]] = ...) -> None: ...

class VerifyPayPasswordRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "password", "order_id", "amount_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    password: str
    order_id: str
    amount_fen: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., password: _Optional[str] = ..., order_id: _Optional[str] = ..., amount_fen: _Optional[int] = ...) -> None: ...

class VerifyPayPasswordResponse(_message.Message):
    __slots__ = ("token", "expire_time")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    token: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, token: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetPasswordFreeRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "password", "txn_fen", "day_fen")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    TXN_FEN_FIELD_NUMBER: _ClassVar[int]
    DAY_FEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    password: str
    txn_fen: int
    day_fen: int
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., password: _Optional[str] = ..., txn_fen: _Optional[int] = ..., day_fen: _Optional[int] = ...) -> None: ...

class SetPasswordFreeResponse(_message.Message):
    __slots__ = ("pay_password",)
    PAY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    pay_password: PayPassword
    def __init__(self, pay_password: _Optional[_Union[PayPassword, _Mapping]] = ...) -> None: ...

class RequestResetRequest(_message.Message):
    __slots__ = ("request_id", "member_id")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ...) -> None: ...

class RequestResetResponse(_message.Message):
    __slots__ = ("expire_time",)
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConfirmResetRequest(_message.Message):
    __slots__ = ("request_id", "member_id", "code", "new_password", "hints")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    NEW_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    HINTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    member_id: str
    code: str
    new_password: str
    hints: PasswordHints
    def __init__(self, request_id: _Optional[str] = ..., member_id: _Optional[str] = ..., code: _Optional[str] = ..., new_password: _Optional[str] = ..., hints: _Optional[_Union[PasswordHints, _Mapping]] = ...) -> None: ...

class ConfirmResetResponse(_message.Message):
    __slots__ = ("pay_password",)
    PAY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    pay_password: PayPassword
    def __init__(self, pay_password: _Optional[_Union[PayPassword, _Mapping]] = ...) -> None: ...

class GetPayPasswordRequest(_message.Message):
    __slots__ = ("member_id",)
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    def __init__(self, member_id: _Optional[str] = ...) -> None: ...

class GetPayPasswordResponse(_message.Message):
    __slots__ = ("pay_password",)
    PAY_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    pay_password: PayPassword
    def __init__(self, pay_password: _Optional[_Union[PayPassword, _Mapping]] = ...) -> None: ...

class SetPayPolicyRequest(_message.Message):
    __slots__ = ("request_id", "require_password")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    require_password: bool
    def __init__(self, request_id: _Optional[str] = ..., require_password: bool = ...) -> None: ...

class SetPayPolicyResponse(_message.Message):
    __slots__ = ("require_password",)
    REQUIRE_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    require_password: bool
    def __init__(self, require_password: bool = ...) -> None: ...

class GetPayPolicyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPayPolicyResponse(_message.Message):
    __slots__ = ("require_password",)
    REQUIRE_PASSWORD_FIELD_NUMBER: _ClassVar[int]
    require_password: bool
    def __init__(self, require_password: bool = ...) -> None: ...
