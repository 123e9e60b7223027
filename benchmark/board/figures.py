# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The documented keys of build/bench/board.json, with what is wanted of them."""

from benchmark.figure import Figure

FIGURES = (
    Figure(
        'monitor_cpu_percent',
        'CPU time of the resource_monitor node at 10 Hz, of one core, over 30 s, on a tree the '
        'size of a Jetson Orin (%)',
        at_most=3,
    ),
    Figure('read_ms', 'one full reading of that tree, median (ms)', at_most=0.9, digits=3),
    Figure(
        'nano_latency_error',
        'simulated Jetson Nano, `mobilenet_triton` at full use: worst relative error of the '
        'latency against 12 measured points, each clock set through the parameter `gpu.max_mhz`',
        at_most=0.03,
        digits=4,
    ),
    Figure(
        'nano_power_error',
        'the same of the power of the whole board',
        at_most=0.05,
        digits=4,
    ),
    Figure(
        'xu3_point_error',
        'simulated Odroid XU3, `alexnet`, width 4: worst relative error in time and energy '
        'against the published rows that agree with themselves (rows remembered, not verified)',
        at_most=0.05,
        digits=4,
    ),
    Figure(
        'xu3_time_range',
        'highest over lowest time, all widths, clusters and clocks of that board',
        at_least=41.6,
    ),
    Figure(
        'xu3_energy_range',
        'highest over lowest energy of a frame, likewise, rail of the cluster that computes',
        at_least=10.6,
    ),
    Figure(
        'xu3_width_energy_range',
        'the same of the width alone, at the cluster and clock where it is widest',
        at_least=2.36,
    ),
    Figure(
        'restored_share',
        'share of 100 random stops (SIGINT, SIGTERM, SIGKILL and restart, exception) after which '
        'every changed limit was what it had been',
        at_least=1,
        at_most=1,
        digits=3,
    ),
    Figure(
        'fuzz_failures',
        'crashes, hangs and wrong numbers in 20,000 random or damaged trees',
        at_most=0,
        digits=0,
    ),
)
