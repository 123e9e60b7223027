# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Accuracy and size of the shipped networks."""

from benchmark.figure import Value
from benchmark.perception.figures import ARCHITECTURES
from benchmark.perception.settings import Settings
from dyn_perception.inference.engines import create_engine
from dyn_perception.training.data import load_evaluation_data
from dyn_perception.training.evaluation import evaluate


def measure(settings: Settings) -> dict[str, Value]:
    """Measure each width of each network on the test images, with the onnx engine."""
    rows = {}
    for architecture in ARCHITECTURES:
        bundle = settings.bundle(architecture)
        manifest = bundle.manifest
        size = (manifest.input.height, manifest.input.width)
        images = load_evaluation_data(str(settings.data), size, manifest.labels)
        with create_engine(bundle) as engine:
            rows[architecture] = evaluate(bundle, engine, images)
    return {
        'top1': {name: [row['top1'] for row in widths] for name, widths in rows.items()},
        'params': {name: [row['params'] for row in widths] for name, widths in rows.items()},
        'expected_calibration_error': {
            name: [row['ece'] for row in widths] for name, widths in rows.items()
        },
        'macs': {name: [row['macs'] for row in widths] for name, widths in rows.items()},
    }
