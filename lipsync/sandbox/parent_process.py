"""Whether the process that wanted this sandbox is still there (`--parent-pid`)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass
class ParentProcess:
    """The process whose end ends the sandbox. Without a pid it never ends."""

    pid: int | None
    _is_direct: bool = field(init=False)

    def __post_init__(self) -> None:
        self._is_direct = os.getppid() == self.pid

    def is_gone(self) -> bool:
        """Whether it has ended. Only Unix can tell."""
        if self.pid is None or os.name != "posix":
            return False
        if self._is_direct:
            return os.getppid() != self.pid  # also true of a parent that nobody has reaped yet
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False
