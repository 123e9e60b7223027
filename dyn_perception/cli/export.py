# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""`dyn-perception export`: rebuild the ONNX files of a bundle from its weights."""

import argparse
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add this sub-command's options."""
    parser = commands.add_parser(
        'export',
        help="rebuild a bundle's ONNX files from its weights",
        description="Rebuild a bundle's ONNX files from its weights and update its manifest.",
    )
    parser.add_argument('bundle', type=Path, metavar='BUNDLE', help='folder of a trained network')
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Export and say what was written."""
    from dyn_perception.network.export import export_bundle
    from dyn_perception.network.manifest import onnx_file_name

    manifest = export_bundle(options.bundle)
    for group in range(1, manifest.groups + 1):
        name = onnx_file_name(group)
        print(f'{options.bundle / name}: {manifest.files[name].bytes} bytes')
    return 0
