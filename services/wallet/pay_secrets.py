"""Everything keyed or slow that the wallet's doors compute: password hashes, codes, payment tokens.

One secret from the configuration feeds all of them, each through a label of its own, so that what
leaks from one place is of no use in another. Lose the secret and every password must be reset.

It is rotated by keeping the one before: passwords and payment tokens made with it are still right.
Codes are not (redemption, reset, share links): they are asked for anew, which they allow.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import argon2
import msgspec

from common.errors import Overloaded
from services.wallet.errors import PayTokenInvalid
from services.wallet.pay_password import TokenClaims

# 19 MiB and two passes: OWASP's floor for argon2id, about 20 ms. Six digits are guessed in a day
# whatever the hash costs; what protects a stolen table is the key that is not in it.
MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
THREADS: Final = 2
# More waiting comparisons than this take longer than a caller waits.
WAITING_LIMIT: Final = 256
# No look-alikes (I, L, O, U) where people read codes aloud.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REDEEM_CODE_LENGTH: Final = 16
_MAC_BYTES: Final = 32

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(TokenClaims).decode


class PaySecrets:
    """What doors do with the wallet's secret. One per process; ``close`` ends its threads."""

    def __init__(
        self,
        secret: str,
        previous: Sequence[str] = (),
        *,
        memory_kib: int = MEMORY_KIB,
        passes: int = PASSES,
    ) -> None:
        self._secret = secret.encode()
        # What was made under any of them is ours; new things are made under the first.
        self._known = (self._secret, *(one.encode() for one in previous))
        self._hasher = argon2.PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=1, type=argon2.Type.ID
        )
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._waiting = 0

    def close(self) -> None:
        """Lets running comparisons finish and ends the threads."""
        self._threads.shutdown()

    async def hash(self, merchant_id: str, member_id: str, password: str) -> str:
        """The argon2id hash to store. Refuses OVERLOADED if too many wait."""
        return await self._in_thread(
            self._hasher.hash, self._peppered(merchant_id, member_id, password)
        )

    async def matches(self, stored: str, merchant_id: str, member_id: str, password: str) -> bool:
        """Whether ``password`` is the one that was hashed. Refuses OVERLOADED if too many wait."""

        def compare(peppered: str) -> str:
            try:
                self._hasher.verify(stored, peppered)
            except argon2.exceptions.VerifyMismatchError:
                return ""
            return "right"

        for secret in self._known:
            peppered = self._peppered(merchant_id, member_id, password, secret)
            if await self._in_thread(compare, peppered):
                return True
        return False

    def redeem_code(self, merchant_id: str, code_id: str) -> str:
        """The code to show for this id: 80 bits that only the holder of the secret can make.

        ``code_id`` is drawn by the door; a repeated request gets the same code again, and it is
        stored nowhere.
        """
        mac = self._mac("redeem code", merchant_id, code_id)
        number = int.from_bytes(mac[:10])
        return "".join(_LETTERS[number >> 5 * i & 31] for i in range(REDEEM_CODE_LENGTH))

    def link_token(self, merchant_id: str, share_id: str) -> str:
        """The secret part of a share's link; 128 bits."""
        return self._mac("share link", merchant_id, share_id)[:16].hex()

    def reset_code(self, merchant_id: str, reset_id: str) -> str:
        """The six digits to send for this reset."""
        mac = self._mac("reset code", merchant_id, reset_id)
        return f"{int.from_bytes(mac) % 1_000_000:06d}"

    def digest(self, purpose: str, *parts: str) -> bytes:
        """What to store or look up instead of a code. Keyed, so that short codes stay secret."""
        return self._mac(f"digest of {purpose}", *parts)

    def sign(self, claims: TokenClaims) -> str:
        """A payment token; the same claims give the same token."""
        body = _pack(claims)
        mac = self._mac_of("pay token", body)
        return base64.urlsafe_b64encode(mac + body).rstrip(b"=").decode()

    def claims_of(self, token: str) -> TokenClaims:
        """What a token of ours says. Refuses PAY_TOKEN_INVALID if it is not ours."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            raise PayTokenInvalid(field="proof.token", why="FORGED") from None
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        ours = (self._mac_of("pay token", body, secret) for secret in self._known)
        if not any(hmac.compare_digest(mac, one) for one in ours):
            raise PayTokenInvalid(field="proof.token", why="FORGED")
        return _unpack(body)

    async def _in_thread(self, work: Callable[[str], str], peppered: str) -> str:
        if self._waiting >= WAITING_LIMIT:
            raise Overloaded(waiting=self._waiting)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, peppered)
        finally:
            self._waiting -= 1

    def _peppered(
        self, merchant_id: str, member_id: str, password: str, secret: bytes | None = None
    ) -> str:
        return self._mac_of("password", _pack((merchant_id, member_id, password)), secret).hex()

    def _mac(self, label: str, *parts: str) -> bytes:
        # Packed, not joined: no two lists of parts look the same.
        return self._mac_of(label, _pack(parts))

    def _mac_of(self, label: str, body: bytes, secret: bytes | None = None) -> bytes:
        key = hmac.digest(secret or self._secret, label.encode(), hashlib.sha256)
        return hmac.digest(key, body, hashlib.sha256)
