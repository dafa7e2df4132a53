# SPDX-License-Identifier: BSL-1.0
"""What the figures were taken on: processor, kernel, compiler, flags, versions of the peers."""

import datetime
import os
import pathlib
import platform
import re
import shutil
import subprocess


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else None


def read(path, pattern=r"(.*)"):
    try:
        found = re.search(pattern, pathlib.Path(path).read_text(encoding="utf-8"))
    except OSError:
        return None
    return found[1].strip() if found else None


def cached(bin_folder):
    """The settings of the build that has this folder bench."""
    try:
        text = (bin_folder.parent / "CMakeCache.txt").read_text(encoding="utf-8")
    except OSError:
        return {}
    return dict(re.findall(r"^(\w+):\w+=(.*)$", text, re.MULTILINE))


def asio_version():
    for folder in ("/usr/include", "/usr/local/include"):
        found = read(f"{folder}/asio/version.hpp", r"#define ASIO_VERSION (\d+)")
        if found:
            number = int(found)
            return f"{number // 100000}.{number // 100 % 1000}.{number % 100}"
    return None


def find_python():
    """The Python of the peers: the first that has uvloop, else the first."""
    found = [path for path in ("/usr/bin/python3", shutil.which("python3"))
             if path and os.access(path, os.X_OK)]
    for path in found:
        done = subprocess.run([path, "-c", "import uvloop"], capture_output=True, check=False)
        if done.returncode == 0:
            return path
    return found[0] if found else "python3"


def python_and_uvloop(python):
    code = ("import platform\nprint(platform.python_version())\n"
            "try:\n import uvloop\n print(uvloop.__version__)\nexcept ImportError: pass")
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    lines = [*done.stdout.split(), None, None]
    return lines[0], lines[1]


def peers(python, cache):
    """Name and version, or why there is none. `cache`: of the build."""
    version, uvloop = python_and_uvloop(python)
    go = re.search(r"go version go(\S+)", first_line("go", "version") or "")
    found = {
        "Asio": (asio_version(), "libasio-dev"),
        "libuv": (first_line("pkg-config", "--modversion", "libuv"), "libuv1-dev"),
        "libcoro": (cache.get("peers_coro_VERSION"), "not in Debian"),
        "Go": (go[1] if go else None, "golang-go"),
        "Python": (version, "python3"),
        "uvloop": (uvloop, "python3-uvloop"),
    }
    return {name: value or f"missing ({package})"
            for name, (value, package) in found.items()}


def describe(bin_folder, root, python):
    cache = cached(bin_folder)
    compiler = cache.get("CMAKE_CXX_COMPILER", "c++")
    build = cache.get("CMAKE_BUILD_TYPE", "")
    flags = [cache.get("CMAKE_CXX_FLAGS", ""),
             cache.get(f"CMAKE_CXX_FLAGS_{build.upper()}", "")]
    memory = read("/proc/meminfo", r"MemTotal: *(\d+) kB")
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": read("/proc/cpuinfo", r"model name\s*: (.*)") or platform.machine(),
        "processors": len(os.sched_getaffinity(0)),
        "governor": read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") or "not told",
        "virtual": "yes" if "hypervisor" in (read("/proc/cpuinfo", r"flags\s*: (.*)") or "")
                   else "no",
        "memory": f"{int(memory) / 2**20:.0f} GiB" if memory else "not told",
        "kernel": platform.release(),
        "load": read("/proc/loadavg", r"(\S+ \S+ \S+)") or "not told",
        "compiler": first_line(compiler, "--version") or compiler,
        "flags": " ".join(flag for flag in flags if flag),
        "rill": first_line("git", "-C", str(root), "describe", "--always", "--dirty")
                or "no commit",
        "google_benchmark": first_line("pkg-config", "--modversion", "benchmark") or "not told",
        "peers": peers(python, cache),
    }
