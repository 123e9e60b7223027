# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The power mode of a board: nvpmodel on a Jetson, the platform profile of ACPI elsewhere."""

import re

from dyn_perception.board.cpu_policies import to_word
from dyn_perception.board.files import Tree

_STATUS = re.compile(rb'pmode:([0-9]{1,4})\b')
_MODE = re.compile(r'<\s*POWER_MODEL\s+ID=([0-9]{1,4})\s+NAME=([\w.+-]{1,64})\s*>', re.ASCII)


class PowerMode:
    """The name of the mode; the names are read once."""

    def __init__(self, tree: Tree) -> None:
        self._status = tree.reader('var/lib/nvpmodel/status')
        self._profile = tree.reader('sys/firmware/acpi/platform_profile')
        text = tree.read('etc/nvpmodel.conf').decode(errors='replace')
        self._names: dict[int, str] = {int(number): name for number, name in _MODE.findall(text)}

    def read(self) -> str:
        """Return the name; nvpmodel's number where its names cannot be read, '' if no mode."""
        match = _STATUS.search(self._status())
        if match:
            return self._names.get(int(match[1]), f'mode {int(match[1])}')
        return to_word(self._profile())
