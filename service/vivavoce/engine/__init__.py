"""The scheduler: many streams, one device, no gaps.

In come EncodeItems and DecodeItems of admitted streams, out go their results. Work waits in the order of its
deadlines (the moment its listener runs out of audio), is batched with what fits, and runs in one compute
thread; the event loop never computes. Only `models.base` is known here.

engine.py     Engine: the door, the streams, the results
stream.py     Stream: one utterance's way through
admission.py  whether one more stream can be served in time
batches.py    which waiting jobs run together
compute.py    the thread of the device and the queue before it
"""

from vivavoce.engine.batches import Limits, Stage
from vivavoce.engine.engine import BatchObserver, BatchRecord, Engine, Stats
from vivavoce.engine.stream import Stream

__all__ = ["BatchObserver", "BatchRecord", "Engine", "Limits", "Stage", "Stats", "Stream"]
