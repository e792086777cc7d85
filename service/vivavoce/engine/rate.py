"""A measured speed: seconds of the device per unit of work, mostly of the last twenty runs."""

KEPT = 0.95
"""Of the past at each new measurement."""


class Rate:
    """A ratio of two sums that forget, so that long runs count for more than short ones."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._units = 0.0

    def add(self, seconds: float, units: float) -> None:
        """Counts a run; 0 units for one that was needed but gave none itself."""
        self._seconds = self._seconds * KEPT + seconds
        self._units = self._units * KEPT + units

    @property
    def seconds_per_unit(self) -> float:
        """0 while nothing was measured."""
        return self._seconds / self._units if self._units else 0.0
