"""A reply that stands still shows in the beats, although llama.cpp decodes in threads of its own."""

import time

from earshot.engines.llama.relay import Progress
from earshot.serving.worker import Worker


def test_a_reply_that_stands_still_counts_as_work_that_goes_on() -> None:
    progress, worker = Progress(), Worker("engine")
    worker.watch(lambda: progress.still_s)
    idle_s = worker.working_s
    progress.begin()
    time.sleep(0.2)
    still_s = worker.working_s
    progress.move()
    moved_s = worker.working_s
    progress.end()

    assert (idle_s, still_s >= 0.2, moved_s < 0.1, worker.working_s) == (0.0, True, True, 0.0)


def test_a_second_reply_waits_for_the_pieces_of_the_first() -> None:
    progress = Progress()
    progress.begin()
    time.sleep(0.1)
    progress.begin()

    assert (progress.still_s >= 0.1, progress.replies) == (True, 2)
