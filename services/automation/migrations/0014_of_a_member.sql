-- no-transaction
-- A member's ways are listed over all journeys, and in one without reading the whole of it: who is on the way stands in
-- enrollments_awaiting_idx, whose way has ended here. No step of who runs writes it, only the last.
DROP INDEX CONCURRENTLY IF EXISTS enrollments_of_member_idx;
CREATE INDEX CONCURRENTLY enrollments_of_member_idx
    ON enrollments (merchant_id, member_id, enrollment_id) WHERE awaits = '';
