"""Way for the ears and the voice: the decoder steps back when cores are few."""

import os
import sys

_NICENESS = 10

if sys.platform == "win32":
    import ctypes

    _BELOW_NORMAL_PRIORITY_CLASS = 0x4000

    def lower_priority() -> None:
        """Put the process below the others; what it starts from now on inherits that."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        own = ctypes.c_void_p(kernel.GetCurrentProcess())
        if not kernel.SetPriorityClass(own, _BELOW_NORMAL_PRIORITY_CLASS):
            raise ctypes.WinError(ctypes.get_last_error())

else:

    def lower_priority() -> None:
        """Put the calling thread, and every thread it starts from now on, below the others.

        A reply goes on being decoded while its first sentence is synthesised. On two cores that cost up to 3.5 s of
        silence before the first word, so Whisper and Kokoro, which a person waits for, get the cores first. Linux keeps
        niceness by thread: the event loop keeps its own and goes on answering `/health` at once.
        """
        os.nice(_NICENESS)
