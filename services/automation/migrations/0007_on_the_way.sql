-- no-transaction
-- Who is on the way, held out or not. The index of those that run stays for processes of the release before, and may
-- go when there are none. They find who is swept by enrollments_journey_idx.
DROP INDEX CONCURRENTLY IF EXISTS enrollments_awaiting_idx;
CREATE INDEX CONCURRENTLY enrollments_awaiting_idx
    ON enrollments (merchant_id, member_id) WHERE awaits <> '';
DROP INDEX CONCURRENTLY IF EXISTS enrollments_awaiting_of_journey_idx;
CREATE INDEX CONCURRENTLY enrollments_awaiting_of_journey_idx
    ON enrollments (merchant_id, journey_id, enrollment_id) WHERE awaits <> '';
DROP INDEX CONCURRENTLY IF EXISTS enrollments_on_the_way_idx;
ALTER TABLE enrollments VALIDATE CONSTRAINT enrollments_running;
ALTER TABLE enrollments VALIDATE CONSTRAINT enrollments_ended;
ALTER TABLE enrollments VALIDATE CONSTRAINT enrollments_held_out;
