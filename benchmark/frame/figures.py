# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The documented keys of build/bench/frame.json, with what is wanted of them."""

from benchmark.figure import Figure

FIGURES = (
    Figure(
        'deadline_miss_anytime',
        'share of frames over the deadline with deadline_ms; regions [6, 8], one core shared with '
        'two busy processes, deadline midway between the contended medians of widths 1 and 4; '
        'wanted: deadline_miss_width1 + 0.01 at most',
        digits=3,
    ),
    Figure('deadline_miss_width1', 'the same frames at width 1', digits=3),
    Figure('deadline_miss_width4', 'the same frames at width 4', digits=3),
    Figure(
        'deadline_miss_excess',
        'deadline_miss_anytime less deadline_miss_width1',
        at_most=0.01,
        digits=3,
    ),
    Figure(
        'deadline_accuracy_gain',
        'mean expected accuracy (late or lost: 0) with deadline_ms less the better one of widths '
        '1 and 4',
        at_least=0,
        digits=4,
    ),
    Figure(
        'macs_saved_at_equal_accuracy',
        'share of MACs saved by confidence_exit on the CIFAR-10 test set, resnet; threshold '
        'chosen on the split-off training images',
        at_least=0.45,
        digits=3,
    ),
    Figure(
        'macs_saved_points_lost',
        'points of top-1 lost by it on the test set',
        at_most=0.2,
    ),
    Figure(
        'split_speedup',
        'width 4 on one core over split placement on two, 224x224 input',
        at_least=1.85,
    ),
    Figure(
        'split_vs_threads',
        "ONNX Runtime's own two threads on the whole network over the split, 224x224 input",
        at_least=1.0,
    ),
    Figure(
        'placement_lost',
        'frames lost in 50 placement changes at 60 Hz, minus those lost in an equal run without '
        'changes, reliable, depth 5',
        at_most=0,
        digits=0,
    ),
    Figure(
        'node_overhead_ratio',
        '(image published to result received, less inference) over a bare relay that decodes and '
        'resizes, by camera',
        at_most=1.2,
    ),
    Figure(
        'node_overhead_ratio_quick_relay',
        "the same over a relay with the node's event-driven executor, not that of rclpy.spin",
    ),
    Figure(
        'executor_us',
        'processor time of a relay for a 32x32 image at 240 Hz, by executor of rclpy (µs)',
        digits=0,
    ),
    Figure(
        'cpu_idle_percent',
        'CPU time of an enabled perception node without a camera, of one core',
        at_most=1,
    ),
    Figure(
        'max_rate',
        '32x32 frames a second through a process on one core, two frames under way: the node at '
        'widths 1 and 4, and the bare relay',
        digits=0,
    ),
    Figure(
        'gpu',
        'resnet, 48 regions, by engine and placement on a CUDA device: latency of widths 1 to 4 '
        'and of the first frame after a change of width (ms)',
    ),
)
