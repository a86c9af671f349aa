"""Work in steps."""

import asyncio
import threading

import pytest
from earshot.engines.whisper.steps import Steps, run_at_once, run_in_steps


async def test_steps_run_in_the_worker_thread_and_give_their_result() -> None:
    assert await run_in_steps(_names()) == ["engine", "engine"]


def test_all_steps_at_once_run_where_they_are_called() -> None:
    assert run_at_once(_names()) == [threading.current_thread().name] * 2


async def test_what_a_step_raises_reaches_the_caller() -> None:
    def breaking() -> Steps[None]:
        yield
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run_in_steps(breaking())


async def test_cancelling_leaves_out_the_steps_not_yet_begun() -> None:
    begun = asyncio.Event()
    may_end = threading.Event()
    done: list[str] = []
    loop = asyncio.get_running_loop()

    def work() -> Steps[None]:
        loop.call_soon_threadsafe(begun.set)
        may_end.wait()
        done.append("first")
        yield
        done.append("second")

    running = asyncio.create_task(run_in_steps(work()))
    await begun.wait()
    running.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await run_in_steps(_names()) == ["engine", "engine"]  # behind whatever was still queued
    assert done == ["first"]


async def test_two_pieces_of_work_take_turns() -> None:
    order: list[str] = []

    def work(name: str) -> Steps[None]:
        for _ in range(3):
            order.append(name)
            yield

    await asyncio.gather(run_in_steps(work("a")), run_in_steps(work("b")))
    assert order == ["a", "b", "a", "b", "a", "b"]


def _names() -> Steps[list[str]]:
    names = [threading.current_thread().name]
    yield
    names.append(threading.current_thread().name)
    return names
