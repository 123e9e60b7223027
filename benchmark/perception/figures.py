# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The documented keys of build/bench/perception.json, with what is wanted of them."""

from benchmark.figure import Figure

ARCHITECTURES = ('resnet', 'alexnet')

FIGURES = (
    Figure(
        'top1',
        'share of the 10,000 CIFAR-10 test images that are right, shipped networks, widths 1...4',
        at_least={
            'resnet': [0.87, 0.89, 0.90, 0.91],
            'alexnet': [0.82, 0.84, 0.85, 0.855],
        },
        digits=4,
    ),
    Figure(
        'params',
        'trained parameters, widths 1...4',
        at_most={'resnet': 700_000},
        digits=0,
    ),
    Figure(
        'width_range',
        'time at width 4 over time at width 1, onnx engine, one thread',
        at_least=3.5,
    ),
    Figure(
        'engine_vs_monolith',
        'time at width k over one ONNX session of the same k-group network, grouped '
        'convolutions, widths 1...4',
        at_most=1.15,
        digits=3,
    ),
    Figure('torch_vs_onnx', "torch engine's time over the onnx engine's at width 4"),
    Figure(
        'memory_added_ratio',
        'private resident memory added by the engine with all widths over that added by one ONNX '
        'session of the full network, random weights of at least 50 MB',
        at_most=1.05,
        digits=3,
    ),
    Figure(
        'memory_vs_separate',
        'private resident memory added by four separate models of widths 1...4 over ours, '
        'the same weights',
        at_least=2.4,
    ),
    Figure(
        'first_frame_ratio',
        'first frame after a width change over a steady frame at that width, p99, inside the '
        'engine, over 1,000 random changes',
        at_most=1.2,
        digits=3,
    ),
    Figure(
        'lost_on_switch',
        'frames lost in 200 width changes at 60 Hz through the ROS parameter, minus those lost in '
        'an equal run without changes, reliable, depth 5',
        at_most=0,
        digits=0,
    ),
    Figure(
        'node_overhead_ratio',
        '(image published to result received, less inference) over a bare relay that decodes and '
        'resizes, 640x480 at 30 Hz',
        at_most=1.5,
    ),
    Figure(
        'delivered_share',
        'frames answered of 300, 640x480 at 30 Hz, settings of the launch file',
        at_least=1,
        at_most=1,
        digits=3,
    ),
    Figure(
        'rss_mb',
        'resident memory of the perception process, onnx engine (MB)',
        at_most=250,
        digits=0,
    ),
)
