-- A process that judges a mark's member has the mark until then, so that several share the work.
ALTER TABLE segment_marks ADD COLUMN leased_until timestamptz;
ALTER TABLE segment_marks SET (fillfactor = 70);
