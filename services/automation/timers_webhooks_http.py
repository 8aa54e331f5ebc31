"""Webhooks over HTTP: each try is one signed POST to an address that may be called, and no other.

Who can configure an endpoint must not reach what only this service can (SSRF): an address is judged
after its name was looked up, and the connection goes to that very address. No redirect is followed,
no proxy of the environment is used, and of an answer only the status is read.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from common.clock import Clock
from services.automation.config import Config, Endpoints
from services.automation.webhooks import (
    LANES,
    PER_LANE,
    WebhookCall,
    WebhookResult,
    signature,
)

IpAddress = IPv4Address | IPv6Address
# What may be better a minute later: too slow, too many.
PASSING: Final = frozenset({408, 429})
REFUSED: Final = "ADDRESS_REFUSED"


class AddressRefused(Exception):
    """A name leads to an address that must not be called."""


class Addresses:
    """Which addresses may be called: public ones, and those of the networks that are named."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ip_network(network) for network in networks]

    def must_be_allowed(self, host: str) -> None:
        """Raises ``AddressRefused``."""
        address = ip_address(host.partition("%")[0])
        if any(address in network for network in self._networks):
            return
        for one in _within(address):
            if not one.is_global or one.is_multicast or one.is_reserved:
                raise AddressRefused


def _within(address: IpAddress) -> Iterator[IpAddress]:
    """The address, and those that it is another way of writing or leads to."""
    yield address
    if isinstance(address, IPv6Address):
        yield from (one for one in (address.ipv4_mapped, address.sixtofour) if one)
        yield from address.teredo or ()
        if address in _NAT64:
            yield IPv4Address(int(address) & 0xFFFF_FFFF)


_NAT64: Final = ip_network("64:ff9b::/96")


class GuardedResolver(AbstractResolver):
    """Looks names up, and refuses those of which any address must not be called."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of ``host``. Raises ``AddressRefused``."""
        found = await self._names.resolve(host, port, family)
        for one in found:
            self._addresses.must_be_allowed(one["host"])
        return found

    async def close(self) -> None:
        """Nothing is kept open."""
        await self._names.close()


class HttpWebhooks:
    """Calls the endpoints that the configuration names, by merchant."""

    def __init__(
        self, endpoints: Endpoints, addresses: Addresses, timeout_s: float, clock: Clock
    ) -> None:
        self._endpoints = endpoints
        self._addresses = addresses
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    @classmethod
    def of(cls, config: Config, clock: Clock) -> HttpWebhooks:
        """As configured."""
        addresses = Addresses(config.webhook_networks)
        return cls(config.webhook_endpoints, addresses, config.webhook_timeout_ms / 1_000, clock)

    async def call(self, order: WebhookCall, body: bytes) -> WebhookResult:
        """One try. An error says what kind it was, and nothing of the address or the answer."""
        endpoint = self._endpoints.get(order.merchant_id, {}).get(order.endpoint_id)
        if endpoint is None:  # it may be configured before the last try
            return WebhookResult(done=False, error="ENDPOINT_UNKNOWN")
        timestamp = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "danke-webhooks",
            "Idempotency-Key": order.call_id,
            "Danke-Timestamp": str(timestamp),
            "Danke-Signature": signature(endpoint.secret.encode(), timestamp, body),
        }
        try:
            self._must_be_allowed(endpoint.url)
            async with self._open().post(
                endpoint.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return _result(answer.status)
        except (AddressRefused, aiohttp.InvalidURL):
            return WebhookResult(done=False, permanent=True, error=REFUSED)
        except TimeoutError:
            return WebhookResult(done=False, error="TIMEOUT")
        except aiohttp.ClientError as error:
            return WebhookResult(done=False, error=type(error).__name__)

    def _must_be_allowed(self, url: str) -> None:
        """An address that is written as one is looked up by nobody."""
        host = urlsplit(url).hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return
        self._addresses.must_be_allowed(host)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # No cache: the address that is judged is the one that is called.
                connector=aiohttp.TCPConnector(
                    resolver=GuardedResolver(self._addresses),
                    use_dns_cache=False,
                    # Every lane has its connections: none waits for another endpoint's.
                    limit=LANES * PER_LANE,
                ),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        """Closes what is open."""
        if self._session is not None:
            await self._session.close()


def _result(status: int) -> WebhookResult:
    if 200 <= status < 300:
        return WebhookResult(done=True)
    permanent = 300 <= status < 500 and status not in PASSING
    return WebhookResult(done=False, permanent=permanent, error=f"HTTP_{status}")
