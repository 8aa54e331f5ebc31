"""Replay of real shopping data through the public doors, and its report."""
