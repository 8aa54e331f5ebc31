"""The automation service, put together. ``python -m services.automation.main``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from common.service import Kit, Service, run
from services.automation import (
    consumers,
    consumers_adapters,
    rpc,
    store,
    store_enrollments,
    store_verify,
    timers,
    timers_journeys,
)
from services.automation.config import Config
from services.automation.timers_webhooks import WebhookRunner
from services.automation.webhooks import RecordingWebhooks, WebhookAdapter


def webhooks(kit: Kit[Config]) -> list[Any]:
    """What makes the calls of journeys, unless somebody outside does."""
    if kit.config.webhooks == "outside":
        return []
    adapter: WebhookAdapter = RecordingWebhooks()
    if kit.config.webhooks == "http":
        # The HTTP client takes a while to load; only who calls needs it.
        from services.automation.timers_webhooks_http import HttpWebhooks

        adapter = HttpWebhooks.of(kit.config, kit.clock)
    due = partial(store_enrollments.due_calls, kit.pool)
    return [WebhookRunner(kit.engine, due, adapter, kit.clock)]


SERVICE: Final = Service(
    name="automation",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.HANDLERS,
    sweeps=timers_journeys.sweeps,
    checks=store_verify.CHECKS,
    extras=lambda kit: [*consumers_adapters.adapters(kit), *webhooks(kit)],
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    run(SERVICE)
