# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The library that draws the pictures of the commands, which is an extra."""

import sys
from pathlib import Path
from typing import Any

from dyn_perception.cli.errors import PictureError


def drawing_to(path: Path) -> Any:
    """Return `matplotlib.pyplot`, set to write files; call it before any long work.

    Args:
        path: of the picture to come; its ending is the format.

    Raises:
        PictureError: if matplotlib is not installed or does not know the format, or the folder
            does not exist.
    """
    try:
        import matplotlib

        matplotlib.use('Agg')
        from matplotlib import pyplot
        from matplotlib.backend_bases import FigureCanvasBase
    except ModuleNotFoundError as error:
        raise PictureError(
            f'{error}: the picture needs matplotlib; install it with: '
            f'{sys.executable} -m pip install matplotlib'
        ) from error
    known = sorted(FigureCanvasBase.get_supported_filetypes())
    if path.suffix[1:].lower() not in known:
        raise PictureError(f'picture {path} has no known format: end it with .{", .".join(known)}')
    if not path.absolute().parent.is_dir():
        raise PictureError(f'picture {path}: its folder does not exist, make it first')
    return pyplot
