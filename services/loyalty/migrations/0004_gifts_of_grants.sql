-- Which grant brought an upgrade gift: only when that one is undone does the gift go back.
-- Empty for gifts of a release that did not say.
ALTER TABLE tier_gifts ADD COLUMN grant_id text NOT NULL DEFAULT '';
