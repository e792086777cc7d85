"""The rows of a batch: padded into one where a graph takes that, one after another where it does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vivavoce.models.base import Window
from vivavoce.models.session import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One row for a graph that takes a single text, and all of it."""

    feeds: Mapping[str, Tensor]
    """What the graph is given."""
    windows: tuple[Window]
    """`cost` counts the phonemes."""
    rest: None = None


def stacked(rows: Sequence[Tensor]) -> Tensor:
    """The rows as one batch, padded with zeros behind."""
    batch = np.zeros((len(rows), max(map(len, rows)), *rows[0].shape[1:]), rows[0].dtype)
    for target, row in zip(batch, rows, strict=True):
        target[: len(row)] = row
    return batch
