# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""The default engine: ONNX Runtime on the CPU, one session for each group."""

import ctypes
import functools
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dyn_perception.inference.engine import Engine
from dyn_perception.inference.errors import EngineError
from dyn_perception.inference.onnx_content import refers_to_other_files
from dyn_perception.inference.placement import ANYWHERE, Placement
from dyn_perception.network.bundle import Bundle

MODEL_INPUT = 'image'
_OUTPUT = 'logits'
_ERRORS_ONLY = 3
_EXTEND_AS_REQUESTED = 1  # and not to the next power of two

ProviderSetting: TypeAlias = 'str | tuple[str, dict[str, str]]'
"""A provider of ONNX Runtime, with options."""


class _Binding(NamedTuple):
    """A session's input and output, bound to arrays once instead of for each run."""

    io: onnxruntime.IOBinding
    output: onnxruntime.OrtValue
    logits: NDArray[np.float32]


class OnnxEngine(Engine):
    """Runs `group_<g>.onnx` of a bundle in one ONNX Runtime session each.

    The sessions share one memory arena, since they run in turn.
    """

    def __init__(
        self, bundle: Bundle, *, threads: int = 1, placement: Placement = ANYWHERE
    ) -> None:
        """Load all groups.

        Args:
            bundle: the trained network.
            threads: threads within an operator.
            placement: where they run; it is the caller who sees to that, see `on_cores`.

        Raises:
            BundleError: if a file of the bundle was changed.
            EngineError: if ONNX Runtime cannot load one.
        """
        super().__init__(bundle.manifest, threads, placement)
        share_arena()
        self._sessions = [self._load(bundle, group) for group in range(1, self.groups + 1)]
        self._batch: NDArray[np.float32] | None = None
        self._bindings: list[_Binding] = []

    def close(self) -> None:
        """Give the network's memory back; the engine cannot run any more."""
        self._bindings.clear()
        self._sessions.clear()
        self._batch = None
        release_freed_memory()

    def _forward(self, group: int, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        if not self._sessions:
            raise EngineError('the engine is closed: create another one to run the network')
        try:
            if batch is not self._batch:
                self._bind(batch)
            binding = self._bindings[group - 1]
            self._sessions[group - 1].run_with_iobinding(binding.io)
        except Exception as error:  # ONNX Runtime's errors have no common class of their own
            self._batch = None
            raise EngineError(
                f'group {group} failed on a batch of {len(batch)}: {self._reason(error)}; '
                'use fewer regions if memory is short, else export the bundle again'
            ) from error
        return binding.logits

    def _bind(self, batch: NDArray[np.float32]) -> None:
        """Let all sessions read this array; its content may change between runs."""
        self._bindings.clear()
        value = self._input_value(batch)
        for session in self._sessions:
            logits = np.empty((len(batch), self.classes), np.float32)
            output = onnxruntime.OrtValue.ortvalue_from_numpy(logits)
            io = session.io_binding()
            io.bind_ortvalue_input(MODEL_INPUT, value)
            io.bind_ortvalue_output(_OUTPUT, output)
            self._bindings.append(_Binding(io, output, logits))
        self._batch = batch

    def _input_value(self, batch: NDArray[np.float32]) -> onnxruntime.OrtValue:
        """Return the value that the sessions read; it shares the batch's memory."""
        return onnxruntime.OrtValue.ortvalue_from_numpy(batch)

    def _load(self, bundle: Bundle, group: int) -> onnxruntime.InferenceSession:
        content = bundle.onnx_file(group)
        _refuse_other_files(content, f'group {group} of {bundle.path}')
        try:
            # Without the fallback, which prints to standard output and tries the same again.
            session = onnxruntime.InferenceSession(
                content,
                session_options(self.threads),
                list(self._providers(content)),
                enable_fallback=0,
            )
        except EngineError:
            raise
        except Exception as error:  # ONNX Runtime's errors have no common class of their own
            raise self._load_error(f'group {group} of {bundle.path}', error) from error
        # The session keeps a second copy of the weights in the bytes it was made from, only to
        # be able to change its providers later.
        if hasattr(session, '_model_bytes'):
            session._model_bytes = None
        del content
        release_freed_memory()
        self._check_providers(session)
        self._check_interface(bundle, group, session)
        return session

    def _providers(self, content: bytes) -> Sequence[ProviderSetting]:
        """Return the providers of ONNX Runtime for a model, that which is to compute first."""
        return ('CPUExecutionProvider',)

    def _check_providers(self, session: onnxruntime.InferenceSession) -> None:
        """Refuse a session that ONNX Runtime silently put on another processor."""

    def _load_error(self, what: str, error: Exception) -> EngineError:
        return EngineError(
            f'{what} cannot be loaded by ONNX Runtime {onnxruntime.__version__}: '
            f'{self._reason(error)}; export the bundle again'
        )

    def _reason(self, error: Exception) -> str:
        return ' '.join(str(error).split())

    def _check_interface(
        self, bundle: Bundle, group: int, session: onnxruntime.InferenceSession
    ) -> None:
        inputs = {value.name: value for value in session.get_inputs()}
        outputs = {value.name: value for value in session.get_outputs()}
        right = (
            set(inputs) == {MODEL_INPUT}
            and _OUTPUT in outputs
            and inputs[MODEL_INPUT].type == outputs[_OUTPUT].type == 'tensor(float)'
            and inputs[MODEL_INPUT].shape[1:] == list(self.image_shape)
            and outputs[_OUTPUT].shape[1:] == [self.classes]
            and not isinstance(inputs[MODEL_INPUT].shape[0], int)
        )
        if not right:
            found = ', '.join(
                f'{value.name} {value.type} {value.shape}'
                for value in (*inputs.values(), *outputs.values())
            )
            raise EngineError(
                f'group {group} of {bundle.path} has {found}: it needs input {MODEL_INPUT} float '
                f'[N, {", ".join(map(str, self.image_shape))}] and output {_OUTPUT} float '
                f'[N, {self.classes}]; export the bundle again'
            )


def _refuse_other_files(content: bytes, place: str) -> None:
    try:
        refers = refers_to_other_files(content)
    except ValueError as error:
        raise EngineError(
            f'{place} is no ONNX model ({error}): export the bundle again'
        ) from error
    if refers:
        raise EngineError(
            f'{place} refers to weights in another file, which nothing has checked: a model must '
            'hold its weights itself; export the bundle again'
        )


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """Return the options of the engine's sessions."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Waiting threads sleep: the processor belongs to others between and within frames.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    options.add_session_config_entry('session.use_env_allocators', '1')
    options.add_session_config_entry('session.load_model_format', 'ONNX')
    return options


@functools.cache
def share_arena() -> None:
    """Register one memory arena in this process for all sessions that ask for it.

    Sessions that run in turn can use the same memory for their intermediate results; a batch of
    48 regions of a 72 MB network of four groups needs 107 MiB so, 233 MiB with an arena each.
    Sessions with default options are not affected.
    """
    memory = onnxruntime.OrtMemoryInfo(
        'Cpu', onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    settings = onnxruntime.OrtArenaCfg({'arena_extend_strategy': _EXTEND_AS_REQUESTED})
    onnxruntime.create_and_register_allocator(memory, settings)


def release_freed_memory() -> None:
    """Return freed memory to the system where the C library can (glibc).

    Loading a model copies its weights several times; without this most of the freed copies
    stay with the process.
    """
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if trim is not None:
        trim(ctypes.c_size_t(0))
