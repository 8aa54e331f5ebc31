"""Personal data leaves no trace in a log line, however it got there."""

import decimal
import enum
import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import masking
from common.masking import MASK, mask, masked, masked_text, to_json


class Kind(enum.Enum):
    OPEN = 1


class Enrol(msgspec.Struct):
    member_id: str
    phone: str


@pytest.mark.parametrize(
    "key",
    [
        "phone",
        "phone_hash",
        "buyer_mobile",
        "openid",
        "open_id",
        "openId",
        "unionid",
        "password",
        "pay_password",
        "PASSWORD",
        "token",
        "access_token",
        "authorization",
        "code",
        "sms_code",
        "coupon_codes",
        "otp",
        "pin",
        "id_card",
        "email",
        "birthday",
        "nickname",
        "name",
        "real_name",
        "address",
        "delivery_address",
        "secret",
        "database_url",
        "admin_dsn",
        "pepper",
        "remark",
    ],
)
def test_keys_that_are_masked(key: str) -> None:
    assert masked("value", key) == MASK
    assert masked({"deep": [{key: "value"}]}) == {"deep": [{key: MASK}]}
    assert masked(123456, key) == MASK
    assert masked(None, key) is None


@pytest.mark.parametrize(
    "key",
    [
        "event",
        "logger",
        "service",
        "merchant_id",
        "member_id",
        "status_code",
        "grpc_code",
        "error_code",
        "codec",
        "method",
        "topic",
        "filename",
        "trace_id",
        "opened_at",
        "spinning",
    ],
)
def test_keys_that_are_kept(key: str) -> None:
    assert masked("value", key) == "value"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call 13800138000 now", "call *** now"),
        ("+8613800138000", MASK),
        ("86 138-0013-8000!", "***!"),
        ("Enrol(phone='+8613800138000', x=1)", "Enrol(phone=***, x=1)"),
        ("Pay(pay_password='12 34', x=1)", "Pay(pay_password=***, x=1)"),
        ("Check(code='9876')", "Check(code=***)"),
        ('{"openid": "oX 12", "a": 1}', '{"openid": ***, "a": 1}'),
        ("token eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.c2ln rest", "token *** rest"),
        ("Authorization: Bearer abc.def", "Authorization: *** ***"),
        ("postgresql://wallet:hush@db/danke", "postgresql://wallet:***@db/danke"),
        ("Failing row contains (1, Li Lei, x).", "Failing row contains (***)."),
        ("Key (email_hash)=(abc) already exists", "Key (email_hash)=(***) already exists"),
        # Not personal: left as it is.
        ("order 20260101123456789 at 1767225600000", "order 20260101123456789 at 1767225600000"),
        ("0192f0c1-1381-7123-8567-138001380001", "0192f0c1-1381-7123-8567-138001380001"),
        ("StatusCode.UNAVAILABLE, code 14", "StatusCode.UNAVAILABLE, code 14"),
        ("amount_fen=13800138", "amount_fen=13800138"),
    ],
)
def test_texts(text: str, left: str) -> None:
    assert masked_text(text) == left


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (13800138000, MASK),
        (42, 42),
        (2**70, str(2**70)),
        (True, True),
        (0.5, 0.5),
        (Kind.OPEN, "OPEN"),
        (decimal.Decimal("1.50"), "1.50"),
        (uuid.UUID(int=0), str(uuid.UUID(int=0))),
        (ValueError("call 13800138000"), "ValueError: call ***"),
        (Enrol("mb1", "13800138000"), {"member_id": "mb1", "phone": MASK}),
        (("a", {"b"}), ["a", ["b"]]),
        (b"13800138000", "<bytes>"),
        (object(), "<object>"),
        ({1: "a"}, {"1": "a"}),
    ],
)
def test_values(value: Any, left: Any) -> None:
    assert masked(value) == left


def test_what_contains_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "…" in str(masked(loop))


def test_long_texts_keep_their_end() -> None:
    text = masked_text("x" * 1_000_000 + "the error")
    assert len(text) == masking.TEXT_LIMIT_CHARS + 1
    assert text.endswith("the error")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    ),
    st.text(st.characters(exclude_categories=())),
)
def test_a_log_line_never_fails(value: Any, text: str) -> None:
    line = to_json(None, "", mask(None, "", {"event": text, "value": value}))
    assert "\n" not in line
    msgspec.json.decode(line)
