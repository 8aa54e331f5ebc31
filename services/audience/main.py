"""The audience service, put together. ``python -m services.audience.main``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from common.service import Kit, Service, run
from services.audience import consumers, rpc, store, store_verify, timers
from services.audience.config import Config
from services.audience.timers_fits import FitRunner
from services.audience.timers_metrics import MetricFolder


def runners(kit: Kit[Config]) -> list[Any]:
    """What works besides the doors: fits buying models, folds metrics."""
    config = kit.config
    return [
        FitRunner(kit.engine, kit.pool, kit.clock),
        MetricFolder(config.database_url, kit.clock, config.behaviour_retention_days),
    ]


SERVICE: Final = Service(
    name="audience",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.handlers,
    sweeps=timers.sweeps,
    checks=store_verify.CHECKS,
    migrations=Path(__file__).parent / "migrations",
    extras=runners,
)

if __name__ == "__main__":
    run(SERVICE)
