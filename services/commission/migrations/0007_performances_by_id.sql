-- no-transaction
-- An order's sale is found by its id, which is made of its source; no statement looks for performances
-- by source any more. One index entry less for each of an order's rows here.
DROP INDEX CONCURRENTLY IF EXISTS performances_source_idx;
