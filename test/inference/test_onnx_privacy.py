# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime keeps nothing about the user, and reports nothing."""

import os
import subprocess
import sys
from pathlib import Path

from support.bundles import write_test_bundle

_RUN = """
import sys
import numpy
from dyn_perception.inference.engines import create_engine
from dyn_perception.network.bundle import load_bundle
with create_engine(load_bundle(sys.argv[1])) as engine:
    engine.run(numpy.zeros((1, *engine.image_shape), numpy.float32), 1)
"""
_UNSET = ('CI', 'XDG_CACHE_HOME', 'ORT_DISABLE_TELEMETRY', 'ORT_TELEMETRY_DISABLED')


def test_no_device_id_is_kept(tmp_path: Path) -> None:
    bundle = write_test_bundle(tmp_path / 'bundle')
    home = tmp_path / 'home'
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
    subprocess.run(
        [sys.executable, '-c', _RUN, str(bundle)],
        env={**environment, 'HOME': str(home)},
        check=True,
        cwd='/',
    )
    assert list(home.rglob('*')) == []
