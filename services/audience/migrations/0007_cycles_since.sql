-- From which day on a purchase cycle remembers. It was the first of 24 days; once some of those came
-- back in full, nobody could tell what had been forgotten from what is missing.
ALTER TABLE purchase_cycles ADD COLUMN since_on date;
UPDATE purchase_cycles c SET since_on = (
    SELECT coalesce(min((b.one ->> 0)::date), (c.updated_at AT TIME ZONE 'Asia/Shanghai')::date)
    FROM jsonb_array_elements(c.bought) AS b(one)
)
WHERE (SELECT count(DISTINCT b.one ->> 0) FROM jsonb_array_elements(c.bought) AS b(one))
    NOT BETWEEN 1 AND 23;
