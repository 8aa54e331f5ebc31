-- The metric cube: day or month × channel × store × guide, exact, kept up by what changes.
--
-- Three steps, each set-based. A change of a fact notes its member and CST day (the triggers below:
-- whatever command changes a fact, and the notes commit with it). The folder counts noted members'
-- days anew from their facts of that day alone, and adds the difference to the cube. Months are
-- counted from days the same way. So no fact is read again as history grows, and a late order, a
-- refund, a merge or a guide named later corrects the very cells it belongs to.

-- What is still to be folded. Appended to by many, emptied by one.
CREATE TABLE metric_changes (
    change_id   bigint GENERATED ALWAYS AS IDENTITY,
    merchant_id text   NOT NULL,
    grain       text   NOT NULL DEFAULT 'DAY',
    starts_on   date   NOT NULL,
    member_id   text   NOT NULL,
    CONSTRAINT metric_changes_pkey PRIMARY KEY (change_id),
    CONSTRAINT metric_changes_grain CHECK (grain IN ('DAY', 'MONTH'))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX metric_changes_grain_idx ON metric_changes (grain, change_id);

-- One row per member and place in a day or month: the member was there. With their standing orders.
CREATE TABLE metric_members (
    merchant_id text   NOT NULL,
    grain       text   NOT NULL,
    starts_on   date   NOT NULL,
    member_id   text   NOT NULL,
    channel     text   NOT NULL,
    store_id    text   NOT NULL,
    guide_id    text   NOT NULL,
    orders      bigint NOT NULL,
    sales_fen   bigint NOT NULL,
    CONSTRAINT metric_members_pkey
        PRIMARY KEY (merchant_id, grain, starts_on, member_id, channel, store_id, guide_id),
    CONSTRAINT metric_members_grain CHECK (grain IN ('DAY', 'MONTH')),
    CONSTRAINT metric_members_orders CHECK (orders >= 0 AND (orders > 0 OR sales_fen = 0))
) WITH (fillfactor = 85);
CREATE INDEX metric_members_trim_idx ON metric_members (starts_on);

-- The sums, for each way to leave dimensions out: bits of mask 4 = any channel, 2 = any store,
-- 1 = any guide; what is left out is empty. uv and buyers count a member once in each cell.
CREATE TABLE metric_cube (
    merchant_id text   NOT NULL,
    grain       text   NOT NULL,
    mask        bigint NOT NULL,
    starts_on   date   NOT NULL,
    channel     text   NOT NULL,
    store_id    text   NOT NULL,
    guide_id    text   NOT NULL,
    uv          bigint NOT NULL,
    buyers      bigint NOT NULL,
    orders      bigint NOT NULL,
    sales_fen   bigint NOT NULL,
    CONSTRAINT metric_cube_pkey
        PRIMARY KEY (merchant_id, grain, mask, starts_on, channel, store_id, guide_id),
    CONSTRAINT metric_cube_grain CHECK (grain IN ('DAY', 'MONTH')),
    CONSTRAINT metric_cube_mask CHECK (mask BETWEEN 0 AND 7),
    -- a buyer has visited and has an order
    CONSTRAINT metric_cube_funnel CHECK (0 <= buyers AND buyers <= uv AND buyers <= orders)
) WITH (fillfactor = 70);

-- Days before it are closed: their members' rows are gone, their cells stand. At most one row.
CREATE TABLE metric_horizons (
    scope         text NOT NULL,
    closed_before date NOT NULL,
    CONSTRAINT metric_horizons_pkey PRIMARY KEY (scope)
);

-- Where somebody who did this was; null if it is no visit.
CREATE FUNCTION visit_channel(event_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN event_name IN (
        'page_view', 'item_view', 'cart_add', 'search', 'link_click', 'share', 'live_reserve'
    ) THEN 'MINI'
    WHEN event_name = 'live_watch' THEN 'LIVE'
    WHEN event_name = 'store_visit' THEN 'POS'
END;

CREATE FUNCTION note_order_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO metric_changes (merchant_id, member_id, starts_on)
        SELECT DISTINCT merchant_id, member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date
        FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO metric_changes (merchant_id, member_id, starts_on)
        SELECT DISTINCT merchant_id, member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date
        FROM old_rows;
    ELSE
        INSERT INTO metric_changes (merchant_id, member_id, starts_on)
        SELECT DISTINCT merchant_id, member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date
        FROM (
            (SELECT merchant_id, order_id, member_id, channel, store_id, guide_id, paid_at, net_fen,
                refunded_fen, is_full_refund FROM old_rows
             EXCEPT
             SELECT merchant_id, order_id, member_id, channel, store_id, guide_id, paid_at, net_fen,
                refunded_fen, is_full_refund FROM new_rows)
            UNION ALL
            (SELECT merchant_id, order_id, member_id, channel, store_id, guide_id, paid_at, net_fen,
                refunded_fen, is_full_refund FROM new_rows
             EXCEPT
             SELECT merchant_id, order_id, member_id, channel, store_id, guide_id, paid_at, net_fen,
                refunded_fen, is_full_refund FROM old_rows)
        ) AS altered;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER order_days_inserted AFTER INSERT ON order_facts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_order_days();
CREATE TRIGGER order_days_updated AFTER UPDATE ON order_facts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_order_days();
CREATE TRIGGER order_days_deleted AFTER DELETE ON order_facts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_order_days();

-- Facts that are trimmed belong to days that were closed before, and are not noted.
CREATE FUNCTION note_visit_days() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO metric_changes (merchant_id, member_id, starts_on)
        SELECT DISTINCT merchant_id, member_id, (happened_at AT TIME ZONE 'Asia/Shanghai')::date
        FROM new_rows WHERE visit_channel(event_name) IS NOT NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO metric_changes (merchant_id, member_id, starts_on)
        SELECT DISTINCT merchant_id, member_id, (happened_at AT TIME ZONE 'Asia/Shanghai')::date
        FROM old_rows WHERE visit_channel(event_name) IS NOT NULL
          AND (happened_at AT TIME ZONE 'Asia/Shanghai')::date
            >= coalesce((SELECT max(closed_before) FROM metric_horizons), '-infinity');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER visit_days_inserted AFTER INSERT ON behaviour_facts
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_visit_days();
CREATE TRIGGER visit_days_updated AFTER UPDATE ON behaviour_facts
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION note_visit_days();
CREATE TRIGGER visit_days_deleted AFTER DELETE ON behaviour_facts
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_visit_days();

-- Changes of stage by CST day, summed; appended to and folded like the rest.
CREATE TABLE stage_moves (
    move_id     bigint GENERATED ALWAYS AS IDENTITY,
    merchant_id text   NOT NULL,
    moved_on    date   NOT NULL,
    from_stage  text   NOT NULL,
    to_stage    text   NOT NULL,
    members     bigint NOT NULL,
    CONSTRAINT stage_moves_pkey PRIMARY KEY (move_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE TABLE stage_days (
    merchant_id text   NOT NULL,
    moved_on    date   NOT NULL,
    from_stage  text   NOT NULL,
    to_stage    text   NOT NULL,
    members     bigint NOT NULL,
    CONSTRAINT stage_days_pkey PRIMARY KEY (merchant_id, moved_on, from_stage, to_stage),
    CONSTRAINT stage_days_members CHECK (members > 0)
);
CREATE FUNCTION note_stage_moves() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO stage_moves (merchant_id, moved_on, from_stage, to_stage, members)
    SELECT merchant_id, (changed_at AT TIME ZONE 'Asia/Shanghai')::date, from_stage, to_stage,
        count(*)
    FROM new_rows GROUP BY 1, 2, 3, 4;
    RETURN NULL;
END $$;
CREATE TRIGGER stage_moves_noted AFTER INSERT ON stage_changes
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_stage_moves();

-- Members a journey set out to wake (唤醒): those who were silent, sleeping or lost when it began.
CREATE TABLE wakeups (
    merchant_id   text        NOT NULL,
    enrollment_id text        NOT NULL,
    journey_id    text        NOT NULL,
    member_id     text        NOT NULL,
    -- held out as control, to whom nothing is done
    is_control    boolean     NOT NULL,
    stage         text        NOT NULL,
    started_at    timestamptz NOT NULL,
    CONSTRAINT wakeups_pkey PRIMARY KEY (merchant_id, enrollment_id),
    CONSTRAINT wakeups_stage CHECK (stage IN ('SILENT', 'SLEEPING', 'LOST'))
);
CREATE INDEX wakeups_started_idx ON wakeups (merchant_id, started_at, journey_id);
CREATE INDEX wakeups_member_idx ON wakeups (merchant_id, member_id);
