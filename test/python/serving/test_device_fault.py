"""A dead graphics card is told from everything else that CUDA complains about, by the texts as they really come."""

import pytest
from earshot.serving.device_fault import device_fault, device_fault_in

# torch writes this below every one of its CUDA errors: it mentions device-side assertions, and means nothing.
ADVICE = """
CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
For debugging consider passing CUDA_LAUNCH_BLOCKING=1
Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.
"""

DEAD = [
    "CUDA error: unspecified launch failure" + ADVICE,
    "CUDA error: an illegal memory access was encountered" + ADVICE,
    "CUDA error: device-side assert triggered" + ADVICE,
    "CUDA error: misaligned address" + ADVICE,
    "CUDA error: an illegal instruction was encountered" + ADVICE,
    "CUDA error: the launch timed out and was terminated" + ADVICE,
    "CUDA error: uncorrectable ECC error encountered" + ADVICE,
    "CUDA error: unknown error" + ADVICE,
    "CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable "
    "CUDA_VISIBLE_DEVICES after program start. Setting the available devices to be zero.",
    "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
    "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED_CUDART",
    "cuDNN error: CUDNN_STATUS_MAPPING_ERROR",
    "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, opb, m, n, k, &alpha, a, lda)`",
    "CUDA driver error: unknown error",
    # CTranslate2
    "CUDA failed with error unspecified launch failure",
    "CUDA failed with error an illegal memory access was encountered",
    "CUDA failed with error unknown error",
    "cuBLAS failed with status CUBLAS_STATUS_EXECUTION_FAILED",
    "cuBLAS failed with status CUBLAS_STATUS_INTERNAL_ERROR",
    "parallel_for failed: cudaErrorIllegalAddress: an illegal memory access was encountered",
    # ONNX Runtime
    "[ONNXRuntimeError] : 1 : FAIL : Non-zero status code returned while running Conv node. Name:'/Conv' Status "
    "Message: CUDNN failure 8: CUDNN_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=x ; expr=cudnnConvolutionForward(...)",
    "[ONNXRuntimeError] : 1 : FAIL : CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=x",
    "[ONNXRuntimeError] : 1 : FAIL : CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=x",
    "[ONNXRuntimeError] : 1 : FAIL : CUDA failure 999: unknown error ; GPU=0 ; hostname=x ; expr=cudaSetDevice(id)",
    # The driver's own names, and NVML's
    "cuMemcpyDtoH failed: CUDA_ERROR_ILLEGAL_ADDRESS",
    "cuStreamSynchronize failed: CUDA_ERROR_LAUNCH_FAILED",
    "cuCtxSynchronize failed: CUDA_ERROR_ECC_UNCORRECTABLE",
    "Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU",
]

ALIVE = [
    "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 3.81 GiB of which 1.12 GiB is free.",
    "CUDA error: out of memory" + ADVICE,
    "CUDA failed with error out of memory",
    "CUDA_ERROR_OUT_OF_MEMORY: out of memory",
    "CUDA error: no kernel image is available for execution on the device" + ADVICE,
    "parallel_for failed: cudaErrorNoKernelImageForDevice: no kernel image is available for execution on the device",
    "CUDA error: device kernel image is invalid" + ADVICE,
    "CUDA failed with error CUDA driver version is insufficient for CUDA runtime version",
    "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "cuDNN error: CUDNN_STATUS_NOT_INITIALIZED",
    "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED",
    "Library libcublas.so.12 is not found or cannot be loaded",
    "Unable to load any of {libcudnn_ops.so.9.1.0, libcudnn_ops.so.9.1, libcudnn_ops.so.9, libcudnn_ops.so}",
    "Failed to create CUDAExecutionProvider. Require cuDNN 9.* and CUDA 12.*, and the latest MSVC runtime.",
    "Requested float16 compute type, but the target device or backend do not support efficient float16 computation.",
    "Torch not compiled with CUDA enabled",
    "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver.",
    "No CUDA GPUs are available",
    "an unknown error occurred while reading the file",
    "",
]


@pytest.mark.parametrize("text", DEAD)
def test_these_end_the_process(text: str) -> None:
    assert device_fault(RuntimeError(text)) == " ".join(text.splitlines()[0].split())[:300]


@pytest.mark.parametrize("text", ALIVE)
def test_these_are_for_whoever_asked(text: str) -> None:
    assert device_fault(RuntimeError(text)) is None


def test_the_line_that_tells_is_found_below_others_and_cut() -> None:
    text = f"Traceback:\n  File 'x'\nRuntimeError: {DEAD[0].splitlines()[0]}   {'x' * 400}\nmore"
    assert device_fault_in(text) == f"RuntimeError: {DEAD[0].splitlines()[0]} {'x' * 400}"[:300]


def test_what_an_engine_says_about_it_hides_nothing() -> None:
    told, meant = RuntimeError(DEAD[1]), RuntimeError("the speech model cannot be loaded: an error")
    meant.__cause__ = told
    amid = ValueError("clean-up failed as well")
    amid.__context__ = meant
    told.__context__ = amid  # whoever raises in a circle gets no endless search
    assert device_fault(amid) == "CUDA error: an illegal memory access was encountered"
