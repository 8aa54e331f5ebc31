"""What must always be true of segments and snapshots, as queries that select what is not."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "segment_rules",
        "a segment's rule is the newest of its versions",
        """
        SELECT s.merchant_id, s.segment_id, s.rule_version FROM segments s
        LEFT JOIN segment_versions v ON v.merchant_id = s.merchant_id
          AND v.segment_id = s.segment_id AND v.rule_version = s.rule_version
        WHERE s.rule_version > 0 AND v.rule IS DISTINCT FROM s.rule
           OR EXISTS (
               SELECT FROM segment_versions n WHERE n.merchant_id = s.merchant_id
                 AND n.segment_id = s.segment_id AND n.rule_version > s.rule_version
           )
        """,
    ),
    Check(
        "segment_members_known",
        "nobody is in a segment that does not exist, was emptied, or had no such rule yet",
        """
        SELECT m.merchant_id, m.segment_id, m.member_id FROM segment_members m
        LEFT JOIN segments s ON s.merchant_id = m.merchant_id AND s.segment_id = m.segment_id
        WHERE s.segment_id IS NULL OR m.rule_version > s.rule_version
           OR (s.state = 'ARCHIVED' AND NOT s.is_running)
           OR (s.state = 'DRAFT' AND s.kind = 'DYNAMIC')
        """,
    ),
    Check(
        "segment_members_present",
        "nobody who left or was merged is in a dynamic segment",
        """
        SELECT m.merchant_id, m.segment_id, m.member_id, p.status FROM segment_members m
        JOIN segments s ON s.merchant_id = m.merchant_id AND s.segment_id = m.segment_id
          AND s.is_watched AND NOT s.is_running
        LEFT JOIN profiles p ON p.merchant_id = m.merchant_id AND p.member_id = m.member_id
        WHERE p.status IS NULL OR (
            p.status NOT IN ('VISITOR', 'MEMBER', 'FROZEN') AND NOT EXISTS (
                SELECT FROM segment_marks k
                WHERE k.merchant_id = m.merchant_id AND k.member_id = m.member_id
            )
        )
        """,
    ),
    Check(
        "segment_marks_taken",
        "no changed profile waits for more than an hour to be judged",
        """
        SELECT merchant_id, mark_id, member_id, created_at FROM segment_marks
        WHERE created_at < clock_timestamp() - interval '1 hour'
        """,
    ),
    Check(
        "segment_timers_of_members",
        "who waits for a moment that turns an answer has a profile",
        """
        SELECT t.merchant_id, t.ref, t.due_at FROM timers t
        LEFT JOIN profiles p ON p.merchant_id = t.merchant_id AND p.member_id = t.ref
        WHERE t.kind = 'segment_turn' AND p.member_id IS NULL
        """,
    ),
    Check(
        "snapshot_pages",
        "a snapshot has the pages and the members it says, all pages full but the last",
        """
        SELECT s.merchant_id, s.snapshot_id, s.pages, s.members, p.pages AS found
        FROM snapshots s
        LEFT JOIN LATERAL (
            SELECT count(*) AS pages, coalesce(max(p.page), -1) AS last,
                coalesce(sum(jsonb_array_length(p.member_ids)), 0) AS members,
                count(*) FILTER (
                    WHERE jsonb_array_length(p.member_ids) <> 500 AND p.page < s.pages - 1
                ) AS short
            FROM snapshot_pages p
            WHERE p.merchant_id = s.merchant_id AND p.snapshot_id = s.snapshot_id
        ) AS p ON true
        WHERE (p.pages, p.last, p.members, p.short)
          IS DISTINCT FROM (s.pages, s.pages - 1, s.members::numeric, 0::bigint)
        """,
    ),
    Check(
        "snapshot_page_hashes",
        "a page's members are those its hash was made of",
        """
        SELECT p.merchant_id, p.snapshot_id, p.page FROM snapshot_pages p
        WHERE p.sha256 <> encode(sha256(convert_to((
            SELECT string_agg(i.id, E'\\n' ORDER BY i.place)
            FROM jsonb_array_elements_text(p.member_ids) WITH ORDINALITY AS i (id, place)
        ), 'UTF8')), 'hex')
        """,
    ),
    Check(
        "snapshot_checksums",
        "a finished snapshot's checksum is that of its pages",
        """
        SELECT s.merchant_id, s.snapshot_id FROM snapshots s
        WHERE s.ready_at IS NOT NULL AND s.checksum <> (
            SELECT encode(sha256(convert_to(
                coalesce(string_agg(p.sha256, '' ORDER BY p.page), ''), 'UTF8')), 'hex')
            FROM snapshot_pages p
            WHERE p.merchant_id = s.merchant_id AND p.snapshot_id = s.snapshot_id
        )
        """,
    ),
    Check(
        "snapshot_once",
        "nobody is in a snapshot twice: pages are in ascending order",
        """
        SELECT merchant_id, snapshot_id, page FROM (
            SELECT p.merchant_id, p.snapshot_id, p.page, p.member_ids ->> 0 AS first,
                lag(p.member_ids ->> -1) OVER (
                    PARTITION BY p.merchant_id, p.snapshot_id ORDER BY p.page
                ) AS before
            FROM snapshot_pages p
        ) AS pages WHERE first <= before
        """,
    ),
)
