"""Blocking work happens in one named thread, in order."""

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from earshot.serving.worker import LazyResult, Worker

LOST = "CUDA error: unspecified launch failure"


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


async def test_a_lazy_result_never_leaves_the_worker() -> None:
    worker = Worker("named")
    for lazy in (lambda: (each for each in "ab"), lambda: ((each for each in "ab"), "info"), lambda: map(str, "ab")):
        with pytest.raises(LazyResult):
            await worker.run(lazy)
    assert await worker.run(lambda: ("a", ["b"])) == ("a", ["b"])


async def test_an_iterator_is_worked_off_in_the_thread_and_others_have_turns_in_between() -> None:
    worker = Worker("named")
    order: list[str] = []

    def items() -> Iterator[int]:
        for number in range(3):
            order.append(f"{threading.current_thread().name} {number}")
            yield number

    taken = []
    async for item in worker.iterate(items):
        taken.append(item)
        await worker.run(lambda: order.append("another"))
    assert (taken, order) == ([0, 1, 2], ["named 0", "another", "named 1", "another", "named 2", "another"])


async def test_a_device_fault_is_told_at_once_in_the_thread_wherever_it_is_met() -> None:
    told: list[tuple[str, str]] = []
    worker = Worker("named", lambda words: told.append((threading.current_thread().name, words)))

    def fail(text: str) -> None:
        raise RuntimeError(text)

    def fails_at_the_second() -> Iterator[int]:
        yield 1
        fail(LOST)

    with pytest.raises(RuntimeError, match="out of memory"):
        await worker.run(partial(fail, "CUDA out of memory"))
    assert told == []
    with pytest.raises(RuntimeError, match="launch failure"):
        await worker.run(partial(fail, LOST))
    with pytest.raises(RuntimeError, match="launch failure"):
        [each async for each in worker.iterate(fails_at_the_second)]
    assert told == [("named", LOST)] * 2


async def test_a_device_fault_is_told_even_when_nobody_waits_any_more() -> None:
    told = threading.Event()
    worker = Worker("named", lambda _words: told.set())
    begun = threading.Event()

    def fail_late() -> None:
        begun.set()
        time.sleep(0.05)
        raise RuntimeError(LOST)

    waiting = asyncio.create_task(worker.run(fail_late))
    await asyncio.to_thread(begun.wait)
    waiting.cancel()
    assert await asyncio.to_thread(told.wait, 5)


async def test_it_tells_how_long_it_works_now_and_has_worked_so_far() -> None:
    worker = Worker("named")
    begun, gate = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        gate.wait()

    work = asyncio.create_task(worker.run(wait))
    assert await asyncio.to_thread(begun.wait, 5)
    await asyncio.sleep(0.05)
    now_s, so_far_s = worker.working_s, worker.busy_s
    gate.set()
    await work
    assert 0.05 <= now_s <= so_far_s
    assert worker.working_s == 0
    assert worker.busy_s >= so_far_s
