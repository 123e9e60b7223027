# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The entry point of `dyn-perception`: one sub-command a file."""

import argparse
import logging
import sys
from collections.abc import Sequence

from dyn_perception import __version__
from dyn_perception.cli import board, evaluate, export, profile, simulate, train
from dyn_perception.cli.errors import EXPECTED_ERRORS, UsageError, describe

_COMMANDS = (train, evaluate, export, board, profile, simulate)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog='dyn-perception',
        description='Train and judge group-pruned networks, watch boards, simulate the manager.',
    )
    parser.add_argument('--version', action='version', version=f'%(prog)s {__version__}')
    commands = parser.add_subparsers(title='commands', required=True, metavar='COMMAND')
    for command in _COMMANDS:
        command.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0: done; 1: it cannot be done, the reason is the last line on standard error; 2: wrong
    usage; 130: interrupted.
    """
    logging.basicConfig(level=logging.INFO, format='%(levelname)s: %(message)s')
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except UsageError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print('dyn-perception: interrupted', file=sys.stderr)
        return 130
    except EXPECTED_ERRORS as error:
        print(f'dyn-perception: error: {describe(error)}', file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main())
