# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Image classification whose width changes from one frame to the next, for ROS 2."""

from pkgutil import extend_path

__version__ = '0.1.0'

# The messages are generated into the installed package. A checkout that comes first on the
# import path (`python -m ...` in its root) finds them there.
__path__ = extend_path(__path__, __name__)
