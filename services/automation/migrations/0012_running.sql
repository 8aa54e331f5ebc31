-- no-transaction
-- Who is on the way is found by what he waits for. No statement has looked by the state since 0007; one index entry
-- less for each step of who runs.
DROP INDEX CONCURRENTLY IF EXISTS enrollments_running_idx;
