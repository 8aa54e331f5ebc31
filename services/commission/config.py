"""What commission is told by its environment; read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from common.config import Count, ServiceConfig

# The database refuses to forget younger ones, too.
LEAST_CLICK_DAYS: Final = 30


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Commission's settings, DANKE_* in the environment."""

    # outside: the payment system reads WithdrawalApproved and answers by MarkPayoutResult.
    # recording: a fake that pays everything, for development.
    payouts: Literal["outside", "recording"] = "outside"

    # How long clicks are kept; bindings and orders keep whose they are for ever.
    click_retention_days: Count = 400

    def problems(self) -> Iterator[str]:
        """What is wrong between fields, each named by its variable."""
        yield from super().problems()
        if self.click_retention_days < LEAST_CLICK_DAYS:
            yield f"DANKE_CLICK_RETENTION_DAYS: at least {LEAST_CLICK_DAYS}"
        if self.env != "dev" and self.payouts == "recording":
            yield "DANKE_PAYOUTS: recording pays nobody; it is for DANKE_ENV=dev"
