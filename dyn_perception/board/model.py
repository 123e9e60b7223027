# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What a board is called."""

from dyn_perception.board.files import Tree


def read_model(tree: Tree) -> str:
    """Return the model, from the device tree or the firmware; '' if neither tells."""
    for path in ('proc/device-tree/model', 'sys/firmware/devicetree/base/model'):
        model = tree.text(path)
        if model:
            return model
    words = [tree.text(f'sys/class/dmi/id/{name}') for name in ('sys_vendor', 'product_name')]
    return ' '.join(word for word in words if word)
