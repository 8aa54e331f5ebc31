"""What automation is told by its environment; read once."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from common.config import ServiceConfig


class Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of a merchant's own systems: where it is, and with what calls of it are signed."""

    url: str
    secret: Annotated[str, Meta(min_length=16)]


# Merchant → endpoint, as JSON; no repr shows it.
Endpoints = Annotated[dict[str, dict[str, Endpoint]], Meta(extra={"secret": True})]


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Automation's settings; journeys and policies are rows."""

    # Who delivers messages: whoever reads MessageRequested and answers by ReportDelivery, or, with
    # DANKE_ENV=dev only, this service itself, which records them and says that they arrived.
    channel_adapter: Literal["outside", "recording"] = "outside"
    # Who calls webhooks: this service, over HTTP; somebody outside, and until then calls stay
    # PENDING; or, with DANKE_ENV=dev only, nobody: each is recorded as done.
    webhooks: Literal["outside", "http", "recording"] = "outside"
    # What calls over HTTP go to.
    webhook_endpoints: Endpoints = msgspec.field(default_factory=dict)
    # For one try, from the look-up of the name to the answer.
    webhook_timeout_ms: Annotated[int, Meta(ge=100, le=60_000)] = 10_000
    # Networks (CIDR) that may be called although they are not public; none: nothing inside is.
    webhook_networks: list[str] = msgspec.field(default_factory=list)

    # How long ended enrolments, messages, assignments and calls are kept; their sums are for ever.
    # Longer than a trigger may be late and an attribution window lasts.
    retention_days: Annotated[int, Meta(ge=400)] = 400

    def problems(self) -> Iterator[str]:
        """What is wrong between fields, each named by its variable."""
        yield from super().problems()
        if self.channel_adapter == "recording" and self.env != "dev":
            yield "DANKE_CHANNEL_ADAPTER: recording delivers nothing; only with DANKE_ENV=dev"
        if self.webhooks == "recording" and self.env != "dev":
            yield "DANKE_WEBHOOKS: recording calls nobody; only with DANKE_ENV=dev"
        for network in self.webhook_networks:
            try:
                ip_network(network)
            except ValueError:
                yield f"DANKE_WEBHOOK_NETWORKS: {network} is no network, as in 10.1.0.0/16"
        for merchant, endpoints in self.webhook_endpoints.items():
            for name, endpoint in endpoints.items():
                url = urlsplit(endpoint.url)
                allowed = ("https", "http") if self.env == "dev" else ("https",)
                if url.scheme not in allowed or not url.hostname or url.username:
                    yield f"DANKE_WEBHOOK_ENDPOINTS: {merchant}/{name} is no https:// address"
