"""Whether torch is the build that was asked for, and whether it computes."""

from collections.abc import Callable
from typing import Any

from earshot.verification.request import Torch
from earshot.verification.verdict import Proof, Unproven

_SIZE = 256
_TOLERANCE = 1e-3

_FAULTS = (
    ("no kernel image", "no-kernel-image"),
    ("device kernel image is invalid", "invalid-kernel-image"),
    ("out of memory", "gpu-out-of-memory"),
    ("no nvidia driver", "driver-missing"),
    ("driver on your system is too old", "driver-too-old"),
    ("not compiled with cuda", "cpu-only-torch"),
    ("no cuda gpus are available", "no-cuda-device"),
    ("no cuda-capable device", "no-cuda-device"),
    ("invalid device ordinal", "no-cuda-device"),
    ("illegal memory access", "illegal-memory-access"),
    ("launch failure", "launch-failure"),
    ("device-side assert", "device-side-assert"),
    ("unknown error", "cuda-unknown-error"),
)
"""What CUDA and torch say, and what we call it."""

_LIBRARIES = (
    ("libcudnn", "cudnn-missing"),
    ("cudnn64", "cudnn-missing"),
    ("libcublas", "cublas-missing"),
    ("cublas64", "cublas-missing"),
    ("libcud", "cuda-runtime-missing"),
    ("libnv", "cuda-runtime-missing"),
    ("glibc", "glibc-too-old"),
    ("winerror 126", "msvc-runtime-missing"),
)
"""What the system's loader says when torch is there and cannot be loaded."""


def judge_build(wanted: Torch, version: str | None, cuda: str | None) -> Unproven | None:
    """Compare torch's own words about itself with the build that was asked for; None when they agree."""
    if version is None:
        return Unproven("torch-missing", "torch is not installed in this environment.")
    build = "cpu" if cuda is None else f"cu{cuda.replace('.', '')}"
    if build == "cpu" and wanted.build != "cpu":
        return Unproven("cpu-only-torch", f"The torch installed cannot use a graphics card; wanted is {wanted.build}.")
    if build != wanted.build or version.partition("+")[0] != wanted.version:
        found = f"{version.partition('+')[0]} for {build}"
        return Unproven(
            "torch-version-mismatch", f"Installed is torch {found}, wanted is {wanted.version} for {wanted.build}."
        )
    return None


def prove_build(wanted: Torch) -> Proof:
    """Import torch and compare; raises Unproven or ImportError."""
    try:
        import torch
    except ModuleNotFoundError as fault:
        if fault.name != "torch":
            raise  # a package that torch itself needs
        raise Unproven("torch-missing", "torch is not installed in this environment.") from fault
    except (ImportError, OSError) as fault:
        raise Unproven(library_fault_of(str(fault)), f"torch cannot be loaded: {_sentence(fault)}") from fault
    version, cuda = str(torch.__version__), torch.version.cuda
    unproven = judge_build(wanted, version, cuda)
    if unproven is not None:
        raise unproven
    return Proof(f"torch {version} for {wanted.build}.", {"torch": version, "cuda": cuda, "cudnn": cudnn_version()})


def prove_processor() -> Proof:
    """Multiply two matrices on the CPU; raises Unproven."""
    import torch

    off = _multiplied(torch, "cpu")
    return Proof("torch computes on the processor.", {"error": off})


def prove_card(index: int, uuid: str) -> Proof:
    """Run kernels on a card; raises Unproven."""
    import torch

    try:
        torch.cuda.init()
        name = torch.cuda.get_device_name(index)
        off = _multiplied(torch, f"cuda:{index}")
    except (RuntimeError, AssertionError) as fault:
        raise Unproven(
            fault_of(str(fault)), f"torch cannot compute on the graphics card: {_sentence(fault)}"
        ) from fault
    return Proof(f"torch computes on {name}.", {"uuid": uuid, "name": name, "error": off})


def fault_of(text: str) -> str:
    """Name the fault in CUDA's words."""
    lower = text.lower()
    return next((fault for words, fault in _FAULTS if words in lower), "cuda-init-failed")


def library_fault_of(text: str) -> str:
    """Name the fault in the words of the system's loader."""
    lower = text.lower()
    return next((fault for words, fault in _LIBRARIES if words in lower), "python-module-missing")


def cudnn_version() -> str | None:
    """Return cuDNN's version as torch tells it, None without."""
    import torch

    version = torch.backends.cudnn.version()
    return None if version is None else str(version)


def _multiplied(torch: Any, device: str) -> float:
    """Return the largest error of a product whose result is known."""
    diagonal: Callable[..., Any] = torch.diag
    numbers = torch.arange(_SIZE, dtype=torch.float32, device=device)
    product = torch.ones((_SIZE, _SIZE), device=device) @ diagonal(numbers)
    off = float((product - numbers).abs().max().item())
    if not off < _TOLERANCE:
        raise Unproven("verification-failed", f"torch computes wrongly on {device}: off by {off}.")
    return off


def _sentence(fault: BaseException) -> str:
    return f"{str(fault).strip().splitlines()[0].rstrip('.')}."
