-- Clicks are forgotten by policy. The login role may still only add them: this function takes what is
-- older than the window, never younger than 30 days, whatever it is asked for.
CREATE INDEX clicks_at_idx ON clicks USING brin (at);
CREATE FUNCTION trim_clicks(older_than interval, most bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    WITH gone AS (
        DELETE FROM clicks WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM clicks
            WHERE at < now() - greatest(older_than, interval '30 days')
            LIMIT most FOR UPDATE SKIP LOCKED
        )) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
