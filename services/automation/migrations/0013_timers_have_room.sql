-- Claiming a timer changes no indexed column: with room on its page neither index is written for it.
ALTER TABLE timers SET (fillfactor = 60);
