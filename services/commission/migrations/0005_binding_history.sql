-- What each change of a binding ended: an order told of late belongs to whoever held the customer when
-- it was created, however often the customer was bound since.
ALTER TABLE binding_changes
    ADD COLUMN from_click_id        text        NOT NULL DEFAULT '',
    ADD COLUMN from_valid_until     timestamptz,
    ADD COLUMN from_protected       boolean     NOT NULL DEFAULT false,
    ADD COLUMN from_protected_until timestamptz;
