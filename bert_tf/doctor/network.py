"""Whether what recipes may download can be reached."""

import os

from bert_tf.doctor.finding import Finding

_HUB = "https://huggingface.co"
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_TRUE = ("1", "on", "true", "yes")
_SECONDS = 5
_SERVER_ERROR = 500


def check_hub() -> Finding:
    """Whether encoders can be downloaded: reached, and not forbidden by a variable of the environment."""
    forbidden = [name for name in _OFFLINE if os.environ.get(name, "").lower() in _TRUE]
    if forbidden:
        found = f"disabled by {forbidden[0]}={os.environ[forbidden[0]]}"
        return Finding("hub", "warning", found, f"unset {forbidden[0]} to download encoders; minilm-l6 needs none")
    place = os.environ.get("HF_ENDPOINT") or _HUB
    advice = "encoders but minilm-l6 must be local folders; behind a proxy set HTTPS_PROXY, for a mirror HF_ENDPOINT"
    return _check(place, subject="hub", advice=advice)


def check_datasets() -> Finding:
    """Whether TensorFlow Datasets can be downloaded."""
    advice = "recipes of tfds: need TFDS_DATA_DIR with a prepared copy; files and packages need no network"
    return _check("https://storage.googleapis.com", subject="TFDS", advice=advice)


def _check(place: str, *, subject: str, advice: str) -> Finding:
    import requests

    try:
        status = requests.head(place, timeout=_SECONDS, allow_redirects=True).status_code
    except (requests.RequestException, OSError) as problem:
        return Finding(subject, "warning", f"{place} can't be reached ({type(problem).__name__})", advice)
    if status >= _SERVER_ERROR:
        return Finding(subject, "warning", f"{place} answers with status {status}", advice)
    return Finding(subject, "ok", f"{place} answers")
