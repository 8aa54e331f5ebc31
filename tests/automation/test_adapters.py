"""The adapter inside of the service, over a real broker: asked, recorded, reported, once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from common.service import Process
from services.automation.adapters import RecordingAdapter, SendRequest, SendResult
from services.automation.config import Config
from services.automation.consents import SetConsent
from services.automation.main import SERVICE
from services.automation.policies import Rules, SetPolicy
from services.automation.templates import SetMessageTemplate, Variant
from tests.automation.mailroom import Plan
from tests.conftest import Migrated
from tests.grpc_client import running

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
REQUEST = SendRequest("m", "e/e/a", 1, "u", "SMS", "p", {}, None)


async def _ready(process: Process, merchant: str) -> None:
    """A member who agreed, and a template."""
    about: dict[str, Any] = {"merchant_id": merchant, "at": NOW, "new_id": uuid4().hex}
    variant = Variant(channel="SMS", platform_template_id="p")
    for command in (
        SetPolicy(id="1", version=0, rules=Rules(costs_fen={"SMS": 4}), actor="a", **about),
        SetMessageTemplate(
            id="2", template_id="t", version=0, name="n", purpose="MARKETING", channels=["SMS"],
            variants=[variant], actor="a", **about,
        ),
        SetConsent(
            id="3", member_id="u", channel="SMS", purpose="MARKETING", granted=True, given_at=NOW,
            evidence="f", actor="a", **about,
        ),
    ):  # fmt: skip
        await process.engine.run(command)


async def _plan(process: Process, merchant: str, step: str, due_at: datetime) -> None:
    fields = {
        "source_kind": "JOURNEY", "source_id": "j", "ref": "e", "step": step, "template_id": "t",
        "due_at": due_at, "window_hours": 168,
    }  # fmt: skip
    command = Plan(
        id=f"p-{step}", merchant_id=merchant, at=due_at, new_id="", member_id="u", fields=fields
    )
    await process.engine.run(command)


async def _ended(process: Process, merchant: str, step: str) -> Any:
    """The message once it has ended."""
    asked = "SELECT * FROM messages WHERE merchant_id = $1 AND step = $2"
    async with asyncio.timeout(60):
        while True:
            row = await process.pool.fetchrow(asked, merchant, step)
            if row is not None and row["ended_at"] is not None:
                return row
            await asyncio.sleep(0.05)


async def test_what_is_asked_for_is_delivered_and_reported(
    migrated: Migrated, bootstrap: str
) -> None:
    dsn, merchant = await migrated("automation"), f"m-{uuid4().hex[:8]}"
    async with running(SERVICE, dsn, bootstrap, channel_adapter="recording") as (process, _):
        process.set_time(NOW)
        await _ready(process, merchant)
        await _plan(process, merchant, "a", NOW)
        await process.timers.run_due()
        row = await _ended(process, merchant, "a")
        assert (row["state"], row["channel"], row["cost_fen"]) == ("DELIVERED", "SMS", 4)
        # What was due at noon is read at night: the adapter must not send, and it waits.
        late = NOW + timedelta(days=1)
        await _plan(process, merchant, "b", late)
        process.set_time(late + timedelta(hours=12))
        await process.timers.run_due()
        held = "SELECT state, attempts -> 0 ->> 'error_code' FROM messages WHERE step = 'b'"
        async with asyncio.timeout(60):
            while tuple(await process.pool.fetchrow(held) or ()) != ("HELD_QUIET", "EXPIRED"):
                await process.timers.run_due()
                await asyncio.sleep(0.05)


async def test_the_recording_adapter_sends_once_and_refuses_as_told() -> None:
    adapter = RecordingAdapter()
    adapter.refuses["v"] = "43101"
    assert await adapter.send(REQUEST) == await adapter.send(REQUEST)
    assert list(adapter.sent) == [("m", "e/e/a", 1)]
    refused = await adapter.send(SendRequest("m", "e/e/b", 1, "v", "SMS", "p", {}, None))
    assert refused == SendResult(delivered=False, error_code="43101", provider_ref="recorded-e/e/b")


async def test_the_recording_adapter_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A year of shopping on one machine must not fill its memory."""
    monkeypatch.setattr(RecordingAdapter, "KEPT", 2)
    adapter = RecordingAdapter()
    for name in "abc":
        await adapter.send(msgspec.structs.replace(REQUEST, message_id=name))
    assert [message_id for _, message_id, _ in adapter.sent] == ["b", "c"]


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_the_recording_adapter_is_for_development(env: str) -> None:
    given: Any = {"env": env, "database_url": "x", "kafka_bootstrap": "x"}
    config = Config(**given, channel_adapter="recording")
    refused = [one for one in config.problems() if one.startswith("DANKE_CHANNEL_ADAPTER")]
    assert bool(refused) == (env == "prod")
