"""What must hold for fission groups, promotions and packs at any time; each selects offenders."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "fission_helpers",
        "a group counts exactly its helps, and never more than it needs",
        """
        SELECT g.merchant_id, g.group_id, g.helpers, count(h.helper_id) AS helps
        FROM fission_groups g
        LEFT JOIN fission_helps h ON h.merchant_id = g.merchant_id AND h.group_id = g.group_id
        GROUP BY g.merchant_id, g.group_id, g.helpers, g.terms
        HAVING count(h.helper_id) <> g.helpers
          OR g.helpers > (g.terms ->> 'helpers_needed')::bigint
          OR bool_or(h.helper_id = g.member_id AND NOT EXISTS (
              SELECT FROM merged_members m WHERE m.merchant_id = g.merchant_id
                AND m.into_member_id = g.member_id
                AND m.member_id <> g.member_id AND m.at >= h.helped_at))
        """,
    ),
    Check(
        "fission_rewards",
        "only rewarded groups gave coupons, and those that divide gave exactly what they divide",
        """
        SELECT g.merchant_id, g.group_id, g.state, count(c.coupon_id) AS coupons,
               coalesce(sum(c.face_fen), 0) AS face_fen
        FROM fission_groups g
        LEFT JOIN coupons c ON c.merchant_id = g.merchant_id AND c.ref = g.group_id
          AND c.source = 'FISSION'
        WHERE g.terms ->> 'kind' = 'DIVIDE'
        GROUP BY g.merchant_id, g.group_id, g.state, g.terms
        HAVING coalesce(sum(c.face_fen), 0) <> CASE WHEN g.state = 'REWARDED'
          THEN (g.terms ->> 'total_fen')::bigint ELSE 0 END
        """,
    ),
    Check(
        "fission_unlocked",
        "the coupon of an open group is locked or ended, never usable",
        """
        SELECT g.merchant_id, g.group_id, g.state, c.state AS coupon
        FROM fission_groups g
        JOIN coupons c ON c.merchant_id = g.merchant_id AND c.coupon_id = g.coupon_id
        WHERE g.coupon_id <> '' AND (
            g.state = 'REWARDED' AND c.state = 'FISSION_LOCKED'
            OR g.state <> 'REWARDED' AND c.state NOT IN ('FISSION_LOCKED', 'VOIDED', 'EXPIRED')
            OR g.state IN ('EXPIRED', 'STOPPED') AND c.state = 'FISSION_LOCKED')
        """,
    ),
    Check(
        "fission_tallies",
        "an activity's tally is its groups",
        """
        SELECT t.merchant_id, t.activity_id, t.opened, count(g.group_id) AS groups
        FROM fission_tallies t
        LEFT JOIN fission_groups g ON g.merchant_id = t.merchant_id
          AND g.activity_id = t.activity_id
        GROUP BY t.merchant_id, t.activity_id, t.opened HAVING count(g.group_id) <> t.opened
        """,
    ),
    Check(
        "promotion_versions",
        "every promotion is its latest version, and none of its versions is missing",
        """
        SELECT p.merchant_id, p.promotion_id, p.version, count(v.version) AS versions
        FROM promotions p
        LEFT JOIN promotion_versions v ON v.merchant_id = p.merchant_id
          AND v.promotion_id = p.promotion_id
        GROUP BY p.merchant_id, p.promotion_id, p.version, p.terms, p.state
        HAVING count(v.version) <> p.version
          OR NOT coalesce(bool_or(v.version = p.version AND v.terms = p.terms
                                  AND v.state = p.state), false)
        """,
    ),
    Check(
        "pack_deliveries",
        "a paid pack has one grant per item, a refunded one no coupon that could be used",
        """
        SELECT k.merchant_id, k.pack_id, k.state, count(g.grant_id) AS grants
        FROM coupon_packs k
        LEFT JOIN coupon_grants g ON g.merchant_id = k.merchant_id AND g.source = 'PACK'
          AND g.ref = k.pack_id
        GROUP BY k.merchant_id, k.pack_id, k.state, k.items
        HAVING count(g.grant_id) <> CASE WHEN k.state IN ('CREATED', 'CLOSED') THEN 0
                                         ELSE jsonb_array_length(k.items) END
          OR k.state IN ('REFUNDING', 'REFUNDED')
             AND bool_or(g.state <> 'REVOKED' OR EXISTS (
                 SELECT FROM coupons c WHERE c.merchant_id = k.merchant_id
                   AND c.source = 'PACK' AND c.ref = k.pack_id AND c.state = 'AVAILABLE'))
        """,
    ),
    Check(
        "pack_refunds",
        "a refund is what was paid less what was saved, never below nothing",
        """
        SELECT k.merchant_id, k.pack_id, k.price_fen, k.savings_fen, k.refund_fen
        FROM coupon_packs k WHERE k.state IN ('REFUNDING', 'REFUNDED')
          AND k.refund_fen <> greatest(0, k.price_fen - k.savings_fen)
        """,
    ),
)
