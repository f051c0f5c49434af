"""The energy counters of NVIDIA GPUs, through the driver's own library (NVML); no package."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any

LIBRARY = "libnvidia-ml.so.1"
_MILLI = 1000.0


def energy_reader(library: Any = None) -> Callable[[], float] | None:
    """A function that reads the joules drawn since the driver was loaded, over all visible GPUs.

    Visible are those named by CUDA_VISIBLE_DEVICES (indices in PCI order, or UUIDs), else all.
    None if there is no NVML, no GPU, or one without a counter (before Volta, or a MIG slice).
    `library` overrides the driver's.
    """
    try:
        nvml = ctypes.CDLL(LIBRARY) if library is None else library
    except OSError:
        return None
    if nvml.nvmlInit_v2() != 0:
        return None
    handles = _handles(nvml)
    if not handles:
        return None

    def read() -> float:
        return sum(_millijoules(nvml, handle) for handle in handles) / _MILLI

    try:
        read()
    except OSError:
        return None
    return read


def _handles(nvml: Any) -> list[Any]:
    """The handles of the visible GPUs; empty if one of them is unavailable."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        count = ctypes.c_uint()
        if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
            return []
        names = [str(i) for i in range(count.value)]
    else:
        names = [name.strip() for name in named.split(",") if name.strip()]
    handles = []
    for name in names:
        handle = ctypes.c_void_p()
        if name.isdigit():
            code = nvml.nvmlDeviceGetHandleByIndex_v2(
                ctypes.c_uint(int(name)), ctypes.byref(handle)
            )
        else:
            code = nvml.nvmlDeviceGetHandleByUUID(name.encode(), ctypes.byref(handle))
        if code != 0:
            return []
        handles.append(handle)
    return handles


def _millijoules(nvml: Any, handle: Any) -> int:
    value = ctypes.c_ulonglong()
    code = nvml.nvmlDeviceGetTotalEnergyConsumption(handle, ctypes.byref(value))
    if code != 0:
        raise OSError(f"NVML gives no energy counter (error {code})")
    return value.value
