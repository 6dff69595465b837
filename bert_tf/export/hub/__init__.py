"""The encoder and its preprocessor as TF-Hub modules, for those who build and train models on them."""
