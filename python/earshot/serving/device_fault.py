"""Which errors mean that the graphics card is dead for this process: pure.

Such an error is sticky: every later call in the same CUDA context fails too, often with another text, and only a new
process gets a new context. Memory that is full, a missing library and a kernel that this card has never had are not
among them: those are said by a load that fails, and a new process would meet them again.
"""

import re
from collections.abc import Iterator

_LONGEST_WORDS = 300

_DEAD = re.compile(
    r"""
      unspecified\ launch\ failure
    | launch\ timed\ out\ and\ was\ terminated
    | illegal\ memory\ access
    | illegal\ instruction\ was\ encountered
    | misaligned\ address
    | invalid\ program\ counter
    | hardware\ stack\ error
    # Not "device-side assertions": torch advises to enable those below every one of its CUDA errors.
    | device-side\ assert\ triggered
    | uncorrectable\ (?:ECC|NVLink)\ error
    | GPU\ is\ lost
    | fallen\ off\ the\ bus
    | context\ is\ destroyed
    | driver\ shutting\ down
    | CUDA\ unknown\ error
    | CUDA\ (?:driver\ )?(?:error:|failed\ with\ error|failure\ 999:)\ unknown\ error
    | CUDA_ERROR_(?:ASSERT|CONTEXT_IS_DESTROYED|DEINITIALIZED|DEVICE_UNAVAILABLE|ECC_UNCORRECTABLE|HARDWARE_STACK_ERROR)
    | CUDA_ERROR_(?:ILLEGAL_ADDRESS|ILLEGAL_INSTRUCTION|INVALID_PC|LAUNCH_FAILED|LAUNCH_TIMEOUT|MISALIGNED_ADDRESS)
    | CUDA_ERROR_(?:NVLINK_UNCORRECTABLE|UNKNOWN)
    | cudaError(?:Assert|DevicesUnavailable|ECCUncorrectable|HardwareStackError|IllegalAddress|IllegalInstruction)
    | cudaError(?:InvalidPc|LaunchFailure|LaunchTimeout|MisalignedAddress|NvlinkUncorrectable|Unknown)\b
    | CU(?:DNN|BLAS)_STATUS_(?:EXECUTION_FAILED|INTERNAL_ERROR|MAPPING_ERROR)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def device_fault(fault: BaseException) -> str | None:
    """Return the line of an error, or of one it came from, that tells of a dead card; None when none does."""
    return next((line for each in _chain(fault) if (line := device_fault_in(str(each))) is not None), None)


def device_fault_in(text: str) -> str | None:
    """Return the line of a text that tells of a dead card, at most 300 characters; None when none does."""
    dead = next((line for line in text.splitlines() if _DEAD.search(line)), None)
    return None if dead is None else " ".join(dead.split())[:_LONGEST_WORDS]


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """Yield an error and those it was raised from; what each layer says of the one below is often its first line."""
    seen: set[int] = set()
    each: BaseException | None = fault
    while each is not None and id(each) not in seen:
        yield each
        seen.add(id(each))
        each = each.__cause__ or each.__context__
