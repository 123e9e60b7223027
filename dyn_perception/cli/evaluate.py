# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception evaluate`: how good each width of a bundle is."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dyn_perception.cli.pictures import drawing_to


def add_parser(commands: Any) -> None:
    """Add this sub-command's options."""
    parser = commands.add_parser(
        'evaluate',
        help='measure accuracy and cost of each width',
        description='Measure top-1 accuracy and calibration of each width on labelled images.',
    )
    parser.add_argument(
        'bundle', metavar='BUNDLE',
        help='shipped network or folder of a trained one; ./NAME is always a folder',
    )  # fmt: skip
    parser.add_argument(
        '--data', required=True, metavar='DIR',
        help='CIFAR-10 (its test images are taken), a folder with one sub-folder of images per '
        'class, or one with a test/ folder of that form',
    )  # fmt: skip
    parser.add_argument('--engine', choices=('onnx', 'torch'), default='onnx')
    parser.add_argument('--threads', type=int, default=1, metavar='N', help='CPU threads')
    parser.add_argument('--json', action='store_true', help='print one JSON object')
    parser.add_argument(
        '--confidence-curve', nargs='?', const=Path('confidence_curve.png'), type=Path,
        metavar='FILE', help='also print accuracy against mean MACs over thresholds of '
        'confidence_exit, and draw it (default: confidence_curve.png); the ending of FILE is the '
        'format',
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    from dyn_perception.cli.confidence_plot import plot_curve, print_curve
    from dyn_perception.cli.tables import print_widths
    from dyn_perception.inference.engines import create_engine
    from dyn_perception.network.bundle import load_bundle
    from dyn_perception.share import model_path
    from dyn_perception.training.confidence_curve import exit_table
    from dyn_perception.training.data import load_evaluation_data, warn_of_training_images
    from dyn_perception.training.evaluation import evaluate

    if options.confidence_curve:
        drawing_to(options.confidence_curve)
    bundle = load_bundle(model_path(options.bundle))
    specification = bundle.manifest.input
    images = load_evaluation_data(
        options.data, (specification.height, specification.width), bundle.manifest.labels
    )
    warn_of_training_images(bundle, options.data)
    engine = create_engine(bundle, options.engine, threads=options.threads)
    try:
        rows = evaluate(bundle, engine, images)
        curve = exit_table(bundle, engine, images).curve() if options.confidence_curve else []
    finally:
        engine.close()
    title = f'{bundle.manifest.name}: {len(images)} images of {options.data}'
    if options.json:
        points = {'confidence_curve': [asdict(point) for point in curve]} if curve else {}
        print(json.dumps({'widths': rows, **points}))
    else:
        print_widths(rows, title)
        if curve:
            print_curve(curve, 'each image stops at the first width that is sure enough')
    if curve:
        plot_curve(options.confidence_curve, curve, rows, bundle.manifest.name)
    return 0
