"""Kokoro-82M from its published checkpoint into two ONNX graphs that take real batches.

    architecture         the sizes, from config.json
    pickled, checkpoint  the .pth → weights in the form of the modules here
    layers, operators    what the modules are made of
    albert, prosody      the encoder: symbols → how long they last, and frames
    source, spectrum, decoder    frames and noise → samples
    graphs               both, as ONNX
    voices, place        the folder that the service loads

PyTorch and onnx are needed here and nowhere else: the extra `export`.
"""

from vivavoce.export.architecture import ExportError
from vivavoce.export.place import Export, export_kokoro

__all__ = ["Export", "ExportError", "export_kokoro"]
