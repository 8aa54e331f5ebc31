"""Webhooks: signed, repeated under one key, given up on; the contract of the README."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec

from services.automation import store_enrollments
from services.automation.definitions import CallWebhook
from services.automation.timers_webhooks import WebhookRunner
from services.automation.webhooks import (
    MOST_ATTEMPTS,
    PER_LANE,
    RecordingWebhooks,
    SettleWebhook,
    WebhookCall,
    WebhookResult,
    signature,
)
from tests.automation.desk import Desk, definition


class Failing(RecordingWebhooks):
    """An endpoint that is down, or that refuses."""

    def __init__(self, result: WebhookResult | None = None) -> None:
        super().__init__()
        self.result = result

    async def call(self, order: WebhookCall, body: bytes) -> WebhookResult:
        await super().call(order, body)
        if self.result is None:
            raise ConnectionError
        return self.result


def runner(desk: Desk, adapter: RecordingWebhooks) -> WebhookRunner:
    """What makes the desk's calls."""
    due = partial(store_enrollments.due_calls, desk.pool)
    return WebhookRunner(desk.engine, due, adapter, desk.clock)


async def called(desk: Desk) -> None:
    """A member whose journey calls an endpoint."""
    await desk.journey("j", definition(CallWebhook(step_id="call", endpoint_id="crm")))
    await desk.order("m1")


async def test_a_call_is_made_once_with_ids_only(desk: Desk) -> None:
    await called(desk)
    adapter = RecordingWebhooks()
    assert await runner(desk, adapter).run_once() == 1
    assert await runner(desk, adapter).run_once() == 0
    [(call, body)] = adapter.calls
    told = msgspec.json.decode(body)
    enrollment = await desk.only("j")
    assert told == {
        "call_id": f"{enrollment.enrollment_id}.call", "journey_id": "j", "step_id": "call",
        "enrollment_id": enrollment.enrollment_id, "member_id": "m1",
        "asked_at": "2026-06-01T04:00:00Z",
    }  # fmt: skip
    assert call.call_id == told["call_id"]


async def test_a_failing_endpoint_is_tried_again_and_given_up_on(desk: Desk) -> None:
    await called(desk)
    adapter = Failing()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert await runner(desk, adapter).run_once() == 1
        assert await runner(desk, adapter).run_once() == 0
        await desk.due(minutes=2 ** (attempt - 1))
    states = await desk.pool.fetch("SELECT state, attempts, error FROM webhook_calls")
    assert [tuple(row) for row in states] == [("FAILED", MOST_ATTEMPTS, "ConnectionError")]
    assert len({body for _, body in adapter.calls}) == 1, "every try posts the same"


async def test_a_refusing_endpoint_is_not_asked_again(desk: Desk) -> None:
    await called(desk)
    adapter = Failing(WebhookResult(done=False, permanent=True, error="410"))
    await runner(desk, adapter).run_once()
    await desk.due(days=1)
    assert await runner(desk, adapter).run_once() == 0
    assert await desk.refused(SettleWebhook, call_id="x", attempt=1, done=True) == (
        "WEBHOOK_NOT_FOUND"
    )


class Hanging(RecordingWebhooks):
    """One endpoint answers when it is let go, the others at once."""

    def __init__(self, endpoint_id: str) -> None:
        super().__init__()
        self.endpoint_id = endpoint_id
        self.let_go = asyncio.Event()
        self.hanging = 0
        self.most = 0

    async def call(self, order: WebhookCall, body: bytes) -> WebhookResult:
        if order.endpoint_id == self.endpoint_id:
            self.hanging += 1
            self.most = max(self.most, self.hanging)
            await self.let_go.wait()
            self.hanging -= 1
        return await super().call(order, body)


async def test_an_endpoint_that_hangs_holds_up_no_other(desk: Desk) -> None:
    """It has many calls, all due before any of the other's."""
    for name in ("slow", "quick"):
        calls = definition(CallWebhook(step_id="call", endpoint_id=name), reentry="PER_OCCURRENCE")
        await desk.journey(name, calls)
    many = 3 * PER_LANE
    for _ in range(many):
        await desk.order("m1")
    await desk.pool.execute(
        "UPDATE webhook_calls SET next_at = next_at - interval '1 hour' WHERE endpoint_id = 'slow'"
    )
    adapter = Hanging("slow")
    running = runner(desk, adapter)
    await running.start()
    try:
        async with asyncio.timeout(20):
            while len(adapter.calls) < many:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert {call.endpoint_id for call, _ in adapter.calls} == {"quick"}
        assert (adapter.hanging, adapter.most) == (PER_LANE, PER_LANE)
        adapter.let_go.set()
        async with asyncio.timeout(20):
            while len(adapter.calls) < 2 * many:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        adapter.let_go.set()
        await running.stop()
    states = await desk.pool.fetch("SELECT state, count(*) AS n FROM webhook_calls GROUP BY state")
    assert {row["state"]: row["n"] for row in states} == {"DONE": 2 * many}
    assert len(adapter.calls) == 2 * many, "no call of a lane in hand is made twice"


async def test_stopping_waits_for_what_is_in_hand(desk: Desk) -> None:
    await called(desk)
    adapter = Hanging("crm")
    running = runner(desk, adapter)
    [task] = await running.begin()
    while not adapter.hanging:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert await running.begin() == [], "the endpoint is busy"
    adapter.let_go.set()
    await running.stop()
    assert task.done() and await desk.pool.fetchval("SELECT state FROM webhook_calls") == "DONE"


def test_the_signature_covers_time_and_body() -> None:
    one = signature(b"secret", 1_700_000_000, b"{}")
    assert len(one) == 64
    others = [
        signature(b"other", 1_700_000_000, b"{}"),
        signature(b"secret", 1_700_000_001, b"{}"),
        signature(b"secret", 1_700_000_000, b"{ }"),
    ]
    assert one not in others
    assert len(set(others)) == 3
