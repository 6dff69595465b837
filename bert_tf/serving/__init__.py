"""A local server that speaks TensorFlow Serving's protocol, for trying out an exported model."""
