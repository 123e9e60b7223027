# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception evaluate`: how good each width of a bundle is."""

import argparse
import json
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add this sub-command's options."""
    parser = commands.add_parser(
        'evaluate',
        help='measure accuracy and cost of each width',
        description='Measure top-1 accuracy and calibration of each width on labelled images.',
    )
    parser.add_argument('bundle', type=Path, metavar='BUNDLE', help='folder of a trained network')
    parser.add_argument(
        '--data', required=True, metavar='DIR',
        help='CIFAR-10 (its test images are taken), a folder with one sub-folder of images per '
        'class, or one with a test/ folder of that form',
    )  # fmt: skip
    parser.add_argument('--engine', choices=('onnx', 'torch'), default='onnx')
    parser.add_argument('--threads', type=int, default=1, metavar='N', help='CPU threads')
    parser.add_argument('--json', action='store_true', help='print one JSON object')
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    from dyn_perception.cli.tables import print_widths
    from dyn_perception.inference.engines import create_engine
    from dyn_perception.network.bundle import load_bundle
    from dyn_perception.training.data import load_evaluation_data, warn_of_training_images
    from dyn_perception.training.evaluation import evaluate

    bundle = load_bundle(options.bundle)
    specification = bundle.manifest.input
    images = load_evaluation_data(
        options.data, (specification.height, specification.width), bundle.manifest.labels
    )
    warn_of_training_images(bundle, options.data)
    engine = create_engine(bundle, options.engine, threads=options.threads)
    try:
        rows = evaluate(bundle, engine, images)
    finally:
        engine.close()
    if options.json:
        print(json.dumps({'widths': rows}))
    else:
        print_widths(rows, f'{bundle.manifest.name}: {len(images)} images of {options.data}')
    return 0
