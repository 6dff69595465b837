"""An encoder whose weights are constants: for inference, here and in an exported model."""
