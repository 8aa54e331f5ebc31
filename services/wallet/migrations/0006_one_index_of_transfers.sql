-- no-transaction
-- A payment leaves two transfers; two indexes on them made four of its eleven index entries. One
-- that begins with the member does for both: a member's transfers are found by it, and a transfer
-- is booked once. (Its id begins with the id of what caused it, which is itself once per merchant.)
DROP INDEX CONCURRENTLY IF EXISTS transfers_once_idx;
CREATE UNIQUE INDEX CONCURRENTLY transfers_once_idx
    ON transfers (merchant_id, member_id, transfer_id);
ALTER TABLE transfers
    DROP CONSTRAINT IF EXISTS transfers_pkey,
    ADD CONSTRAINT transfers_pkey PRIMARY KEY USING INDEX transfers_once_idx;
DROP INDEX CONCURRENTLY IF EXISTS transfers_member_idx;
