"""Rows of different lengths as one batch."""

from collections.abc import Sequence

import numpy as np

from vivavoce.models.session import Tensor


def stacked(rows: Sequence[Tensor]) -> Tensor:
    """The rows as one batch, padded with zeros behind."""
    batch = np.zeros((len(rows), max(map(len, rows)), *rows[0].shape[1:]), rows[0].dtype)
    for target, row in zip(batch, rows, strict=True):
        target[: len(row)] = row
    return batch
