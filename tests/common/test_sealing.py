"""Sealed fields open only where they belong; a phone number has one form and one fingerprint."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sealing import SealBroken, Sealer, fingerprint, normalise_mobile, same_fingerprint

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
PEPPER = bytes(32)


@given(st.text(), st.text(max_size=20), st.text(max_size=20))
def test_what_was_sealed_opens(plain: str, merchant: str, field: str) -> None:
    sealer = Sealer({"k1": OLD}, "k1")
    assert sealer.open(sealer.seal(plain, merchant, field), merchant, field) == plain


def test_the_same_text_seals_differently_and_shows_nothing() -> None:
    sealer = Sealer({"k1": OLD}, "k1")
    sealed = {sealer.seal("+8613800138000", "m1", "phone") for _ in range(100)}
    assert len(sealed) == 100
    assert all(one.startswith("k1.") and "138" not in one[:2] for one in sealed)


@pytest.mark.parametrize(
    ("merchant", "field"), [("m2", "phone"), ("m1", "name"), ("m1p", "hone"), ("", "m1phone")]
)
def test_it_does_not_open_elsewhere(merchant: str, field: str) -> None:
    sealer = Sealer({"k1": OLD}, "k1")
    with pytest.raises(SealBroken, match="another merchant or field"):
        sealer.open(sealer.seal("secret", "m1", "phone"), merchant, field)


def test_damage_is_noticed_and_never_shown() -> None:
    sealer = Sealer({"k1": OLD}, "k1")
    sealed = sealer.seal("secret", "m1", "phone")
    for at in range(3, len(sealed) - 1):
        other = "A" if sealed[at] != "A" else "B"
        with pytest.raises(SealBroken) as caught:
            sealer.open(sealed[:at] + other + sealed[at + 1 :], "m1", "phone")
        assert sealed[3:] not in str(caught.value)
    for damaged in ("", "k1", "k1.", "k1.é", "k1.AAAA", sealed[:-8], "nothing"):
        with pytest.raises(SealBroken):
            sealer.open(damaged, "m1", "phone")


def test_keys_rotate() -> None:
    before = Sealer({"k1": OLD}, "k1")
    between = Sealer({"k1": OLD, "k2": NEW}, "k2")
    after = Sealer({"k2": NEW}, "k2")
    sealed = before.seal("secret", "m1", "phone")
    assert between.stale(sealed)
    again = between.seal(between.open(sealed, "m1", "phone"), "m1", "phone")
    assert not between.stale(again)
    assert after.open(again, "m1", "phone") == "secret"
    with pytest.raises(SealBroken, match="does not have"):
        after.open(sealed, "m1", "phone")
    with pytest.raises(SealBroken):  # the name of a key is not taken on trust
        between.open("k2" + sealed[2:], "m1", "phone")


@pytest.mark.parametrize(
    ("keys", "active", "why"),
    [
        ({"k1": b"short"}, "k1", "has 5 bytes"),
        ({"a.b": OLD}, "a.b", "key name"),
        ({"": OLD}, "", "key name"),
        ({"k1": OLD}, "k2", "not among"),
        ({}, "k1", "not among"),
    ],
)
def test_unfit_keys(keys: dict[str, bytes], active: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Sealer(keys, active)


def test_fingerprints() -> None:
    one = fingerprint("+8613800138000", PEPPER, "m1")
    assert one == fingerprint("+8613800138000", PEPPER, "m1")
    assert len(one) == 64
    others = {
        fingerprint("+8613800138001", PEPPER, "m1"),
        fingerprint("+8613800138000", os.urandom(32), "m1"),
        fingerprint("+8613800138000", PEPPER, "m2"),
        fingerprint("+8613800138000", PEPPER, "m1", field="openid"),
        fingerprint("1+8613800138000", PEPPER, "m"),
    }
    assert len(others | {one}) == 6
    assert same_fingerprint(one, str(one))
    assert not any(same_fingerprint(one, other) for other in others)
    with pytest.raises(ValueError, match="pepper has 8 bytes"):
        fingerprint("x", b"8 bytes.", "m1")


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        "+86 138 0013 8000",
        " 138-0013-8000 ",
        "+86-138–0013—8000",
        "１３８００１３８０００",
        "＋８６１３８００１３８０００",
        "\u202d+86 138\u00a00013\u30008000\u202c",
        "138\t0013 8000\n",
    ],
)
def test_one_number_has_one_form(text: str) -> None:
    assert normalise_mobile(text) == "+8613800138000"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        (" - ", "is empty"),
        ("+", "something other than digits"),
        ("1380013800x", "something other than digits"),
        ("(138)00138000", "something other than digits"),
        ("138001380٠٠", "something other than digits"),
        ("++8613800138000", "something other than digits"),
        ("+85261234567", "country code is not"),
        ("0085261234567", "country code is not"),
        ("1380013800", "has 10 digits"),
        ("138001380000", "has 12 digits"),
        ("+86", "has 0 digits"),
        ("12800138000", "13 to 19"),
        ("01012345678", "13 to 19"),
    ],
)
def test_what_is_no_mobile_number_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        normalise_mobile(text)
    assert not text.strip(" -+") or text not in str(caught.value)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    try:
        number = normalise_mobile(text)
    except ValueError:
        return
    assert number == normalise_mobile(number)
