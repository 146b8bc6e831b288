"""Shared by every test: the Hypothesis profiles. HYPOTHESIS_PROFILE picks one; `ci` unless told."""

import os

from hypothesis import HealthCheck, settings

# A test that draws whole documents is slow to draw from; that says nothing about the code.
_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "ci", derandomize=True, max_examples=100, deadline=None, suppress_health_check=_QUIET
)
settings.register_profile("dev", max_examples=500, deadline=None, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
