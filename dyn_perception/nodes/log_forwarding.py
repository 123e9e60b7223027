# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""What the parts without ROS log, in the log of the node that uses them."""

import logging

from rclpy.impl.rcutils_logger import RcutilsLogger


class LogForwarding(logging.Handler):
    """Hands records of Python's logging to the logger of a node."""

    def __init__(self, logger: RcutilsLogger) -> None:
        """Name the logger of the node."""
        super().__init__()
        self._node_logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Hand over one record."""
        text = self.format(record)
        # One line for each severity: rclpy refuses a second severity from the same line.
        if record.levelno >= logging.ERROR:
            self._node_logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._node_logger.warning(text)
        else:
            self._node_logger.info(text)
