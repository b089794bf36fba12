# SPDX-License-Identifier: BSD-3-Clause
"""Stops one thread of another process, as a debugger does, until a line comes on stdin or it ends.

usage: thread_stop.py TID
"""
import ctypes
import sys

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
tid = int(sys.argv[1])
for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
    if libc.ptrace(request, tid, None, None) != 0:
        sys.exit(f"thread {tid}: ptrace {request:#x}: errno {ctypes.get_errno()}")
if libc.waitpid(tid, None, WALL) != tid:
    sys.exit(f"thread {tid} does not stop")
print("stopped", flush=True)
sys.stdin.readline()
libc.ptrace(PTRACE_DETACH, tid, None, None)
