"""What must always be true of journeys, as queries that select what is not; domain.md §3.7."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "journeys_have_their_version",
        "an active or paused journey has exactly the version members enter by, in that state",
        """
        SELECT j.merchant_id, j.journey_id, j.state, j.active_version, v.state AS version_state
        FROM journeys j LEFT JOIN journey_versions v
          ON v.merchant_id = j.merchant_id AND v.journey_id = j.journey_id
          AND v.version = j.active_version
        WHERE j.state IN ('ACTIVE', 'PAUSED') AND v.state IS DISTINCT FROM j.state
        """,
    ),
    Check(
        "enrolments_have_their_version",
        "every enrolment goes by a version that is there and marked as used",
        """
        SELECT e.merchant_id, e.enrollment_id, e.journey_id, e.version FROM enrollments e
        LEFT JOIN journey_versions v ON v.merchant_id = e.merchant_id
          AND v.journey_id = e.journey_id AND v.version = e.version
        WHERE e.awaits <> '' AND v.in_use IS NOT TRUE
        """,
    ),
    Check(
        "who_waits_has_a_timer",
        "every enrolment that waits for a time has its timer, not later than its time",
        """
        SELECT e.merchant_id, e.enrollment_id, e.awaits, e.wake_at, t.due_at FROM enrollments e
        LEFT JOIN timers t ON t.merchant_id = e.merchant_id AND t.ref = e.enrollment_id
          AND t.kind = CASE e.state WHEN 'HELD_OUT' THEN 'journey_step_held_out'
                       ELSE 'journey_step' END
        WHERE e.awaits IN ('TIME', 'EVENT', 'GRANT')
          AND t.due_at IS DISTINCT FROM least(e.wake_at, e.ends_at)
        """,
    ),
    Check(
        "who_has_a_timer_waits",
        "no timer wakes an enrolment that does not wait for a time",
        """
        SELECT t.merchant_id, t.ref, e.state, e.awaits FROM timers t
        LEFT JOIN enrollments e ON e.merchant_id = t.merchant_id AND e.enrollment_id = t.ref
        WHERE t.kind IN ('journey_step', 'journey_step_held_out') AND e.wake_at IS NULL
          AND t.leased_until IS NULL
        """,
    ),
    Check(
        "the_held_out_get_nothing",
        "who is held out of a journey has no message and no call of it; M3",
        """
        SELECT e.merchant_id, e.enrollment_id, e.journey_id, e.member_id FROM enrollments e
        WHERE e.state = 'HELD_OUT' AND EXISTS (
            SELECT FROM messages m WHERE m.merchant_id = e.merchant_id
              AND m.source_kind = 'JOURNEY' AND m.ref = e.enrollment_id)
        UNION ALL
        SELECT e.merchant_id, e.enrollment_id, e.journey_id, e.member_id FROM enrollments e
        WHERE e.state = 'HELD_OUT' AND EXISTS (
            SELECT FROM webhook_calls c WHERE c.merchant_id = e.merchant_id
              AND c.enrollment_id = e.enrollment_id)
        """,
    ),
    Check(
        "the_held_out_have_no_coupon",
        "no coupon was given by a journey to who is held out of it; M3",
        """
        SELECT g.merchant_id, g.coupon_id, g.action_id, g.member_id FROM given_coupons g
        JOIN enrollments e ON e.merchant_id = g.merchant_id
          AND e.enrollment_id = split_part(g.action_id, '.', 1)
        WHERE g.source_kind = 'JOURNEY' AND e.state = 'HELD_OUT'
        """,
    ),
    Check(
        "the_held_out_are_the_control",
        "who is held out of a journey is measured as control, and nobody else is",
        """
        SELECT e.merchant_id, e.enrollment_id, e.state, t.kind FROM enrollments e
        JOIN touches t ON t.merchant_id = e.merchant_id
          AND t.touch_id = 'JOURNEY/' || e.enrollment_id || '/' || e.member_id
        WHERE (t.kind = 'CONTROL') <> (e.state = 'HELD_OUT')
        """,
    ),
    Check(
        "the_gone_go_nowhere",
        "nobody who was merged or left is on the way in a journey, or in a segment",
        """
        SELECT m.merchant_id, m.member_id, m.state, e.enrollment_id FROM members m
        JOIN enrollments e ON e.merchant_id = m.merchant_id AND e.member_id = m.member_id
        WHERE m.state <> 'ACTIVE' AND e.awaits <> ''
        UNION ALL
        SELECT m.merchant_id, m.member_id, m.state, s.segment_id FROM members m
        JOIN segment_members s ON s.merchant_id = m.merchant_id AND s.member_id = m.member_id
        WHERE m.state = 'MERGED'
        """,
    ),
    Check(
        "orders_are_numbered_as_they_count",
        "a member's orders that stand are numbered from one, and are as many as the member has",
        """
        SELECT m.merchant_id, m.member_id, m.order_count, count(o.order_id) AS orders,
            max(o.number) AS last
        FROM members m LEFT JOIN member_orders o ON o.merchant_id = m.merchant_id
          AND o.member_id = m.member_id AND o.number > 0
        WHERE m.state = 'ACTIVE'
        GROUP BY m.merchant_id, m.member_id
        HAVING m.order_count <> count(o.order_id) OR coalesce(max(o.number), 0) <> count(o.order_id)
            OR count(DISTINCT o.number) <> count(o.order_id)
        """,
    ),
    Check(
        "visits_end_with_their_enrolments",
        "a member's latest visit of a journey is open exactly while its enrolment is on the way",
        """
        SELECT v.merchant_id, v.journey_id, v.member_id, v.ended_at, e.state FROM visits v
        LEFT JOIN enrollments e ON e.merchant_id = v.merchant_id
          AND e.enrollment_id = v.enrollment_id
        WHERE (e.awaits <> '') IS DISTINCT FROM (v.ended_at IS NULL)
        """,
    ),
    Check(
        "wake_rounds_are_counted_by_steps",
        "nobody has ended more wake-up rounds than steps were gone",
        """
        SELECT merchant_id, enrollment_id, rounds, steps FROM enrollments
        WHERE rounds > steps OR rounds < 0
        """,
    ),
)
