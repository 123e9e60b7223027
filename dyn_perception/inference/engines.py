# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines by name."""

from collections.abc import Callable

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.placement import ANYWHERE, Placement
from dyn_perception.network.bundle import Bundle

__all__ = ['ENGINE_NAMES', 'EngineError', 'create_engine']

ENGINE_NAMES = ('onnx', 'torch')


def create_engine(
    bundle: Bundle, name: str = 'onnx', *, threads: int = 1, placement: Placement = ANYWHERE
) -> Engine:
    """Load a network into an engine; its library is imported only now.

    Args:
        bundle: the trained network.
        name: one of `ENGINE_NAMES`.
        threads: threads that one group is computed with.
        placement: where they run; with cores of its own the caller sees to it, see `on_cores`.

    Raises:
        BundleError: if a file of the bundle was changed.
        EngineError: if the name is unknown, its library is missing or the network cannot be
            loaded.
    """
    if name not in ENGINE_NAMES:
        raise EngineError(f'engine {name!r} is unknown: choose one of {", ".join(ENGINE_NAMES)}')
    try:
        return _engine_class(name, placement)(bundle, threads=threads, placement=placement)
    except ImportError as error:
        raise EngineError(
            f'engine {name!r} cannot be used ({error}): install the Python package '
            f'{"torch" if name == "torch" else "onnxruntime"} in the same environment'
        ) from error


def _engine_class(name: str, placement: Placement) -> Callable[..., Engine]:
    if name == 'torch':
        from dyn_perception.inference.torch_engine import TorchEngine

        return TorchEngine
    if placement.processors[0].is_gpu:
        from dyn_perception.inference.onnx_gpu_engine import OnnxGpuEngine

        return OnnxGpuEngine
    from dyn_perception.inference.onnx_engine import OnnxEngine

    return OnnxEngine
