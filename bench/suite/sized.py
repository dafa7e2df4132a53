# SPDX-License-Identifier: BSL-1.0
"""How large a program is that was built already, as another language or its own build made it."""

import dataclasses
import pathlib
import tempfile

from contenders import not_built, output_of


@dataclasses.dataclass(frozen=True)
class Sized:
    """KiB of the stripped program."""

    program: str

    def missing(self, place):
        return not_built(place, self.program)

    def run(self, place):
        with tempfile.TemporaryDirectory(prefix="sized", dir=place.out) as folder:
            stripped = pathlib.Path(folder) / "program"
            output_of(["strip", "-o", stripped, place.bin / self.program],
                      place.processors("together")[0])
            return {"kib": stripped.stat().st_size / 1024}
