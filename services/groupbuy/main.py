"""The group-buy service, put together. ``python -m services.groupbuy.main``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from common.service import Service, run
from services.groupbuy import consumers, rpc, store, store_verify, timers
from services.groupbuy.config import Config
from services.groupbuy.timers_refunds import RefundWatch

SERVICE: Final = Service(
    name="groupbuy",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.HANDLERS,
    checks=store_verify.CHECKS,
    extras=lambda kit: (RefundWatch(kit.pool),),
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    run(SERVICE)
