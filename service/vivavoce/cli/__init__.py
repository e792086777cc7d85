"""The command line, and the only place that wires objects.

`program` is the list of commands, one file each; they are imported for every call, so whatever is slow to
import (numpy, ONNX Runtime, gRPC, pydantic) is imported inside the function that needs it.
"""
