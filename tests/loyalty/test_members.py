"""Members: enrolling by any identity, one member per person, freezing, rebinding."""

from __future__ import annotations

import asyncio
import json

import pytest

from common.errors import Refusal
from services.loyalty import store_members
from services.loyalty.member_status import FreezeMember, UnfreezeMember
from services.loyalty.members import Enroll, RebindIdentity, identity_key
from tests.loyalty.club import MERCHANT, Club, claim, command


async def _by(club: Club, value: str, kind: str = "PHONE", realm: str = "") -> str | None:
    known = claim(value, kind, realm)  # type: ignore[arg-type]
    member = await store_members.member_by_identity(club.pool, MERCHANT, known.identity)
    return member.member_id if member else None


async def test_a_member_is_found_by_every_identity(club: Club) -> None:
    await club.enrol("a", claim("138"), claim("u1", "UNIONID"), claim("o1", "OPENID", "wx1"))
    assert await _by(club, "138") == "a"
    assert await _by(club, "u1", "UNIONID") == "a"
    assert await _by(club, "o1", "OPENID", "wx1") == "a"
    assert await _by(club, "o1", "OPENID", "wx2") is None


async def test_enrolling_with_a_known_identity_answers_the_same_member_and_binds_the_new_one(
    club: Club,
) -> None:
    first = await club.enrol("", claim("138"), channel="POS", store_id="s1")
    again = await club.enrol("", claim("o1", "OPENID", "wx1"), claim("138"), channel="MINI")
    assert (first.created, again.created) == (True, False)
    assert again.member == first.member
    assert await _by(club, "o1", "OPENID", "wx1") == first.member.member_id
    assert len(await club.told("MemberEnrolled")) == 1
    [bound] = await club.told("MemberIdentityBound")
    assert (bound["kind"], bound["phone_hash"]) == ("OPENID", "")


async def test_identities_of_two_members_need_a_merge(club: Club) -> None:
    await club.enrol("a", claim("138"))
    await club.enrol("b", claim("o1", "OPENID", "wx1"))
    with pytest.raises(Refusal, match="IDENTITY_TAKEN"):
        await club.enrol("", claim("138"), claim("o1", "OPENID", "wx1"))


async def test_a_second_phone_must_be_rebound(club: Club) -> None:
    await club.enrol("a", claim("138"), claim("u1", "UNIONID"))
    with pytest.raises(Refusal, match="IDENTITY_ALREADY_BOUND"):
        await club.enrol("", claim("u1", "UNIONID"), claim("139"))
    await club.run(RebindIdentity, member_id="a", claims=[claim("139")])
    assert (await _by(club, "138"), await _by(club, "139")) == (None, "a")
    await club.enrol("b", claim("138"))
    with pytest.raises(Refusal, match="IDENTITY_TAKEN"):
        await club.run(RebindIdentity, member_id="a", claims=[claim("138")])


async def test_the_same_person_enrolling_many_times_at_once_is_one_member(club: Club) -> None:
    commands = [command(Enroll, claims=[claim("138")], channel="MINI") for _ in range(20)]
    answers = await club.engine.run_each(commands)
    members = {one.member.member_id for one in answers if not isinstance(one, Refusal)}
    assert len(members) == 1
    assert await club.pool.fetchval("SELECT count(*) FROM members") == 1


async def test_two_processes_enrolling_one_person_make_one_member(club: Club) -> None:
    from tests.loyalty.club import club_on

    async with club_on(club.dsn) as other:
        outcomes = await asyncio.gather(
            *(
                one.run(Enroll, claims=[claim(f"{n}")], channel="MINI")
                for n in range(25)
                for one in (club, other)
            ),
            return_exceptions=True,
        )
    reasons = {one.reason for one in outcomes if isinstance(one, Refusal)}
    assert reasons <= {"MEMBER_MOVED"}, "who lost the race repeats and finds the member"
    assert not [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, Refusal)]
    assert await club.pool.fetchval("SELECT count(*) FROM members") == 25


async def test_a_retried_enrolment_is_the_same_request_though_sealed_anew(club: Club) -> None:
    first = await club.run(Enroll, id="r1", claims=[claim("138")], channel="MINI")
    again = await club.run(Enroll, id="r1", claims=[claim("138")], channel="MINI")
    assert again == first
    with pytest.raises(Refusal, match="REQUEST_ID_REUSED"):
        await club.run(Enroll, id="r1", claims=[claim("139")], channel="MINI")


async def test_m12_a_guide_opens_the_card(club: Club) -> None:
    enrolled = await club.enrol(
        "a", channel="GUIDE", store_id="s1", opening_guide_id="g1", referrer_id="g1",
        referrer_kind="STAFF",
    )  # fmt: skip
    assert enrolled.member.opening_guide_id == "g1"
    [told] = await club.told("MemberEnrolled")
    assert (told["referrer_id"], told["referrer_kind"], told["opening_guide_id"]) == (
        "g1",
        "STAFF",
        "g1",
    )


async def test_no_event_carries_personal_data(club: Club) -> None:
    await club.enrol("a", claim("13800138000"), claim("openid-of-a", "OPENID", "wx1"))
    rows = await club.pool.fetch("SELECT about, payload FROM outbox")
    assert rows
    for row in rows:
        text = json.dumps([row["about"], row["payload"]])
        assert "13800138000" not in text
        assert "openid-of-a" not in text
        assert "sealed" not in text


async def test_a_member_id_asked_for_may_not_be_somebody_else(club: Club) -> None:
    await club.enrol("a", claim("138"))
    with pytest.raises(Refusal, match="MEMBER_EXISTS"):
        await club.enrol("a", claim("139"))
    with pytest.raises(Refusal, match="IDENTITY_TAKEN"):
        await club.enrol("b", claim("138"))


async def test_a_frozen_member_is_answered_but_gets_no_new_identity(club: Club) -> None:
    await club.enrol("a", claim("138"))
    frozen = await club.run(FreezeMember, member_id="a", reason="risk")
    assert frozen.status == "FROZEN"
    assert (await club.enrol("", claim("138"))).member.status == "FROZEN"
    with pytest.raises(Refusal, match="MEMBER_IS_FROZEN"):
        await club.enrol("", claim("138"), claim("u1", "UNIONID"))
    await club.run(FreezeMember, member_id="a", reason="again")
    await club.run(UnfreezeMember, member_id="a", reason="ok")
    assert len(await club.told("MemberFrozen")) == 1
    assert len(await club.told("MemberUnfrozen")) == 1
    with pytest.raises(Refusal, match="MEMBER_NOT_FOUND"):
        await club.run(FreezeMember, member_id="x", reason="")


async def test_every_member_has_a_card_number_of_twelve_digits(club: Club) -> None:
    numbers = {(await club.enrol(f"m{n}")).member.card_no for n in range(20)}
    assert len(numbers) == 20
    assert all(len(number) == 12 and number.isdigit() for number in numbers)
    number = numbers.pop()
    member = await store_members.member_by_identity(
        club.pool, MERCHANT, identity_key("CARD", "", number)
    )
    assert member is not None
    assert member.card_no == number
