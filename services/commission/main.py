"""The commission service, put together. ``python -m services.commission.main``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from common.service import Kit, Service, run
from common.trim import Trimmer
from services.commission import (
    consumers,
    rpc,
    store,
    store_liabilities,
    store_money,
    store_promotion,
    store_verify,
    timers,
)
from services.commission.config import Config
from services.commission.payouts import OutsideAdapter, RecordingAdapter
from services.commission.timers_payouts import PayoutRunner


def payouts(kit: Kit[Config]) -> list[Any]:
    """Asks the payout channel, unless the payment system outside does that."""
    recording = kit.config.payouts == "recording"
    adapter = RecordingAdapter() if recording else OutsideAdapter()
    due = partial(store_money.payouts_due, kit.pool)
    return [PayoutRunner(kit.engine, due, adapter, kit.clock)]


def extras(kit: Kit[Config]) -> list[Any]:
    """What runs besides the kit's own: payouts, and what forgets old clicks."""
    days = kit.config.click_retention_days
    return [*payouts(kit), Trimmer(kit.pool, days, store_promotion.TRIM_CLICKS)]


SERVICE: Final = Service(
    name="commission",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.HANDLERS,
    liabilities=store_liabilities.LIABILITIES,
    checks=store_verify.CHECKS,
    migrations=Path(__file__).parent / "migrations",
    extras=extras,
)

if __name__ == "__main__":
    run(SERVICE)
