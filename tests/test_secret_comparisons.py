"""Codes, passwords, tokens and signatures are compared in constant time, wherever they are."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.test_tidy import Source, sources

# What a guess is held against, by what it is called.
SECRET = re.compile(
    r"(^|_)(pass(word|code)|secret|token|mac|digest|signature|(code|link|password)_hash"
    r"|hash|code|check)(_hash)?$"
)
# Where a guess meets what is kept, and with what they are compared there.
PLACES = {
    ("libs/common/sealing.py", "compare_digest"),
    ("services/coupon/coupon_secrets.py", "compare_digest"),
    ("services/loyalty/member_codes.py", "compare_digest"),
    ("services/wallet/pay_password_reset.py", "compare_digest"),
    ("services/wallet/pay_secrets.py", "compare_digest"),
    ("services/wallet/pay_secrets.py", "verify"),
    ("services/wallet/punch_shares.py", "compare_digest"),
}
# What is called like a secret and is none, or is not compared with a guess.
INNOCENT = {
    "code != 0": "a process's exit",
    "self.error_code in GIVES_QUOTA_BACK": "a reason",
    "one.error_code != EXPIRED": "a reason",
    "self.coupon_secret == DEVELOPMENT_SECRET": "a setting, at the start",
    "self.pay_secret == DEVELOPMENT_SECRET": "a setting, at the start",
    "password in _UP": "a new password's weakness, told to the one who chose it",
    "password in _DOWN": "as above",
    "password in ''.join(filter(str.isdigit, phone))[-8:]": "as above",
    "password in {birthday.strftime(form) for form in"
    " ('%y%m%d', '%d%m%y', '%m%d%y', '%Y%m')}": "as above",
    "request.new_password == request.password": "two texts of one caller",
}


def plain_comparisons(source: Source) -> Iterator[tuple[int, str]]:
    """Where something that is called a secret is compared as any text is."""
    for node in source.nodes:
        if isinstance(node, ast.Compare) and any(
            isinstance(one, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for one in node.ops
        ):
            sides = [_name(one) for one in (node.left, *node.comparators)]
            if any(SECRET.search(one) for one in sides):
                yield node.lineno, ast.unparse(node)


def _name(node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return _name(inner)
    return ""


def _ours() -> list[Source]:
    return [one for one in sources() if one.under("libs/common", "services", "cli")]


def test_no_secret_is_compared_as_a_text_is() -> None:
    found = [
        f"{source.path}:{line}: {text}"
        for source in _ours()
        for line, text in plain_comparisons(source)
        if text not in INNOCENT
    ]
    assert not found, "\n".join(found)


def test_each_place_compares_in_constant_time() -> None:
    found = {
        (source.path, _name(node.func))
        for source in _ours()
        for node in source.nodes
        if isinstance(node, ast.Call) and _name(node.func) in ("compare_digest", "verify")
    }
    assert found >= PLACES
    unnamed = {place for place in found - PLACES if place[1] == "compare_digest"}
    assert not unnamed, "name them here"


@pytest.mark.parametrize(
    "comparison",
    ["code == row.code", "row.code_hash != digest", "self.mac(x) == mac", "token in tokens"],
)
def test_a_plain_comparison_is_seen(comparison: str) -> None:
    assert list(plain_comparisons(Source("services/wallet/rpc.py", f"if {comparison}: pass")))
