# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line of the demo."""

import pytest

from dyn_perception.demo.__main__ import parse_options


def test_defaults() -> None:
    options = parse_options([])
    assert (options.seconds, options.manager, options.picture) == (None, 1, None)


def test_two_demos_have_two_namespaces() -> None:
    assert len({parse_options([]).namespace for _ in range(20)}) > 1


@pytest.mark.parametrize(
    'arguments, reason',
    [
        (['--seconds', '0'], "'0' is no time: use seconds above 0"),
        (['--seconds', 'nan'], "'nan' is no time: use seconds above 0"),
        (['--seconds', 'soon'], "'soon' is no time: use seconds above 0"),
        (['--seconds', '-1'], "'-1' is no time: use seconds above 0"),
        (['--manager', '2'], "'2' is neither 1, with the manager, nor 0, without"),
        (['--board', 'unknown'], "board 'unknown' is unknown: choose of jetson_nano"),
        (['--board', './nowhere.yaml'], "'./nowhere.yaml' cannot be read"),
        (['--namespace', 'a-b'], "'a-b' is no ROS namespace: use letters, digits and _"),
        (['--namespace', '/demo'], "'/demo' is no ROS namespace"),
        (['--picture', 'demo.png'], "'demo.png' is no SVG file: use a name that ends in .svg"),
        (['--picture', '/nowhere/demo.svg'], 'its folder does not exist: create it first'),
    ],
)
def test_refuses_with_the_reason(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_options(arguments)
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err
