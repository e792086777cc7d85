"""Kokoro-82M from its published checkpoint into two ONNX graphs that take real batches.

    checkpoint   the .pth → weights in the form of the modules here
    architecture the sizes, from config.json
    layers, operators     what the modules are made of
    albert, prosody       → encoder: symbols → lengths and frames
    source, spectrum      → decoder: frames and noise → samples
    graphs       both, as files
    place        the folder that the service loads

PyTorch and onnx are needed here and nowhere else: the extra `export`.
"""

from vivavoce.export.architecture import ExportError
from vivavoce.export.place import Export, export_kokoro

__all__ = ["Export", "ExportError", "export_kokoro"]
