-- Predictions: purchase cycles by member and category, and the merchant's buying models.

CREATE TABLE purchase_cycles (
    merchant_id      text        NOT NULL,
    member_id        text        NOT NULL,
    category_id      text        NOT NULL,
    -- [[day, order_id, qty]] of the last 24 days with a purchase
    bought           jsonb       NOT NULL,
    due_on           date,
    trigger_on       date,
    -- twice the median interval in days
    median_half_days bigint      NOT NULL,
    intervals        bigint      NOT NULL,
    spread_bp        bigint      NOT NULL,
    confidence_bp    bigint      NOT NULL,
    suggested_qty    bigint      NOT NULL,
    why              text        NOT NULL,
    is_told          boolean     NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT purchase_cycles_pkey PRIMARY KEY (merchant_id, member_id, category_id),
    CONSTRAINT purchase_cycles_why CHECK (
        why IN ('', 'TOO_FEW_INTERVALS', 'NO_RHYTHM', 'TOO_FAR')
    ),
    -- either foretold or not, and then with all that belongs to it
    CONSTRAINT purchase_cycles_whole CHECK (
        (why = '') = (due_on IS NOT NULL) AND (due_on IS NULL) = (trigger_on IS NULL)
        AND (why <> '' OR (intervals BETWEEN 3 AND 6 AND median_half_days > 0
            AND spread_bp BETWEEN 0 AND 5000 AND confidence_bp BETWEEN 1 AND 9999
            AND suggested_qty > 0 AND trigger_on <= due_on))
    ),
    CONSTRAINT purchase_cycles_told CHECK (NOT is_told OR due_on IS NOT NULL)
) WITH (fillfactor = 85);
-- What the sweep looks for.
CREATE INDEX purchase_cycles_due_idx ON purchase_cycles (trigger_on)
    WHERE trigger_on IS NOT NULL AND NOT is_told;
CREATE INDEX purchase_cycles_list_idx
    ON purchase_cycles (merchant_id, trigger_on, member_id, category_id)
    WHERE trigger_on IS NOT NULL;

CREATE TABLE prediction_policies (
    merchant_id  text        NOT NULL,
    scope        text        NOT NULL,
    version      bigint      NOT NULL,
    lead_days    bigint      NOT NULL,
    horizon_days bigint      NOT NULL,
    refit_days   bigint      NOT NULL,
    set_at       timestamptz NOT NULL,
    set_by       text        NOT NULL,
    CONSTRAINT prediction_policies_pkey PRIMARY KEY (merchant_id, scope),
    CONSTRAINT prediction_policies_days CHECK (
        lead_days BETWEEN 0 AND 60 AND horizon_days BETWEEN 7 AND 365
        AND refit_days BETWEEN 0 AND 365
    )
);

-- Which versions a merchant has: the last asked for, and the one in force.
CREATE TABLE model_heads (
    merchant_id   text    NOT NULL,
    scope         text    NOT NULL,
    last_version  bigint  NOT NULL,
    ready_version bigint  NOT NULL,
    is_fitting    boolean NOT NULL,
    CONSTRAINT model_heads_pkey PRIMARY KEY (merchant_id, scope),
    CONSTRAINT model_heads_order CHECK (ready_version BETWEEN 0 AND last_version)
);

-- One version: {params, log_likelihood, members} of each model, or why there is none; how the
-- model without the last days did on them.
CREATE TABLE model_fits (
    merchant_id  text             NOT NULL,
    version      bigint           NOT NULL,
    state        text             NOT NULL,
    as_of        date             NOT NULL,
    horizon_days bigint           NOT NULL,
    asked_at     timestamptz      NOT NULL,
    asked_by     text             NOT NULL,
    ended_at     timestamptz,
    buying       jsonb,
    buying_why   text             NOT NULL,
    value        jsonb,
    value_why    text             NOT NULL,
    correlation  double precision NOT NULL,
    trial        jsonb,
    CONSTRAINT model_fits_pkey PRIMARY KEY (merchant_id, version),
    CONSTRAINT model_fits_state CHECK (state IN ('FITTING', 'READY', 'NO_MODEL')),
    CONSTRAINT model_fits_ended CHECK ((state = 'FITTING') = (ended_at IS NULL)),
    CONSTRAINT model_fits_ready CHECK ((state = 'READY') = (buying IS NOT NULL))
);
CREATE INDEX model_fits_asked_idx ON model_fits (asked_at) WHERE state = 'FITTING';
