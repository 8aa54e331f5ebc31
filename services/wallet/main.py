"""The wallet service, put together. ``python -m services.wallet.main``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from common.service import Service, run
from services.wallet import (
    consumers,
    rpc,
    store,
    store_liabilities,
    store_verify,
    store_verify_punch_cards,
    timers,
)
from services.wallet.config import Config

SERVICE: Final = Service(
    name="wallet",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.HANDLERS,
    liabilities=store_liabilities.LIABILITIES,
    checks=(*store_verify.CHECKS, *store_verify_punch_cards.CHECKS),
    extras=lambda kit: (timers.CodeTrimmer(kit.pool, kit.clock),),
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    run(SERVICE)
