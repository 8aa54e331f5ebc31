"""Records that contradict themselves, each named with its field."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from danke.events import trade
from danke.trade.v1 import ingress_pb2 as pb
from services.trade.consistency import flaws
from services.trade.mirror import Drift, reader, reader_of
from tests.trade.records import AT, behaved, paid, refunded


def event_of(record: Any) -> Any:
    choice = getattr(record, record.WhichOneof("event"))
    return reader_of(choice.DESCRIPTOR)(choice)


def found(record: Any) -> list[tuple[str, str]]:
    return [(flaw.field, flaw.rule) for flaw in flaws(event_of(record))]


def line(line_id: str = "l1", **fields: Any) -> pb.PaidLine:
    return pb.PaidLine(line_id=line_id, sku_id="s", qty=1, list_price_fen=100, **fields)


def part(method: str, amount_fen: int) -> pb.PaymentPart:
    return pb.PaymentPart(method=method, amount_fen=amount_fen)


def test_records_that_agree_with_themselves_pass() -> None:
    assert found(paid("e", "o")) == []
    assert found(refunded("e", "o")) == []
    assert found(refunded("e", "o", lines=[], shipping_refund_fen=5, shipping_wallet_fen=5)) == []
    assert found(paid("e", "o", lines=[line()], shipping_paid_fen=0, payments=[])) == []


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        (
            {"lines": [line(net_paid_fen=100, cash_fen=99)], "payments": [part("WECHAT", 1_100)]},
            ("lines[0].net_paid_fen", "NET_PAID_MISMATCH"),
        ),
        ({"shipping_paid_fen": 1_001}, ("payments", "PAYMENTS_MISMATCH")),
        ({"payments": []}, ("payments", "PAYMENTS_MISMATCH")),
        (
            {"lines": [line(), line()], "shipping_paid_fen": 0, "payments": []},
            ("lines[1].line_id", "REPEATED_ID"),
        ),
        # The lines took 6 000 from the wallet, shipping can have taken 1 000 more.
        (
            {"payments": [part("WALLET", 5_999), part("CASH", 5_001)]},
            ("payments", "WALLET_MISMATCH"),
        ),
        (
            {"payments": [part("WALLET", 7_001), part("CASH", 3_999)]},
            ("payments", "WALLET_MISMATCH"),
        ),
    ],
)
def test_a_paid_order_that_contradicts_itself(changes: Any, flaw: tuple[str, str]) -> None:
    assert flaw in found(paid("e", "o", **changes))


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"lines": []}, ("lines", "NOTHING_REFUNDED")),
        ({"shipping_wallet_fen": 1}, ("shipping_wallet_fen", "SHIPPING_MISMATCH")),
        (
            {"lines": [pb.RefundedLine(line_id="a"), pb.RefundedLine(line_id="a")]},
            ("lines[1].line_id", "REPEATED_ID"),
        ),
    ],
)
def test_a_refund_that_contradicts_itself(changes: Any, flaw: tuple[str, str]) -> None:
    assert found(refunded("e", "o", **changes)) == [flaw]


@pytest.mark.parametrize(
    ("name", "field"),
    [("item_view", "item_id"), ("link_click", "channel_code"), ("live_end", "live_id")],
)
def test_a_behaviour_needs_what_its_name_is_about(name: str, field: str) -> None:
    assert [rule for _field, rule in found(behaved("e", name))] == ["FIELD_NEEDED"]
    assert found(behaved("e", name, **{field: "x"})) == []


def test_a_message_becomes_the_model_with_its_words_and_defaults() -> None:
    event = event_of(behaved("e", "share", amount_fen=7))
    assert event == trade.Behaved(
        member_id="m-1", event_name="share", happened_at=AT, amount_fen=7, count=1
    )
    order = event_of(paid("e", "o"))
    assert (order.channel, order.paid_at, order.lines[0].promo_off_fen) == ("POS", AT, 2_000)
    # What it became is what a consumer accepts.
    assert msgspec.json.decode(msgspec.json.encode(order), type=trade.OrderPaid) == order


def test_a_model_that_moved_away_from_its_message_is_told() -> None:
    class Behaved(trade.Behaved, frozen=True, kw_only=True):
        mood: str = ""

    with pytest.raises(Drift, match=r"differ in \['mood'\]"):
        reader(pb.Behaved.DESCRIPTOR, Behaved)
    with pytest.raises(Drift, match="has no event model"):
        reader_of(pb.OrderRecord.DESCRIPTOR)
