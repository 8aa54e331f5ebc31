"""Pages by key: complete, without repeats, and only with tokens of their own."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from common.pages import DEFAULT_SIZE, LARGEST_SIZE, PageTokenInvalid, page_size, paged

ROWS = [f"r{number:03d}" for number in range(120)]


async def fetch(after: tuple[str], limit: int) -> list[str]:
    return [row for row in ROWS if row > after[0]][:limit]


def asked(size: int, token: str = "") -> SimpleNamespace:
    return SimpleNamespace(page_size=size, page_token=token)


def key(row: str) -> tuple[str]:
    return (row,)


@pytest.mark.parametrize("size", [1, 7, 40, 120, 121])
async def test_pages_follow_each_other_until_nothing_is_left(size: int) -> None:
    found: list[str] = []
    token = ""
    while True:
        rows, token = await paged(asked(size, token), ("",), fetch, key)
        assert len(rows) <= size
        found += rows
        if not token:
            break
    assert found == ROWS


async def test_a_page_has_a_usual_and_a_largest_size() -> None:
    rows, _ = await paged(asked(0), ("",), fetch, key)
    assert len(rows) == DEFAULT_SIZE
    assert page_size(10**6) == LARGEST_SIZE


@pytest.mark.parametrize("token", ["nonsense", "kQE=", "ä"])
async def test_a_token_of_something_else_is_refused(token: str) -> None:
    with pytest.raises(PageTokenInvalid):
        await paged(asked(10, token), ("",), fetch, key)
