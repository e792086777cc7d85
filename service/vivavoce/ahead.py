"""Running one stage of the pipeline ahead of the next, by a bounded number of items."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _End:
    """Follows the last item, with what ended the source if that was a failure."""

    failure: Exception | None


async def ahead(source: AsyncGenerator[Item, None], depth: int) -> AsyncGenerator[Item, None]:
    """`source`, run in a task of its own up to `depth` items ahead; its failure is raised in its place."""
    waiting: asyncio.Queue[_End | Item] = asyncio.Queue(depth)

    async def run() -> None:
        try:
            async with aclosing(source) as items:
                async for item in items:
                    await waiting.put(item)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it belongs to whoever reads the items
            await waiting.put(_End(failure))
        else:
            await waiting.put(_End(None))

    task = asyncio.create_task(run())
    try:
        while not isinstance(item := await waiting.get(), _End):
            yield item
        if item.failure is not None:
            raise item.failure
    finally:
        task.cancel()
        await asyncio.wait([task])
