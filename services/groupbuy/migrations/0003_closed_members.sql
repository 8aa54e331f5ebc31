-- Members who left for good, and what they have open then.
ALTER TABLE customers ADD COLUMN closed boolean NOT NULL DEFAULT false;
CREATE INDEX seats_unsettled_idx ON seats (merchant_id, member_id)
    WHERE state IN ('RESERVED', 'PAID');
