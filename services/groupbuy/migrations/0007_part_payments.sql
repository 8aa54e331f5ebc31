-- Money that is too little for its seat is remembered as PART and goes back as UNDERPAID. The previous
-- release writes neither; the longer lists take all that it does write.
ALTER TABLE seat_payments
    DROP CONSTRAINT seat_payments_use,
    ADD CONSTRAINT seat_payments_use CHECK (use IN ('SEAT', 'LATE', 'DUPLICATE', 'PART')) NOT VALID;
ALTER TABLE refunds
    DROP CONSTRAINT refunds_kind,
    ADD CONSTRAINT refunds_kind CHECK (kind IN (
        'FAIL', 'LADDER_DIFF', 'LATE_PAY', 'OVERSOLD', 'LEAVE', 'NOT_NEW', 'DUPLICATE', 'UNDERPAID',
        'ORDER'
    )) NOT VALID;
