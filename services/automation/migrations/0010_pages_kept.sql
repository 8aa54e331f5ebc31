-- When a snapshot's page came: those that no campaign needs any more are forgotten by it.

ALTER TABLE audience_pages ADD COLUMN kept_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX audience_pages_kept_idx ON audience_pages USING brin (kept_at);
