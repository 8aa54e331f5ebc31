"""Pages by key: a token says where the last page ended, so no page costs more than the first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar, cast

import msgspec

from common.errors import Invalid

DEFAULT_SIZE: Final = 50
LARGEST_SIZE: Final = 1_000
T = TypeVar("T", bound=tuple[Any, ...])
R = TypeVar("R")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class PageTokenInvalid(Invalid):
    """The page token is not one that this method gave."""


def page_size(asked: int) -> int:
    """How many rows a page has: 50 if nothing is asked for, 1000 at most."""
    return min(asked, LARGEST_SIZE) if asked > 0 else DEFAULT_SIZE


def page_start(token: str, first: T) -> T:
    """The key after which the page starts; ``first`` gives its types, and the value of page one.

    Refuses PAGE_TOKEN_INVALID.
    """
    if not token:
        return first
    try:
        found = tuple(_decode(base64.urlsafe_b64decode(token.encode())))
    except (ValueError, TypeError, binascii.Error, msgspec.DecodeError) as error:
        raise PageTokenInvalid(field="page_token") from error
    if [type(part) for part in found] != [type(part) for part in first]:
        raise PageTokenInvalid(field="page_token")
    return cast("T", found)


def next_token(rows: Sequence[Any], size: int, key: Any) -> str:
    """The token of the next page, empty if ``rows`` is the last one; ``key`` is of the last row."""
    if len(rows) < size:
        return ""
    return base64.urlsafe_b64encode(_encode(key(rows[-1]))).decode()


async def paged(
    request: Any,
    first: T,
    fetch: Callable[[T, int], Awaitable[Sequence[R]]],
    key: Callable[[R], T],
) -> tuple[Sequence[R], str]:
    """The rows of the page that ``request`` asks for, and the token of the next one.

    ``fetch`` gets the key to start after and how many rows. Refuses PAGE_TOKEN_INVALID.
    """
    size = page_size(request.page_size)
    rows = await fetch(page_start(request.page_token, first), size)
    return rows, next_token(rows, size, key)
