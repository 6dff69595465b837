"""Operations of bert_tf in C++, over TensorFlow's C API: where they load, and what keeps them from it elsewhere."""
