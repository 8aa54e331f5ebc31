"""The operator's command line: run, migrate, verify, dead letters."""
