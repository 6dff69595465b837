"""What a recipe says of its data: sources and splits, columns, and how files are read."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from bert_tf.recipe.section import Section

Share = Annotated[float, Field(gt=0, lt=1)]
SplitName = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


def check_encoding(encoding: str | None) -> str | None:
    """The same name; raises ValueError where Python knows no encoding of text by it."""
    try:
        "a".encode(encoding or "utf-8")
    except (LookupError, ValueError):
        raise ValueError(f"unknown encoding {encoding!r}; examples: cp1252, utf-16, gb18030") from None
    return encoding


class Data(Section):
    """The labelled text: its source, columns and splits, and how files are read."""

    source: str = Field(
        pattern=r"^(files|tfds:.+|package:.+)$",
        description="`tfds:NAME` or `tfds:NAME/CONFIG`, `files`, or `package:NAME`.",
        json_schema_extra={"allowed": "files, tfds:NAME, tfds:NAME/CONFIG or package:NAME"},
    )
    train: SplitName = Field(
        default="train",
        description="Training rows: the name of a split or, for `files`, a path or glob (relative to the working "
        "directory; ~ and $VARIABLES are expanded), optionally with a slice: `train[:2000]`, `data/*.csv[90%:]`.",
    )
    validation: Share | SplitName | None = Field(
        default=None,
        description="Rows to select the best epoch by: like `train`, or a share to split off the training rows, "
        "stratified by label or labels; of the task `rank` the latest.",
    )
    test: Share | SplitName | None = Field(
        default=None, description="Rows for the final scores: like `train`, or a share of the training rows."
    )
    text: str = Field(default="text", min_length=1, description="Text column.")
    text_pair: str | None = Field(
        default=None, min_length=1, description="Column of the second text, if examples are pairs."
    )
    label: str = Field(default="label", min_length=1, description="Label column.")
    weight: str | None = Field(
        default=None,
        min_length=1,
        description="Column of example weights, 0 or more. Default: every example has weight 1.",
    )
    labels: Names | None = Field(
        default=None,
        min_length=2,
        description="Labels in the order of the model's outputs. Default: the labels of the training rows, sorted.",
    )
    merge_labels: bool = Field(
        default=False,
        description="Merge labels that differ only in case, white space, invisible characters, Unicode form (NFKC) or "
        "leading zeros. The merged label takes the spelling in `labels`, else the one most training rows use.",
    )
    duplicates: Literal["keep together", "drop", "as they are"] = Field(
        default="keep together",
        description="How to treat rows with equal text (and pair). `keep together` draws a share such that equal texts "
        "land in one split; `drop` keeps only the first, in the order train, validation, test; `as they are` draws "
        "rows independently.",
    )
    format: Literal["conll"] | None = Field(
        default=None,
        description="`conll`: each line of a file has a word and its tags, with tabs or blanks between them, and a "
        "blank line stands behind each sentence. A row is a sentence, and its cells are lists. Without `columns`, the "
        "first column is called `token`, the last `tag`, those between `column2` and so on. Default: by the file "
        "extension; .conll, .bio, .iob and .iob2 are these.",
    )
    columns: Names | None = Field(
        default=None, min_length=1, description="Column names, for a CSV, TSV or CoNLL file: these have no header then."
    )
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="Field separator of a delimited file. Default: a comma for .csv, a tab for .tsv.",
    )
    quote: Literal["auto", "none", '"', "'"] = Field(
        default="auto",
        description="Quote character of a delimited file. `none`: quotes are ordinary characters. `auto`: double "
        "quotes enclose fields if the separator is a comma or semicolon; otherwise they are ordinary characters, "
        "unless the file clearly quotes its fields.",
    )
    encoding: str | None = Field(
        default=None,
        min_length=1,
        description="Encoding of text files, by its Python name, such as `cp1252`. Default: the one of the byte order "
        "mark, else UTF-8.",
    )
    skip_lines: int | None = Field(
        default=None,
        ge=0,
        description="Lines to skip above the header of a delimited file. Default: leading lines with a single field, "
        "such as a title or `sep=;`, if rows have more.",
    )
    max_row_bytes: int = Field(
        default=16 << 20,
        ge=1 << 10,
        le=1 << 30,
        description="Longest row of a file, in bytes; longer rows count as bad.",
    )
    max_expansion: int = Field(
        default=20,
        ge=1,
        description="Maximum expansion ratio of a compressed or Parquet file; 64 MiB are always allowed.",
    )
    data_dir: str | None = Field(
        default=None,
        min_length=1,
        description="TFDS data folder. Default: TFDS_DATA_DIR from the environment, else the default of TFDS.",
    )
    on_bad_row: Literal["fail", "skip"] = Field(
        default="fail", description="`fail` stops before training and lists the bad rows; `skip` counts them."
    )
    seed: Seed = Field(default=1, description="Seed for drawing validation or test rows as a share.")

    @model_validator(mode="after")
    def check_shares(self) -> Self:
        """Leave rows to train on, and name no label or column twice."""
        shares = [share for share in (self.validation, self.test) if isinstance(share, float)]
        if sum(shares) >= 1:
            raise ValueError("the shares of validation and test must add up to less than 1")
        for key in ("labels", "columns"):
            names = getattr(self, key) or ()
            if len(set(names)) < len(names):
                raise ValueError(f"{key} has duplicate entries")
        return self

    @field_validator("encoding")
    @classmethod
    def check_known_encoding(cls, encoding: str | None) -> str | None:
        """An encoding of text that Python knows."""
        return check_encoding(encoding)
