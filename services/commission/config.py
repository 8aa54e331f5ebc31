"""What commission is told by its environment; read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from common.config import ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Commission's settings, DANKE_* in the environment."""

    # outside: the payment system reads WithdrawalApproved and answers by MarkPayoutResult.
    # recording: a fake that pays everything, for development.
    payouts: Literal["outside", "recording"] = "outside"

    def problems(self) -> Iterator[str]:
        """What is wrong between fields, each named by its variable."""
        yield from super().problems()
        if self.env != "dev" and self.payouts == "recording":
            yield "DANKE_PAYOUTS: recording pays nobody; it is for DANKE_ENV=dev"
