"""Faults on a real stack, and the proof that nothing was lost and nothing doubled."""
