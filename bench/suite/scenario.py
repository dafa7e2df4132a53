# SPDX-License-Identifier: BSL-1.0
"""What a scenario is: one piece of work, and who does it."""

import dataclasses

RILL, FLOOR, PEER = "rill", "floor", "peer"


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    kind: str
    runner: object


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    group: str
    title: str
    unit: str
    contenders: tuple
    to: str = ""  # whom the others are compared to, where it is not the floor
    figure: str = "ns"  # the key of the runner's figures that is compared
    curve: tuple = ()  # name of a curve of cost over scale, and the place on it
    heavy: bool = False  # left out by --quick
    thorough: bool = False  # left out without --thorough
    rounds: int = 0  # the most that are worth while; 0: as many as there are
    tolerance: float = 0  # what the base may differ from itself; 0: what the command line says

    @property
    def base(self):
        """What the others are compared to: the floor, or rill where there is none."""
        if self.to:
            return self.to
        names = [each.name for each in self.contenders]
        return "floor" if "floor" in names else names[0]
