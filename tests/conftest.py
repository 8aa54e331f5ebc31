"""Settings and fixtures for every test; a folder's own fixtures live in its own conftest.py."""

from hypothesis import HealthCheck, settings

# A shared machine's pauses are not our slowness, so no deadline per example; each failure prints
# what reproduces it. `HYPOTHESIS_PROFILE` is not read: longer searches belong to `make faults`.
settings.register_profile(
    "danke", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("danke")
