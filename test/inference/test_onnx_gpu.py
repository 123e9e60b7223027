# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime's GPU providers where they cannot be used, with what it really says there."""

from pathlib import Path

import onnxruntime
import pytest

from dyn_perception.inference.engines import create_engine
from dyn_perception.inference.errors import PlacementError
from dyn_perception.inference.gpu import CUDA_PROVIDER, TENSORRT_PROVIDER
from dyn_perception.inference.gpu_libraries import reason_in, why_not_loaded
from dyn_perception.inference.onnx_gpu_engine import cuda_options
from dyn_perception.inference.placement import Gpus, Machine
from dyn_perception.inference.tensorrt_engine import tensorrt_options
from dyn_perception.network.bundle import Bundle, load_bundle
from support.bundles import write_test_bundle

MACHINE = Machine({}, gpus=Gpus(2, ''))

# Of onnxruntime-gpu 1.31.1: with its libraries but no usable driver, with an option that it does
# not know, and of a model.
DRIVER_ERROR = (
    '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, '
    'void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, '
    'SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; '
    'SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] CUDA failure '
    '36: API call is not supported in the installed CUDA driver ; GPU=-1 ; hostname=vm ; '
    'file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=355 '
    '; expr=cudaSetDevice(info_.device_id); \n\n'
)
OPTION_ERROR = (
    '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc:63 static '
    'onnxruntime::CUDAExecutionProviderInfo onnxruntime::CUDAExecutionProviderInfo::'
    'FromProviderOptions(const onnxruntime::ProviderOptions&) [ONNXRuntimeError] : 1 : FAIL : '
    'provider_options_utils.h:182 Parse Unknown provider option: "nonsense".\n'
)


@pytest.fixture(scope='module')
def bundle(tmp_path_factory) -> Bundle:
    return load_bundle(write_test_bundle(tmp_path_factory.mktemp('bundle') / 'bundle', groups=2))


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        (DRIVER_ERROR, 'CUDA failure 36: API call is not supported in the installed CUDA driver'),
        (OPTION_ERROR, 'Unknown provider option: "nonsense"'),
        ('[ONNXRuntimeError] : 2 :\n bad model', '[ONNXRuntimeError] : 2 : bad model'),
        ('x' * 400, '... ' + 'x' * 300),
    ],
)
def test_reason_is_found_in_an_error(text: str, reason: str) -> None:
    assert reason_in(text) == reason


def test_options_name_every_device_but_the_first() -> None:
    first, second = cuda_options(0), cuda_options(1)
    assert second == {'device_id': '1', **first}
    assert all(isinstance(value, str) for value in second.values())
    assert 'enable_cuda_graph' not in first and 'gpu_mem_limit' not in first


def test_tensorrt_builds_for_all_batches_up_to_the_largest() -> None:
    options = tensorrt_options(1, (3, 32, 40), 48, Path('/engines'), Path('/timings'))
    assert options['device_id'] == '1'
    assert options['trt_profile_min_shapes'] == 'image:1x3x32x40'
    assert options['trt_profile_opt_shapes'] == options['trt_profile_max_shapes']
    assert options['trt_profile_max_shapes'] == 'image:48x3x32x40'
    assert options['trt_engine_cache_path'] == '/engines'
    assert options['trt_timing_cache_path'] == '/timings'
    assert options['trt_fp16_enable'] == '0'


def is_usable(provider: str) -> bool:
    return provider in onnxruntime.get_available_providers() and not why_not_loaded(provider)


@pytest.mark.skipif(is_usable(CUDA_PROVIDER), reason='ONNX Runtime can use CUDA here')
@pytest.mark.filterwarnings('ignore:Specified provider')
@pytest.mark.parametrize('name', ['gpu', 'cuda:1', 'cpu+gpu'])
def test_session_that_was_put_on_the_cpu_is_refused_with_the_reason(bundle, name) -> None:
    with pytest.raises(PlacementError) as caught:
        create_engine(bundle, placement=MACHINE.place(name))
    text = str(caught.value)
    assert text.startswith(f'{name.split("+")[-1]} cannot run the network: ONNX Runtime ')
    assert 'took CPUExecutionProvider: ' in text
    assert 'cannot open shared object file' in text
    assert 'install the CUDA and cuDNN' in text


@pytest.mark.skipif(is_usable(TENSORRT_PROVIDER), reason='ONNX Runtime can use TensorRT here')
@pytest.mark.filterwarnings('ignore:Specified provider')
@pytest.mark.parametrize('name', ['gpu', 'cpu+gpu'])
def test_tensorrt_that_cannot_be_used_is_refused(bundle, tmp_path, monkeypatch, name) -> None:
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    with pytest.raises(PlacementError) as caught:
        create_engine(bundle, 'tensorrt', placement=MACHINE.place(name))
    text = str(caught.value)
    assert f'lists {TENSORRT_PROVIDER} but ' in text
    assert 'cannot open shared object file' in text
    assert text.endswith('or choose engine onnx')
