"""Speaking with a model without an engine: one text, one window after the other, on the caller's thread."""

from collections.abc import Iterator

from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Model


def windows(model: Model, item: EncodeItem) -> Iterator[tuple[Decoded, bool]]:
    """Each window of `item`, and whether it is the last one. Raises what the model raises."""
    left: EncodeItem | None = item
    while left is not None:
        (encoded,) = model.encode([left], model.new_run())
        left = encoded.rest
        for window in encoded.windows:
            (decoded,) = model.decode([DecodeItem(encoded, window)], model.new_run())
            yield decoded, left is None and window is encoded.windows[-1]
