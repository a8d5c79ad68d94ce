"""Writes models/correlate.onnx: a 3D convolution whose weights are an input, to compare descriptors with features."""

import onnx
from onnx import TensorProto, helper

field = helper.make_tensor_value_info("field", TensorProto.FLOAT, [1, "c", "d", "h", "w"])
kernels = helper.make_tensor_value_info("kernels", TensorProto.FLOAT, ["n", "c", "k", "k", "k"])
similarity = helper.make_tensor_value_info("similarity", TensorProto.FLOAT, [1, "n", "dd", "hh", "ww"])
node = helper.make_node("Conv", ["field", "kernels"], ["similarity"])
graph = helper.make_graph([node], "correlate", [field, kernels], [similarity])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="medlsam")
model.ir_version = 8
onnx.checker.check_model(model)
onnx.save(model, "models/correlate.onnx")
