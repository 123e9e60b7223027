# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node: camera images in, classes out."""

from rclpy.qos import DurabilityPolicy, QoSProfile

from dyn_perception.inference.engine import EngineError
from dyn_perception.msg import ClassLabels
from dyn_perception.network.bundle import BundleError, load_bundle
from dyn_perception.network.manifest import Manifest
from dyn_perception.nodes.common.execution import quick_executor, run_node
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.perception.cameras import Cameras
from dyn_perception.nodes.perception.diagnostics import PerceptionDiagnostics
from dyn_perception.nodes.perception.frames import Arrival, FrameProcessing
from dyn_perception.nodes.perception.placing import PerceptionPlacing
from dyn_perception.nodes.perception.settings import PerceptionSettings
from dyn_perception.nodes.perception.worker import FrameWorker
from dyn_perception.share import ShareError, model_path
from dyn_perception.simulation.errors import SimulationError

USER_ERRORS = (ParameterError, ShareError, BundleError, EngineError, SimulationError)


class PerceptionNode(ParameterNode[PerceptionSettings]):
    """Classifies the newest image of each camera with one network of several widths."""

    def __init__(self) -> None:
        """Load the network and start; raises one of `USER_ERRORS`."""
        super().__init__('perception', PerceptionSettings)
        bundle = load_bundle(model_path(self.start_value('model')))
        bundle.verify()
        groups = bundle.manifest.groups
        reason = f'the model has {groups} groups'
        self.amend('width', default=groups, maximum=groups, constraint=reason)
        self.declare_table()
        self._cameras = Cameras(self, self._receive)
        self._placing = PerceptionPlacing(self, bundle)
        self._diagnostics = PerceptionDiagnostics(self, self._cameras.topics, bundle.manifest)
        self._statistics = self._diagnostics.statistics
        self._publish_labels(bundle.manifest)
        frames = FrameProcessing(self, bundle.manifest, self._statistics, self._placing)
        self._worker = FrameWorker(frames.process, frames.report_failure, frames.is_quick)
        self._placing.attach(self._worker)
        self._cameras.listen(wanted=True)  # also where disabled: it declares qos_overrides
        self.warn_of_unknown_parameters()
        self.apply_settings(self.settings)
        self.get_logger().info(
            f'{bundle.manifest.name} with {groups} groups at width {self.settings.width} on '
            f'{self.settings.placement}, images from {", ".join(self._cameras.topics)}'
        )

    def check_settings(self, proposed: PerceptionSettings) -> None:
        """Refuse placements that are not offered."""
        if proposed.placement != self.settings.placement:
            self._placing.check(proposed.placement)

    def apply_settings(self, previous: PerceptionSettings) -> None:
        """Take part in the cameras or not; the frames' thread reads the other settings itself."""
        if self._cameras.listen(wanted=self.settings.enabled) and self.settings.enabled:
            self._statistics.restart_silence()
        if self.settings.placement != previous.placement:
            self._placing.change(self.settings.placement)

    def close(self) -> None:
        """End the threads."""
        self._placing.close()
        self._worker.close()

    def _publish_labels(self, manifest: Manifest) -> None:
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._labels = self.create_publisher(ClassLabels, '~/labels', latched)
        self._labels.publish(
            ClassLabels(
                model=manifest.name,
                architecture=manifest.architecture,
                groups=manifest.groups,
                labels=list(manifest.labels),
            )
        )

    def _receive(self, arrival: Arrival) -> None:
        # Handed over last: from then on the frames' thread waits for this one to let Python go.
        self._diagnostics.count_received(arrival.time_s, arrival.topic, len(arrival.message.data))
        self._worker.put(arrival, arrival.topic)


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return the exit status."""
    return run_node(
        'perception', PerceptionNode, USER_ERRORS, arguments, make_executor=quick_executor
    )
