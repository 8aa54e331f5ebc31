"""Personal data at rest: sealed fields, fingerprints to look them up by, one form of a number.

A phone number is stored twice: sealed (AES-256-GCM), so that the merchant can read it back, and as
a fingerprint (keyed HMAC-SHA256), so that it can be found. Neither helps who has only the tables.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
# 96 random bits, as NIST SP 800-38D wants them: rotate a key before 2^32 fields are sealed with it.
NONCE_BYTES = 12
# Below this a pepper could be guessed, and every phone number with it: there are only 10^10.
PEPPER_MIN_BYTES = 32

_KID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class SealBroken(Exception):
    """A sealed value cannot be opened: damaged, moved to another row, or its key is gone."""


class Sealer:
    """Seals and opens single fields. The sealed form is text: ``<kid>.<base64url>``.

    Rotation: add the new key, make it active, re-seal what ``stale`` says, remove the old key.
    """

    def __init__(self, keys: Mapping[str, bytes], active_kid: str) -> None:
        """``keys`` maps a key's name to its 32 bytes; ``active_kid`` is the one that seals."""
        for kid, key in keys.items():
            if not _KID.fullmatch(kid):
                raise ValueError(f"key name {kid!r} is not 1–32 of A–Z a–z 0–9 _ -")
            if len(key) != KEY_BYTES:
                raise ValueError(f"key {kid!r} has {len(key)} bytes, AES-256 needs {KEY_BYTES}")
        if active_kid not in keys:
            raise ValueError(f"the active key {active_kid!r} is not among the keys")
        self._ciphers = {kid: AESGCM(key) for kid, key in keys.items()}
        self._active_kid = active_kid

    def seal(self, plain: str, merchant_id: str, field: str) -> str:
        """``plain`` sealed for one merchant's ``field``; the same text seals differently each time.

        The sealed value opens only for the same merchant and field, so a row's value cannot be
        copied into another merchant's row or another column to have it read out there.
        """
        nonce = os.urandom(NONCE_BYTES)
        cipher = self._ciphers[self._active_kid]
        box = nonce + cipher.encrypt(nonce, plain.encode(), _place(merchant_id, field))
        return f"{self._active_kid}.{base64.urlsafe_b64encode(box).rstrip(b'=').decode()}"

    def open(self, sealed: str, merchant_id: str, field: str) -> str:
        """The text that was sealed. Raises ``SealBroken``, which never shows the value."""
        kid, _, text = sealed.partition(".")
        cipher = self._ciphers.get(kid)
        if cipher is None:
            raise SealBroken(f"{field}: sealed with a key this service does not have")
        try:
            box = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            plain = cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _place(merchant_id, field))
        except (binascii.Error, ValueError, InvalidTag):
            raise SealBroken(f"{field}: damaged, or sealed for another merchant or field") from None
        return plain.decode()

    def stale(self, sealed: str) -> bool:
        """Whether the value is sealed with a key that is no longer the active one."""
        return sealed.partition(".")[0] != self._active_kid


def fingerprint(value: str, pepper: bytes, merchant_id: str, *, field: str = "") -> str:
    """64 hex digits by which one merchant finds ``value`` again; useless without the pepper.

    Different per merchant, so two merchants' members cannot be matched by their fingerprints. Give
    ``field`` where values of different meaning share one column. Normalise ``value`` first.
    """
    if len(pepper) < PEPPER_MIN_BYTES:
        raise ValueError(f"the pepper has {len(pepper)} bytes, it needs {PEPPER_MIN_BYTES}")
    content = _place(merchant_id, field) + value.encode()
    return hmac.new(pepper, content, hashlib.sha256).hexdigest()


def same_fingerprint(left: str, right: str) -> bool:
    """Whether two fingerprints are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def normalise_mobile(text: str) -> str:
    """A mainland Chinese mobile number (手机号) as E.164: ``+8613800138000``.

    Takes +86, 0086 or 86 in front, spaces, dashes, full-width digits and the invisible marks that
    come along when a number is copied from an address book. Raises ``ValueError`` saying why not;
    the message never repeats the number.
    """
    shown = unicodedata.normalize("NFKC", text)
    digits = "".join(c for c in shown if unicodedata.category(c) not in {"Zs", "Pd", "Cf", "Cc"})
    if not digits:
        raise ValueError("the mobile number is empty")
    international = digits.startswith("+")
    digits = digits.removeprefix("+")
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError("the mobile number holds something other than digits, spaces and dashes")
    return "+86" + _national(digits, international=international)


def _national(digits: str, *, international: bool) -> str:
    if not international and digits.startswith("00"):
        digits, international = digits[2:], True
    if international and not digits.startswith("86"):
        raise ValueError("the mobile number's country code is not +86")
    # 86 never begins a mobile number, they begin with 1: here it can only be the country code.
    digits = digits.removeprefix("86")
    if len(digits) != 11:
        raise ValueError(f"the mobile number has {len(digits)} digits without country code, not 11")
    if not _MOBILE.fullmatch(digits):
        raise ValueError("the mobile number does not begin with 13 to 19")
    return digits


def _place(merchant_id: str, field: str) -> bytes:
    """Merchant and field as bytes that no other pair gives: their lengths go in front."""
    parts = (merchant_id.encode(), field.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
