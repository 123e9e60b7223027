# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the middleware's settings let camera-size images through."""

import os
from collections.abc import Mapping

from rclpy.node import Node
from rclpy.utilities import get_rmw_implementation_identifier

from dyn_perception.share import PROFILE_VARIABLES, TRANSPORT_VARIABLES, config_path

# Fast DDS's shared-memory segment without a profile; larger messages take UDP and are mostly lost.
DEFAULT_SEGMENT_BYTES = 512 * 1024


class SegmentAdvice:
    """Says once how to get camera-size images through, where nobody chose a transport."""

    def __init__(self, node: Node, environment: Mapping[str, str] = os.environ) -> None:
        """Look at the middleware and the environment."""
        self._logger = node.get_logger()
        self._is_due = 'fastrtps' in get_rmw_implementation_identifier() and not any(
            environment.get(variable) for variable in TRANSPORT_VARIABLES
        )

    def note_size(self, image_bytes: int) -> None:
        """Give the advice if a raw image of this size does not fit into the segment."""
        if image_bytes > DEFAULT_SEGMENT_BYTES:
            self.give()

    def give(self) -> None:
        """Log the advice, the first time only."""
        if self._is_due:
            self._is_due = False
            self._logger.warning(
                f'images of more than {DEFAULT_SEGMENT_BYTES} bytes, such as 640x480 bgr8, are '
                'mostly lost with the default transport of Fast DDS: for both publisher and '
                f'subscriber, set {PROFILE_VARIABLES[0]} and {PROFILE_VARIABLES[1]} to '
                f'{config_path("fastdds_profile.xml")}, as the launch file does'
            )
