# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The options of the demo."""

import argparse
import math
import secrets
from pathlib import Path

_DESCRIPTION = """\
Start image_source and perception as separate processes on labelled frames (640x480, 30 Hz), step
the width of the network from all groups to one and back by setting its ROS parameter, and show
what happens in the terminal.
"""

_NOTES = """\
The live view needs a terminal with UTF-8 on standard error; elsewhere the demo prints a line a
second there. The last line on standard output is one JSON object:
  frames     results received
  fps        results a second
  top1       share of labelled frames that are right, 0...1 (null: none was labelled)
  dropped    frames published without a result (without labels: those that perception reports)
  widths     frames at each width
  labelled, top1_by_width, refused, latency_ms, seconds, model, architecture   details of these
Exit status: 0 at the end of SECONDS, on Ctrl-C and on SIGTERM; 1 if a node ends or nothing
arrives (the reason is the last line on standard error); 2 if an option cannot be taken.
The nodes run in a namespace of their own, demo_<random>, in the ROS domain of the caller.
"""


def parse_options(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options; ends the process with status 2 and the reason where one is wrong."""
    parser = argparse.ArgumentParser(
        prog='demo',
        description=_DESCRIPTION,
        epilog=_NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--seconds',
        type=_positive,
        metavar='S',
        help='end after so many seconds of frames (default: run until Ctrl-C)',
    )
    parser.add_argument(
        '--manager',
        type=_manager,
        default=0,
        metavar='0',
        help='0 (default): no manager, the demo itself sets the width',
    )
    parser.add_argument(
        '--model', default='', help='shipped network or bundle folder (default: that of the node)'
    )
    parser.add_argument(
        '--source', default='', help='what image_source shows (default: that of the node)'
    )
    parser.add_argument(
        '--namespace',
        default=f'demo_{secrets.token_hex(2)}',
        help='ROS namespace of the nodes (default: demo_<random>, so that demos never mix)',
    )
    parser.add_argument(
        '--plain', action='store_true', help='print a line a second instead of the live view'
    )
    parser.add_argument(
        '--picture',
        type=_picture,
        metavar='FILE.svg',
        help='write the view as it is at the end to an SVG file',
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f'{text!r} is no time: use seconds above 0')
    return seconds


def _manager(text: str) -> int:
    if text != '0':
        raise argparse.ArgumentTypeError(
            f'{text!r} is not available, this version has no manager: use 0'
        )
    return 0


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix != '.svg':
        raise argparse.ArgumentTypeError(f'{text!r} is no SVG file: use a name that ends in .svg')
    if not path.resolve().parent.is_dir():
        raise argparse.ArgumentTypeError(
            f'{text!r} cannot be written, its folder does not exist: create it first'
        )
    return path
