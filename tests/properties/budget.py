"""How many examples a property tries: a multiple of what the profile says, fewer where an example costs more."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def times(factor: float) -> settings:
    """Try `factor` examples where the profile says one, five at least.

    What an example changes it makes anew itself, so that a fixture may serve all of them.
    """
    return settings(
        max_examples=max(5, round(settings().max_examples * factor)),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
