# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines by name."""

from collections.abc import Callable
from functools import partial

from dyn_perception.inference.affinity import on_cores
from dyn_perception.inference.engine import Engine
from dyn_perception.inference.errors import EngineError, PlacementError
from dyn_perception.inference.placement import ANYWHERE, Placement
from dyn_perception.network.bundle import Bundle
from dyn_perception.network.manifest import Manifest

__all__ = ['ENGINE_NAMES', 'EngineError', 'check_parts', 'create_engine', 'split_engine']

ENGINE_NAMES = ('onnx', 'tensorrt', 'torch')
"""`tensorrt` differs from `onnx` on GPUs only."""


def create_engine(
    bundle: Bundle,
    name: str = 'onnx',
    *,
    threads: int = 1,
    placement: Placement = ANYWHERE,
    largest_batch: int = 1,
) -> Engine:
    """Load a network into an engine; its library is imported only now.

    Args:
        bundle: the trained network.
        name: one of `ENGINE_NAMES`.
        threads: threads that one group is computed with.
        placement: where they run; with cores of its own the caller sees to it, see `on_cores`.
        largest_batch: images of a batch, at most; `tensorrt` refuses larger ones on a GPU.

    Raises:
        BundleError: if a file of the bundle was changed.
        EngineError: if the name is unknown, its library is missing or the network cannot be
            loaded.
    """
    if name not in ENGINE_NAMES:
        raise EngineError(f'engine {name!r} is unknown: choose one of {", ".join(ENGINE_NAMES)}')
    make = partial(_load, bundle, name, threads, largest_batch)
    if len(placement.processors) == 1:
        return make(placement)
    return split_engine(bundle.manifest, placement, make)


def _load(
    bundle: Bundle, name: str, threads: int, largest_batch: int, placement: Placement
) -> Engine:
    try:
        make = _engine_class(name, placement, largest_batch)
        return make(bundle, threads=threads, placement=placement)
    except ImportError as error:
        raise EngineError(
            f'engine {name!r} cannot be used ({error}): install the Python package '
            f'{"torch" if name == "torch" else "onnxruntime"} in the same environment'
        ) from error


def split_engine(
    manifest: Manifest, placement: Placement, make: Callable[[Placement], Engine]
) -> Engine:
    """Return an engine whose parts share the groups of each frame.

    Args:
        manifest: of the network.
        placement: of several processors.
        make: loads the network into the engine of one of them, in a thread that runs there.

    Raises:
        PlacementError: if there are more processors than groups.
        EngineError: if `make` raises it.
    """
    from dyn_perception.inference.split_engine import SplitEngine

    check_parts(placement, manifest.groups)
    engines: list[Engine] = []
    try:
        for processor in placement.processors:
            part = Placement(processor.name, (processor,))
            engines.append(on_cores(processor.cores, partial(make, part)))
        return SplitEngine(manifest, engines, placement)
    except BaseException:
        for engine in engines:
            engine.close()
        raise


def check_parts(placement: Placement, groups: int) -> None:
    """Refuse to share a network among more processors than it has groups.

    Raises:
        PlacementError: if some processors would never get a group.
    """
    if len(placement.processors) > groups:
        raise PlacementError(
            f'placement {placement.name!r} has {len(placement.processors)} processors: a group '
            f'runs on one of them and the model has {groups} groups; name at most {groups}'
        )


def _engine_class(name: str, placement: Placement, largest_batch: int) -> Callable[..., Engine]:
    is_gpu = placement.processors[0].is_gpu
    if name == 'torch' and is_gpu:
        from dyn_perception.inference.torch_gpu_engine import TorchGpuEngine

        return TorchGpuEngine
    if name == 'torch':
        from dyn_perception.inference.torch_engine import TorchEngine

        return TorchEngine
    if name == 'tensorrt' and is_gpu:
        from dyn_perception.inference.tensorrt_engine import TensorrtEngine

        return partial(TensorrtEngine, largest_batch=largest_batch)
    if is_gpu:
        from dyn_perception.inference.onnx_gpu_engine import OnnxGpuEngine

        return OnnxGpuEngine
    from dyn_perception.inference.onnx_engine import OnnxEngine

    return OnnxEngine
