"""What the page asks of an index, over HTTP."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, HTTPException

from bert_tf.playground.catalogue import Catalogue, Shown
from bert_tf.playground.requests import ItemsRequest, NeighboursRequest, RecommendedRequest


def add_catalogue(app: FastAPI, catalogue: Catalogue) -> None:
    """Add the addresses; each answers with items, as of `Shown`."""

    # Not async: each runs in a thread of its own.
    @app.post("/api/items")
    def items(asked: ItemsRequest) -> dict[str, Any]:
        return _items(catalogue.find(asked.words))

    @app.post("/api/neighbours")
    def neighbours(asked: NeighboursRequest) -> dict[str, Any]:
        _check_places(catalogue, [asked.place])
        return _items(catalogue.neighbours(asked.place))

    if catalogue.ranks:

        @app.post("/api/recommended")
        def recommended(asked: RecommendedRequest) -> dict[str, Any]:
            _check_places(catalogue, asked.places)
            return _items(catalogue.recommended(asked.places))


def _items(found: Sequence[Shown]) -> dict[str, Any]:
    return {"items": [dataclasses.asdict(each) for each in found]}


def _check_places(catalogue: Catalogue, places: Sequence[int]) -> None:
    if max(places) >= len(catalogue):
        raise HTTPException(422, f"The index has no item {max(places):,}; its last one is {len(catalogue) - 1:,}.")
