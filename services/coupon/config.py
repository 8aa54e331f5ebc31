"""What the coupon service is told by its environment; read once."""

from __future__ import annotations

from collections.abc import Iterator

from common.config import Secret, ServiceConfig

DEVELOPMENT_SECRET = "only for development, everybody knows it"  # noqa: S105  it says so


class Config(ServiceConfig, frozen=True, kw_only=True):
    """The coupon service's settings, DANKE_* in the environment."""

    # Feeds redemption codes, verification codes, transfer links and the seal of quotes. At least 32
    # characters, the same in every process, for ever: with another one every printed code is wrong.
    coupon_secret: Secret = DEVELOPMENT_SECRET

    def problems(self) -> Iterator[str]:
        """What is wrong between fields, each named by its variable."""
        yield from super().problems()
        if self.env != "dev" and self.coupon_secret == DEVELOPMENT_SECRET:
            yield "DANKE_COUPON_SECRET: missing; only with DANKE_ENV=dev there is one without it"
        if len(self.coupon_secret) < 32:
            yield "DANKE_COUPON_SECRET: shorter than 32 characters"
