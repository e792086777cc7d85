# written by the engine part
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    kind: str
