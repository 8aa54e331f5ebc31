-- A payment that bought no punch card goes back as a refund with its own id and basis NOT_CREDITED.
-- The previous release writes the other two only.
ALTER TABLE punch_refunds
    DROP CONSTRAINT punch_refunds_basis,
    ADD CONSTRAINT punch_refunds_basis CHECK (
        basis IN ('NOT_CONSUMER_FAULT', 'CONSUMER_REASON', 'NOT_CREDITED')
    ) NOT VALID;
