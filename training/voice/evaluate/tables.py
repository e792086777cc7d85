"""What a measurement hands back: tables of numbers, written as Markdown and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 4000


@dataclass(frozen=True, slots=True)
class Interval:
    """A number and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean and its standard deviation over what was measured (sentences, splits)."""

    mean: float
    deviation: float


Cell: TypeAlias = float | str | Interval | Spread | None
"""None: does not apply to this system."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each with a label."""

    title: str
    note: str
    columns: tuple[str, ...]
    """With the unit."""
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    digits: int = 1
    """Behind the decimal point."""

    def markdown(self) -> str:
        """A heading, the note, the table."""
        lines = ["", *("| " + " | ".join(cells) + " |" for cells in self._cells())]
        lines.insert(2, "|" + "---|" * (len(self.columns) + 1))
        return "\n".join([f"## {self.title}", self.note, *lines])

    def _cells(self) -> list[list[str]]:
        body = [[label, *(self._written(cell) for cell in cells)] for label, cells in self.rows]
        return [["", *self.columns], *body]

    def _written(self, cell: Cell) -> str:
        digits = self.digits
        match cell:
            case None:
                return "–"
            case str():
                return cell.replace("|", "¦")
            case Interval(value, low, high):
                return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
            case Spread(mean, deviation):
                return f"{mean:.{digits}f} ± {deviation:.{digits}f}"
            case _:
                return f"{cell:.{digits}f}"

    def numbers(self) -> dict[str, dict[str, object]]:
        """Label → column → number, for JSON."""
        return {
            label: {column: _plain(cell) for column, cell in zip(self.columns, cells, strict=True)}
            for label, cells in self.rows
        }


def _plain(cell: Cell) -> object:
    return asdict(cast("Interval", cell)) if is_dataclass(cell) else cell


def spread(values: Sequence[float] | NDArray[np.float64]) -> Spread | None:
    """Mean and standard deviation of the numbers among `values`; None if there are none."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    return Spread(float(known.mean()), float(known.std())) if known.size else None


def mean_interval(values: Sequence[float], seed: int = 0) -> Interval | None:
    """The mean of the numbers among `values`, resampled one by one; None if there are none."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    return ratio_interval(known, np.ones_like(known), seed) if known.size else None


def ratio_interval(
    parts: Sequence[float] | NDArray[np.float64],
    wholes: Sequence[float] | NDArray[np.float64],
    seed: int = 0,
) -> Interval:
    """Σ parts / Σ wholes, and the interval when the pairs (sentences) are drawn again with replacement:
    Efron, Bootstrap Methods, 1979; for word errors: Bisani and Ney, 2004."""
    pairs = np.stack([np.asarray(parts, np.float64), np.asarray(wholes, np.float64)], 1)
    drawn = pairs[np.random.default_rng(seed).integers(0, len(pairs), (RESAMPLES, len(pairs)))].sum(1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    total = pairs.sum(0)
    return Interval(float(total[0] / total[1]), float(low), float(high))


def scaled(interval: Interval, factor: float) -> Interval:
    """In another unit."""
    return Interval(interval.value * factor, interval.low * factor, interval.high * factor)
