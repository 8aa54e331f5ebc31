"""Webhooks over real HTTP: signed, in time, to allowed addresses only, and never redirected."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from common.clock import DevelopmentClock
from services.automation import store_enrollments
from services.automation.config import Config, Endpoint
from services.automation.definitions import CallWebhook
from services.automation.timers_webhooks import WebhookRunner
from services.automation.timers_webhooks_http import Addresses, AddressRefused, HttpWebhooks
from services.automation.webhooks import WebhookCall, WebhookResult, signature
from tests.automation.desk import MERCHANT, START, Desk, definition

SECRET = "a secret of sixteen"
LOOPBACK = ("127.0.0.0/8", "::1/128")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Endpoints:
    """A merchant's server on this machine, and what it was sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses = [200]
        self.port = 0
        self.hangs = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The next status; the last one again and again."""
        self.requests.append((request.path, dict(request.headers), await request.read()))
        if request.path == "/slow":
            await self.hangs.wait()
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        headers = {"Location": "/elsewhere"} if 300 <= status < 400 else {}
        return web.Response(status=status, headers=headers, text="nobody reads this")

    def http(
        self, host: str = "localhost", path: str = "/hook", networks: Sequence[str] = LOOPBACK,
        timeout_s: float = 5,
    ) -> HttpWebhooks:  # fmt: skip
        """The adapter, with one endpoint: this server by that name."""
        endpoint = Endpoint(f"http://{host}:{self.port}{path}", SECRET)
        return HttpWebhooks(
            {MERCHANT: {"crm": endpoint}}, Addresses(networks), timeout_s, _standing()
        )


def _standing() -> DevelopmentClock:
    clock = DevelopmentClock()
    clock.set(START)
    return clock


@pytest.fixture
async def server() -> AsyncIterator[Endpoints]:
    endpoints = Endpoints()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", endpoints.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    endpoints.port = runner.addresses[0][1]
    yield endpoints
    endpoints.hangs.set()
    await runner.cleanup()


@asynccontextmanager
async def opened(adapter: HttpWebhooks) -> AsyncIterator[HttpWebhooks]:
    try:
        yield adapter
    finally:
        await adapter.close()


def order(endpoint_id: str = "crm", merchant_id: str = MERCHANT) -> WebhookCall:
    """A call that is due."""
    return WebhookCall(
        merchant_id, "call-1", endpoint_id, "j", "e", "s", "m", "PENDING", 0, START, "", START
    )


async def result(adapter: HttpWebhooks, **fields: Any) -> WebhookResult:
    async with opened(adapter):
        return await adapter.call(order(**fields), b'{"call_id":"call-1"}')


async def test_a_journeys_call_arrives_signed_with_ids_only(desk: Desk, server: Endpoints) -> None:
    await desk.journey("j", definition(CallWebhook(step_id="call", endpoint_id="crm")))
    await desk.order("m1")
    async with opened(server.http()) as adapter:
        due = partial(store_enrollments.due_calls, desk.pool)
        assert await WebhookRunner(desk.engine, due, adapter, desk.clock).run_once() == 1
    [(path, headers, body)] = server.requests
    assert (path, headers["Content-Type"]) == ("/hook", "application/json")
    enrollment = await desk.only("j")
    assert headers["Idempotency-Key"] == f"{enrollment.enrollment_id}.call"
    timestamp = int(headers["Danke-Timestamp"])
    assert datetime.fromtimestamp(timestamp, UTC) == START
    assert headers["Danke-Signature"] == signature(SECRET.encode(), timestamp, body)
    assert b'"member_id":"m1"' in body
    assert await desk.pool.fetchval("SELECT state FROM webhook_calls") == "DONE"


async def test_what_fails_is_tried_again_later_with_the_same_bytes(
    desk: Desk, server: Endpoints
) -> None:
    server.statuses = [503, 429, 204]
    await desk.journey("j", definition(CallWebhook(step_id="call", endpoint_id="crm")))
    await desk.order("m1")
    async with opened(server.http()) as adapter:
        due = partial(store_enrollments.due_calls, desk.pool)
        runner = WebhookRunner(desk.engine, due, adapter, desk.clock)
        for minutes in (1, 2):
            assert await runner.run_once() == 1
            assert await runner.run_once() == 0, "not before its time"
            await desk.due(None, minutes=minutes)
        assert await runner.run_once() == 1
    [row] = await desk.pool.fetch("SELECT state, attempts, error FROM webhook_calls")
    assert tuple(row) == ("DONE", 3, "")
    assert len({body for _, _, body in server.requests}) == 1


@pytest.mark.parametrize(
    ("status", "done", "permanent"),
    [(200, True, False), (204, True, False), (301, False, True), (307, False, True),
     (400, False, True), (410, False, True), (408, False, False), (429, False, False),
     (500, False, False), (503, False, False)],
)  # fmt: skip
async def test_the_status_says_whether_to_try_again(
    server: Endpoints, status: int, done: bool, permanent: bool
) -> None:
    server.statuses = [status]
    found = await result(server.http())
    assert (found.done, found.permanent) == (done, permanent)
    assert [path for path, _, _ in server.requests] == ["/hook"], "no redirect is followed"


async def test_who_is_slow_is_not_waited_for(server: Endpoints) -> None:
    found = await result(server.http(path="/slow", timeout_s=0.2))
    assert found == WebhookResult(done=False, error="TIMEOUT")


async def test_who_is_not_there_is_tried_again(server: Endpoints) -> None:
    await_port, server.port = server.port, 1
    found = await result(server.http())
    assert (found.done, found.permanent, found.error) == (False, False, "ClientConnectorError")
    server.port = await_port
    unknown = WebhookResult(done=False, error="ENDPOINT_UNKNOWN")
    assert await result(server.http(), endpoint_id="other") == unknown
    assert await result(server.http(), merchant_id="another") == unknown


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_nothing_inside_is_called(server: Endpoints, host: str) -> None:
    """By whatever name. Only the networks that are named are, and those are none."""
    found = await result(server.http(host=host, networks=()))
    assert found == WebhookResult(done=False, permanent=True, error="ADDRESS_REFUSED")
    assert server.requests == []


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
     "224.0.0.1", "240.0.0.1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
     "64:ff9b::a00:1", "2002:0a00:0001::1"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        Addresses(()).must_be_allowed(address)
    Addresses(()).must_be_allowed("8.8.8.8")
    Addresses(()).must_be_allowed("2606:4700:4700::1111")
    Addresses(("10.0.0.0/8",)).must_be_allowed("10.0.0.1")


def test_the_configuration_names_what_is_wrong() -> None:
    given: dict[str, Any] = {"database_url": "d", "kafka_bootstrap": "k", "jwks": "{}"}
    config = Config(
        **given, webhooks="http", webhook_networks=["10.0.0.0/8", "nonsense"],
        webhook_endpoints={
            "m1": {"good": Endpoint("https://shop.test/x", SECRET),
                   "plain": Endpoint("http://shop.test/x", SECRET),
                   "named": Endpoint("https://user@shop.test/", SECRET)},
        },
    )  # fmt: skip
    assert [one for one in config.problems() if "WEBHOOK" in one] == [
        "DANKE_WEBHOOK_NETWORKS: nonsense is no network, as in 10.1.0.0/16",
        "DANKE_WEBHOOK_ENDPOINTS: m1/plain is no https:// address",
        "DANKE_WEBHOOK_ENDPOINTS: m1/named is no https:// address",
    ]
    assert SECRET not in repr(config)


def test_endpoints_are_read_from_the_environment() -> None:
    endpoints = {"m1": {"crm": {"url": "https://shop.test/", "secret": SECRET}}}
    config = Config.load(
        {
            "DANKE_DATABASE_URL": "d", "DANKE_KAFKA_BOOTSTRAP": "k", "DANKE_JWKS": "{}",
            "DANKE_WEBHOOKS": "http", "DANKE_WEBHOOK_TIMEOUT_MS": "500",
            "DANKE_WEBHOOK_ENDPOINTS": json.dumps(endpoints),
        }
    )  # fmt: skip
    assert config.webhook_endpoints["m1"]["crm"].url == "https://shop.test/"
    assert timedelta(milliseconds=config.webhook_timeout_ms) == timedelta(seconds=0.5)
