-- A member's days of a month in one look: by the primary key it took one for each day.
CREATE INDEX metric_members_days_idx ON metric_members (merchant_id, member_id, starts_on)
    WHERE grain = 'DAY';
