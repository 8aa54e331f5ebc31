-- no-transaction
-- Calls that are due are found endpoint by endpoint, so that one with many does not come before all others. The index
-- on the due time alone is for processes of the release before, and may go when there are none.
DROP INDEX CONCURRENTLY IF EXISTS webhook_calls_lane_idx;
CREATE INDEX CONCURRENTLY webhook_calls_lane_idx
    ON webhook_calls (merchant_id, endpoint_id, next_at) WHERE state = 'PENDING';
