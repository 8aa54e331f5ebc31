"""The coupon service, put together. ``python -m services.coupon.main``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from common.service import Service, run
from services.coupon import consumers, rpc, store, store_verify, store_verify_fission, timers
from services.coupon.config import Config

SERVICE: Final = Service(
    name="coupon",
    config=Config,
    rpc=rpc.exposed,
    tables=store.TABLES,
    events=consumers.handlers,
    timers=timers.HANDLERS,
    checks=(*store_verify.CHECKS, *store_verify_fission.CHECKS),
    migrations=Path(__file__).parent / "migrations",
)

if __name__ == "__main__":
    run(SERVICE)
