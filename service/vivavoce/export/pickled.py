"""Files of PyTorch: a path goes in, tensors come out, and nothing that the file asks for is run."""

from pathlib import Path
from typing import Any

from vivavoce.export.architecture import ExportError


def read(file: Path, what: str) -> Any:  # noqa: ANN401 - whatever it holds
    """The content of `file`, which should be `what`. Raises ExportError."""
    import torch

    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ExportError(f"{file}: {error.strerror or error}") from None
    except Exception as error:  # noqa: BLE001 - bytes that are no pickle can end in any error
        reason = str(error).splitlines() or [type(error).__name__]
        raise ExportError(f"{file.name} is no {what}: {reason[0]}") from None
