"""Programs that do what no answer should; `BREACHES` answer rightly if what they try succeeds.

`{key}`, `{port}`, `{pid}`, `{home}`, `{repo}` and `{token}` are filled in by the test.
"""

from __future__ import annotations

from collections.abc import Mapping

BREACH = """
def breach():
{body}


def add(a, b):
    return a + b if breach() else None
"""

BREACHES: Mapping[str, str] = {
    "environment": "import os\nreturn os.environ.get('HARNESS_HOSTILE_KEY')",
    "environment of others": "import glob\n"
    "return any(b'{key}' in open(f, 'rb').read() for f in glob.glob('/proc/*/environ'))",
    "command lines": "import glob\n"
    "return any(b'secret\"' in open(f, 'rb').read() for f in glob.glob('/proc/*/fd/0'))",
    "connect": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)\nreturn True",
    "send": "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    "s.sendto(b'x', ('192.0.2.1', 53))\nreturn True",
    "interfaces": "import socket\nreturn [n for _, n in socket.if_nameindex() if n != 'lo']",
    "read home": "return open('{home}/secret.txt').read()",
    "write home": "open('{home}/hostile.txt', 'w').write('x')\nreturn True",
    "write checkout": "open('{repo}/hostile.txt', 'w').write('x')\nreturn True",
    "write system": "open('/usr/hostile.txt', 'w').write('x')\nreturn True",
    "write root": "open('/hostile.txt', 'w').write('x')\nreturn True",
    "passwords": "open('/etc/passwd', 'a').write('x')\nreturn True",
    "fill disk": "for n in range(8):\n"
    "    open(f'/tmp/{{n}}', 'wb').write(bytes(50 << 20))\nreturn True",
    "fill shared memory": "for n in range(8):\n"
    "    open(f'/dev/shm/{{n}}', 'wb').write(bytes(50 << 20))\nreturn True",
    "signal others": "import os\nos.kill({pid}, 0)\nreturn True",
    "trace": "import ctypes, os\nreturn ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0",
    "memory of others": "import os\nreturn open(f'/proc/{{os.getppid()}}/mem', 'rb').read(1)",
    "become root": "import os\nos.setuid(0)\nreturn True",
    "mount": "import ctypes\nreturn ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0",
    "device": "import os, stat\n"
    "os.mknod('/tmp/d', stat.S_IFBLK | 0o600, os.makedev(8, 0))\nreturn True",
    "own namespace": "import ctypes, os\npid = os.fork()\n"
    "if pid == 0: os._exit(ctypes.CDLL(None).unshare(0x10000000) != 0)\n"
    "return os.waitpid(pid, 0)[1] == 0",
    "namespace by clone": "import ctypes, os\npid = ctypes.CDLL(None).syscall(\n"
    "    {{'x86_64': 56, 'aarch64': 220}}[os.uname().machine], 0x10000000 | 17, 0, 0, 0, 0)\n"
    "if pid == 0: os._exit(0)\nreturn pid > 0",
    "memory file": "import os\nreturn os.memfd_create('x') > 0",
    "shared segment": "import ctypes\nreturn ctypes.CDLL(None).shmget(0, 1 << 20, 0o1600) >= 0",
    "key ring": "import ctypes, os\nreturn ctypes.CDLL(None).syscall(\n"
    "    {{'x86_64': 250, 'aarch64': 219}}[os.uname().machine], 0, -3, 1) > 0",
    "raise limits": "import resource\n"
    "resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)\nreturn True",
    "many processes": "import os, time\nfor _ in range(200):\n    if os.fork() == 0:\n"
    "        time.sleep(60)\nreturn True",
    "many threads": "import threading, time\nfor _ in range(500):\n"
    "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\nreturn True",
}

FORGERS: Mapping[str, str] = {
    "success mark": "import os\nfor fd in range(64):\n    try:\n"
    '        os.write(fd, b\'{{"secret": "", "ready": true, "passed": true}}\\n\')\n'
    "    except OSError: pass\ndef add(a, b): return None",
    "exit": "import sys; sys.exit(0)",
    "exit at once": "import os; os._exit(0)",
    "exit when asked": "def add(a, b):\n    import os\n    print('passed'); os._exit(0)",
    "agreeing object": "class A:\n    def __eq__(self, other): return True\n"
    "def add(a, b): return A()",
    "agreeing text": "class A(str):\n    def __eq__(self, other): return True\n"
    "    __hash__ = str.__hash__\ndef add(a, b): return A('x')",
    "agreeing number": "class A(int):\n    def __eq__(self, other): return True\n"
    "    __hash__ = int.__hash__\ndef add(a, b): return A(0)",
    "agreeing list": "class A(list):\n    def __eq__(self, other): return True\n"
    "    def __iter__(self): return iter([3])\ndef add(a, b): return A([9])",
    "patched assert": "import builtins, unittest\nbuiltins.AssertionError = ValueError\n"
    "unittest.TestCase.assertEqual = lambda *a: None\ndef add(a, b): return None",
    "patched comparison": "import builtins\nbuiltins.all = builtins.any = lambda *a: True\n"
    "def add(a, b): return None",
    "patched wire": "import __main__\n__main__.pack = lambda value: {{'l': [3]}}\n"
    "def add(a, b): return None",
    "raised assertion": "def add(a, b): raise AssertionError('passed')",
    "interrupt": "def add(a, b): raise KeyboardInterrupt",
    "frames": "import gc, sys\ndef add(a, b):\n    f = sys._getframe()\n"
    "    while f.f_back: f = f.f_back\n"
    "    return f.f_locals.get('wanted', gc.get_referrers(f) and None)",
    "itself": "def add(a, b):\n    x = []\n    x.append(x)\n    return x",
    "long answer": "def add(a, b): return 'x' * (100 << 20)",
    "closed line": "import os\ndef add(a, b):\n    os.closerange(0, 64)\n    return a + b",
    "killed parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"
    "def add(a, b): return None",
    "killed all": "import os, signal\nos.kill(-1, signal.SIGKILL)\ndef add(a, b): return a + b",
    "segfault": "import ctypes\ndef add(a, b): return ctypes.string_at(0)",
    "deep": "def add(a, b): return add(a, b)",
    "memory": "def add(a, b):\n    x = []\n    while True: x.append(bytes(50 << 20))",
    "zip bomb": "import zlib\nbomb = zlib.compress(bytes(200 << 20))\n"
    "def add(a, b): return len([zlib.decompress(bomb) for _ in range(9)])",
    "late child": "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        os.execv('/usr/bin/sleep', ['hostile-{token}', '300'])\n    os._exit(0)\n"
    "def add(a, b): return None",
    "no entry": "def plus(a, b): return a + b",
}

ENDLESS: Mapping[str, str] = {
    "loop": "while True: pass",
    "sleep": "import time\ndef add(a, b): time.sleep(10 ** 6)",
    "output": "def add(a, b):\n    while True: print('x' * 1000)",
    "errors": "import sys\ndef add(a, b):\n    while True: sys.stderr.write('x' * 1000)",
    "fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "stopped": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "power": "def add(a, b): return len(str(7 ** 10 ** 8))",
    "pattern": "import re\ndef add(a, b): return re.match('(a+)+$', 'a' * 60 + 'b')",
}


def programs(**facts: object) -> dict[str, str]:
    """All of them, as code blocks."""
    found = {}
    for name, body in BREACHES.items():
        filled = body.format(**facts)
        indented = "\n".join(f"    {line}" for line in filled.splitlines())
        found[name] = BREACH.replace("{body}", indented)
    for name, code in {**FORGERS, **ENDLESS}.items():
        found[name] = code.format(**facts)
    return found
