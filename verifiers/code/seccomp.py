"""The system calls that a sandboxed program does not get, as a filter for `bwrap --seccomp`.

Mounts and namespaces would open new file systems without a size limit, and memory can be allocated
that no limit counts (`memfd_create`, System V segments); the others are of no use to a program that
answers tests, and parts of the kernel in which flaws are often found. They fail with EPERM
(`clone3` with ENOSYS, for which libc has a replacement that can be filtered).

Numbers: linux/arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import platform
import struct
from collections.abc import Mapping
from dataclasses import dataclass

_BOTH = {
    "memfd_secret": 447, "io_uring_setup": 425, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsmount": 432, "mount_setattr": 442,
}  # fmt: skip
_X86_64 = _BOTH | {
    "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155,
    "memfd_create": 319, "shmget": 29, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323,
    "add_key": 248, "request_key": 249, "keyctl": 250, "ptrace": 101, "process_vm_readv": 310,
    "process_vm_writev": 311,
}  # fmt: skip
_AARCH64 = _BOTH | {
    "unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41,
    "memfd_create": 279, "shmget": 194, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282,
    "add_key": 217, "request_key": 218, "keyctl": 219, "ptrace": 117, "process_vm_readv": 270,
    "process_vm_writev": 271,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor: its AUDIT_ARCH, the denied calls, the number of `clone`."""

    arch: int
    denied: Mapping[str, int]
    clone: int
    x32: bool = False


MACHINES = {
    "x86_64": Machine(0xC000003E, _X86_64, 56, x32=True),
    "aarch64": Machine(0xC00000B7, _AARCH64, 220),
}
CLONE3 = 435
_X32 = 0x40000000  # calls by the numbers of another interface
_NAMESPACES = 0x7E020000  # all of clone's CLONE_NEW flags
_LOAD, _EQUAL, _ATLEAST, _ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # of classic BPF
_NUMBER, _ARCH, _FIRST = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL, _ERRNO, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050000, 1, 38


def seccomp_filter() -> bytes | None:
    """The program for this machine's processor; None if its system calls are not known here."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return None
    refuse = _step(_RETURN, _ERRNO | _EPERM)
    steps = [_step(_LOAD, _ARCH), _step(_EQUAL, machine.arch, 1, 0), _step(_RETURN, _KILL)]
    steps.append(_step(_LOAD, _NUMBER))
    if machine.x32:
        steps += [_step(_ATLEAST, _X32, 0, 1), refuse]
    for number in machine.denied.values():
        steps += [_step(_EQUAL, number, 0, 1), refuse]
    steps += [_step(_EQUAL, CLONE3, 0, 1), _step(_RETURN, _ERRNO | _ENOSYS)]
    steps += [_step(_EQUAL, machine.clone, 0, 3), _step(_LOAD, _FIRST)]
    steps += [_step(_ANY, _NAMESPACES, 0, 1), refuse, _step(_RETURN, _ALLOW)]
    return b"".join(steps)


def _step(code: int, value: int, jump_true: int = 0, jump_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, jump_true, jump_false, value)
