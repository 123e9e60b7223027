# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node: camera images in, classes out."""

import time

from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image

from dyn_perception.inference.engine import EngineError
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.placed_pipeline import PipelineFactory
from dyn_perception.inference.placement import Placement
from dyn_perception.inference.this_machine import this_machine
from dyn_perception.msg import ClassLabels
from dyn_perception.network.bundle import BundleError, load_bundle
from dyn_perception.nodes.execution import run_node
from dyn_perception.nodes.frame_processing import Arrival, FrameProcessing
from dyn_perception.nodes.frame_worker import FrameWorker
from dyn_perception.nodes.parameter_node import ParameterNode
from dyn_perception.nodes.parameter_table import ParameterError
from dyn_perception.nodes.perception_diagnostics import PerceptionDiagnostics
from dyn_perception.nodes.perception_settings import PerceptionSettings
from dyn_perception.nodes.placement_changes import PlacementChanges
from dyn_perception.share import ShareError, model_path

USER_ERRORS = (ParameterError, ShareError, BundleError, EngineError)


class PerceptionNode(ParameterNode[PerceptionSettings]):
    """Classifies the newest image of a topic with one group-pruned network of several widths."""

    def __init__(self) -> None:
        """Load the network and start; raises one of `USER_ERRORS`."""
        super().__init__('perception', PerceptionSettings)
        bundle = load_bundle(model_path(self.start_value('model')))
        bundle.verify()
        groups = bundle.manifest.groups
        reason = f'the model has {groups} groups'
        self.amend('width', default=groups, maximum=groups, constraint=reason)
        self.declare_table()
        self._manifest = bundle.manifest
        settings = self.settings
        factory = PipelineFactory(bundle, settings.engine, settings.threads, settings.regions)
        placement = this_machine(settings.engine).place(settings.placement)
        self._placing = PlacementChanges(
            factory.make(placement), factory.make, self._placed, self._not_placed
        )
        self._diagnostics = PerceptionDiagnostics(self, self._topic, self._manifest)
        self._statistics = self._diagnostics.statistics
        self._publish_labels()
        frames = FrameProcessing(
            self, self._manifest, self._statistics, lambda: self._placing.pipeline
        )
        self._worker = FrameWorker(frames.process, frames.report_failure)
        self._placing.attach(self._worker)
        self._subscription: Subscription | None = self._subscribe()
        self.warn_of_unknown_parameters()
        self.apply_settings(self.settings)
        self.get_logger().info(
            f'{bundle.manifest.name} with {groups} groups at width {settings.width} on '
            f'{placement.name}, images from {self._topic}'
        )

    def check_settings(self, proposed: PerceptionSettings) -> None:
        """Refuse placements that this machine does not offer."""
        if proposed.placement != self.settings.placement:
            try:
                this_machine(proposed.engine).place(proposed.placement)
            except PlacementError as error:
                raise ParameterError(str(error)) from error

    def apply_settings(self, previous: PerceptionSettings) -> None:
        """Subscribe or unsubscribe; the worker reads the other settings for each frame."""
        if self.settings.enabled and self._subscription is None:
            self._statistics.restart_silence()
            self._subscription = self._subscribe()
        elif not self.settings.enabled and self._subscription is not None:
            self.destroy_subscription(self._subscription)
            self._subscription = None
        if self.settings.placement != previous.placement:
            machine = this_machine(self.settings.engine)
            self._placing.request(machine.place(self.settings.placement))

    def close(self) -> None:
        """End the threads."""
        self._placing.close()
        self._worker.close()

    @property
    def _topic(self) -> str:
        # Follows a remapping of image_raw for both transports, as image_transport does.
        base = self.resolve_topic_name('image_raw')
        return base if self.settings.image_transport == 'raw' else f'{base}/compressed'

    def _subscribe(self) -> Subscription:
        message_type = Image if self.settings.image_transport == 'raw' else CompressedImage
        return self.create_subscription(
            message_type,
            self._topic,
            self._receive,
            QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _publish_labels(self) -> None:
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._labels = self.create_publisher(ClassLabels, '~/labels', latched)
        self._labels.publish(
            ClassLabels(
                model=self._manifest.name,
                architecture=self._manifest.architecture,
                groups=self._manifest.groups,
                labels=list(self._manifest.labels),
            )
        )

    def _placed(self, placement: Placement) -> None:
        self.get_logger().info(f'the network runs on {placement.name}')

    def _not_placed(self, placement: Placement, error: Exception) -> None:
        self.get_logger().error(
            f'placement {placement.name!r} failed, the one before stays: {error}'
        )
        # In the executor's thread, as every other set.
        self.executor.create_task(self._put_back, placement)

    def _put_back(self, failed: Placement) -> None:
        if self.settings.placement == failed.name:
            name = self._placing.pipeline.placement.name
            self.set_parameters([Parameter('placement', value=name)])

    def _receive(self, message: Image | CompressedImage) -> None:
        arrival = Arrival(message, time.monotonic(), self._topic)
        self._worker.put(arrival)
        self._diagnostics.count_received(arrival.time_s, len(message.data))


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return the exit status."""
    return run_node('perception', PerceptionNode, USER_ERRORS, arguments)
