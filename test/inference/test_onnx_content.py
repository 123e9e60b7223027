# Copyright 2026 dyn_perception contributors
# SPDX-License-Identifier: Apache-2.0
"""Finding tensors that lie in other files, wherever ONNX allows them."""

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from dyn_perception.inference.onnx_content import refers_to_other_files


def tensor(external: bool) -> onnx.TensorProto:
    value = numpy_helper.from_array(np.arange(6, dtype=np.float32), 'weights')
    if external:
        onnx.external_data_helper.set_external_data(value, 'elsewhere.bin')
        value.ClearField('raw_data')
        value.data_location = onnx.TensorProto.EXTERNAL
    return value


def sparse_tensor(external: bool) -> onnx.SparseTensorProto:
    indices = numpy_helper.from_array(np.arange(6), 'places')
    return helper.make_sparse_tensor(tensor(external), indices, [10])


def graph(nodes=(), initializer=(), sparse=()) -> onnx.GraphProto:
    return helper.make_graph(
        list(nodes), 'graph', [], [], list(initializer), sparse_initializer=list(sparse)
    )


def model(*arguments, functions=(), **others) -> onnx.ModelProto:
    return helper.make_model(graph(*arguments, **others), functions=list(functions))


def node(**attributes) -> onnx.NodeProto:
    return helper.make_node('Anything', ['x'], ['y'], **attributes)


def in_training_info(external: bool) -> onnx.ModelProto:
    result = model()
    result.training_info.add().algorithm.CopyFrom(graph(initializer=[tensor(external)]))
    return result


def in_function(external: bool) -> onnx.ModelProto:
    function = helper.make_function(
        'domain', 'Function', ['x'], ['y'], [node(value=tensor(external))], []
    )
    return model(functions=[function])


def in_nested_graphs(external: bool) -> onnx.ModelProto:
    inner = graph(initializer=[tensor(external)])
    for _ in range(20):  # Protocol Buffers allow 100 levels, of which each graph takes three
        inner = graph([node(body=inner)])
    return model([node(branches=[inner, graph()])])


PLACES = {
    'initializer': lambda external: model(initializer=[tensor(False), tensor(external)]),
    'sparse initializer': lambda external: model(sparse=[sparse_tensor(external)]),
    'attribute': lambda external: model([node(count=3, share=0.5, value=tensor(external))]),
    'attribute list': lambda external: model([node(values=[tensor(False), tensor(external)])]),
    'sparse attribute': lambda external: model([node(value=sparse_tensor(external))]),
    'nested graphs': in_nested_graphs,
    'training': in_training_info,
    'function': in_function,
}


@pytest.mark.parametrize('external', [False, True])
@pytest.mark.parametrize('place', PLACES)
def test_every_place_of_a_tensor_is_looked_at(place, external):
    content = PLACES[place](external).SerializeToString()
    assert refers_to_other_files(content) == external


def test_a_location_alone_is_enough():
    value = tensor(True)
    value.ClearField('external_data')
    assert refers_to_other_files(model(initializer=[value]).SerializeToString())


def test_the_default_location_written_out_is_not_another_file():
    value = tensor(False)
    value.data_location = onnx.TensorProto.DEFAULT
    assert not refers_to_other_files(model(initializer=[value]).SerializeToString())


def test_the_field_numbers_are_those_of_onnx():
    fields = {
        onnx.ModelProto: {'graph': 7, 'training_info': 20, 'functions': 25},
        onnx.TrainingInfoProto: {'initialization': 1, 'algorithm': 2},
        onnx.FunctionProto: {'node': 7, 'attribute_proto': 11},
        onnx.TensorProto: {'external_data': 13, 'data_location': 14},
    }
    for message, numbers in fields.items():
        by_name = message.DESCRIPTOR.fields_by_name
        assert {name: by_name[name].number for name in numbers} == numbers


@pytest.mark.parametrize(
    'content',
    [
        b'\x3a',  # a graph without its length
        b'\x3a\x05ab',  # shorter than it says
        b'\x3a\x80\x80',  # a length that does not end
        b'\x08' + b'\xff' * 11,
        b'\x38\x01',  # a graph that is a number
        b'\x0b',  # a group, which ONNX does not have
        b'no model',
    ],
)
def test_what_is_no_model_is_a_value_error(content):
    with pytest.raises(ValueError):
        refers_to_other_files(content)


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300))
def test_arbitrary_bytes_end_in_an_answer_or_a_value_error(content):
    try:
        assert refers_to_other_files(content) in (False, True)
    except ValueError:
        return


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 5000), st.integers(0, 255))
def test_damaged_models_that_onnx_reads_are_read_alike(position, value):
    content = bytearray(in_nested_graphs(True).SerializeToString())
    content[position % len(content)] = value
    try:
        parsed = onnx.ModelProto.FromString(bytes(content))
    except Exception:
        return
    written = parsed.SerializeToString()  # without what ONNX does not know
    try:
        found = refers_to_other_files(bytes(content))
    except ValueError:
        return  # refused: stricter is safe
    assert found or not refers_to_other_files(written)
