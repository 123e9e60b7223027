# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Run a command in the environment that set_up.py made: `run.py [--distro DISTRO] COMMAND ...`."""

import argparse
import os
import sys

from environment import SetUpError, add_arguments, find_environment


def main() -> None:
    """Become the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument('command', nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        environment = find_environment(options.distro)
    except SetUpError as error:
        sys.exit(f'dyn_perception: {error}')
    command = options.command
    if environment.installed:
        setup_file = str(environment.install_base / 'local_setup.bash')
        command = ['bash', '-c', 'source "$0" && exec "$@"', setup_file, *command]
    os.execvpe(command[0], command, environment.variables)


if __name__ == '__main__':
    main()
