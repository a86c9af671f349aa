"""The few calls of the CUDA driver that it takes to run a kernel, by ctypes: no toolkit, no torch, no wheel."""

import ctypes
import sys
from dataclasses import dataclass
from typing import Protocol

COUNT = 256
"""Numbers the kernel adds one to; one block of threads."""

# Written for the oldest cards any driver in use knows (compute capability 5.0): the driver translates it for the card
# at hand, so one text runs on every card and no compiled kernel can be missing.
_KERNEL = b"""
.version 4.0
.target sm_50
.address_size 64

.visible .entry add_one(.param .u64 numbers, .param .u32 count)
{
    .reg .pred %outside;
    .reg .b32 %index, %block, %size, %limit, %value;
    .reg .b64 %base, %offset;

    ld.param.u64 %base, [numbers];
    ld.param.u32 %limit, [count];
    mov.u32 %block, %ctaid.x;
    mov.u32 %size, %ntid.x;
    mov.u32 %index, %tid.x;
    mad.lo.u32 %index, %block, %size, %index;
    setp.ge.u32 %outside, %index, %limit;
    @%outside bra done;
    cvta.to.global.u64 %base, %base;
    mul.wide.u32 %offset, %index, 4;
    add.u64 %base, %base, %offset;
    ld.global.u32 %value, [%base];
    add.u32 %value, %value, 1;
    st.global.u32 [%base], %value;
done:
    ret;
}
"""

_MEANINGS = {
    1: "a call the driver does not accept",
    2: "out of memory",
    3: "not initialized",
    34: "only a stub of the driver's library was found",
    46: "the device is busy or unavailable",
    100: "no device",
    101: "invalid device",
    200: "the kernel is not valid for this driver",
    209: "no kernel image for this device",
    214: "a memory error on the card that could not be corrected",
    218: "the kernel could not be translated for this device",
    222: "the driver is too old for the kernel",
    304: "the operating system refused a call of the driver",
    700: "illegal memory access",
    710: "a check inside the kernel failed",
    719: "launch failure",
    802: "the system is not ready yet",
    803: "the driver and its library do not match",
    804: "the driver's compatibility library does not support this device",
    999: "unknown error",
}


class CudaFault(Exception):
    """The card, its driver or its library does not do what it should.

    Attributes:
        code: the driver's error number; None where no call of the driver failed.
        meaning: in words.
    """

    def __init__(self, code: int | None, meaning: str) -> None:
        super().__init__(meaning)
        self.code = code
        self.meaning = meaning


@dataclass(frozen=True, slots=True)
class Card:
    """The first graphics card this process may see; None for what the driver did not say."""

    uuid: str | None
    name: str | None


@dataclass(slots=True)
class Progress:
    """How far the check has come; read by the thread that watches the time."""

    step: str = "library"
    card: Card | None = None


class _Function(Protocol):
    def __call__(self, *arguments: object) -> int: ...


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver's library."""

    library: ctypes.CDLL

    @classmethod
    def load(cls) -> "Driver":
        """Find the library as every CUDA program does.

        Raises:
            CudaFault: there is none, or it cannot be loaded.
        """
        # The second is WSL's folder, which not every distribution has on its loader's path.
        names = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1")
        reasons: list[str] = []
        for name in names:
            try:
                return cls(_open(name))
            except OSError as fault:
                reasons.append(str(fault))
        raise CudaFault(None, f"library not found: {reasons[0]}")

    def call(self, progress: Progress, name: str, *arguments: object) -> None:
        """Call one function.

        Raises:
            CudaFault: it is missing, or it answered anything but success.
        """
        progress.step = name.removesuffix("_v2")
        try:
            function: _Function = getattr(self.library, name)
        except AttributeError:
            raise CudaFault(None, f"the driver's library has no {name}") from None
        code = function(*arguments)
        if code != 0:
            raise CudaFault(code, _MEANINGS.get(code, f"error {code}"))


def run_kernel(driver: Driver, progress: Progress) -> None:
    """Add one to numbers on the first visible card and compare.

    Raises:
        CudaFault: any step failed, or the card counts wrong. The context is left to the end of the process then: one
            that has faulted cannot be cleaned up.
    """
    count = ctypes.c_int(0)
    device = ctypes.c_int(0)
    context = ctypes.c_void_p()
    driver.call(progress, "cuInit", ctypes.c_uint(0))
    driver.call(progress, "cuDeviceGetCount", ctypes.byref(count))
    if count.value == 0:
        raise CudaFault(100, _MEANINGS[100])
    driver.call(progress, "cuDeviceGet", ctypes.byref(device), ctypes.c_int(0))
    progress.card = _card(driver, progress, device)
    driver.call(progress, "cuCtxCreate_v2", ctypes.byref(context), ctypes.c_uint(0), device)
    _count_up(driver, progress)
    driver.call(progress, "cuCtxDestroy_v2", context)


def _card(driver: Driver, progress: Progress, device: ctypes.c_int) -> Card:
    name = ctypes.create_string_buffer(256)
    uuid = (ctypes.c_ubyte * 16)()
    driver.call(progress, "cuDeviceGetName", name, ctypes.c_int(len(name)), device)
    driver.call(progress, "cuDeviceGetUuid", ctypes.byref(uuid), device)
    return Card(uuid=_uuid_text(bytes(uuid)), name=name.value.decode("utf-8", errors="replace"))


def _uuid_text(uuid: bytes) -> str:
    """Write it as nvidia-smi does."""
    text = uuid.hex()
    return f"GPU-{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _count_up(driver: Driver, progress: Progress) -> None:
    module = ctypes.c_void_p()
    kernel = ctypes.c_void_p()
    memory = ctypes.c_uint64()
    numbers = (ctypes.c_uint32 * COUNT)(*range(COUNT))
    size_bytes = ctypes.c_size_t(ctypes.sizeof(numbers))
    one, none = ctypes.c_uint(1), ctypes.c_uint(0)
    driver.call(progress, "cuModuleLoadData", ctypes.byref(module), ctypes.c_char_p(_KERNEL))
    driver.call(progress, "cuModuleGetFunction", ctypes.byref(kernel), module, ctypes.c_char_p(b"add_one"))
    driver.call(progress, "cuMemAlloc_v2", ctypes.byref(memory), size_bytes)
    driver.call(progress, "cuMemcpyHtoD_v2", memory, numbers, size_bytes)
    limit = ctypes.c_uint32(COUNT)
    parameters = (ctypes.c_void_p * 2)(
        ctypes.cast(ctypes.byref(memory), ctypes.c_void_p), ctypes.cast(ctypes.byref(limit), ctypes.c_void_p)
    )
    driver.call(
        progress, "cuLaunchKernel", kernel, one, one, one, ctypes.c_uint(COUNT), one, one, none, None, parameters, None
    )
    # A launch returns before the kernel has run: what goes wrong inside it is told here.
    driver.call(progress, "cuCtxSynchronize")
    driver.call(progress, "cuMemcpyDtoH_v2", numbers, memory, size_bytes)
    progress.step = "compare"
    if list(numbers) != list(range(1, COUNT + 1)):
        raise CudaFault(None, "the result of the calculation is wrong")
    driver.call(progress, "cuMemFree_v2", memory)
    driver.call(progress, "cuModuleUnload", module)


def _open(name: str) -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.WinDLL(name)
    return ctypes.CDLL(name)
