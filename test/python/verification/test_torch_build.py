"""Whether torch is the build that was asked for, by its own words."""

import pytest
from earshot.verification.request import Torch
from earshot.verification.torch_build import fault_of, judge_build, library_fault_of

CU124 = Torch("2.5.1", "cu124")


@pytest.mark.parametrize(
    ("wanted", "version", "cuda"),
    [
        (CU124, "2.5.1+cu124", "12.4"),
        (CU124, "2.5.1", "12.4"),
        (Torch("2.4.1", "cu118"), "2.4.1+cu118", "11.8"),
        (Torch("2.5.1", "cpu"), "2.5.1+cpu", None),
    ],
)
def test_the_build_asked_for_is_right(wanted: Torch, version: str, cuda: str | None) -> None:
    assert judge_build(wanted, version, cuda) is None


@pytest.mark.parametrize(
    ("wanted", "version", "cuda", "fault"),
    [
        (CU124, None, None, "torch-missing"),
        (CU124, "2.5.1+cpu", None, "cpu-only-torch"),
        (CU124, "2.5.1+cu121", "12.1", "torch-version-mismatch"),
        (CU124, "2.4.1+cu124", "12.4", "torch-version-mismatch"),
        (Torch("2.5.1", "cpu"), "2.5.1+cu124", "12.4", "torch-version-mismatch"),
    ],
)
def test_any_other_is_named(wanted: Torch, version: str | None, cuda: str | None, fault: str) -> None:
    unproven = judge_build(wanted, version, cuda)
    assert unproven is not None
    assert unproven.fault == fault


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("CUDA error: no kernel image is available for execution on the device", "no-kernel-image"),
        ("CUDA out of memory. Tried to allocate 2.00 GiB", "gpu-out-of-memory"),
        ("Found no NVIDIA driver on your system.", "driver-missing"),
        ("The NVIDIA driver on your system is too old (found version 11040).", "driver-too-old"),
        ("Torch not compiled with CUDA enabled", "cpu-only-torch"),
        ("No CUDA GPUs are available", "no-cuda-device"),
        ("CUDA error: unknown error", "cuda-unknown-error"),
        ("something nobody has seen", "cuda-init-failed"),
    ],
)
def test_what_cuda_says_has_a_name(said: str, fault: str) -> None:
    assert fault_of(said) == fault


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("libcudnn.so.9: cannot open shared object file: No such file or directory", "cudnn-missing"),
        ("libcublas.so.12: cannot open shared object file: No such file or directory", "cublas-missing"),
        ("libcudart.so.12: cannot open shared object file: No such file or directory", "cuda-runtime-missing"),
        ("/lib/libm.so.6: version `GLIBC_2.35' not found", "glibc-too-old"),
        ("[WinError 126] The specified module could not be found. Error loading c10.dll", "msvc-runtime-missing"),
        ("cannot import name 'nobody'", "python-module-missing"),
    ],
)
def test_what_the_loader_says_has_a_name(said: str, fault: str) -> None:
    assert library_fault_of(said) == fault
