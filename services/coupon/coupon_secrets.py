"""Everything keyed that the coupon service's doors compute: codes, links, and the seal of quotes.

One secret from the configuration feeds all of them, each through a label of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from services.coupon.errors import QuoteChanged, QuoteExpired

# No look-alikes (I, L, O, U) where people read codes aloud.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 16
# A coupon and what the quote says it takes off, in fen.
Discount = tuple[str, int]


class CouponSecrets:
    """What doors do with the service's secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def code(self, purpose: str, merchant_id: str, code_id: str) -> str:
        """The code for this id: 80 bits that only the holder of the secret can make."""
        number = int.from_bytes(self._mac(purpose, merchant_id, code_id)[:10])
        return "".join(_LETTERS[number >> 5 * i & 31] for i in range(CODE_LENGTH))

    def digest(self, purpose: str, merchant_id: str, code: str) -> str:
        """What is stored and looked up instead of a code, in hex."""
        return self._mac(f"digest of {purpose}", merchant_id, tidy(code)).hex()

    def link_token(self, merchant_id: str, transfer_id: str) -> str:
        """The secret part of a transfer's link; 128 bits in hex."""
        return self._mac("transfer link", merchant_id, transfer_id)[:16].hex()

    def is_link_token(self, merchant_id: str, transfer_id: str, token: str) -> bool:
        """Whether the token belongs to the transfer."""
        right = self.link_token(merchant_id, transfer_id)
        return hmac.compare_digest(right.encode(), token.encode())

    def seal(
        self, merchant_id: str, member_id: str, discounts: Iterable[Discount], content: str,
        until: datetime,
    ) -> str:  # fmt: skip
        """The ``quote_hash``: what a quote promised for these coupons until then.

        ``content`` is the digest of the whole quote, in hex; only Quote knows what it covers.
        """
        head = f"{int(until.timestamp())}.{content}"
        return f"{head}.{self._seal(merchant_id, member_id, discounts, head)}"

    def must_be_sealed(
        self, quote_hash: str, merchant_id: str, member_id: str, discounts: Iterable[Discount],
        now: datetime,
    ) -> None:  # fmt: skip
        """Refuses QUOTE_CHANGED unless a quote promised exactly this, QUOTE_EXPIRED if too old."""
        head, _, mac = quote_hash.rpartition(".")
        right = self._seal(merchant_id, member_id, discounts, head)
        if not hmac.compare_digest(right.encode(), mac.encode()):
            raise QuoteChanged(field="quote_hash")
        until = datetime.fromtimestamp(int(head.partition(".")[0]), UTC)
        if now >= until:
            raise QuoteExpired(field="quote_hash", expired_at=until)

    def _seal(
        self, merchant_id: str, member_id: str, discounts: Iterable[Discount], head: str
    ) -> str:
        parts = [f"{coupon_id}={fen}" for coupon_id, fen in sorted(discounts)]
        return self._mac("quote", merchant_id, member_id, head, *parts)[:16].hex()

    def _mac(self, label: str, *parts: str) -> bytes:
        # Parts are ids, which hold no such separator: no two lists of parts look alike.
        text = "\x1f".join((label, *parts))
        return hmac.digest(self._secret, text.encode(), hashlib.sha256)


def tidy(code: str) -> str:
    """The code as it was made, whatever case, spaces or hyphens people typed."""
    return code.upper().replace("-", "").replace(" ", "")
