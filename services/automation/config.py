"""What automation is told by its environment; read once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from common.config import ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Automation's settings; journeys and policies are rows."""

    # Who delivers messages: whoever reads MessageRequested and answers by ReportDelivery, or, with
    # DANKE_ENV=dev only, this service itself, which records them and says that they arrived.
    channel_adapter: Literal["outside", "recording"] = "outside"
    # Who calls webhooks: a runner with an adapter that knows endpoints and their secrets, until
    # when calls stay PENDING; or, with DANKE_ENV=dev only, nobody: each is recorded as done.
    webhooks: Literal["outside", "recording"] = "outside"

    def problems(self) -> Iterator[str]:
        """What is wrong between fields, each named by its variable."""
        yield from super().problems()
        if self.channel_adapter == "recording" and self.env != "dev":
            yield "DANKE_CHANNEL_ADAPTER: recording delivers nothing; only with DANKE_ENV=dev"
        if self.webhooks == "recording" and self.env != "dev":
            yield "DANKE_WEBHOOKS: recording calls nobody; only with DANKE_ENV=dev"
