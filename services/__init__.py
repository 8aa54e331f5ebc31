"""One folder per service, the same file names in each."""
