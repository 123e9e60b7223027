# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The perception node: camera images in, classes out."""

from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import Image

from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.pipeline import PipelineFactory
from dyn_perception.msg import ClassLabels, PerceptionResult
from dyn_perception.network.bundle import load_bundle
from dyn_perception.network.errors import BundleError
from dyn_perception.network.manifest import Manifest
from dyn_perception.nodes.common.diagnostics import DiagnosticsPublisher
from dyn_perception.nodes.common.execution import quick_executor, run_node
from dyn_perception.nodes.common.parameter_node import ParameterNode
from dyn_perception.nodes.common.parameter_table import ParameterError
from dyn_perception.nodes.common.timers import create_steady_timer
from dyn_perception.nodes.common.transport import SegmentAdvice
from dyn_perception.nodes.perception.cameras import Arrival, Cameras, resolve_topics
from dyn_perception.nodes.perception.diagnostics import FrameStatistics, PerceptionDiagnostics
from dyn_perception.nodes.perception.frames import FrameProcessing
from dyn_perception.nodes.perception.messages import ResultMessages
from dyn_perception.nodes.perception.placing import PlacementControl, open_platform
from dyn_perception.nodes.perception.settings import PerceptionSettings
from dyn_perception.nodes.perception.worker import FrameWorker
from dyn_perception.share import ShareError, model_path
from dyn_perception.simulation.errors import SimulationError

USER_ERRORS = (ParameterError, ShareError, BundleError, EngineError, SimulationError)
_DIAGNOSTICS_S = 1.0
_LOOK_AT_CORES_S = 1.0


class PerceptionNode(ParameterNode[PerceptionSettings]):
    """Classifies the newest image of each camera with one network of several widths."""

    def __init__(self) -> None:
        """Load the network and start; raises one of `USER_ERRORS`."""
        super().__init__('perception', PerceptionSettings)
        bundle = load_bundle(model_path(self.start_value('model')))
        bundle.verify()
        manifest = bundle.manifest
        reason = f'the model has {manifest.groups} groups'
        self.amend('width', default=manifest.groups, maximum=manifest.groups, constraint=reason)
        self.declare_table()
        settings, logger = self.settings, self.get_logger()
        is_raw = settings.image_transport == 'raw'
        topics = resolve_topics(self, settings.image_topics, is_raw=is_raw)
        platform = open_platform(bundle, settings)
        factory = PipelineFactory(bundle, platform.create, settings.regions)
        pipeline = factory.make(platform.place(settings.placement))
        advice = SegmentAdvice(self)
        self._statistics = FrameStatistics(topics)
        self._frames = FrameProcessing(
            pipeline,
            settings,
            ResultMessages(manifest.labels, self.start_id),
            self.create_publisher(PerceptionResult, '~/result', 10),
            self.create_publisher(Image, '~/overlay', 1),
            self._statistics,
            lambda error: self._placement.note_failed_frame(error),
            logger,
        )
        self._worker: FrameWorker[Arrival] = FrameWorker(
            self._frames.process, self._frames.report_failure, self._frames.is_quick
        )
        self._placement = PlacementControl(
            platform,
            factory.make,
            self._frames,
            self._worker.call_between_frames,
            self.record,
            self.call_in_executor,
            logger,
        )
        diagnostics = PerceptionDiagnostics(
            DiagnosticsPublisher(self),
            self._statistics,
            manifest,
            lambda: self.settings,
            lambda topic: self.count_publishers(topic) > 0,
            advice,
        )
        create_steady_timer(self, _DIAGNOSTICS_S, diagnostics.publish)
        create_steady_timer(self, _LOOK_AT_CORES_S, self._placement.leave_lost_cores)
        self._publish_labels(manifest)
        self._cameras = Cameras(
            self,
            topics,
            is_raw=is_raw,
            put=self._worker.put,
            statistics=self._statistics,
            advice=advice,
        )
        self._cameras.listen(wanted=True)  # also where disabled: it declares qos_overrides
        self.warn_of_unknown_parameters()
        self.apply_settings(settings)
        logger.info(
            f'{manifest.name} with {manifest.groups} groups at width {settings.width} on '
            f'{settings.placement}, images from {", ".join(topics)}'
        )

    def check_settings(self, proposed: PerceptionSettings) -> None:
        """Refuse placements that are not offered."""
        if proposed.placement != self.settings.placement:
            self._placement.check(proposed.placement)

    def apply_settings(self, previous: PerceptionSettings) -> None:
        """Let the next frame have the new settings; take part in the cameras or not."""
        self._frames.settings = self.settings
        if self._cameras.listen(wanted=self.settings.enabled) and self.settings.enabled:
            self._statistics.restart_silence()
        if self.settings.placement != previous.placement:
            self._placement.change(self.settings.placement)

    def close(self) -> None:
        """End the threads."""
        self._placement.close()
        self._worker.close()

    def _publish_labels(self, manifest: Manifest) -> None:
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._labels = self.create_publisher(ClassLabels, '~/labels', latched)
        self._labels.publish(
            ClassLabels(
                start_id=self.start_id,
                model=manifest.name,
                architecture=manifest.architecture,
                groups=manifest.groups,
                labels=list(manifest.labels),
            )
        )


def main(arguments: list[str] | None = None) -> int:
    """Run the node and return the exit status."""
    return run_node(
        'perception', PerceptionNode, USER_ERRORS, arguments, make_executor=quick_executor
    )
