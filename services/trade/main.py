"""The trade service, put together. ``python -m services.trade.main``."""

from __future__ import annotations

from typing import Final

from common.service import Service, run
from services.trade import rpc
from services.trade.config import Config

SERVICE: Final = Service(
    name="trade",
    config=Config,
    rpc=rpc.exposed,
    # It keeps nothing: what it takes is acknowledged by the broker before the caller is.
    migrations=None,
    extras=lambda kit: (kit.publisher,),
)

if __name__ == "__main__":
    run(SERVICE)
