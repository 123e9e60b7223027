# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The parameter table of the perception node."""

from dataclasses import dataclass

from dyn_perception.inference.engines import ENGINE_NAMES
from dyn_perception.nodes.common.parameter_table import parameter


@dataclass(frozen=True)
class PerceptionSettings:
    """Parameters of the perception node."""

    width: int = parameter(
        None,
        'Groups of the network that are run and summed: more are slower and more accurate.',
        minimum=1,
        default_text='groups of the model',
        maximum_text='groups of the model',
    )
    deadline_ms: float = parameter(
        0.0,
        'Time from the arrival of a frame within which its result is to be published: groups that '
        'would not be finished in time are left out, the first is always run; 0: none.',
        unit='ms',
        minimum=0.0,
        maximum=60_000.0,
    )
    confidence_exit: float = parameter(
        0.0,
        'Score from which on a class counts as sure: no further group is run once every region '
        'of the frame is; 0: never.',
        minimum=0.0,
        maximum=1.0,
    )
    placement: str = parameter(
        'cpu',
        'Where the network runs: cpu (any core), cpu: and a cluster or cores (cpu:a57, cpu:0, '
        'cpu:0,2, cpu:0-3), gpu (that is cuda:0), cuda:1, or several joined by + that share the '
        'groups of each frame.',
        constraint='What the machine offers is listed when another value is refused',
    )
    placement_failure: str = parameter(
        '',
        'Placement that the node went back from last, and why; it is set together with placement.',
        reported=True,
    )
    enabled: bool = parameter(
        True, 'Whether frames are processed; false unsubscribes from the images.'
    )
    model: str = parameter(
        'resnet', 'Name of a shipped network, or path of a bundle folder.', fixed=True
    )
    regions: tuple[int, int] = parameter(
        (1, 1),
        'Grid [rows, columns] a frame is cut into; its regions are classified as one batch.',
        minimum=1,
        maximum=64,
        fixed=True,
    )
    image_topics: tuple[str, ...] = parameter(
        ('image_raw',),
        'Topics of the cameras that share the network: they take turns, each with its newest '
        'frame.',
        fixed=True,
    )
    image_transport: str = parameter(
        'raw',
        'Subscribe to the topics themselves (raw) or to each one followed by /compressed '
        '(compressed).',
        choices=('raw', 'compressed'),
        fixed=True,
    )
    engine: str = parameter(
        'onnx',
        'What runs the network: ONNX Runtime, the same with TensorRT on GPUs, or PyTorch where it '
        'is installed.',
        choices=ENGINE_NAMES,
        fixed=True,
    )
    simulated_board: str = parameter(
        '',
        'Folder of a running simulated board whose processors the network takes the time of; '
        'empty: this machine.',
        fixed=True,
    )
    threads: int = parameter(
        1, 'Threads that the engine computes with.', minimum=1, maximum=256, fixed=True
    )
