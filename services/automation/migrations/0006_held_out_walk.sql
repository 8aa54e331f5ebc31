-- Who is held out goes through the journey as the treated do, with nothing done, and ends as they do.
-- Those of before ended at once and stay as they are: they wait for nothing and have no end.

ALTER TABLE enrollments
    DROP CONSTRAINT enrollments_running,
    DROP CONSTRAINT enrollments_ended,
    DROP CONSTRAINT enrollments_held_out,
    -- Who runs waits for something, who has ended waits for nothing.
    ADD CONSTRAINT enrollments_running CHECK (
        state = 'HELD_OUT' OR (state = 'RUNNING') = (awaits <> '')
    ) NOT VALID,
    ADD CONSTRAINT enrollments_ended CHECK (CASE state
        WHEN 'RUNNING' THEN ended_at IS NULL
        WHEN 'HELD_OUT' THEN awaits = '' OR ended_at IS NULL
        ELSE ended_at IS NOT NULL
    END) NOT VALID,
    -- They never come to an answer of coupon, as none is asked for, and nothing was done for them.
    ADD CONSTRAINT enrollments_held_out CHECK (
        state <> 'HELD_OUT' OR (visits = '{}' AND awaits <> 'GRANT')
    ) NOT VALID;
