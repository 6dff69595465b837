"""What a recipe says of its data: sources and splits, columns, and how files are read."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from bert_tf.recipe.section import Section

Share = Annotated[float, Field(gt=0, lt=1)]
SplitName = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Data(Section):
    """Where the labelled text comes from, which columns hold it, and how it is split."""

    source: str = Field(
        pattern=r"^(files|tfds:.+|package:.+)$",
        description="`tfds:NAME` or `tfds:NAME/CONFIG`, `files`, or `package:NAME`.",
        json_schema_extra={"allowed": "files, tfds:NAME, tfds:NAME/CONFIG or package:NAME"},
    )
    train: SplitName = Field(
        default="train",
        description="Training rows: a split's name, or a path or glob for `files` (relative to the folder where the "
        "command runs; ~ and $VARIABLES are expanded). A slice may follow: `train[:2000]`, `data/*.csv[90%:]`.",
    )
    validation: Share | SplitName | None = Field(
        default=None,
        description="Rows that choose the best epoch: like `train`, or the share of the train rows to draw for it, "
        "stratified by label.",
    )
    test: Share | SplitName | None = Field(
        default=None, description="Rows for the final scores: like `train`, or a share of the train rows."
    )
    text: str = Field(default="text", min_length=1, description="Column that holds the text.")
    text_pair: str | None = Field(
        default=None, min_length=1, description="Column that holds the second text, when examples are pairs."
    )
    label: str = Field(default="label", min_length=1, description="Column that holds the label.")
    weight: str | None = Field(
        default=None,
        min_length=1,
        description="Column with a weight of 0 or more for each example; without it each example weighs 1.",
    )
    labels: Names | None = Field(
        default=None,
        min_length=2,
        description="The labels in the order of the model's outputs. Without it: those of the train rows, sorted.",
    )
    merge_labels: bool = Field(
        default=False,
        description="Make one label of those that differ only by case, by blanks or invisible characters, by Unicode "
        "form (NFKC) or by zeros before a number. It is called what most training rows call it, or what `labels` does.",
    )
    duplicates: Literal["keep together", "drop", "as they are"] = Field(
        default="keep together",
        description="Rows with equal text (and pair). `keep together` draws a share so that none of them is on both "
        "sides; `drop` leaves out all but the first, in the order train, validation, test; `as they are` draws row by "
        "row.",
    )
    columns: Names | None = Field(
        default=None, min_length=1, description="Names of the columns of a CSV or TSV file that has no header."
    )
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="Character between the fields of a delimited file. Without it: a comma for .csv, a tab for .tsv.",
    )
    quote: Literal["auto", "none", '"', "'"] = Field(
        default="auto",
        description="Character that encloses fields of a delimited file. `none`: quotes are letters. `auto`: double "
        "quotes enclose fields in files with commas or semicolons; in others they are letters, unless the file shows "
        "that its fields are quoted.",
    )
    encoding: str | None = Field(
        default=None,
        min_length=1,
        description="Encoding of text files by Python's name, such as `cp1252`. Without it: UTF-8, or what a byte "
        "order mark tells.",
    )
    skip_lines: int | None = Field(
        default=None,
        ge=0,
        description="Lines above the header of a delimited file. Without it: lines with one field, such as a title or "
        "`sep=;`, where rows have more.",
    )
    max_row_bytes: int = Field(
        default=16 << 20, ge=1 << 10, le=1 << 30, description="Longest row of a file, in bytes; a longer one is bad."
    )
    max_expansion: int = Field(
        default=20,
        ge=1,
        description="How many times its size a compressed or Parquet file may unpack to; 64 MiB are always allowed.",
    )
    data_dir: str | None = Field(
        default=None,
        min_length=1,
        description="TFDS folder. Without it: the environment's TFDS_DATA_DIR, else the default of TFDS.",
    )
    on_bad_row: Literal["fail", "skip"] = Field(
        default="fail", description="`fail` stops before training and lists the bad rows; `skip` counts them."
    )
    seed: Seed = Field(default=1, description="Seed of the draw when validation or test is a share.")

    @model_validator(mode="after")
    def check_shares(self) -> Self:
        """Leave rows to train on, and name no label or column twice."""
        shares = [share for share in (self.validation, self.test) if isinstance(share, float)]
        if sum(shares) >= 1:
            raise ValueError("the shares of validation and test must add up to less than 1")
        for key in ("labels", "columns"):
            names = getattr(self, key) or ()
            if len(set(names)) < len(names):
                raise ValueError(f"{key} names something twice")
        return self

    @field_validator("encoding")
    @classmethod
    def check_encoding(cls, encoding: str | None) -> str | None:
        """An encoding of text that Python knows."""
        try:
            "a".encode(encoding or "utf-8")
        except (LookupError, ValueError):
            raise ValueError(f"no encoding is called {encoding!r}; such as cp1252, utf-16 or gb18030") from None
        return encoding
