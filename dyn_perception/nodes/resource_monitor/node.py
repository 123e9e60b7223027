# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The resource_monitor node: the state of the board out, clock limits in."""

import contextlib
import math
from collections.abc import Mapping

from std_msgs.msg import Header

from dyn_perception.board.board import board_root, open_board
from dyn_perception.board.clock_steps import same_clock
from dyn_perception.board.errors import BoardError
from dyn_perception.board.limits import LimitSession
from dyn_perception.msg import BoardState
from dyn_perception.nodes.common.diagnostics import DiagnosticsPublisher
from dyn_perception.nodes.common.execution import run_node
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError, Value, as_number
from dyn_perception.nodes.common.timers import create_steady_timer
from dyn_perception.nodes.resource_monitor.diagnostics import ResourceMonitorDiagnostics
from dyn_perception.nodes.resource_monitor.messages import board_message
from dyn_perception.nodes.resource_monitor.settings import (
    ResourceMonitorSettings,
    limit_specification,
)

USER_ERRORS = (ParameterError, BoardError)
_LEASE = 'limit_lease_s'
_LEASE_CHECK_S = 0.1
_DIAGNOSTICS_S = 1.0
_FOLLOW_S = 1.0  # how soon parameters follow limits that other programs change


class ResourceMonitorNode(ParameterNode[ResourceMonitorSettings]):
    """Publishes the state of a board and sets its clock limits."""

    def __init__(self) -> None:
        """Open the board, put back what a killed monitor left, start; raises `USER_ERRORS`."""
        super().__init__('resource_monitor', ResourceMonitorSettings)
        self._board = open_board(board_root(self.start_value('sysfs_root'), 'sysfs_root'))
        self._actuators = {actuator.name: actuator for actuator in self._board.actuators()}
        self._reading = self._board.read()
        self._limits = LimitSession(self._board, is_held_back=lambda: self._reading.throttled)
        try:
            self._start()
        except BaseException:  # also when a signal ends the start
            self._limits.close()
            raise

    def close(self) -> None:
        """Put every clock limit back that is still as this node set it."""
        self._limits.close()

    def carry_out(self, changes: Mapping[str, Value]) -> Mapping[str, Value]:
        """Set clock limits on the board; return what it has taken."""
        limits = {name: as_number(mhz) for name, mhz in changes.items() if name in self.extra}
        lease_s = as_number(changes.get(_LEASE, 0.0))
        if not limits:
            if lease_s:
                raise ParameterError(
                    f'{_LEASE} {lease_s:g} is for no clock limit: set it in one atomic call with '
                    'the limits that it is for'
                )
            ended = self._limits.end_leases() if _LEASE in changes else {}
            return {**changes, **self._shown(ended)}
        try:
            applied = self._limits.apply_all(limits, lease_s)
        except BoardError as error:
            raise ParameterError(str(error)) from error
        others = {name: value for name, value in changes.items() if name != _LEASE or value}
        return {**others, **self._shown(applied)}

    def apply_settings(self, previous: ResourceMonitorSettings) -> None:
        """Take over a new rate, and the leases that a set began or ended."""
        if self.settings.rate_hz != previous.rate_hz:
            self._reading_timer.timer_period_ns = round(1e9 / self.settings.rate_hz)
            self._reading_timer.reset()
        self._note_leases()

    def _start(self) -> None:
        logger = self.get_logger()
        if not self._limits.start():
            logger.warning('another resource monitor sets the limits here: this one only reads')
        for name, mhz in self._limits.observe().items():
            if math.isnan(mhz):
                logger.warning(f'no parameter {name}: the limit cannot be read now')
            else:
                self.add(limit_specification(self._actuators[name], mhz))
        self.declare_table()
        if self.settings.limit_lease_s:
            raise ParameterError(
                f'{_LEASE} {self.settings.limit_lease_s:g} cannot be given at the start: set it '
                'in one atomic call with the limits that it is for'
            )
        given = {name: as_number(mhz) for name, mhz in self.extra.items() if self.was_given(name)}
        if given:
            self.record(self._shown(self._limits.apply_all(given)))
        self._publisher = self.create_publisher(BoardState, 'board_state', 10)
        self._reading_timer = create_steady_timer(self, 1 / self.settings.rate_hz, self._publish)
        diagnostics = ResourceMonitorDiagnostics(DiagnosticsPublisher(self))
        create_steady_timer(
            self, _DIAGNOSTICS_S, lambda: diagnostics.publish(self._reading, self.settings)
        )
        create_steady_timer(self, _FOLLOW_S, self._follow)
        self._lease_timer = create_steady_timer(self, _LEASE_CHECK_S, self._end_lapsed)
        self._lease_timer.cancel()
        self.warn_of_unknown_parameters()
        logger.info(
            f'{self._reading.board or "a board without a name"} at {self.settings.sysfs_root}, '
            f'clock limits: {", ".join(self.extra) or "none"}'
        )

    def _publish(self) -> None:
        self._reading = self._board.read()
        now = self.get_clock().now().to_msg()
        header = Header(stamp=now, frame_id=self.settings.frame_id)
        settable = self.extra if self._limits.is_holder else ()
        name = self.get_fully_qualified_name()
        message = board_message(self._reading, header, name, self.start_id, settable)
        self._publisher.publish(message)

    def _follow(self) -> None:
        """Let the parameters follow limits that changed under this node."""
        if not self._limits.is_holder and self.extra:
            with contextlib.suppress(BoardError):  # a set says it, too
                if self._limits.start():
                    self.get_logger().info(
                        'the other resource monitor has ended: this one sets limits'
                    )
        changed = {
            name: mhz
            for name, mhz in self._shown(self._limits.observe()).items()
            if not same_clock(mhz, as_number(self.extra[name]))
        }
        for name, mhz in changed.items():
            self.get_logger().info(f'{name} is {mhz:g} now: it was changed on the board')
        if changed:
            self.record(changed)
        self._note_leases()

    def _end_lapsed(self) -> None:
        """Put back the limits that nobody asked for any more."""
        if ended := self._limits.end_lapsed():
            lease_s = self.settings.limit_lease_s
            self.get_logger().info(f'the lease lapsed of {", ".join(ended)}')
            self.record({**self._shown(ended), _LEASE: 0.0})
            if self._limits.leased:
                self.record({_LEASE: lease_s})
        self._note_leases()

    def _note_leases(self) -> None:
        """Watch leases only while there are any."""
        if self._limits.leased:
            if self._lease_timer.is_canceled():
                self._lease_timer.reset()
            return
        self._lease_timer.cancel()
        if self.settings.limit_lease_s:
            self.record({_LEASE: 0.0})

    def _shown(self, limits: Mapping[str, float]) -> dict[str, float]:
        """Return limits as their parameters can hold them; a board may be out of its own range."""
        return {
            name: min(
                max(mhz, self._actuators[name].minimum_mhz), self._actuators[name].maximum_mhz
            )
            for name, mhz in limits.items()
            if name in self.extra and not math.isnan(mhz)
        }


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return the exit status."""
    return run_node('resource_monitor', ResourceMonitorNode, USER_ERRORS, arguments)
