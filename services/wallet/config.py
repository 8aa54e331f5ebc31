"""What the wallet is told by its environment; read once."""

from __future__ import annotations

from collections.abc import Iterator

from common.config import Secret, ServiceConfig

DEVELOPMENT_SECRET = "only for development, everybody knows it"  # noqa: S105  it says so


class Config(ServiceConfig, frozen=True, kw_only=True):
    """The wallet's settings, DANKE_* in the environment."""

    # Feeds the pepper of payment passwords, payment tokens, redemption and reset codes. At least 32
    # characters, the same in every process.
    pay_secret: Secret = DEVELOPMENT_SECRET
    # Others that are understood as well, to rotate by: passwords and tokens made with them hold.
    pay_secrets_previous: tuple[Secret, ...] = ()

    def problems(self) -> Iterator[str]:
        """What is wrong between fields, each named by its variable."""
        yield from super().problems()
        if self.env != "dev" and self.pay_secret == DEVELOPMENT_SECRET:
            yield "DANKE_PAY_SECRET: missing; only with DANKE_ENV=dev there is one without it"
        if len(self.pay_secret) < 32:
            yield "DANKE_PAY_SECRET: shorter than 32 characters"
        if any(len(secret) < 32 for secret in self.pay_secrets_previous):
            yield "DANKE_PAY_SECRETS_PREVIOUS: one is shorter than 32 characters"
