"""score: the answers of a run or an exported model to the rows of files, written beside their columns."""
