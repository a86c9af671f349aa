"""Blocking work happens in one named thread, in order."""

import asyncio
import threading
from functools import partial

import pytest
from earshot.serving.worker import Worker


async def test_work_is_done_in_the_named_thread_in_order() -> None:
    worker = Worker("named")
    names = await asyncio.gather(*(worker.run(lambda: threading.current_thread().name) for _ in range(3)))
    order: list[int] = []
    await asyncio.gather(*(worker.run(partial(order.append, number)) for number in range(5)))
    assert (names, order) == (["named"] * 3, [0, 1, 2, 3, 4])


async def test_what_work_raises_reaches_the_caller_and_the_thread_goes_on() -> None:
    worker = Worker("named")

    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await worker.run(fail)
    assert await worker.run(lambda: 1) == 1


async def test_work_cancelled_before_its_turn_is_left_out() -> None:
    worker = Worker("named")
    gate = threading.Event()
    done: list[str] = []
    first = asyncio.create_task(worker.run(gate.wait))
    second = asyncio.create_task(worker.run(lambda: done.append("second")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    gate.set()
    await first
    await worker.run(lambda: done.append("third"))
    assert done == ["third"]
