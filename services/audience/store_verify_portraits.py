"""That profiles carry what their rows say: tags, consents, referrals, merges, erasures."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "profiles_carry_their_tags",
        "a profile's tags are those assigned to it",
        """
        SELECT coalesce(p.merchant_id, a.merchant_id) AS merchant_id,
            coalesce(p.member_id, a.member_id) AS member_id, p.tags, a.tags AS assigned
        FROM profiles p FULL JOIN (
            SELECT merchant_id, member_id, jsonb_agg(tag_id ORDER BY tag_id COLLATE "C") AS tags
            FROM tag_assignments GROUP BY merchant_id, member_id
        ) a ON a.merchant_id = p.merchant_id AND a.member_id = p.member_id
        WHERE coalesce(p.tags, '[]') <> coalesce(a.tags, '[]')
        """,
    ),
    Check(
        "consents_are_on_record",
        "what holds for a member is what the record it names says, and the profile says the same",
        """
        SELECT c.merchant_id, c.member_id, c.channel, c.purpose, c.is_granted FROM consents c
        LEFT JOIN consent_records r ON r.merchant_id = c.merchant_id AND r.record_id = c.record_id
        LEFT JOIN profiles p ON p.merchant_id = c.merchant_id AND p.member_id = c.member_id
        WHERE (r.channel, r.purpose, r.is_granted, r.given_at)
            IS DISTINCT FROM (c.channel, c.purpose, c.is_granted, c.changed_at)
           OR coalesce(p.consents, '[]') ? (c.channel || '/' || c.purpose) <> c.is_granted
        UNION ALL
        SELECT p.merchant_id, p.member_id, split_part(said, '/', 1), split_part(said, '/', 2), true
        FROM profiles p CROSS JOIN LATERAL jsonb_array_elements_text(p.consents) AS said
        WHERE NOT EXISTS (
            SELECT FROM consents c WHERE c.merchant_id = p.merchant_id
              AND c.member_id = p.member_id AND c.channel || '/' || c.purpose = said
        )
        """,
    ),
    Check(
        "referrals_count_for_who_referred",
        "a profile's referrals are those that count for it",
        """
        SELECT coalesce(p.merchant_id, f.merchant_id) AS merchant_id,
            coalesce(p.member_id, f.referrer_id) AS member_id, p.referral_count, f.counted
        FROM profiles p FULL JOIN (
            SELECT merchant_id, referrer_id, count(*) FILTER (WHERE counts) AS counted
            FROM referral_facts GROUP BY merchant_id, referrer_id
        ) f ON f.merchant_id = p.merchant_id AND f.referrer_id = p.member_id
        WHERE coalesce(p.referral_count, 0) <> coalesce(f.counted, 0)
        """,
    ),
    Check(
        "merged_members_are_empty",
        "who was merged is an alias of somebody who is there, and has no facts of their own",
        """
        SELECT a.merchant_id, a.member_id, a.into_member FROM aliases a
        LEFT JOIN profiles p ON p.merchant_id = a.merchant_id AND p.member_id = a.member_id
        WHERE p.status <> 'MERGED'
           OR EXISTS (SELECT FROM aliases b
                WHERE b.merchant_id = a.merchant_id AND b.member_id = a.into_member)
           OR EXISTS (SELECT FROM order_facts o
                WHERE o.merchant_id = a.merchant_id AND o.member_id = a.member_id)
           OR EXISTS (SELECT FROM behaviour_facts f
                WHERE f.merchant_id = a.merchant_id AND f.member_id = a.member_id)
        UNION ALL
        SELECT p.merchant_id, p.member_id, p.merged_into FROM profiles p
        WHERE p.status = 'MERGED' AND NOT EXISTS (
            SELECT FROM aliases a WHERE a.merchant_id = p.merchant_id AND a.member_id = p.member_id)
        """,
    ),
    Check(
        "who_left_left_nothing_personal",
        "nothing personal is kept of a member who left",
        """
        SELECT p.merchant_id, p.member_id FROM profiles p
        WHERE p.status = 'CLOSED' AND (
            p.birthday <> '' OR p.tags <> '[]' OR p.attributes <> '{}' OR p.consents <> '[]'
            OR p.behaviour <> '{}' OR p.next_stage_at IS NOT NULL
            OR EXISTS (SELECT FROM behaviour_facts f
                WHERE f.merchant_id = p.merchant_id AND f.member_id = p.member_id))
        """,
    ),
)
