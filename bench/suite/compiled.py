# SPDX-License-Identifier: BSL-1.0
"""What it costs to compile and link a program, with the compiler and the flags of the build.

Each library as its users have it: rill's lies ready compiled, Asio is all headers.
"""

import dataclasses
import pathlib
import shlex
import tempfile
import time

from contenders import Failure, output_of
from machine import asio_version, cached, first_line


@dataclasses.dataclass(frozen=True)
class Compiled:
    """Seconds to compile and link, KiB of the stripped program.

    Archives are named as below the build's folder bench, but librill.a, which lies in src.
    """

    source: str
    archives: tuple = ()

    def missing(self, place):
        if "asio" in self.source and asio_version() is None:
            return "Asio is not installed (libasio-dev)"
        absent = [str(path) for path in self._archives(place) if not path.exists()]
        return f"{', '.join(absent)} is not built" if absent else None

    def _archives(self, place):
        return [place.bin.parent / "src" / name if name == "librill.a" else place.bin / name
                for name in self.archives]

    def run(self, place):
        cache = cached(place.bin)
        build = cache.get("CMAKE_BUILD_TYPE", "Release").upper()
        flags = shlex.split(f"{cache.get('CMAKE_CXX_FLAGS', '')} "
                            f"{cache.get(f'CMAKE_CXX_FLAGS_{build}', '-O3 -DNDEBUG')}")
        if "asio" in self.source:
            flags += ["-DASIO_HAS_CO_AWAIT", "-DASIO_HAS_STD_COROUTINE"]
        bench = place.root / "bench"
        with tempfile.TemporaryDirectory(prefix="compiled", dir=place.out) as folder:
            program = pathlib.Path(folder) / "program"
            command = [cache.get("CMAKE_CXX_COMPILER", "c++"), "-std=c++20", *flags,
                       f"-I{place.root / 'include'}", f"-I{bench}", bench / self.source,
                       *self._archives(place), "-o", program, *self._libraries(cache), "-pthread",
                       "-s"]
            before = time.perf_counter()
            output_of(command, place.processors("together")[0])
            took = time.perf_counter() - before
            if not program.exists():
                raise Failure(f"{self.source} made no program")
            return {"s": took, "kib": program.stat().st_size / 1024}

    def _libraries(self, cache):
        if "librill.a" not in self.archives:
            return []
        if cache.get("RILL_STATIC_LIBURING") == "OFF":
            return ["-luring"]
        # As rill's package for CMake links it.
        folder = first_line("pkg-config", "--variable=libdir", "liburing")
        archive = pathlib.Path(folder or "/") / "liburing.a"
        return [archive if archive.exists() else "-luring"]
