-- Units of a seat that came back by refunds in part: they are for sale again.
ALTER TABLE seats ADD COLUMN returned_qty bigint NOT NULL DEFAULT 0;
